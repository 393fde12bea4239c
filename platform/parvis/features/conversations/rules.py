"""Who sees a post or a comment, and who may do what with it."""

from typing import Literal
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Denied, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import CommunityId, ContributionId, MemberId
from parvis.core.permissions import Permission
from parvis.features.communities import rules as communities
from parvis.features.communities.rules import Community

Status = Literal["live", "held", "returned", "refused"]
# What a decision makes of words that readers do not see.
_UNSEEN: dict[str | None, Status] = {"return": "returned", "refuse": "refused", "redact": "refused"}


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A post or comment that the actor sees, and its community."""

    id: ContributionId
    post_id: ContributionId
    author_id: MemberId
    is_live: bool
    community: Community


class PostCan(msgspec.Struct, frozen=True, kw_only=True):
    """What the actor may do with a post."""

    edit: bool
    withdraw: bool
    thank: bool
    comment: bool
    report: bool


class CommentCan(msgspec.Struct, frozen=True, kw_only=True):
    """What the actor may do with a comment."""

    edit: bool
    withdraw: bool
    report: bool


def status(*, is_live: bool, decision: str | None) -> Status:
    """Return where words stand, as their author is told."""
    return "live" if is_live else _UNSEEN.get(decision, "held")


def can_post(actor: Actor, *, author_id: UUID, is_live: bool, is_writer: bool) -> PostCan:
    """Return what the actor may do with a post; `is_writer`: a member of its community."""
    is_own = author_id == actor.member_id
    return PostCan(
        edit=is_own and is_writer,
        withdraw=is_own,
        thank=is_live and not is_own,
        comment=is_live and is_writer,
        report=is_live and not is_own,
    )


def can_comment(actor: Actor, *, author_id: UUID, is_writer: bool) -> CommentCan:
    """Return what the actor may do with a comment."""
    is_own = author_id == actor.member_id
    return CommentCan(edit=is_own and is_writer, withdraw=is_own, report=not is_own)


_SAID = """
    SELECT c.id, c.author_id, c.place_id, coalesce(c.parent_id, c.id) AS post_id,
           c.live_revision_id IS NOT NULL AS is_live
      FROM contribution c
      LEFT JOIN contribution p ON p.tenant_id = c.tenant_id AND p.id = c.parent_id
     WHERE c.tenant_id = $1 AND c.id = $3 AND c.kind = $4 AND c.withdrawn_at IS NULL
       AND (c.live_revision_id IS NOT NULL OR c.author_id = $2)
       AND (p.id IS NULL OR p.live_revision_id IS NOT NULL)
"""


async def access_post(actor: Actor, post_id: UUID) -> Said:
    """Return a post the actor may see, else raise NotFound. A held one only its author sees."""
    return await _access(actor, post_id, "post")


async def access_comment(actor: Actor, comment_id: UUID) -> Said:
    """Return a comment the actor may see, below a post that is live, else raise NotFound."""
    return await _access(actor, comment_id, "comment")


def require_thankable(actor: Actor, post: Said) -> None:
    """Raise Denied for one's own post, and for one that nobody else sees yet."""
    if post.author_id == actor.member_id or not post.is_live:
        raise Denied(N_("Thanks go to what others have published."))


def require_commentable(post: Said) -> None:
    """Raise Denied unless the post is live and the actor is a member of its community."""
    communities.require_writer(post.community)
    if not post.is_live:
        raise Denied(N_("This post waits for a moderator: comments open when it is published."))


def require_editable(actor: Actor, said: Said) -> None:
    """Raise Denied unless the actor wrote it and still is a member of its community."""
    if said.author_id != actor.member_id:
        raise Denied(N_("Only its author can change this."))
    communities.require_writer(said.community)


def can_announce(actor: Actor) -> bool:
    """Whether the actor speaks for the firm."""
    return actor.may(Permission.POST_OFFICIAL)


def require_voice(actor: Actor, kind: str) -> None:
    """Raise Denied when someone announces without speaking for the firm."""
    if kind == "announcement" and not can_announce(actor):
        raise Denied(N_("Announcements are the firm’s own voice."))


async def _access(actor: Actor, contribution_id: UUID, kind: str) -> Said:
    row = await db.fetch_row(_SAID, actor.require_member(), contribution_id, kind)
    if row is None:
        raise NotFound
    community = await communities.access_reading(actor, CommunityId(row["place_id"]))
    return Said(
        id=row["id"],
        post_id=row["post_id"],
        author_id=row["author_id"],
        is_live=row["is_live"],
        community=community,
    )
