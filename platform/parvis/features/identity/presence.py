"""The one statement that finds out who is asking."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db
from parvis.core.actor import Actor, Sanction, Standing
from parvis.core.capacities import worded_label
from parvis.core.ids import CharterVersionId, CommunityId, MemberId, SessionId, TokenId
from parvis.core.permissions import Permission
from parvis.core.tenancy import Tenant
from parvis.features.identity import sessions
from parvis.features.identity.assurance import assurance_of, best_of
from parvis.features.identity.rules import is_verified
from parvis.features.identity.tokens import api_tokens

# Enough to repair the way in and to say who may come; nothing of what members share.
EMERGENCY = frozenset({Permission.TENANT_MANAGE, Permission.MEMBER_MANAGE})


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking, and what the session needs of the request."""

    actor: Actor
    last_seen_at: datetime | None = None
    is_deactivated: bool = False


# One round trip on every request of a member or program: $2 token, $3 now, $4 whether it writes.
# What only the charter's rules ask for is counted for writing requests alone, and no further
# than any rule can tell the difference.
_WHO = """
WITH who AS ({who}), held AS (
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
    -- As moderation/rules.py JUDGES has it.
    SELECT ARRAY(SELECT a.audience
                   FROM (VALUES ('moderators', 'review:decide'), ('compliance', 'notice:decide'),
                                ('tenant_admin', 'tenant:manage')) AS a (audience, permission)
                  WHERE EXISTS (SELECT FROM held WHERE community_id IS NULL
                                   AND a.permission = ANY (permissions))) AS audiences
)
SELECT who.*,
       ARRAY(SELECT slug FROM held WHERE community_id IS NULL) AS roles,
       ARRAY(SELECT DISTINCT unnest(permissions) FROM held WHERE community_id IS NULL)
           AS permissions,
       ARRAY(SELECT community_id FROM place ORDER BY community_id) AS communities,
       ARRAY(SELECT community_id FROM managed) AS managed,
       (SELECT jsonb_object_agg(latest.version_id, latest.at) FROM (
                SELECT DISTINCT ON (a.version_id) a.version_id, a.decision, a.at
                  FROM charter_acceptance a
                 WHERE a.tenant_id = $1 AND a.member_id = who.member_id
                 ORDER BY a.version_id, a.id DESC) latest
              WHERE latest.decision = 'accepted') AS accepted,
       (SELECT count(*) FROM (
            SELECT FROM notice n WHERE n.tenant_id = $1 AND n.member_id = who.member_id
               AND n.read_at IS NULL LIMIT 100) unread) AS unread,
       CASE WHEN duty.audiences <> '{{}}' OR EXISTS (SELECT FROM managed) THEN (
            SELECT count(*) FROM (
                SELECT FROM review_item r
                 WHERE r.tenant_id = $1 AND r.status IN ('open', 'claimed', 'escalated')
                   AND (r.audience = ANY (duty.audiences)
                        OR (r.audience = 'moderators' AND r.status <> 'escalated'
                            AND r.place_id IN (SELECT community_id FROM managed)))
                 LIMIT 100) waiting) ELSE 0 END AS waiting,
       CASE WHEN who.kind = 'emergency' OR EXISTS (SELECT FROM held) THEN EXISTS (
            SELECT FROM auth_session e
             WHERE e.tenant_id = $1 AND e.connection_id IS NULL AND e.ended_at IS NULL
               AND e.absolute_until > $3 AND e.idle_until > $3) ELSE false END
           AS emergency_runs,
       CASE WHEN $4 THEN (
            SELECT count(*) FROM (
                SELECT FROM contribution c
                 WHERE c.tenant_id = $1 AND c.author_id = who.member_id
                   AND c.live_revision_id IS NOT NULL AND c.kind <> 'profile'
                 LIMIT 1000) published) ELSE 0 END
           AS published,
       CASE WHEN $4 THEN (
            SELECT count(*) FROM (
                SELECT FROM contribution c
                  JOIN decision d ON d.tenant_id = c.tenant_id AND d.contribution_id = c.id
                 WHERE c.tenant_id = $1 AND c.author_id = who.member_id
                   AND d.action IN ('refuse', 'redact') AND d.at > $3 - interval '90 days'
                   AND NOT EXISTS (SELECT FROM decision back
                                    WHERE back.tenant_id = $1 AND back.reverses_id = d.id)
                 LIMIT 10) warned) ELSE 0 END AS warnings,
       (SELECT jsonb_agg(jsonb_build_object(
                    'kind', given.kind, 'decision_id', given.decision_id,
                    'clause_id', given.clause_id, 'charter_version_id', given.charter_version_id,
                    'place_id', given.place_id, 'until', given.until,
                    'starts_at', given.starts_at,
                    'place', k.slug, 'place_title', k.title)
                ORDER BY given.starts_at)
          FROM sanction given
          LEFT JOIN community k ON k.tenant_id = $1 AND k.id = given.place_id
         WHERE given.tenant_id = $1 AND given.member_id = who.member_id
           AND given.lifted_at IS NULL AND (given.until IS NULL OR given.until > $3)) AS sanctions
  FROM who, duty
"""
_MEMBER = """
           m.id AS member_id, m.display_name, m.name_source, m.capacity, m.capacity_label,
           m.firm, m.register_number, m.locale, m.state, m.kind, m.joined_at
"""
_BY_SESSION = _WHO.format(who=f"""
    SELECT s.id AS session_id, s.acr, s.auth_time, c.acr_map, s.last_seen_at,
           NULL::uuid AS token_id, NULL::text[] AS scopes, {_MEMBER}
      FROM auth_session s
      JOIN member m ON m.tenant_id = s.tenant_id AND m.id = s.member_id
      LEFT JOIN connection c ON c.tenant_id = s.tenant_id AND c.id = s.connection_id
     WHERE s.tenant_id = $1 AND s.token_hash = $2 AND s.ended_at IS NULL
       AND s.idle_until > $3 AND s.absolute_until > $3 AND c.is_enabled IS NOT FALSE
""")  # fmt: skip
_BY_TOKEN = _WHO.format(who=f"""
    SELECT NULL::uuid AS session_id, NULL::text AS acr, NULL::timestamptz AS auth_time,
           NULL::jsonb AS acr_map, t.last_used_at AS last_seen_at, t.id AS token_id, t.scopes,
           {_MEMBER}
      FROM api_token t
      JOIN member m ON m.tenant_id = t.tenant_id AND m.id = t.member_id
     WHERE t.tenant_id = $1 AND t.token_hash = $2 AND t.revoked_at IS NULL AND t.expires_at > $3
""")  # fmt: skip


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
    return await _found(_BY_SESSION, visitor, token, asked=asked, writes=writes)


