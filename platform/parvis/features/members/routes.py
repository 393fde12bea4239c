"""A member's page, as HTML and as JSON."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from parvis.core import http
from parvis.core.http import Req
from parvis.features.members import queries
from parvis.features.members.queries import MemberPage


@get("/people/{member_id:uuid}", include_in_schema=False)
async def person(request: Req, member_id: FromPath[UUID]) -> Response[Any]:
    """Show who a member is."""
    view = await queries.member_page(http.actor_of(request), member_id)
    return http.page(request, "members/member.html", view)


@get("/api/v1/people/{member_id:uuid}", operation_id="getMember", tags=["members"])
async def get_member(request: Req, member_id: FromPath[UUID]) -> MemberPage:
    """Return a member as other members see them."""
    return await queries.member_page(http.actor_of(request), member_id)


HANDLERS = (person, get_member)
