"""Users of the protocol: rows here, and members of the space behind them."""

from typing import Any
from uuid import UUID

from scim2_models import NotFoundException, PreconditionFailedException, UniquenessException

from parvis.core import clock, crypto, db
from parvis.core.ids import MemberId
from parvis.features.provisioning import members
from parvis.features.provisioning.members import Word
from parvis.features.provisioning.refusals import WordRefused
from parvis.features.provisioning.scim import rows
from parvis.features.provisioning.scim.filters import folded, uuid_or_none
from parvis.features.provisioning.scim.models import Email, User
from parvis.features.provisioning.source import Source

_ROW = """
    SELECT id, member_id, external_id, is_active, ended_membership, resource, version,
           created_at, updated_at
      FROM scim_user
     WHERE tenant_id = $1 AND connection_id = $2 AND id = $3 AND deleted_at IS NULL
"""
_OTHERS = """
    SELECT id, member_id, deleted_at, ended_membership, external_id = $4 AS is_same_person
      FROM scim_user
     WHERE tenant_id = $1 AND connection_id = $2 AND id IS DISTINCT FROM $5
       AND ((user_name_key = $3 AND deleted_at IS NULL) OR external_id = $4)
       FOR UPDATE
"""


async def load(source: Source, user_id: str, *, lock: bool = False) -> db.Record:
    """Return the row of a user. Errors: NotFoundException, alike for missing and another's.

    With `lock` the next change of the same user waits for this one, instead of failing.
    """
    sql = f"{_ROW} FOR UPDATE" if lock else _ROW
    row = await db.fetch_row(sql, source.connection.id, uuid_or_none(user_id))
    if row is None:
        raise NotFoundException(detail=f"Resource {user_id} not found")
    return row


async def create(source: Source, user: User) -> User:
    """Keep a new user, with the member behind it: one who was here before, or a new one.

    Errors: UniquenessException; WordRefused.
    """
    _require_user_name(user)
    former = await _former(source, user)
    user.active = user.active is not False
    word = word_of(user)
    member_id, ended = await _member(source, user, former)
    is_new = member_id is None
    if member_id is None:
        member_id = await members.make(source, word)
    else:
        await members.refresh(source, member_id, None, word)
    await _forget_former(source, member_id)
    now = clock.now()
    user_id = await _insert(source, user, member_id=member_id, at=now)
    await _set_active(user_id, member_id, wanted=user.active, ended=ended)
    await members.record(source, "user_created", member_id, is_new=is_new, active=user.active)
    return rows.user_of(await load(source, str(user_id)))


async def update(source: Source, user: User, *, expected_version: str | None) -> User:
    """Make of a stored user, and of its member, what `user` says.

    A user that does not say whether it is active stays as it is: nobody comes back by omission.
    Errors: NotFoundException; PreconditionFailedException; UniquenessException; WordRefused;
    LastAdministrator.
    """
    row = await load(source, user.id or "", lock=True)
    _check_version(row, expected_version)
    _require_user_name(user)
    await _require_unique(source, user, row["id"])
    before = rows.user_of(row)
    is_active = bool(row["is_active"] if user.active is None else user.active)
    _follow_whole_name(before, user)
    member_id = MemberId(row["member_id"])
    await members.refresh(source, member_id, word_of(before), word_of(user))
    await _write(row["id"], user, is_active=is_active)
    await _set_active(
        row["id"], member_id, wanted=is_active, ended=row["ended_membership"],
        was=row["is_active"],
    )  # fmt: skip
    await members.record(source, "user_changed", member_id, changed=rows.changed(before, user))
    return rows.user_of(await load(source, str(row["id"])))


async def delete(source: Source, user_id: str, *, expected_version: str | None) -> MemberId:
    """Forget what the directory said, and end the membership; what the member wrote stays.

    Of the user only the external id is kept: by it whoever comes back is the same member.
    Errors: NotFoundException; PreconditionFailedException; LastAdministrator.
    """
    row = await load(source, user_id, lock=True)
    _check_version(row, expected_version)
    member_id = MemberId(row["member_id"])
    ended = await members.close(member_id) or row["ended_membership"]
    await db.execute(_DELETE_EMAILS, row["id"])
    await db.execute(_DELETE, row["id"], clock.now(), ended)
    await members.record(source, "user_deleted", member_id)
    return member_id


_DELETE_EMAILS = "DELETE FROM scim_user_email WHERE tenant_id = $1 AND scim_user_id = $2"
_DELETE = """
    UPDATE scim_user
       SET deleted_at = $3, is_active = false, ended_membership = $4, user_name = '',
           user_name_key = '', display_name_key = '', resource = '{}'
     WHERE tenant_id = $1 AND id = $2
"""


def word_of(user: User) -> Word:
    """Return what a user says in the words of members."""
    return Word(
        name=user.display_name or "",
        title=user.title,
        email=_address(user.emails or []),
        user_type=user.user_type,
        locale=_language(user.preferred_language or user.locale),
    )


def _address(emails: list[Email]) -> str | None:
    """Return the primary address, else the one for work, else the first."""
    ranked = sorted(
        (one for one in emails if one.value),
        key=lambda one: (not one.primary, (one.type or "").lower() != "work"),
    )
    return ranked[0].value if ranked else None


