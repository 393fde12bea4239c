"""A community's own charter: read, compared, answered to by whoever may know of the community."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import NotFound
from parvis.core.http import Req
from parvis.core.ids import CommunityId
from parvis.features.charter import actions, answering, changes, queries
from parvis.features.charter.actions import AcceptanceInput
from parvis.features.charter.changes import ChangesJson
from parvis.features.charter.conditional import published
from parvis.features.charter.in_force import InForce, in_force, in_force_of_community
from parvis.features.charter.queries import CharterJson
from parvis.features.charter.queries_answers import AcceptanceView, acceptance
from parvis.features.communities import rules

READING = {"open": "a charter is read before it is accepted"}
ANSWERING = {"open": "answering to a charter cannot wait for its acceptance"}


@get("/communities/{slug:str}/charter", opt=READING, include_in_schema=False)
async def charter(request: Req, slug: FromPath[str]) -> Response[Any]:
    return await _charter(request, slug, None)


@get("/communities/{slug:str}/charter/{number:int}", opt=READING, include_in_schema=False)
async def charter_version(
    request: Req, slug: FromPath[str], number: FromPath[int]
) -> Response[Any]:
    return await _charter(request, slug, number)


async def _charter(request: Req, slug: str, number: int | None) -> Response[Any]:
    actor = http.actor_of(request)
    view = await queries.charter_page(
        actor.tenant, actor.locale, number, community_id=await _place(request, slug)
    )
    return http.page(request, "charter/charter.html", view)


@get("/communities/{slug:str}/charter/{number:int}/changes", opt=READING, include_in_schema=False)
async def charter_changes(
    request: Req, slug: FromPath[str], number: FromPath[int], since: FromQuery[int | None] = None
) -> Response[Any]:
    actor = http.actor_of(request)
    view = await changes.changes_page(
        actor.tenant, actor.locale, number, since=since, community_id=await _place(request, slug)
    )
    return http.page(request, "charter/changes.html", view)


@get("/communities/{slug:str}/charter/acceptance", opt=ANSWERING, include_in_schema=False)
async def acceptance_page(
    request: Req,
    slug: FromPath[str],
    next: FromQuery[str | None] = None,  # noqa: A002 -- the address says it
) -> Response[Any]:
    charters = await _charters(request, slug)
    return await answering.page(request, charters, next_path=next or f"/communities/{slug}")


@post(
    "/communities/{slug:str}/charter/acceptance",
    opt=ANSWERING,
    include_in_schema=False,
    status_code=200,
)
async def answer(request: Req, slug: FromPath[str]) -> Response[Any] | Redirect:
    """Keep the answers to the community's charter, and to the firm's where it is due as well."""
    return await answering.take(request, await _charters(request, slug))


@get(
    "/api/v1/communities/{slug:str}/charter",
    opt=READING,
    operation_id="getCommunityCharter",
    tags=["charter"],
)
async def get_charter(request: Req, slug: FromPath[str]) -> Response[CharterJson | None]:
    """Return a community's own charter in force. 404 where only the charter of the firm holds."""
    place = await _place(request, slug)
    view = await queries.charter_json(http.tenant_of(request), community_id=place)
    return published(request, view, is_final=False, is_public=False)


@get(
    "/api/v1/communities/{slug:str}/charter/{number:int}",
    opt=READING,
    operation_id="getCommunityCharterVersion",
    tags=["charter"],
)
async def get_charter_version(
    request: Req, slug: FromPath[str], number: FromPath[int]
) -> Response[CharterJson | None]:
    """Return one version of a community's own charter that is or was in force."""
    place = await _place(request, slug)
    view = await queries.charter_json(http.tenant_of(request), number, community_id=place)
    return published(request, view, is_final=True, is_public=False)


@get(
    "/api/v1/communities/{slug:str}/charter/{number:int}/changes",
    opt=READING,
    operation_id="getCommunityCharterChanges",
    tags=["charter"],
)
async def get_charter_changes(
    request: Req, slug: FromPath[str], number: FromPath[int], since: FromQuery[int | None] = None
) -> Response[ChangesJson | None]:
    """Return what a version of a community's own charter changed."""
    place = await _place(request, slug)
    view = await changes.changes_json(
        http.tenant_of(request), number, since=since, community_id=place
    )
    return published(request, view, is_final=True, is_public=False)


@get(
    "/api/v1/communities/{slug:str}/charter/acceptance",
    opt=ANSWERING,
    operation_id="getCommunityCharterAcceptance",
    tags=["charter"],
)
async def get_acceptance(request: Req, slug: FromPath[str]) -> AcceptanceView:
    """Return your answer to a community's own charter in force."""
    *_, own = await _charters(request, slug)
    return await acceptance(http.actor_of(request), own)


@post(
    "/api/v1/communities/{slug:str}/charter/acceptance",
    opt=ANSWERING,
    operation_id="answerCommunityCharter",
    tags=["charter"],
    status_code=200,
)
async def answer_charter(
    request: Req, slug: FromPath[str], data: JSONBody[AcceptanceInput]
) -> AcceptanceView:
    """Accept, refuse or withdraw from a community's own charter, whose number you have read."""
    actor = http.actor_of(request)
    *_, own = await _charters(request, slug)
    await actions.answer(actor, data, how="api", community_id=own.community_id)
    *_, own = await _charters(request, slug)
    return await acceptance(actor, own)


async def _place(request: Req, slug: str) -> CommunityId:
    """Return the id of a community that the reader may know of. Errors: NotFound."""
    return (await rules.access_community(http.actor_of(request), slug)).id


async def _charters(request: Req, slug: str) -> list[InForce]:
    """Return the firm's charter and the community's own. Errors: NotFound without the latter."""
    tenant = http.tenant_of(request)
    own = await in_force_of_community(tenant, await _place(request, slug))
    if own is None:
        raise NotFound
    current = await in_force(tenant)
    return [current, own] if current else [own]


HANDLERS = (
    charter, charter_version, charter_changes, acceptance_page, answer, get_charter,
    get_charter_version, get_charter_changes, get_acceptance, answer_charter,
)  # fmt: skip
