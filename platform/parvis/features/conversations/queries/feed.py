"""The feed: a bounded merge of one index scan a community, then one page of cards."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from parvis.core import db, pagination
from parvis.core.actor import Actor
from parvis.core.events import HomeOpened, RailCard, publish
from parvis.core.ids import CommunityId
from parvis.core.pagination import Page
from parvis.features.communities.queries import (
    CommunityView,
    OwnCommunity,
    community_view,
    own_communities,
    readable_places,
)
from parvis.features.communities.rules import Community
from parvis.features.conversations.queries import cards
from parvis.features.conversations.queries.cards import PostCard
from parvis.features.identity.names import listed

Voice = Literal["official", "members", "followed"]


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """The home page: the feed, the member's communities, and what is due beside it."""

    feed: Page[PostCard]
    voice: Voice | None
    communities: tuple[OwnCommunity, ...]
    rail: tuple[RailCard, ...]

    @property
    def fresh(self) -> int:
        """How many posts are new in all communities since Monday."""
        return sum(community.fresh for community in self.communities)


class CommunityPage(msgspec.Struct, frozen=True, kw_only=True):
    """A community and its posts; none for who may only know that it exists."""

    community: CommunityView
    posts: Page[PostCard]


# Flat in the number of posts: each scan reads at most a page, newest first. $3 communities,
# $4 the id to go on below, $5 one more than the page, $6 whose voice.
_LIVE = """
    SELECT c.id FROM contribution c
     WHERE c.tenant_id = $1 AND c.place_id = place.id AND c.kind = 'post'
       AND c.live_revision_id IS NOT NULL AND c.id < $4
     ORDER BY c.id DESC LIMIT $5
"""
_LIVE_OF_VOICE = """
    SELECT p.id FROM post p
      JOIN contribution c ON c.tenant_id = $1 AND c.id = p.id
     WHERE p.tenant_id = $1 AND p.community_id = place.id AND p.is_official = $6
       AND c.live_revision_id IS NOT NULL AND p.id < $4
     ORDER BY p.id DESC LIMIT $5
"""
# One index scan for each of those the member follows, of whom there are 500 at most. Who is absent
# from the directory cannot be followed, for as long as they are.
_OF_FOLLOWED = f"""
    SELECT live.id
      FROM member_follow f
      JOIN member m ON m.tenant_id = $1 AND m.id = f.followed_id AND {listed("m")}
     CROSS JOIN LATERAL (
            SELECT c.id FROM contribution c
             WHERE c.tenant_id = $1 AND c.author_id = f.followed_id AND c.kind = 'post'
               AND c.live_revision_id IS NOT NULL AND c.place_id = ANY ($3) AND c.id < $4
             ORDER BY c.id DESC LIMIT $5) live
     WHERE f.tenant_id = $1 AND f.follower_id = $2
"""
# One's own that nobody else sees: waiting, returned or refused, in its place in time.
_OWN_UNSEEN = """
    SELECT c.id FROM contribution c
     WHERE c.tenant_id = $1 AND c.author_id = $2 AND c.kind = 'post' AND c.place_id = ANY ($3)
       AND c.live_revision_id IS NULL AND c.withdrawn_at IS NULL AND c.id < $4
     ORDER BY c.id DESC LIMIT $5
"""


def _page_sql(live: str, *more: str) -> str:
    """Return the statement of a page of cards among the communities of $3."""
    by_place = f"""
        SELECT live.id FROM unnest($3::uuid[]) AS place (id) CROSS JOIN LATERAL ({live}) live
    """
    return _cards_sql(by_place, *more)


def _cards_sql(*branches: str) -> str:
    """Return the statement of a page of cards of what all `branches` find, newest first."""
    merged = " UNION ALL ".join(f"({branch})" for branch in branches)
    return f"""
    SELECT {cards.COLUMNS}, {cards.LATEST_COMMENT_COLUMNS}
      FROM ({merged} ORDER BY id DESC LIMIT $5) AS page
      JOIN contribution c ON c.tenant_id = $1 AND c.id = page.id
      {cards.JOINS} {cards.LATEST_COMMENT}
     ORDER BY c.id DESC
"""


_EVERYTHING = _page_sql(_LIVE, _OWN_UNSEEN)
_OF_VOICE = _page_sql(_LIVE_OF_VOICE)
_FOLLOWED = _cards_sql(_OF_FOLLOWED)
_PAGES = {None: _EVERYTHING, "official": _OF_VOICE, "members": _OF_VOICE, "followed": _FOLLOWED}


async def home(actor: Actor, *, voice: Voice | None, after: str | None) -> Home:
    """Return the home page of a member."""
    opened = HomeOpened(actor=actor, rail=[])
    page = await feed(actor, voice=voice, after=after)
    communities = await own_communities(actor)
    await publish(opened)
    return Home(feed=page, voice=voice, communities=communities, rail=tuple(opened.rail))


async def feed(
    actor: Actor, *, voice: Voice | None = None, after: str | None = None, limit: int | None = None
) -> Page[PostCard]:
    """Return a page of the posts of the member's communities, newest first.

    `voice` narrows it to the firm's announcements or to what members say; `followed` is what
    those publish whom the member follows, wherever the member may read. Without it, the member's
    own posts that wait for a moderator stand among the others.
    """
    own = [place for place in actor.communities if place not in actor.closed]
    places = await readable_places(actor) if voice == "followed" else own
    return await _page(actor, places, voice=voice, after=after, limit=limit)


async def posts(
    actor: Actor, community: Community, *, after: str | None = None, limit: int | None = None
) -> Page[PostCard]:
    """Return a page of a community's posts; an empty one for who may not read it."""
    places = (community.id,) if community.is_readable else ()
    return await _page(actor, places, after=after, limit=limit)


async def community_page(actor: Actor, community: Community, after: str | None) -> CommunityPage:
    """Return an accessed community with a page of its posts."""
    return CommunityPage(
        community=await community_view(actor, community),
        posts=await posts(actor, community, after=after),
    )


async def _page(
    actor: Actor,
    places: Sequence[CommunityId],
    *,
    voice: Voice | None = None,
    after: str | None,
    limit: int | None,
) -> Page[PostCard]:
    size = pagination.bounded(limit)
    values: list[UUID | Sequence[UUID] | int | bool] = [
        actor.require_member(), list(places), pagination.before(after), size + 1,
    ]  # fmt: skip
    if _PAGES[voice] is _OF_VOICE:
        values.append(voice == "official")
    rows = await db.fetch(_PAGES[voice], *values) if places else []
    return pagination.page_of(rows, size, lambda row: cards.card(actor, row))
