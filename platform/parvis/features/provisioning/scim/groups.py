"""Groups of the protocol: rows here, and the space's own groups that they stand for."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from scim2_models import (
    InvalidValueException,
    NotFoundException,
    PreconditionFailedException,
    ResponseParameters,
    UniquenessException,
)

from parvis.core import clock, crypto, db, ids, journal
from parvis.features.provisioning import role_groups
from parvis.features.provisioning.scim import rows
from parvis.features.provisioning.scim.filters import folded, uuid_or_none
from parvis.features.provisioning.scim.models import Group
from parvis.features.provisioning.source import BY, Source

# A group is changed as a whole, by the library's rules: a bigger one would keep others waiting.
MOST_MEMBERS = 2000
_ROW = """
    SELECT id, display_name, external_id, group_id, mapped_by, version, created_at, updated_at
      FROM scim_group WHERE tenant_id = $1 AND connection_id = $2 AND id = $3
"""
_MEMBERS = """
    SELECT m.scim_group_id, u.id, u.member_id
      FROM scim_group_member m
      JOIN scim_user u ON u.tenant_id = m.tenant_id AND u.id = m.scim_user_id
     WHERE m.tenant_id = $1 AND m.scim_group_id = ANY ($2::uuid[])
     ORDER BY m.id
"""


async def load(source: Source, group_id: str, *, lock: bool = False) -> db.Record:
    """Return the row of a group. Errors: NotFoundException, alike for missing and another's.

    With `lock` the next change of the same group waits for this one, instead of failing: Entra
    adds members by several requests at once.
    """
    sql = f"{_ROW} FOR UPDATE" if lock else _ROW
    row = await db.fetch_row(sql, source.connection.id, uuid_or_none(group_id))
    if row is None:
        raise NotFoundException(detail=f"Resource {group_id} not found")
    return row


async def resources(
    found: list[db.Record], parameters: ResponseParameters[Any] | None = None
) -> list[Group]:
    """Return the groups of rows, without their members where the answer leaves them out."""
    members: dict[UUID, list[dict[str, Any]]] = {}
    if not _leaves_members_out(parameters):
        for row in await db.fetch(_MEMBERS, [row["id"] for row in found]):
            members.setdefault(row["scim_group_id"], []).append(_member(row))
    return [rows.group_of(row, members.get(row["id"])) for row in found]


def _member(row: db.Record) -> dict[str, Any]:
    user_id = str(row["id"])
    return {"value": user_id, "$ref": f"Users/{user_id}", "type": "User"}


def _leaves_members_out(parameters: ResponseParameters[Any] | None) -> bool:
    if parameters is None:
        return False
    asked = [_name(path) for path in parameters.attributes or []]
    if asked:
        return not any(name.partition(".")[0] == "members" for name in asked)
    return "members" in map(_name, parameters.excluded_attributes or [])


def _name(path: Any) -> str:
    return str(path).rpartition(":")[2].lower()


async def create(source: Source, group: Group) -> Group:
    """Keep a new group, and put its members where it stands for a group of this space.

    Errors: UniquenessException; InvalidValueException for a member who is no user here.
    """
    now, name = clock.now(), group.display_name or ""
    meant = await role_groups.named(source, name)
    users = await _users(source, group)
    try:
        group_id = await db.insert(
            "scim_group",
            connection_id=source.connection.id,
            group_id=meant,
            **_columns(group),
            created_at=now,
            updated_at=now,
        )
    except db.UniqueViolation as error:
        raise UniquenessException(detail="This externalId is taken.") from error
    await _add(group_id, users)
    await role_groups.settle(meant, users.values())
    await _record(source, "group_created", group_id)
    return await _stored(source, group_id)


async def update(source: Source, group: Group, *, expected_version: str | None) -> Group:
    """Make a stored group what `group` says: its name, its members, and what follows from both.

    Errors: NotFoundException; PreconditionFailedException; UniquenessException;
    InvalidValueException; LastAdministrator.
    """
    row = await load(source, group.id or "", lock=True)
    _check_version(row, expected_version)
    had = await _members_of(row["id"])
    has = await _users(source, group, known=had)
    is_same_name = row["mapped_by"] is not None or row["display_name"] == group.display_name
    meant = row["group_id"] if is_same_name else await role_groups.named(
        source, group.display_name or ""
    )  # fmt: skip
    await _write(row["id"], group, meant)
    await _add(row["id"], {user: member for user, member in has.items() if user not in had})
    await _remove(row["id"], had.keys() - has.keys())
    await _settle(row["group_id"], meant, had, has)
    await _record(source, "group_changed", row["id"])
    return await _stored(source, row["id"])


async def delete(source: Source, group_id: str, *, expected_version: str | None) -> None:
    """Forget a group; its members leave the space's group, unless they are there otherwise.

    Errors: NotFoundException; PreconditionFailedException; LastAdministrator.
    """
    row = await load(source, group_id, lock=True)
    _check_version(row, expected_version)
    had = await _members_of(row["id"])
    await _remove(row["id"], had.keys())
    await db.execute("DELETE FROM scim_group WHERE tenant_id = $1 AND id = $2", row["id"])
    await role_groups.settle(row["group_id"], had.values())
    await _record(source, "group_deleted", row["id"])


async def forget_user(user_id: str) -> None:
    """Take a user out of every group, and the member out of what these stand for."""
    left = await db.fetch(_LEAVE_ALL, UUID(user_id))
    for row in left:
        await role_groups.settle(row["group_id"], [row["member_id"]])


_LEAVE_ALL = """
    WITH gone AS (
        DELETE FROM scim_group_member WHERE tenant_id = $1 AND scim_user_id = $2
        RETURNING scim_group_id, scim_user_id
    )
    SELECT DISTINCT g.group_id, u.member_id
      FROM gone
      JOIN scim_group g ON g.tenant_id = $1 AND g.id = gone.scim_group_id
      JOIN scim_user u ON u.tenant_id = $1 AND u.id = gone.scim_user_id
