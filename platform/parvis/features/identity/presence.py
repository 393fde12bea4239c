"""The one statement that finds out who is asking."""

from datetime import datetime
from typing import Any

import msgspec

from parvis.core import clock, crypto, db
from parvis.core.actor import Actor, Standing
from parvis.core.ids import CharterVersionId, CommunityId, MemberId, SessionId
from parvis.core.tenancy import Tenant
from parvis.features.identity import sessions
from parvis.features.identity.rules import is_verified


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking, and what the session needs of the request."""

    actor: Actor
    last_seen_at: datetime | None = None
    issuer: str | None = None
    is_deactivated: bool = False


# One round trip on every request of a member: $2 token, $3 now, $4 whether the request writes.
# What only the charter's rules ask for is counted for writing requests alone, and no further
# than any rule can tell the difference.
_WHO = """
WITH who AS (
    SELECT s.id AS session_id, s.issuer, s.acr, s.last_seen_at,
           m.id AS member_id, m.display_name, m.name_source, m.capacity, m.capacity_label,
           m.locale, m.state, m.joined_at
      FROM auth_session s
      JOIN member m ON m.tenant_id = s.tenant_id AND m.id = s.member_id
     WHERE s.tenant_id = $1 AND s.token_hash = $2 AND s.ended_at IS NULL
       AND s.idle_until > $3 AND s.absolute_until > $3
), held AS (
    SELECT g.slug, g.permissions, gm.community_id
      FROM group_member gm
      JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
     WHERE gm.tenant_id = $1 AND gm.member_id = (SELECT member_id FROM who)
), place AS (
    SELECT cm.community_id, cm.role
      FROM community_member cm
     WHERE cm.tenant_id = $1 AND cm.member_id = (SELECT member_id FROM who)
       AND cm.standing = 'member'
), managed AS (
    SELECT community_id FROM place WHERE role = 'manager'
     UNION
    SELECT community_id FROM held
     WHERE community_id IS NOT NULL AND 'community:manage' = ANY (permissions)
), duty AS (
    SELECT EXISTS (SELECT FROM held
                    WHERE community_id IS NULL AND 'review:decide' = ANY (permissions)) AS decides
)
SELECT who.*,
       ARRAY(SELECT slug FROM held WHERE community_id IS NULL) AS roles,
       ARRAY(SELECT DISTINCT unnest(permissions) FROM held WHERE community_id IS NULL)
           AS permissions,
       ARRAY(SELECT community_id FROM place ORDER BY community_id) AS communities,
       ARRAY(SELECT community_id FROM managed) AS managed,
       ARRAY(SELECT latest.version_id FROM (
                SELECT DISTINCT ON (a.version_id) a.version_id, a.decision
                  FROM charter_acceptance a
                 WHERE a.tenant_id = $1 AND a.member_id = who.member_id
                 ORDER BY a.version_id, a.id DESC) latest
              WHERE latest.decision = 'accepted') AS accepted,
       (SELECT count(*) FROM (
            SELECT FROM notice n WHERE n.tenant_id = $1 AND n.member_id = who.member_id
               AND n.read_at IS NULL LIMIT 100) unread) AS unread,
       CASE WHEN duty.decides OR EXISTS (SELECT FROM managed) THEN (
            SELECT count(*) FROM (
                SELECT FROM review_item r
                 WHERE r.tenant_id = $1 AND r.status IN ('open', 'claimed', 'escalated')
                   AND (duty.decides OR r.place_id IN (SELECT community_id FROM managed))
                 LIMIT 100) waiting) ELSE 0 END AS waiting,
       CASE WHEN $4 THEN (
            SELECT count(*) FROM (
                SELECT FROM contribution c
                 WHERE c.tenant_id = $1 AND c.author_id = who.member_id
                   AND c.live_revision_id IS NOT NULL LIMIT 1000) published) ELSE 0 END
           AS published,
       CASE WHEN $4 THEN (
            SELECT count(*) FROM (
                SELECT FROM contribution c
                  JOIN decision d ON d.tenant_id = c.tenant_id AND d.contribution_id = c.id
                 WHERE c.tenant_id = $1 AND c.author_id = who.member_id
                   AND d.action IN ('refuse', 'redact') AND d.at > $3 - interval '90 days'
                 LIMIT 10) warned) ELSE 0 END AS warnings
  FROM who, duty
"""


async def load_actor(
    tenant: Tenant, token: str | None, *, asked: str | None, fallback: str, writes: bool
) -> Presence:
    """Return who holds the session of `token`: a member, or a visitor when nobody does.

    Language: the one `asked` for, else the member's own, else `fallback`.
    `actor.standing` counts contributions and warnings only when the request `writes`.
    """
    visitor = Presence(actor=Actor(tenant=tenant, locale=asked or fallback))
    if token is None or not sessions.is_token(token):
        return visitor
    row = await db.fetch_row(_WHO, crypto.digest(token), clock.now(), writes)
    if row is None:
        return visitor
    if row["state"] != "active":
        return Presence(actor=visitor.actor, is_deactivated=True)
    own = row["locale"] if row["locale"] in tenant.locales else fallback
    return Presence(
        actor=_actor(tenant, row, asked or own),
        last_seen_at=row["last_seen_at"],
        issuer=row["issuer"],
    )


def _actor(tenant: Tenant, row: Any, locale: str) -> Actor:
    return Actor(
        tenant=tenant,
        locale=locale,
        member_id=MemberId(row["member_id"]),
        session_id=SessionId(row["session_id"]),
        name=row["display_name"],
        name_source=row["name_source"],
        capacity=row["capacity"],
        capacity_label=row["capacity_label"],
        joined_at=row["joined_at"],
        roles=frozenset(row["roles"]),
        permissions=frozenset(row["permissions"]),
        communities=tuple(CommunityId(place) for place in row["communities"]),
        managed=frozenset(CommunityId(place) for place in row["managed"]),
        accepted=frozenset(CharterVersionId(version) for version in row["accepted"]),
        standing=Standing(
            published=row["published"],
            warnings=row["warnings"],
            name_is_verified=is_verified(row["name_source"]),
            acr=row["acr"],
        ),
        unread=row["unread"],
        waiting=row["waiting"],
    )
