"""Who is in which group of the tenant, and on whose word: a provider's, or an administrator's."""

from collections.abc import Sequence

from parvis.core import db
from parvis.core.ids import MemberId

_LEAVE = """
    DELETE FROM group_member
     WHERE tenant_id = $1 AND member_id = $2 AND source = $4 AND community_id IS NULL
       AND NOT group_id = ANY ($3::uuid[])
"""
_NAMED = """
    SELECT g.id, gm.id IS NULL AS is_new
      FROM role_group g
      LEFT JOIN group_member gm ON gm.tenant_id = g.tenant_id AND gm.group_id = g.id
            AND gm.member_id = $3 AND gm.community_id IS NULL
     WHERE g.tenant_id = $1 AND g.slug = ANY ($2::text[])
"""


async def replace_groups(
    member_id: MemberId, slugs: Sequence[str], *, source: str = "claims"
) -> None:
    """Leave exactly these groups of `source`, beside those that came another way."""
    rows = await db.fetch(_NAMED, list(slugs), member_id)
    await db.execute(_LEAVE, member_id, [row["id"] for row in rows], source)
    await _add(member_id, rows, source)


async def give_groups(member_id: MemberId, slugs: Sequence[str]) -> None:
    """Put a member into these groups, as an administrator does; unknown ones are left out."""
    if slugs:
        await _add(member_id, await db.fetch(_NAMED, list(slugs), member_id), "admin")


async def _add(member_id: MemberId, rows: Sequence[db.Record], source: str) -> None:
    for row in rows:
        if row["is_new"]:
            await db.insert("group_member", group_id=row["id"], member_id=member_id, source=source)
