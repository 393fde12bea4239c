"""Communities as a member sees them: lists, cards, the navigation beside a page."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.capacities import role, worded_label
from parvis.core.ids import CommunityId, MemberId
from parvis.features.communities import rules
from parvis.features.communities.rules import Community, CommunityCan
from parvis.features.identity.names import listed

MOST_FRESH = 100


class CommunityView(msgspec.Struct, frozen=True, kw_only=True):
    """A community; `members` counts them, and is None for who may not read it."""

    id: CommunityId
    slug: str
    title: str
    description: str
    visibility: str
    joining: str
    kind: str
    standing: str | None
    members: int | None
    can: CommunityCan


class CommunityList(msgspec.Struct, frozen=True, kw_only=True):
    """All communities the actor may know of, in the firm's order."""

    items: tuple[CommunityView, ...]


class OwnCommunity(msgspec.Struct, frozen=True, kw_only=True):
    """A community the actor is in; `fresh` counts this week's posts, 100 at most."""

    id: CommunityId
    slug: str
    title: str
    visibility: str
    fresh: int


class JoinRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who asked to join, and waits."""

    member_id: MemberId
    name: str
    role: str
    asked_at: datetime


class RequestList(msgspec.Struct, frozen=True, kw_only=True):
    """Who waits to be let in, the longest first; the first hundred."""

    items: tuple[JoinRequest, ...]


_REQUESTS = """
    SELECT m.id, m.display_name, m.capacity, m.capacity_label, m.firm, m.register_number,
           cm.joined_at
      FROM community_member cm
      JOIN member m ON m.tenant_id = cm.tenant_id AND m.id = cm.member_id
     WHERE cm.tenant_id = $1 AND cm.community_id = $2 AND cm.standing = 'pending'
       AND m.state = 'active'
     ORDER BY cm.id LIMIT 100
"""
# Who is absent from the directory, or has left, is taken off: those are few, and have an index.
_MEMBERS = f"""
    ((SELECT count(*) FROM community_member m
       WHERE m.tenant_id = k.tenant_id AND m.community_id = k.id AND m.standing = 'member')
   - (SELECT count(*) FROM member p
        JOIN community_member m ON m.tenant_id = p.tenant_id AND m.member_id = p.id
         AND m.community_id = k.id AND m.standing = 'member'
       WHERE p.tenant_id = k.tenant_id AND NOT {listed("p")}))
"""
_LIST = f"""
    SELECT {_MEMBERS} AS members, {rules.COLUMNS}
     WHERE k.tenant_id = $1 AND (k.visibility <> 'secret' OR own.standing = 'member')
     ORDER BY k.position, k.title
"""
# Counted on the index of live posts: what is held or withdrawn is not in it.
_OWN = f"""
    SELECT k.id, k.slug, k.title, k.visibility, fresh.fresh
      FROM community_member own
      JOIN community k ON k.tenant_id = own.tenant_id AND k.id = own.community_id
     CROSS JOIN LATERAL (
        SELECT count(*) AS fresh FROM (
            SELECT 1 FROM contribution c
             WHERE c.tenant_id = $1 AND c.place_id = k.id AND c.kind = 'post'
               AND c.live_revision_id IS NOT NULL AND c.id > $3 AND NOT k.id = ANY ($4::uuid[])
             LIMIT {MOST_FRESH}) AS counted) AS fresh
     WHERE own.tenant_id = $1 AND own.member_id = $2 AND own.standing = 'member'
     ORDER BY k.position, k.title
"""


async def community_list(actor: Actor) -> CommunityList:
    """Return the communities the actor may know of; secret ones only to their members."""
    rows = await db.fetch(_LIST, actor.require_member())
    return CommunityList(items=tuple(_with_members(actor, row) for row in rows))


async def own_communities(actor: Actor) -> tuple[OwnCommunity, ...]:
    """Return the communities the actor is in, with what is new in each since Monday.

    What is written where a charter is still to be accepted is not counted.
    """
    monday = _first_id_of(_monday(actor.tenant.timezone))
    rows = await db.fetch(_OWN, actor.require_member(), monday, list(actor.closed))
    return tuple(OwnCommunity(**row) for row in rows)


async def community_view(actor: Actor, community: Community) -> CommunityView:
    """Return an accessed community with its number of members."""
    members: int | None = None
    if community.is_readable:
        members = await db.fetch_value(
            f"SELECT {_MEMBERS} FROM community k WHERE k.tenant_id = $1 AND k.id = $2",
            community.id,
        )
    return _view(actor, community, members)


async def requests(actor: Actor, community: Community) -> RequestList:
    """Return who waits to be let in; Denied to who does not decide that."""
    rules.require_manager(actor, community)
    rows = await db.fetch(_REQUESTS, community.id)
    return RequestList(
        items=tuple(
            JoinRequest(
                member_id=row["id"],
                name=row["display_name"],
                role=role(row["capacity"], _label(row), actor.locale),
                asked_at=row["joined_at"],
            )
            for row in rows
        )
    )


def _label(row: db.Record) -> str | None:
    return worded_label(row["capacity_label"], row["firm"], row["register_number"])


_READABLE = """
    SELECT k.id FROM community k
     WHERE k.tenant_id = $1 AND (k.visibility = 'open' OR k.id = ANY ($2::uuid[]))
       AND NOT k.id = ANY ($3::uuid[])
"""


async def readable_places(actor: Actor) -> tuple[CommunityId, ...]:
    """Return every community whose posts the actor may read: their own, and the open ones.

    One whose own charter the actor has to accept first is not among them.
    """
    actor.require_member()
    rows = await db.fetch(_READABLE, list(actor.communities), list(actor.closed))
    return tuple(CommunityId(row["id"]) for row in rows)


def _with_members(actor: Actor, row: db.Record) -> CommunityView:
    fields = dict(row)
    members = fields.pop("members")
    return _view(actor, msgspec.convert(fields, Community), members)


def _view(actor: Actor, community: Community, members: int | None) -> CommunityView:
    return CommunityView(
        **msgspec.structs.asdict(community),
        members=members if community.is_readable else None,
        can=rules.can(actor, community),
    )


def _monday(timezone: str) -> datetime:
    today = clock.now().astimezone(ZoneInfo(timezone))
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=today.weekday())


def _first_id_of(moment: datetime) -> UUID:
    """Return the id below every UUIDv7 made from this moment on."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
