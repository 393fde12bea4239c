"""People: the directory, a member's page, and following them."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from parvis.core import http
from parvis.core.http import Req
from parvis.core.pagination import Page
from parvis.features.members import actions_follow, queries_directory, queries_profile
from parvis.features.members.queries_directory import Asked, Followed, People
from parvis.features.members.queries_profile import Profile

TAGS = ["members"]
FOLLOW = "/api/v1/people/{member_id:uuid}/follow"
NO_LEAVE = "To stop following somebody needs nobody's leave."
After = Annotated[str | None, QueryParameter(description="`next_after` of the page before.")]
Limit = Annotated[int | None, QueryParameter(description="Items a page, 1 to 100; 20 by default.")]
Words = Annotated[
    str,
    QueryParameter(description="Beginnings of words of the name, in any order.", max_length=200),
]
Community = Annotated[
    str | None, QueryParameter(description="Slug of a community you are in, or of an open one.")
]
Topic = Annotated[
    str | None, QueryParameter(description="Beginning of a topic of expertise.", max_length=200)
]


@get("/people", include_in_schema=False)
async def people(
    request: Req,
    *,
    q: Words = "",
    capacity: FromQuery[str | None] = None,
    community: Community = None,
    topic: Topic = None,
    after: After = None,
) -> Response[Any]:
    """Show the directory; htmx asks for further people only."""
    actor = http.actor_of(request)
    asked = _asked(q, capacity, community, topic)
    view = await queries_directory.directory(actor, asked, after=after)
    is_fragment = http.is_htmx(request) and after
    name = "members/_people.html" if is_fragment else "members/people.html"
    return http.page(request, name, view)


@get("/people/{member_id:uuid}", include_in_schema=False)
async def person(request: Req, member_id: FromPath[UUID]) -> Response[Any]:
    """Show who a member is."""
    view = await queries_profile.person_page(http.actor_of(request), member_id)
    return http.page(request, "members/member.html", view)


@post("/people/{member_id:uuid}/follow", opt={"act": "member.follow"}, include_in_schema=False)
async def follow(request: Req, member_id: FromPath[UUID]) -> Redirect:
    """Follow a member, and stay on their page."""
    await actions_follow.follow(http.actor_of(request), member_id)
    return http.redirect(f"/people/{member_id}")


@post("/people/{member_id:uuid}/follow/end", opt={"open": NO_LEAVE}, include_in_schema=False)
async def unfollow(request: Req, member_id: FromPath[UUID]) -> Redirect:
    """Stop following a member, and stay where that was asked."""
    await actions_follow.unfollow(http.actor_of(request), member_id)
    form = await http.form_fields(request)
    from_list = form.get("from") == "following"
    return http.redirect("/me/following" if from_list else f"/people/{member_id}")


@get("/me/following", include_in_schema=False)
async def following(request: Req, after: After = None) -> Response[Any]:
    """Show whom the member follows; htmx asks for further people only."""
    view = await queries_directory.following(http.actor_of(request), after=after)
    is_fragment = http.is_htmx(request) and after
    name = "members/_following.html" if is_fragment else "members/following.html"
    return http.page(request, name, view)


@get("/api/v1/people", operation_id="listPeople", tags=TAGS)
async def list_people(
    request: Req,
    *,
    q: Words = "",
    capacity: FromQuery[str | None] = None,
    community: Community = None,
    topic: Topic = None,
    after: After = None,
    limit: Limit = None,
) -> People:
    """Return members who appear in the directory, along their names."""
    asked = _asked(q, capacity, community, topic)
    actor = http.actor_of(request)
    return await queries_directory.people_page(actor, asked, after=after, limit=limit)


@get("/api/v1/people/{member_id:uuid}", operation_id="getMember", tags=TAGS)
async def get_member(request: Req, member_id: FromPath[UUID]) -> Profile:
    """Return a member as you may see them."""
    return await queries_profile.profile(http.actor_of(request), member_id)


@post(
    FOLLOW,
    opt={"act": "member.follow"},
    operation_id="followMember",
    tags=TAGS,
    status_code=200,
)
async def follow_member(request: Req, member_id: FromPath[UUID]) -> Profile:
    """Follow a member: what they publish where you may read it is told to you."""
    actor = http.actor_of(request)
    await actions_follow.follow(actor, member_id)
    return await queries_profile.profile(actor, member_id)


@delete(FOLLOW, opt={"open": NO_LEAVE}, operation_id="unfollowMember", tags=TAGS, status_code=204)
async def unfollow_member(request: Req, member_id: FromPath[UUID]) -> None:
    """Stop following a member."""
    await actions_follow.unfollow(http.actor_of(request), member_id)


@get("/api/v1/me/following", operation_id="listFollowing", tags=["me"])
async def list_following(request: Req, after: After = None, limit: Limit = None) -> Page[Followed]:
    """Return whom you follow, the latest first."""
    return await queries_directory.following(http.actor_of(request), after=after, limit=limit)


def _asked(q: str, capacity: str | None, community: str | None, topic: str | None) -> Asked:
    """Return what was asked for: a field of the form left empty asks for nothing."""
    return Asked(
        q=q.strip(), capacity=capacity or None, community=community or None, topic=topic or None
    )


HANDLERS = (
    people, person, follow, unfollow, following, list_people, get_member, follow_member,
    unfollow_member, list_following,
)  # fmt: skip
