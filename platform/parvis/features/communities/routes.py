"""The list of communities, joining, leaving, letting in. Their own pages are in conversations."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parvis.core import http
from parvis.core.http import Req
from parvis.core.ids import MemberId
from parvis.features.communities import actions, queries, queries_person, rules
from parvis.features.communities.queries import CommunityList, CommunityView, RequestList
from parvis.features.communities.queries_person import PersonCommunities
from parvis.features.members import rules as members

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


@get("/communities/{slug:str}/requests", include_in_schema=False)
async def requests_page(request: Req, slug: FromPath[str]) -> Response[Any]:
    """Show who waits to be let in."""
    actor = http.actor_of(request)
    community = await rules.access_community(actor, slug)
    view = await queries.requests(actor, community)
    return http.page(request, "communities/requests.html", view, community=community)


@post(
    "/communities/{slug:str}/requests/{member_id:uuid}/admission",
    opt={"act": "community.admit"},
    include_in_schema=False,
)
async def admit(request: Req, slug: FromPath[str], member_id: FromPath[UUID]) -> Redirect:
    """Let somebody in, and show who else waits."""
    await _admit(request, slug, member_id)
    return http.redirect(f"/communities/{slug}/requests")


@post(
    "/communities/{slug:str}/requests/{member_id:uuid}/refusal",
    opt={"act": "community.admit"},
    include_in_schema=False,
)
async def decline(request: Req, slug: FromPath[str], member_id: FromPath[UUID]) -> Redirect:
    """Let somebody stay outside, and show who else waits."""
    await _decline(request, slug, member_id)
    return http.redirect(f"/communities/{slug}/requests")


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


@get(
    "/api/v1/communities/{slug:str}/requests",
    operation_id="listJoinRequests",
    tags=["communities"],
)
async def list_requests(request: Req, slug: FromPath[str]) -> RequestList:
    """Return who waits to be let in, for those who manage the community."""
    actor = http.actor_of(request)
    return await queries.requests(actor, await rules.access_community(actor, slug))


@post(
    "/api/v1/communities/{slug:str}/requests/{member_id:uuid}/admission",
    opt={"act": "community.admit"},
    operation_id="admitMember",
    tags=["communities"],
    status_code=204,
)
async def admit_member(request: Req, slug: FromPath[str], member_id: FromPath[UUID]) -> None:
    """Let somebody in who asked to join."""
    await _admit(request, slug, member_id)


@post(
    "/api/v1/communities/{slug:str}/requests/{member_id:uuid}/refusal",
    opt={"act": "community.admit"},
    operation_id="declineMember",
    tags=["communities"],
    status_code=204,
)
async def decline_member(request: Req, slug: FromPath[str], member_id: FromPath[UUID]) -> None:
    """End somebody's request to join."""
    await _decline(request, slug, member_id)


async def _view(request: Req, slug: str) -> CommunityView:
    actor = http.actor_of(request)
    return await queries.community_view(actor, await rules.access_community(actor, slug))


async def _join(request: Req, slug: str) -> None:
    actor = http.actor_of(request)
    await actions.join(actor, await rules.access_community(actor, slug))


async def _leave(request: Req, slug: str) -> None:
    actor = http.actor_of(request)
    await actions.leave(actor, await rules.access_community(actor, slug))


async def _admit(request: Req, slug: str, member_id: UUID) -> None:
    actor = http.actor_of(request)
    community = await rules.access_community(actor, slug)
    await actions.admit(actor, community, MemberId(member_id))


async def _decline(request: Req, slug: str, member_id: UUID) -> None:
    actor = http.actor_of(request)
    community = await rules.access_community(actor, slug)
    await actions.decline(actor, community, MemberId(member_id))


@get(
    "/api/v1/people/{member_id:uuid}/communities",
    operation_id="listMemberCommunities",
    tags=["members"],
)
async def list_member_communities(request: Req, member_id: FromPath[UUID]) -> PersonCommunities:
    """Return a member's communities, as far as you may know of them."""
    actor = http.actor_of(request)
    person = await members.access_person(actor, member_id)
    return await queries_person.person_communities(actor, person.id)


HANDLERS = (
    list_member_communities,
    communities, join, leave, requests_page, admit, decline, list_communities, get_community,
    join_community, leave_community, list_requests, admit_member, decline_member,
)  # fmt: skip
