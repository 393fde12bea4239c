"""Who judges here, each with what they see of the queue: whom its mails are for."""

from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.ids import MemberId
from parvis.features.moderation.rules import JUDGES, Scope
from parvis.features.moderation.tables import Audience

# Groups of the whole tenant give audiences; managers and groups of one community give places.
_JUDGES = """
    SELECT m.id, ARRAY(SELECT DISTINCT unnest(g.permissions) FROM group_member x
                         JOIN role_group g ON g.tenant_id = x.tenant_id AND g.id = x.group_id
                        WHERE x.tenant_id = $1 AND x.member_id = m.id
                          AND x.community_id IS NULL) AS held,
           ARRAY(SELECT y.community_id FROM community_member y
                  WHERE y.tenant_id = $1 AND y.member_id = m.id AND y.standing = 'member'
                    AND y.role = 'manager'
                  UNION
                 SELECT z.community_id FROM group_member z
                   JOIN role_group g ON g.tenant_id = z.tenant_id AND g.id = z.group_id
                  WHERE z.tenant_id = $1 AND z.member_id = m.id AND z.community_id IS NOT NULL
                    AND 'community:manage' = ANY (g.permissions)) AS places,
           coalesce(p.digests, true) AS wants_digests
      FROM member m
      LEFT JOIN review_preference p ON p.tenant_id = m.tenant_id AND p.member_id = m.id
     WHERE m.tenant_id = $1 AND m.state = 'active' AND m.kind = 'person'
       AND (m.id IN (SELECT x.member_id FROM group_member x WHERE x.tenant_id = $1)
            OR m.id IN (SELECT y.member_id FROM community_member y WHERE y.tenant_id = $1
                           AND y.role = 'manager' AND y.standing = 'member'))
     ORDER BY m.id
"""


class Judge(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with a queue."""

    scope: Scope
    wants_digests: bool

    @property
    def member_id(self) -> MemberId:
        return self.scope.member_id

    def judges_for(self, audience: Audience) -> bool:
        return audience in self.scope.audiences


async def judges() -> tuple[Judge, ...]:
    """Return everybody who has a queue in the current tenant."""
    found = (_judge(row) for row in await db.fetch(_JUDGES))
    return tuple(one for one in found if one.scope.audiences or one.scope.places)


def _judge(row: db.Record) -> Judge:
    held = set(row["held"])
    return Judge(
        scope=Scope(
            audiences=tuple(audience for audience, right in JUDGES.items() if right in held),
            places=tuple(UUID(str(place)) for place in row["places"]),
            member_id=MemberId(row["id"]),
        ),
        wants_digests=row["wants_digests"],
    )
