"""Forms to write: every one works without JavaScript and keeps its text when something is wrong."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import Invalid
from parvis.core.http import Req
from parvis.features.communities import rules as communities
from parvis.features.conversations import actions, rules
from parvis.features.conversations.actions import CommentInput, PostEdit, PostInput
from parvis.features.conversations.queries import post as posts
from parvis.features.conversations.queries import writing
from parvis.features.conversations.queries.writing import Draft
from parvis.features.conversations.rules import Said

Answer = Response[Any] | Redirect


@get("/posts/new", include_in_schema=False)
async def compose(request: Req, community: FromQuery[str | None] = None) -> Response[Any]:
    """Show the form of a new post, in the community asked for or the member's first."""
    return await _compose(request, community, dict(request.query_params))


@post("/communities/{slug:str}/posts", opt={"act": "post.publish"}, include_in_schema=False)
async def publish(request: Req, slug: FromPath[str]) -> Answer:
    """Publish a post and show it, or show the form again with what is wrong."""
    actor = http.actor_of(request)
    community = await communities.access_community(actor, slug)
    try:
        data = await http.decode(request, PostInput)
    except Invalid as error:
        return await _compose(request, slug, await http.form_fields(request), error)
    written = await actions.publish_post(actor, community, data, request.state.verdict)
    return http.redirect(f"/posts/{written.id}")


@get("/posts/{post_id:uuid}/edit", include_in_schema=False)
async def edit_post_form(request: Req, post_id: FromPath[UUID]) -> Response[Any]:
    """Show the form to change a post, with what its author last wrote."""
    actor = http.actor_of(request)
    return await _edit(request, await rules.access_post(actor, post_id))


@post("/posts/{post_id:uuid}/edit", opt={"act": "post.edit"}, include_in_schema=False)
async def edit_post(request: Req, post_id: FromPath[UUID]) -> Answer:
    """Change a post and show it."""
    actor = http.actor_of(request)
    said = await rules.access_post(actor, post_id)
    try:
        data = await http.decode(request, PostEdit)
    except Invalid as error:
        return await _edit(request, said, await http.form_fields(request), error)
    await actions.edit_post(actor, said, data, request.state.verdict)
    return http.redirect(f"/posts/{post_id}")


@post("/posts/{post_id:uuid}/comments", opt={"act": "comment.publish"}, include_in_schema=False)
async def comment(request: Req, post_id: FromPath[UUID]) -> Answer:
    """Comment on a post and show the comment."""
    actor = http.actor_of(request)
    said = await rules.access_post(actor, post_id)
    try:
        data = await http.decode(request, CommentInput)
    except Invalid as error:
        draft = Draft.of(actor, await http.form_fields(request), error)
        view = await posts.post_page(actor, said, None)
        return _form(request, "conversations/post.html", view, error, draft=draft)
    written = await actions.publish_comment(actor, said, data, request.state.verdict)
    return http.redirect(f"/comments/{written.id}")


@get("/comments/{comment_id:uuid}/edit", include_in_schema=False)
async def edit_comment_form(request: Req, comment_id: FromPath[UUID]) -> Response[Any]:
    """Show the form to change a comment, with what its author last wrote."""
    actor = http.actor_of(request)
    return await _edit(request, await rules.access_comment(actor, comment_id))


@post("/comments/{comment_id:uuid}/edit", opt={"act": "comment.edit"}, include_in_schema=False)
async def edit_comment(request: Req, comment_id: FromPath[UUID]) -> Answer:
    """Change a comment and show it."""
    actor = http.actor_of(request)
    said = await rules.access_comment(actor, comment_id)
    try:
        data = await http.decode(request, CommentInput)
    except Invalid as error:
        return await _edit(request, said, await http.form_fields(request), error)
    await actions.edit_comment(actor, said, data, request.state.verdict)
    return http.redirect(f"/comments/{comment_id}")


@post("/posts/{post_id:uuid}/withdrawal", opt={"act": "content.withdraw"}, include_in_schema=False)
async def withdraw_post(request: Req, post_id: FromPath[UUID]) -> Redirect:
    """Take a post back and show its community."""
    actor = http.actor_of(request)
    said = await rules.access_post(actor, post_id)
    await actions.withdraw(actor, said)
    return http.redirect(f"/communities/{said.community.slug}")


@post(
    "/comments/{comment_id:uuid}/withdrawal",
    opt={"act": "content.withdraw"},
    include_in_schema=False,
)
async def withdraw_comment(request: Req, comment_id: FromPath[UUID]) -> Redirect:
    """Take a comment back and show its post."""
    actor = http.actor_of(request)
    said = await rules.access_comment(actor, comment_id)
    await actions.withdraw(actor, said)
    return http.redirect(f"/posts/{said.post_id}")


@post("/posts/{post_id:uuid}/thanks", opt={"act": "reaction.add"}, include_in_schema=False)
async def toggle_thanks(request: Req, post_id: FromPath[UUID]) -> Answer:
    """Thank for a post, or take the thanks back; htmx gets the button in its new state."""
    actor = http.actor_of(request)
    await actions.toggle_thanks(actor, await rules.access_post(actor, post_id))
    if not http.is_htmx(request):
        return http.redirect(f"/posts/{post_id}")
    view = await posts.post_view(actor, post_id)
    return http.fragment(request, "conversations/_thanks.html", view)


async def _compose(
    request: Req, slug: str | None, values: dict[str, str], error: Invalid | None = None
) -> Response[Any]:
    actor = http.actor_of(request)
    view = await writing.compose_page(actor, slug, Draft.of(actor, values, error))
    return _form(request, "conversations/compose.html", view, error)


async def _edit(
    request: Req, said: Said, values: dict[str, str] | None = None, error: Invalid | None = None
) -> Response[Any]:
    actor = http.actor_of(request)
    view = await writing.edit_page(actor, said, Draft.of(actor, values, error) if error else None)
    return _form(request, "conversations/edit.html", view, error)


def _form(
    request: Req, template: str, view: Any, error: Invalid | None, **more: Any
) -> Response[Any]:
    return http.page(request, template, view, status=422 if error else 200, **more)


HANDLERS = (
    compose, publish, edit_post_form, edit_post, comment, edit_comment_form, edit_comment,
    withdraw_post, withdraw_comment, toggle_thanks,
)  # fmt: skip
