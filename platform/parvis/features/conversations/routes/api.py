"""The same as JSON."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from parvis.core import http
from parvis.core.http import Req
from parvis.core.pagination import Page
from parvis.features.communities import rules as communities
from parvis.features.conversations import actions, rules
from parvis.features.conversations.actions import CommentInput, PostEdit, PostInput
from parvis.features.conversations.queries import feed, person
from parvis.features.conversations.queries import post as posts
from parvis.features.conversations.queries.cards import PostCard
from parvis.features.conversations.queries.feed import Voice
from parvis.features.conversations.queries.post import CommentView, PostView
from parvis.features.members import rules as members

TAGS = ["conversations"]
After = Annotated[str | None, QueryParameter(description="`next_after` of the page before.")]
Limit = Annotated[int | None, QueryParameter(description="Items a page, 1 to 100; 20 by default.")]


@get("/api/v1/feed", operation_id="getFeed", tags=TAGS)
async def get_feed(
    request: Req, voice: FromQuery[Voice | None] = None, after: After = None, limit: Limit = None
) -> Page[PostCard]:
    """Return the posts of the member's communities, newest first."""
    return await feed.feed(http.actor_of(request), voice=voice, after=after, limit=limit)


@get("/api/v1/people/{member_id:uuid}/posts", operation_id="listMemberPosts", tags=["members"])
async def list_member_posts(
    request: Req, member_id: FromPath[UUID], after: After = None, limit: Limit = None
) -> Page[PostCard]:
    """Return what a member published where you may read it, newest first."""
    actor = http.actor_of(request)
    author = await members.access_person(actor, member_id)
    return await person.person_posts(actor, author.id, after=after, limit=limit)


@get("/api/v1/communities/{slug:str}/posts", operation_id="listPosts", tags=TAGS)
async def list_posts(
    request: Req, slug: FromPath[str], after: After = None, limit: Limit = None
) -> Page[PostCard]:
    """Return a community's posts, newest first; 403 where only its members read them."""
    actor = http.actor_of(request)
    community = await communities.access_community(actor, slug)
    communities.require_reader(community)
    return await feed.posts(actor, community, after=after, limit=limit)


@post(
    "/api/v1/communities/{slug:str}/posts",
    opt={"act": "post.publish"},
    operation_id="publishPost",
    tags=TAGS,
)
async def publish_post(request: Req, slug: FromPath[str], data: JSONBody[PostInput]) -> PostView:
    """Publish a post. `status` is `held` when a moderator reads it first."""
    actor = http.actor_of(request)
    community = await communities.access_community(actor, slug)
    written = await actions.publish_post(actor, community, data, request.state.verdict)
    return await posts.post_view(actor, written.id)


@get("/api/v1/posts/{post_id:uuid}", operation_id="getPost", tags=TAGS)
async def get_post(request: Req, post_id: FromPath[UUID]) -> PostView:
    """Return a post."""
    actor = http.actor_of(request)
    return await posts.post_view(actor, (await rules.access_post(actor, post_id)).id)


@put("/api/v1/posts/{post_id:uuid}", opt={"act": "post.edit"}, operation_id="editPost", tags=TAGS)
async def edit_post(request: Req, post_id: FromPath[UUID], data: JSONBody[PostEdit]) -> PostView:
    """Change a post. `change` is `held` when a moderator reads the new words first."""
    actor = http.actor_of(request)
    said = await rules.access_post(actor, post_id)
    await actions.edit_post(actor, said, data, request.state.verdict)
    return await posts.post_view(actor, post_id)


@delete(
    "/api/v1/posts/{post_id:uuid}",
    opt={"act": "content.withdraw"},
    operation_id="withdrawPost",
    tags=TAGS,
)
async def withdraw_post(request: Req, post_id: FromPath[UUID]) -> None:
    """Take a post back."""
    actor = http.actor_of(request)
    await actions.withdraw(actor, await rules.access_post(actor, post_id))


@post(
    "/api/v1/posts/{post_id:uuid}/thanks",
    opt={"act": "reaction.add"},
    operation_id="thankForPost",
    tags=TAGS,
    status_code=200,
)
async def thank_for_post(request: Req, post_id: FromPath[UUID]) -> PostView:
    """Thank for a post; twice is once."""
    actor = http.actor_of(request)
    await actions.thank(actor, await rules.access_post(actor, post_id))
    return await posts.post_view(actor, post_id)


@delete(
    "/api/v1/posts/{post_id:uuid}/thanks",
    opt={"open": "Thanks may always be taken back."},
    operation_id="takeThanksBack",
    tags=TAGS,
)
async def take_thanks_back(request: Req, post_id: FromPath[UUID]) -> None:
    """Take thanks back."""
    actor = http.actor_of(request)
    await actions.take_thanks_back(actor, await rules.access_post(actor, post_id))


@get("/api/v1/posts/{post_id:uuid}/comments", operation_id="listComments", tags=TAGS)
async def list_comments(
    request: Req, post_id: FromPath[UUID], after: After = None, limit: Limit = None
) -> Page[CommentView]:
    """Return a post's comments, oldest first."""
    actor = http.actor_of(request)
    said = await rules.access_post(actor, post_id)
    return await posts.comments(actor, said, after=after, limit=limit)


@post(
    "/api/v1/posts/{post_id:uuid}/comments",
    opt={"act": "comment.publish"},
    operation_id="publishComment",
    tags=TAGS,
)
async def publish_comment(
    request: Req, post_id: FromPath[UUID], data: JSONBody[CommentInput]
) -> CommentView:
    """Comment on a post. `status` is `held` when a moderator reads it first."""
    actor = http.actor_of(request)
    said = await rules.access_post(actor, post_id)
    written = await actions.publish_comment(actor, said, data, request.state.verdict)
    return await posts.comment_view(actor, await rules.access_comment(actor, written.id))


@get("/api/v1/comments/{comment_id:uuid}", operation_id="getComment", tags=TAGS)
async def get_comment(request: Req, comment_id: FromPath[UUID]) -> CommentView:
    """Return a comment."""
    actor = http.actor_of(request)
    return await posts.comment_view(actor, await rules.access_comment(actor, comment_id))


@put(
    "/api/v1/comments/{comment_id:uuid}",
    opt={"act": "comment.edit"},
    operation_id="editComment",
    tags=TAGS,
)
async def edit_comment(
    request: Req, comment_id: FromPath[UUID], data: JSONBody[CommentInput]
) -> CommentView:
    """Change a comment. `change` is `held` when a moderator reads the new words first."""
    actor = http.actor_of(request)
    said = await rules.access_comment(actor, comment_id)
    await actions.edit_comment(actor, said, data, request.state.verdict)
    return await posts.comment_view(actor, said)


@delete(
    "/api/v1/comments/{comment_id:uuid}",
    opt={"act": "content.withdraw"},
    operation_id="withdrawComment",
    tags=TAGS,
)
async def withdraw_comment(request: Req, comment_id: FromPath[UUID]) -> None:
    """Take a comment back."""
    actor = http.actor_of(request)
    await actions.withdraw(actor, await rules.access_comment(actor, comment_id))


HANDLERS = (
    get_feed, list_member_posts, list_posts, publish_post, get_post, edit_post, withdraw_post,
    thank_for_post, take_thanks_back, list_comments, publish_comment, get_comment, edit_comment,
    withdraw_comment,
)  # fmt: skip
