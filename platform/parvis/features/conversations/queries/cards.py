"""Posts as cards: the columns every list of posts reads, and the Struct they become."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.ids import CommunityId, ContributionId
from parvis.features.contributions.revisions import Mark
from parvis.features.conversations import rules
from parvis.features.conversations.rules import PostCan, Status
from parvis.features.members import queries as members
from parvis.features.members.queries import Author, author_columns

PostKind = Literal["discussion", "question", "announcement"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The community a post is in."""

    id: CommunityId
    slug: str
    title: str


class LatestComment(msgspec.Struct, frozen=True, kw_only=True):
    """The newest comment that readers see."""

    id: ContributionId
    author: Author
    excerpt: str
    created_at: datetime


class PostCard(msgspec.Struct, frozen=True, kw_only=True):
    """A post in a list. `is_official`: the firm's own voice. `marks`: clauses it is marked with.

    `status` is other than `live` only for its author; `comments` and `thanks` count what readers
    see.
    """

    id: ContributionId
    kind: PostKind
    title: str
    excerpt: str
    author: Author
    community: Place
    is_official: bool
    marks: tuple[str, ...]
    status: Status
    created_at: datetime
    comments: int
    thanks: int
    thanked: bool
    latest_comment: LatestComment | None
    can: PostCan


# The newest revision where nothing is live: only its author is ever given such a row.
SHOWN_REVISION = """
      JOIN LATERAL (
           SELECT r.number, r.title, r.body, r.body_html, r.excerpt, r.capacity,
                  r.capacity_label, r.marks, r.created_at
             FROM revision r
            WHERE r.tenant_id = $1 AND r.contribution_id = c.id
              AND (r.id = c.live_revision_id OR c.live_revision_id IS NULL)
            ORDER BY r.number DESC LIMIT 1) r ON true
      JOIN member m ON m.tenant_id = $1 AND m.id = c.author_id
"""
# $2 is the actor. Capacities are those of the moment of writing.
COLUMNS = f"""
           c.id, c.author_id, c.created_at, c.decision,
           c.live_revision_id IS NOT NULL AS is_live,
           r.title, r.excerpt, r.capacity, r.capacity_label, r.marks,
           m.display_name AS author_name, {author_columns("m")},
           p.post_kind, p.is_official, p.comment_count, p.thank_count,
           k.id AS community_id, k.slug AS community_slug, k.title AS community_title,
           EXISTS (SELECT FROM reaction own
                    WHERE own.tenant_id = $1 AND own.contribution_id = c.id
                      AND own.member_id = $2 AND own.kind = 'thanks') AS thanked
"""
JOINS = f"""
      JOIN post p ON p.tenant_id = $1 AND p.id = c.id
      JOIN community k ON k.tenant_id = $1 AND k.id = c.place_id
      {SHOWN_REVISION}
"""
LATEST_COMMENT_COLUMNS = """
           lc.id AS comment_id, lc.author_id AS comment_author_id, lc.created_at AS commented_at,
           lc.display_name AS comment_author_name, lc.capacity AS comment_capacity,
           lc.capacity_label AS comment_capacity_label, lc.excerpt AS comment_excerpt,
           lc.author_is_former AS comment_author_is_former,
           lc.author_has_page AS comment_author_has_page
"""
LATEST_COMMENT = f"""
      LEFT JOIN LATERAL (
           SELECT x.id, x.author_id, x.created_at, xm.display_name, xr.capacity,
                  xr.capacity_label, xr.excerpt, {author_columns("xm")}
             FROM contribution x
             JOIN revision xr ON xr.tenant_id = $1 AND xr.id = x.live_revision_id
             JOIN member xm ON xm.tenant_id = $1 AND xm.id = x.author_id
            WHERE x.tenant_id = $1 AND x.parent_id = c.id AND x.live_revision_id IS NOT NULL
            ORDER BY x.id DESC LIMIT 1) lc ON p.comment_count > 0
"""


def card(actor: Actor, row: Any) -> PostCard:
    """Build a card from a row of COLUMNS and LATEST_COMMENT_COLUMNS."""
    return PostCard(
        **common(actor, row), excerpt=row["excerpt"], latest_comment=_latest_comment(actor, row)
    )


def common(actor: Actor, row: Any) -> dict[str, Any]:
    """Return what a card and a whole post have in common, from a row of COLUMNS."""
    return {
        "id": row["id"],
        "kind": row["post_kind"],
        "title": row["title"],
        "author": author(actor, row["author_id"], row["author_name"], row),
        "community": Place(
            id=row["community_id"], slug=row["community_slug"], title=row["community_title"]
        ),
        "is_official": row["is_official"],
        "marks": marks(actor, row["marks"]),
        "status": rules.status(is_live=row["is_live"], decision=row["decision"]),
        "created_at": row["created_at"],
        "comments": row["comment_count"],
        "thanks": row["thank_count"],
        "thanked": row["thanked"],
        "can": rules.can_post(
            actor,
            author_id=row["author_id"],
            is_live=row["is_live"],
            is_writer=row["community_id"] in actor.communities,
        ),
    }


def author(actor: Actor, author_id: Any, name: str, row: Any) -> Author:
    """Build an author with the capacity that the row's revision froze."""
    return members.author(
        actor.locale,
        member_id=author_id,
        name=name,
        capacity=row["capacity"],
        label=row["capacity_label"],
        is_former=row["author_is_former"],
        has_page=row["author_has_page"],
    )


def marks(actor: Actor, stored: str) -> tuple[str, ...]:
    """Return the titles of the clauses a text is marked with, in the reader's language."""
    if stored == "[]":
        return ()
    return tuple(mark.title(actor.locale) for mark in db.from_jsonb(stored, list[Mark]))


def _latest_comment(actor: Actor, row: Any) -> LatestComment | None:
    if row["comment_id"] is None:
        return None
    return LatestComment(
        id=row["comment_id"],
        author=members.author(
            actor.locale,
            member_id=row["comment_author_id"],
            name=row["comment_author_name"],
            capacity=row["comment_capacity"],
            label=row["comment_capacity_label"],
            is_former=row["comment_author_is_former"],
            has_page=row["comment_author_has_page"],
        ),
        excerpt=row["comment_excerpt"],
        created_at=row["commented_at"],
    )
