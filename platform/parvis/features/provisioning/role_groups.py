"""From a directory's groups to the groups of this space, which hold its permissions."""

from collections.abc import Iterable
from uuid import UUID

from parvis.core import db, ids, journal
from parvis.core.ids import MemberId
from parvis.core.permissions import Permission
from parvis.features.identity import membership, revocation
from parvis.features.provisioning.source import BY, Source

_OF_NAME = """
    SELECT g.id FROM role_group g
     WHERE g.tenant_id = $1
       AND (g.slug = $2 OR EXISTS (SELECT FROM jsonb_each_text(g.title) t WHERE t.value = $2))
     ORDER BY g.slug = $2 DESC, g.slug LIMIT 1
"""


async def named(source: Source, display_name: str) -> UUID | None:
    """Return the group that a directory's group stands for by its name alone, None for none.

    Only where the tenant already hears this provider about groups at sign-in: elsewhere a
    directory could make its people administrators by choosing a name.
    """
    if not source.speaks_of_groups:
        return None
    found: UUID | None = await db.fetch_value(_OF_NAME, display_name.strip())
    return found


# Who belongs in a group of ours on the word of any directory's group that stands for it.
_MEANT = """
    SELECT DISTINCT u.member_id
      FROM scim_group g
      JOIN scim_group_member m ON m.tenant_id = g.tenant_id AND m.scim_group_id = g.id
      JOIN scim_user u ON u.tenant_id = m.tenant_id AND u.id = m.scim_user_id
     WHERE g.tenant_id = $1 AND g.group_id = $2 AND u.deleted_at IS NULL
       AND u.member_id = ANY ($3::uuid[])
"""
_HELD = """
    SELECT member_id, source FROM group_member
     WHERE tenant_id = $1 AND group_id = $2 AND community_id IS NULL
       AND member_id = ANY ($3::uuid[])
       FOR UPDATE
"""
_LEAVE = """
    DELETE FROM group_member
     WHERE tenant_id = $1 AND group_id = $2 AND community_id IS NULL AND source = 'scim'
       AND member_id = ANY ($3::uuid[])
"""
_JOIN = """
    INSERT INTO group_member (tenant_id, id, group_id, member_id, source)
    VALUES ($1, $2, $3, $4, 'scim')
        ON CONFLICT DO NOTHING
"""


async def settle(group_id: UUID | None, member_ids: Iterable[UUID]) -> None:
    """Put these members into the group, or out of it, as the directories' groups now say.

    Those whom an administrator or their sign-in put there are not touched.
    Errors: LastAdministrator when nobody could administer the space any more.
    """
    concerned = list(member_ids)
    if group_id is None or not concerned:
        return
    held = {row["member_id"]: row["source"] for row in await db.fetch(_HELD, group_id, concerned)}
    meant = {row["member_id"] for row in await db.fetch(_MEANT, group_id, concerned)}
    joining = meant - held.keys()
    leaving = {one for one, source in held.items() if source == BY} - meant
    await db.execute_many(_JOIN, [(ids.new_id(), group_id, one) for one in sorted(joining)])
    if leaving:
        await db.execute(_LEAVE, group_id, list(leaving))
        await _require_administrator(group_id)
    for member_id in sorted(joining | leaving):
        # A new role begins with a new session (decision 0013).
        await revocation.end_sessions_of_member(MemberId(member_id), "roles_changed")
    await _record(group_id, "role_given", joining)
    await _record(group_id, "role_taken", leaving)


async def _require_administrator(group_id: UUID) -> None:
    administers = await db.fetch_value(
        "SELECT $3 = ANY (permissions) FROM role_group WHERE tenant_id = $1 AND id = $2",
        group_id,
        str(Permission.TENANT_MANAGE),
    )
    if administers:
        await membership.require_administrator()


async def _record(group_id: UUID, act: str, member_ids: Iterable[UUID]) -> None:
    for member_id in sorted(member_ids):
        await journal.record(
            None,
            f"provisioning.{act}",
            subject=("member", member_id),
            data={"by": BY, "group": str(group_id)},
        )
