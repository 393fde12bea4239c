"""Which of this space’s groups a directory’s group stands for: by its name, or as was chosen."""

from typing import Literal
from uuid import UUID

import msgspec

from parvis.core import db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Invalid, NotFound
from parvis.core.i18n import N_
from parvis.features.identity.connections import Connection
from parvis.features.provisioning import role_groups
from parvis.features.provisioning.source import Source


class GroupMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a directory's group stands for: what its name says, or `group` (null for nothing)."""

    by: Literal["name", "choice"] = "choice"
    group: str | None = None


_GROUP = """
    SELECT id, display_name, group_id FROM scim_group
     WHERE tenant_id = $1 AND connection_id = $2 AND id = $3 FOR UPDATE
"""
_MEMBERS = """
    SELECT u.member_id FROM scim_group_member m
      JOIN scim_user u ON u.tenant_id = m.tenant_id AND u.id = m.scim_user_id
     WHERE m.tenant_id = $1 AND m.scim_group_id = $2
"""
_MAP = "UPDATE scim_group SET group_id = $3, mapped_by = $4 WHERE tenant_id = $1 AND id = $2"


async def map_group(
    actor: Actor, connection: Connection, scim_group_id: UUID, given: GroupMapping
) -> None:
    """Let a directory's group stand for a group here; its people change groups at once.

    Errors: NotFound; Invalid for an unknown group; LastAdministrator.
    """
    row = await db.fetch_row(_GROUP, connection.id, scim_group_id)
    if row is None:
        raise NotFound
    by_choice = given.by == "choice"
    source = Source(tenant=actor.tenant, connection=connection)
    meant = (
        await _chosen(given.group) if by_choice
        else await role_groups.named(source, row["display_name"])
    )  # fmt: skip
    await db.execute(_MAP, row["id"], meant, actor.require_member() if by_choice else None)
    people = [one["member_id"] for one in await db.fetch(_MEMBERS, row["id"])]
    await role_groups.settle(meant, people)
    if meant != row["group_id"]:
        await role_groups.settle(row["group_id"], people)
    await journal.record(
        actor,
        "provisioning.group_mapped",
        subject=("scim_group", row["id"]),
        data={"by": given.by, "group": str(meant) if meant else None},
    )


async def _chosen(slug: str | None) -> UUID | None:
    if slug is None:
        return None
    found: UUID | None = await db.fetch_value(
        "SELECT id FROM role_group WHERE tenant_id = $1 AND slug = $2", slug
    )
    if found is None:
        raise Invalid(fields={"group": N_("This group does not exist.")})
    return found
