"""The list of communities, joining and leaving. A community's own page is in conversations."""

from typing import Any

from litestar import Response, delete, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parvis.core import http
from parvis.core.http import Req
from parvis.features.communities import actions, queries, rules
from parvis.features.communities.queries import CommunityList, CommunityView

LEAVING = "One may always leave."


@get("/communities", include_in_schema=False)
async def communities(request: Req) -> Response[Any]:
    """Show every community the member may know of."""
    view = await queries.community_list(http.actor_of(request))
    return http.page(request, "communities/communities.html", view)


@post(
    "/communities/{slug:str}/membership",
    opt={"act": "community.join"},
    include_in_schema=False,
)
async def join(request: Req, slug: FromPath[str]) -> Redirect:
    """Join, or ask to, and show the community."""
    await _join(request, slug)
    return http.redirect(f"/communities/{slug}")


@post(
    "/communities/{slug:str}/membership/end",
    opt={"open": LEAVING},
    include_in_schema=False,
)
async def leave(request: Req, slug: FromPath[str]) -> Redirect:
    """Leave, and show the communities there are."""
    await _leave(request, slug)
    return http.redirect("/communities")


@get("/api/v1/communities", operation_id="listCommunities", tags=["communities"])
async def list_communities(request: Req) -> CommunityList:
    """Return every community the member may know of."""
    return await queries.community_list(http.actor_of(request))


@get("/api/v1/communities/{slug:str}", operation_id="getCommunity", tags=["communities"])
async def get_community(request: Req, slug: FromPath[str]) -> CommunityView:
    """Return one community."""
    return await _view(request, slug)


@post(
    "/api/v1/communities/{slug:str}/membership",
    opt={"act": "community.join"},
    operation_id="joinCommunity",
    tags=["communities"],
    status_code=200,
)
async def join_community(request: Req, slug: FromPath[str]) -> CommunityView:
    """Join a community, or ask to where one joins on request."""
    await _join(request, slug)
    return await _view(request, slug)


@delete(
    "/api/v1/communities/{slug:str}/membership",
    opt={"open": LEAVING},
    operation_id="leaveCommunity",
    tags=["communities"],
)
async def leave_community(request: Req, slug: FromPath[str]) -> None:
    """Leave a community, or take a request back."""
    await _leave(request, slug)


async def _view(request: Req, slug: str) -> CommunityView:
    community = await rules.access_community(http.actor_of(request), slug)
    return await queries.community_view(community)


async def _join(request: Req, slug: str) -> None:
    actor = http.actor_of(request)
    await actions.join(actor, await rules.access_community(actor, slug))


async def _leave(request: Req, slug: str) -> None:
    actor = http.actor_of(request)
    await actions.leave(actor, await rules.access_community(actor, slug))


HANDLERS = (
    communities, join, leave, list_communities, get_community, join_community, leave_community,
)  # fmt: skip
