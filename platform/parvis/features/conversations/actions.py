"""Publish, comment, change, thank, take back; and the counters that follow what readers see."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.events import ContributionHidden, ContributionShown
from parvis.core.ids import new_id
from parvis.features.charter.verdict import Verdict
from parvis.features.communities import rules as communities
from parvis.features.communities.rules import Community
from parvis.features.contributions import actions as contributions
from parvis.features.contributions.actions import Written
from parvis.features.conversations import rules
from parvis.features.conversations.rules import Said

# PostgreSQL stores no NUL.
STORABLE = r"^[^\u0000]*$"
Title = Annotated[str, Meta(min_length=1, max_length=160, pattern=STORABLE)]
Body = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=STORABLE)]


class PostInput(msgspec.Struct, frozen=True, kw_only=True):
    """A new post, its body in Markdown. `announcement` speaks for the firm."""

    title: Title
    body: Body
    kind: Literal["discussion", "question", "announcement"] = "discussion"


class PostEdit(msgspec.Struct, frozen=True, kw_only=True):
    """New words for a post."""

    title: Title
    body: Body


class CommentInput(msgspec.Struct, frozen=True, kw_only=True):
    """A comment, or new words for one. Markdown."""

    body: Body


async def publish_post(
    actor: Actor, community: Community, post: PostInput, verdict: Verdict
) -> Written:
    """Write a post in a community; readers see it unless the verdict holds it."""
    communities.require_writer(community)
    rules.require_voice(actor, post.kind)
    written = await contributions.write(
        actor,
        kind="post",
        place_id=community.id,
        title=post.title,
        body=post.body,
        verdict=verdict,
    )
    await db.insert(
        "post",
        id=written.id,
        community_id=community.id,
        post_kind=post.kind,
        is_official=post.kind == "announcement",
    )
    return written


async def edit_post(actor: Actor, post: Said, new: PostEdit, verdict: Verdict) -> Written:
    """Keep new words of a post; a held change leaves the old words up."""
    rules.require_editable(actor, post)
    return await contributions.revise(
        actor, post.id, title=new.title, body=new.body, verdict=verdict
    )


async def publish_comment(
    actor: Actor, post: Said, comment: CommentInput, verdict: Verdict
) -> Written:
    """Write a comment below a post; readers see it unless the verdict holds it."""
    rules.require_commentable(post)
    return await contributions.write(
        actor,
        kind="comment",
        place_id=post.community.id,
        parent_id=post.id,
        body=comment.body,
        verdict=verdict,
    )


async def edit_comment(actor: Actor, comment: Said, new: CommentInput, verdict: Verdict) -> Written:
    """Keep new words of a comment; a held change leaves the old words up."""
    rules.require_editable(actor, comment)
    return await contributions.revise(actor, comment.id, body=new.body, verdict=verdict)


async def withdraw(actor: Actor, said: Said) -> None:
    """Take a post or comment back."""
    await contributions.withdraw(actor, said.id)


_THANK = """
    WITH added AS (
        INSERT INTO reaction (tenant_id, id, contribution_id, member_id, kind, at)
        VALUES ($1, $2, $3, $4, 'thanks', $5)
        ON CONFLICT (tenant_id, contribution_id, member_id, kind) DO NOTHING
        RETURNING contribution_id)
    UPDATE post SET thank_count = thank_count + 1
      FROM added WHERE post.tenant_id = $1 AND post.id = added.contribution_id
"""
_UNTHANK = """
    WITH gone AS (
        DELETE FROM reaction
         WHERE tenant_id = $1 AND contribution_id = $2 AND member_id = $3 AND kind = 'thanks'
        RETURNING contribution_id)
    UPDATE post SET thank_count = thank_count - 1
      FROM gone WHERE post.tenant_id = $1 AND post.id = gone.contribution_id
"""


async def thank(actor: Actor, post: Said) -> bool:
    """Thank for a post; return whether that is new. Twice is once."""
    rules.require_thankable(actor, post)
    member_id = actor.require_member()
    is_new = await db.execute(_THANK, new_id(), post.id, member_id, clock.now()) > 0
    if is_new:
        await journal.record(actor, "reaction.added", subject=("post", post.id))
    return is_new


async def take_thanks_back(actor: Actor, post: Said) -> None:
    """Take thanks back; without thanks nothing changes."""
    if await db.execute(_UNTHANK, post.id, actor.require_member()):
        await journal.record(actor, "reaction.removed", subject=("post", post.id))


async def toggle_thanks(actor: Actor, post: Said) -> None:
    """Thank for a post, or take the thanks back: what its one button does."""
    if not await thank(actor, post):
        await take_thanks_back(actor, post)


async def count_shown(event: ContributionShown) -> None:
    """Count a comment that became visible on its post."""
    if event.kind == "comment" and event.parent_id is not None:
        await _add_comments(event.parent_id, 1)


async def count_hidden(event: ContributionHidden) -> None:
    """Take a comment that is no longer visible out of its post's count."""
    if event.kind == "comment" and event.parent_id is not None:
        await _add_comments(event.parent_id, -1)


async def _add_comments(post_id: UUID, count: int) -> None:
    await db.execute(
        "UPDATE post SET comment_count = comment_count + $3 WHERE tenant_id = $1 AND id = $2",
        post_id,
        count,
    )