def _language(tag: str | None) -> str | None:
    return tag.replace("_", "-").split("-", 1)[0].lower() if tag else None


def _follow_whole_name(before: User, user: User) -> None:
    """Let the name follow `name.formatted` where the directory never sent another one."""
    had, has = _whole(before), _whole(user)
    if has and has != had == before.display_name == user.display_name:
        user.display_name = has


def _whole(user: User) -> str | None:
    return user.name.formatted if user.name else None


def _require_user_name(user: User) -> None:
    if not (user.user_name or "").strip():
        raise WordRefused("userName", "A user needs a name that is theirs alone.")


async def _former(source: Source, user: User) -> db.Record | None:
    """Return the row that the same person left behind. Errors: UniquenessException."""
    found = await db.fetch(
        _OTHERS, source.connection.id, folded(user.user_name or ""), user.external_id, None
    )
    if any(row["deleted_at"] is None for row in found):
        raise UniquenessException(detail="This userName or externalId is taken.")
    return found[0] if found else None


async def _require_unique(source: Source, user: User, own_id: UUID) -> None:
    if await db.fetch(
        _OTHERS, source.connection.id, folded(user.user_name or ""), user.external_id, own_id
    ):
        raise UniquenessException(detail="This userName or externalId is taken.")


_SIGNED_IN = """
    SELECT i.member_id,
           EXISTS (SELECT FROM scim_user u
                    WHERE u.tenant_id = $1 AND u.connection_id = $2 AND u.deleted_at IS NULL
                      AND u.member_id = i.member_id) AS is_taken
      FROM identity i
      JOIN member m ON m.tenant_id = $1 AND m.id = i.member_id AND m.erased_at IS NULL
     WHERE i.tenant_id = $1 AND i.connection_id = $2 AND i.sub = $3
"""


async def _member(
    source: Source, user: User, former: db.Record | None
) -> tuple[MemberId | None, bool]:
    """Return who this person already is here, and whether a directory closed the space to them.

    They are found by what the provider calls them, never by an address or a name.
    """
    if former is not None:
        return MemberId(former["member_id"]), bool(former["ended_membership"])
    if user.external_id is None or source.connection.external_id_claim != "sub":
        return None, False
    known = await db.fetch_row(_SIGNED_IN, source.connection.id, user.external_id)
    if known is None:
        return None, False
    if known["is_taken"]:
        raise UniquenessException(detail="Another user of this directory is the same member.")
    return MemberId(known["member_id"]), False


async def _forget_former(source: Source, member_id: MemberId) -> None:
    await db.execute(
        "DELETE FROM scim_user WHERE tenant_id = $1 AND connection_id = $2 AND member_id = $3"
        " AND deleted_at IS NOT NULL",
        source.connection.id,
        member_id,
    )


async def _insert(source: Source, user: User, *, member_id: MemberId, at: Any) -> UUID:
    try:
        user_id = await db.insert(
            "scim_user",
            connection_id=source.connection.id,
            member_id=member_id,
            **_columns(user, is_active=user.active is not False),
            created_at=at,
            updated_at=at,
        )
    except db.UniqueViolation as error:
        raise UniquenessException(detail="This userName or externalId is taken.") from error
    await _insert_emails(user_id, user)
    return user_id


async def _write(user_id: UUID, user: User, *, is_active: bool) -> None:
    columns = _columns(user, is_active=is_active) | {"updated_at": clock.now()}
    assignments = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, start=3))
    try:
        await db.execute(
            f"UPDATE scim_user SET {assignments} WHERE tenant_id = $1 AND id = $2",
            user_id,
            *columns.values(),
        )
    except db.UniqueViolation as error:
        raise UniquenessException(detail="This userName or externalId is taken.") from error
    await db.execute(_DELETE_EMAILS, user_id)
    await _insert_emails(user_id, user)


def _columns(user: User, *, is_active: bool) -> dict[str, Any]:
    return {
        "user_name": user.user_name,
        "user_name_key": folded(user.user_name or ""),
        "display_name_key": folded(user.display_name or ""),
        "external_id": user.external_id,
        "is_active": is_active,
        "resource": db.jsonb(rows.kept(user)),
        "version": f'W/"{crypto.token()[:16]}"',
    }


async def _insert_emails(user_id: UUID, user: User) -> None:
    found = {(folded(one.value), folded(one.type or "")) for one in user.emails or [] if one.value}
    for value, kind in found:
        await db.insert("scim_user_email", scim_user_id=user_id, value_key=value, type_key=kind)


def _check_version(row: db.Record, expected_version: str | None) -> None:
    if expected_version is not None and expected_version != row["version"]:
        raise PreconditionFailedException


async def _set_active(
    user_id: UUID, member_id: MemberId, *, wanted: bool, ended: bool, was: bool | None = None
) -> None:
    """Open or close the space to the member, where the directory's word on it is new.

    What a directory closed it opens again; what an administrator closed it does not.
    """
    if wanted == was:
        return
    if not wanted:
        ended = await members.close(member_id) or ended
    elif ended:
        await members.reopen(member_id)
        ended = False
    await db.execute(
        "UPDATE scim_user SET ended_membership = $3 WHERE tenant_id = $1 AND id = $2",
        user_id,
        ended,
    )
