"""Who judges an item: moderators, compliance, or the tenant admin for what concerns a moderator."""

from uuid import UUID

from parvis.core import db
from parvis.core.ids import MemberId
from parvis.features.moderation.rules import JUDGES
from parvis.features.moderation.tables import Audience, ItemKind

# Whether whom it concerns judges here, and which audiences have somebody else in them.
_WHO = """
    SELECT EXISTS (SELECT FROM group_member x
                     JOIN role_group g ON g.tenant_id = x.tenant_id AND g.id = x.group_id
                    WHERE x.tenant_id = $1 AND x.member_id = $2 AND x.community_id IS NULL
                      AND g.permissions && ARRAY['review:decide', 'notice:decide'])
        OR EXISTS (SELECT FROM community_member y
                    WHERE y.tenant_id = $1 AND y.member_id = $2 AND y.community_id = $3
                      AND y.standing = 'member' AND y.role = 'manager')
        OR EXISTS (SELECT FROM group_member z
                     JOIN role_group g ON g.tenant_id = z.tenant_id AND g.id = z.group_id
                    WHERE z.tenant_id = $1 AND z.member_id = $2 AND z.community_id = $3
                      AND 'community:manage' = ANY (g.permissions)) AS is_judge,
           ARRAY(SELECT DISTINCT unnest(g.permissions) FROM group_member x
                   JOIN role_group g ON g.tenant_id = x.tenant_id AND g.id = x.group_id
                   JOIN member m ON m.tenant_id = x.tenant_id AND m.id = x.member_id
                  WHERE x.tenant_id = $1 AND x.community_id IS NULL AND m.state = 'active'
                    AND m.kind = 'person' AND x.member_id IS DISTINCT FROM $2) AS held
"""
# Nothing must wait for people whom this tenant does not have.
_INSTEAD = {
    Audience.COMPLIANCE: (Audience.COMPLIANCE, Audience.TENANT_ADMIN),
    Audience.TENANT_ADMIN: (Audience.TENANT_ADMIN,),
    Audience.MODERATORS: (),
}


async def of(kind: ItemKind, *, author_id: MemberId | None, place_id: UUID | None) -> Audience:
    """Return who judges an item of this kind about this member, in this place.

    Legal notices are compliance's; what concerns somebody who judges here is the tenant admin's.
    Where nobody else holds the right, the next audience that somebody is in; moderators last.
    """
    row = await db.fetch_row(_WHO, author_id, place_id)
    assert row is not None  # noqa: S101 -- a row of two expressions
    wanted = Audience.MODERATORS
    if kind is ItemKind.LEGAL_NOTICE:
        wanted = Audience.COMPLIANCE
    elif row["is_judge"]:
        wanted = Audience.TENANT_ADMIN
    staffed = (found for found in _INSTEAD[wanted] if JUDGES[found] in row["held"])
    return next(staffed, Audience.MODERATORS)