async def load_program(tenant: Tenant, token: str, *, locale: str, writes: bool) -> Presence:
    """Return whom the API token `token` stands for, a visitor when it is good for nothing.

    A program answers in its member's language.
    """
    visitor = Presence(actor=Actor(tenant=tenant, locale=locale))
    if not api_tokens.KIND.is_one(token):
        return visitor
    found = await _found(_BY_TOKEN, visitor, token, asked=None, writes=writes)
    return visitor if found.is_deactivated else found


async def _found(
    sql: str, visitor: Presence, token: str, *, asked: str | None, writes: bool
) -> Presence:
    row = await db.fetch_row(sql, crypto.digest(token), clock.now(), writes)
    if row is None:
        return visitor
    if row["state"] != "active":
        return Presence(actor=visitor.actor, is_deactivated=True)
    tenant, fallback = visitor.actor.tenant, visitor.actor.locale
    own = row["locale"] if row["locale"] in tenant.locales else fallback
    return Presence(
        actor=_actor(tenant, row, asked or own),
        last_seen_at=row["last_seen_at"],
    )


def _actor(tenant: Tenant, row: Any, locale: str) -> Actor:
    return _within_scopes(_whole_actor(tenant, row, locale))


def _within_scopes(actor: Actor) -> Actor:
    """Return who comes by a token with no more than the token names; anybody else as they are."""
    if actor.token_id is None:
        return actor
    manages = Permission.COMMUNITY_MANAGE in actor.scopes
    return msgspec.structs.replace(
        actor,
        permissions=actor.permissions & actor.scopes,
        managed=actor.managed if manages else frozenset(),
        waiting=0,
    )


def _whole_actor(tenant: Tenant, row: Any, locale: str) -> Actor:
    return Actor(
        tenant=tenant,
        locale=locale,
        member_id=MemberId(row["member_id"]),
        session_id=SessionId(row["session_id"]) if row["session_id"] else None,
        token_id=TokenId(row["token_id"]) if row["token_id"] else None,
        scopes=frozenset(row["scopes"] or ()),
        kind=row["kind"],
        name=row["display_name"],
        name_source=row["name_source"],
        capacity=row["capacity"],
        capacity_label=worded_label(row["capacity_label"], row["firm"], row["register_number"]),
        joined_at=row["joined_at"],
        roles=frozenset(row["roles"]),
        permissions=EMERGENCY if row["kind"] == "emergency" else frozenset(row["permissions"]),
        communities=tuple(CommunityId(place) for place in row["communities"]),
        managed=frozenset(CommunityId(place) for place in row["managed"]),
        accepted_at=_accepted_at(row["accepted"]),
        standing=_standing(row),
        emergency_runs=row["emergency_runs"],
        unread=row["unread"],
        waiting=row["waiting"],
    )


def _accepted_at(value: Any) -> dict[CharterVersionId, datetime]:
    found = db.from_jsonb(value, dict[UUID, datetime]) if value else {}
    return {CharterVersionId(version): at for version, at in found.items()}


class _Given(Sanction, frozen=True, kw_only=True):
    """A sanction as it is kept: a warning takes nothing, and is remembered by its date."""

    starts_at: datetime


def _standing(row: Any) -> Standing:
    given = db.from_jsonb(row["sanctions"], tuple[_Given, ...]) if row["sanctions"] else ()
    acr_map = db.from_jsonb(row["acr_map"], dict[str, str]) if row["acr_map"] else {}
    return Standing(
        published=row["published"],
        warnings=row["warnings"],
        warned_at=max((one.starts_at for one in given if one.kind == "warning"), default=None),
        sanctions=tuple(one for one in given if one.kind != "warning"),
        name_is_verified=is_verified(row["name_source"]),
        acr=row["acr"],
        authenticated_at=row["auth_time"],
        assurance=assurance_of(acr_map, row["acr"]),
        best_assurance=best_of(acr_map),
    )
