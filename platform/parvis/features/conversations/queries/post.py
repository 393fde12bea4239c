"""One post with its comments, and what its author needs to change it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db, pagination, waiting
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.ids import ContributionId
from parvis.core.pagination import Page
from parvis.features.conversations import rules
from parvis.features.conversations.queries import cards
from parvis.features.conversations.queries.cards import Place, PostKind
from parvis.features.conversations.rules import CommentCan, PostCan, Said, Status
from parvis.features.members.queries import Author, author_columns

FIRST_ID = UUID(int=0)


class PostView(msgspec.Struct, frozen=True, kw_only=True):
    """A whole post: `body` in Markdown as written, `body_html` safe to show.

    `change` tells the author where a change stands that readers do not see (yet); None when
    there is none. `usual_wait` is how long a moderator usually takes, for what waits.
    """

    id: ContributionId
    kind: PostKind
    title: str
    body: str
    body_html: str
    author: Author
    community: Place
    is_official: bool
    marks: tuple[str, ...]
    status: Status
    change: Status | None
    created_at: datetime
    edited_at: datetime | None
    comments: int
    thanks: int
    thanked: bool
    can: PostCan
    usual_wait: str | None = None


class CommentView(msgspec.Struct, frozen=True, kw_only=True):
    """A comment. `status` is other than `live`, and `change` is not None, only for its author."""

    id: ContributionId
    post_id: ContributionId
    body: str
    body_html: str
    author: Author
    marks: tuple[str, ...]
    status: Status
    change: Status | None
    created_at: datetime
    edited_at: datetime | None
    can: CommentCan


class PostPage(msgspec.Struct, frozen=True, kw_only=True):
    """A post and a page of its comments, oldest first."""

    post: PostView
    replies: Page[CommentView]


# Whether the newest revision is not the one readers see; asked only for the author's own.
_CHANGE = """
           c.author_id = $2 AND c.live_revision_id IS NOT NULL AND EXISTS (
               SELECT FROM revision newer
                WHERE newer.tenant_id = $1 AND newer.contribution_id = c.id
                  AND newer.number > r.number) AS has_change
"""
_POST = f"""
    SELECT {cards.COLUMNS}, r.number, r.body, r.body_html, r.created_at AS revised_at, {_CHANGE}
      FROM contribution c
      {cards.JOINS}
     WHERE c.tenant_id = $1 AND c.id = $3 AND c.withdrawn_at IS NULL
"""
_COMMENT = f"""
    SELECT c.id, c.parent_id, c.author_id, c.created_at, c.decision,
           c.live_revision_id IS NOT NULL AS is_live, m.display_name AS author_name,
           {author_columns("m")},
           r.number, r.body, r.body_html, r.capacity, r.capacity_label, r.marks,
           r.created_at AS revised_at, {_CHANGE}
      FROM {{found}} AS page
      JOIN contribution c ON c.tenant_id = $1 AND c.id = page.id
      {cards.SHOWN_REVISION}
     ORDER BY c.id
"""
_COMMENTS = _COMMENT.format(
    found="""(
        (SELECT x.id FROM contribution x
          WHERE x.tenant_id = $1 AND x.parent_id = $3 AND x.live_revision_id IS NOT NULL
            AND x.id > $4
          ORDER BY x.id LIMIT $5)
        UNION ALL
        (SELECT x.id FROM contribution x
          WHERE x.tenant_id = $1 AND x.author_id = $2 AND x.parent_id = $3
            AND x.live_revision_id IS NULL AND x.withdrawn_at IS NULL AND x.id > $4
          ORDER BY x.id LIMIT $5)
        ORDER BY id LIMIT $5)"""
)
_ONE_COMMENT = _COMMENT.format(found="(SELECT $3::uuid AS id)")

_BEFORE = """
    SELECT count(*) FROM (
        SELECT FROM contribution
         WHERE tenant_id = $1 AND parent_id = $2 AND live_revision_id IS NOT NULL AND id < $3
         LIMIT $4) AS earlier
"""


async def post_page(actor: Actor, post: Said, after: str | None) -> PostPage:
    """Return an accessed post with a page of its comments."""
    return PostPage(
        post=await post_view(actor, post.id), replies=await comments(actor, post, after=after)
    )


async def post_view(actor: Actor, post_id: UUID) -> PostView:
    """Return a post that rules.access_post gave the actor."""
    row = await db.fetch_row(_POST, actor.require_member(), post_id)
    if row is None:
        raise NotFound
    common, change = cards.common(actor, row), _change(row)
    waits = "held" in (common["status"], change)
    return PostView(
        **common,
        body=row["body"],
        body_html=row["body_html"],
        change=change,
        edited_at=_edited_at(row),
        usual_wait=await waiting.usual("post", actor.locale) if waits else None,
    )


async def comments(
    actor: Actor, post: Said, *, after: str | None = None, limit: int | None = None
) -> Page[CommentView]:
    """Return a page of an accessed post's comments, oldest first, with the actor's own held ones.

    `next_after` is the id of the last comment given.
    """
    size = pagination.bounded(limit)
    start = pagination.before(after) if after else FIRST_ID
    rows = await db.fetch(_COMMENTS, actor.require_member(), post.id, start, size + 1)
    is_writer = post.community.is_member
    return pagination.page_of(rows, size, lambda row: _comment(actor, row, is_writer=is_writer))


async def comment_view(actor: Actor, comment: Said) -> CommentView:
    """Return an accessed comment."""
    row = await db.fetch_row(_ONE_COMMENT, actor.require_member(), comment.id)
    return _comment(actor, row, is_writer=comment.community.is_member)


async def address(comment: Said) -> str:
    """Return where an accessed comment is read: on its post's first page, or first on its own."""
    earlier = await db.fetch_value(_BEFORE, comment.post_id, comment.id, pagination.PAGE_SIZE)
    just_before = UUID(int=comment.id.int - 1)
    query = f"?after={just_before}" if earlier == pagination.PAGE_SIZE else ""
    return f"/posts/{comment.post_id}{query}#comment-{comment.id}"


def _comment(actor: Actor, row: Any, *, is_writer: bool) -> CommentView:
    return CommentView(
        id=row["id"],
        post_id=row["parent_id"],
        body=row["body"],
        body_html=row["body_html"],
        author=cards.author(actor, row["author_id"], row["author_name"], row),
        marks=cards.marks(actor, row["marks"]),
        status=rules.status(is_live=row["is_live"], decision=row["decision"]),
        change=_change(row),
        created_at=row["created_at"],
        edited_at=_edited_at(row),
        can=rules.can_comment(actor, author_id=row["author_id"], is_writer=is_writer),
    )


def _change(row: Any) -> Status | None:
    return rules.status(is_live=False, decision=row["decision"]) if row["has_change"] else None


def _edited_at(row: Any) -> datetime | None:
    """A change of what nobody has seen yet is no edit to anybody."""
    is_edited = row["is_live"] and row["number"] > 1
    return row["revised_at"] if is_edited else None
