"""Pages to read: home, a community, a post."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from parvis.core import http
from parvis.core.http import Req
from parvis.features.communities import rules as communities
from parvis.features.conversations import rules
from parvis.features.conversations.queries import feed, post
from parvis.features.conversations.queries.feed import Voice
from parvis.features.conversations.queries.writing import Draft

Cursor = Annotated[str | None, QueryParameter(description="`next_after` of the page before.")]


@get("/", include_in_schema=False)
async def home(
    request: Req, voice: FromQuery[Voice | None] = None, after: Cursor = None
) -> Response[Any]:
    """Show the feed; htmx asks for further cards only."""
    actor = http.actor_of(request)
    if http.is_htmx(request) and after:
        page = await feed.feed(actor, voice=voice, after=after)
        return http.fragment(request, "conversations/_cards.html", page, voice=voice)
    view = await feed.home(actor, voice=voice, after=after)
    return http.page(request, "conversations/home.html", view)


@get("/communities/{slug:str}", include_in_schema=False)
async def community(request: Req, slug: FromPath[str], after: Cursor = None) -> Response[Any]:
    """Show a community with its posts; htmx asks for further cards only."""
    actor = http.actor_of(request)
    place = await communities.access_community(actor, slug)
    if http.is_htmx(request) and after:
        page = await feed.posts(actor, place, after=after)
        return http.fragment(request, "conversations/_cards.html", page, voice=None)
    view = await feed.community_page(actor, place, after)
    return http.page(request, "conversations/community.html", view)


@get("/posts/{post_id:uuid}", include_in_schema=False)
async def one_post(request: Req, post_id: FromPath[UUID], after: Cursor = None) -> Response[Any]:
    """Show a post with its comments; htmx asks for further comments only."""
    actor = http.actor_of(request)
    said = await rules.access_post(actor, post_id)
    if http.is_htmx(request) and after:
        page = await post.comments(actor, said, after=after)
        return http.fragment(request, "conversations/_comments.html", page)
    view = await post.post_page(actor, said, after)
    return http.page(request, "conversations/post.html", view, draft=Draft())


@get("/comments/{comment_id:uuid}", include_in_schema=False)
async def one_comment(request: Req, comment_id: FromPath[UUID]) -> Redirect:
    """Lead to a comment among its neighbours."""
    comment = await rules.access_comment(http.actor_of(request), comment_id)
    return http.redirect(await post.address(comment))


HANDLERS = (home, community, one_post, one_comment)