"""


async def _settle(
    old: UUID | None, new: UUID | None, had: dict[UUID, UUID], has: dict[UUID, UUID]
) -> None:
    if old != new:
        await role_groups.settle(new, has.values())
        await role_groups.settle(old, had.values())
    else:
        changed = had.keys() ^ has.keys()
        await role_groups.settle(new, [(had | has)[user] for user in changed])


async def _stored(source: Source, group_id: UUID) -> Group:
    return (await resources([await load(source, str(group_id))]))[0]


_KNOWN = """
    SELECT id, member_id FROM scim_user
     WHERE tenant_id = $1 AND connection_id = $2 AND deleted_at IS NULL AND id = ANY ($3::uuid[])
"""


async def _users(
    source: Source, group: Group, *, known: dict[UUID, UUID] | None = None
) -> dict[UUID, UUID]:
    """Return the group's users, each with its member. `known` were found before."""
    wanted = [uuid_or_none(one.value or "") for one in group.members or []]
    if len(wanted) > MOST_MEMBERS:
        raise InvalidValueException(detail=f"members: at most {MOST_MEMBERS} in one group")
    found = {one: known[one] for one in wanted if known and one in known}
    if unknown := [one for one in wanted if one not in found]:
        looked_up = await db.fetch(_KNOWN, source.connection.id, unknown)
        found |= {row["id"]: row["member_id"] for row in looked_up}
    if any(one not in found for one in wanted):
        raise InvalidValueException(detail="members: not a user of this directory")
    return found


async def _members_of(group_id: UUID) -> dict[UUID, UUID]:
    return {row["id"]: row["member_id"] for row in await db.fetch(_MEMBERS, [group_id])}


async def _add(group_id: UUID, users: Iterable[UUID]) -> None:
    await db.execute_many(
        "INSERT INTO scim_group_member (tenant_id, id, scim_group_id, scim_user_id)"
        " VALUES ($1, $2, $3, $4)",
        [(ids.new_id(), group_id, user) for user in users],
    )


async def _remove(group_id: UUID, users: Iterable[UUID]) -> None:
    await db.execute(
        "DELETE FROM scim_group_member"
        " WHERE tenant_id = $1 AND scim_group_id = $2 AND scim_user_id = ANY ($3::uuid[])",
        group_id,
        list(users),
    )


def _columns(group: Group) -> dict[str, Any]:
    return {
        "display_name": group.display_name,
        "display_name_key": folded(group.display_name or ""),
        "external_id": group.external_id,
        "version": f'W/"{crypto.token()[:16]}"',
    }


async def _write(group_id: UUID, group: Group, meant: UUID | None) -> None:
    columns = _columns(group) | {"group_id": meant, "updated_at": clock.now()}
    assignments = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, start=3))
    try:
        await db.execute(
            f"UPDATE scim_group SET {assignments} WHERE tenant_id = $1 AND id = $2",
            group_id,
            *columns.values(),
        )
    except db.UniqueViolation as error:
        raise UniquenessException(detail="This externalId is taken.") from error


def _check_version(row: db.Record, expected_version: str | None) -> None:
    if expected_version is not None and expected_version != row["version"]:
        raise PreconditionFailedException


async def _record(source: Source, act: str, group_id: UUID) -> None:
    data = {"by": BY, "connection": source.connection.slug}
    await journal.record(None, f"provisioning.{act}", subject=("scim_group", group_id), data=data)
