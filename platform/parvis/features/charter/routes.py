"""The charter for everyone, and the page on which a member answers to it."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import NotFound
from parvis.core.http import Req
from parvis.core.pagination import Page
from parvis.features.charter import actions, answering, changes, queries
from parvis.features.charter.actions import AcceptanceInput
from parvis.features.charter.changes import ChangesJson
from parvis.features.charter.conditional import published
from parvis.features.charter.in_force import InForce, in_force
from parvis.features.charter.queries import CharterJson
from parvis.features.charter.queries_answers import (
    AcceptanceView,
    OwnAnswer,
    acceptance,
    own_answers,
)

ANSWERING = {"open": "answering to the charter cannot wait for its acceptance"}
OWN = {"open": "what one answered to charters is one's own to read"}


@get("/charter", opt={"public": True}, include_in_schema=False)
async def charter(request: Req) -> Response[Any]:
    return await _charter(request, None)


@get("/charter/{number:int}", opt={"public": True}, include_in_schema=False)
async def charter_version(request: Req, number: FromPath[int]) -> Response[Any]:
    return await _charter(request, number)


async def _charter(request: Req, number: int | None) -> Response[Any]:
    actor = http.actor_of(request)
    view = await queries.charter_page(actor.tenant, actor.locale, number)
    return http.page(request, "charter/charter.html", view)


@get("/charter/{number:int}/changes", opt={"public": True}, include_in_schema=False)
async def charter_changes(
    request: Req, number: FromPath[int], since: FromQuery[int | None] = None
) -> Response[Any]:
    actor = http.actor_of(request)
    view = await changes.changes_page(actor.tenant, actor.locale, number, since=since)
    return http.page(request, "charter/changes.html", view)


@get("/charter/acceptance", opt=ANSWERING, include_in_schema=False)
async def acceptance_page(request: Req, next: FromQuery[str] = "/") -> Response[Any]:  # noqa: A002 -- the address says it
    return await answering.page(request, [await _current(request)], next_path=next)


@post("/charter/acceptance", opt=ANSWERING, include_in_schema=False, status_code=200)
async def answer(request: Req) -> Response[Any] | Redirect:
    """Keep the answer; then go on, offer to send the kept form, or say what is missing."""
    return await answering.take(request, [await _current(request)])


@get("/me/charters", opt=OWN, include_in_schema=False)
async def my_charters(request: Req, after: FromQuery[str | None] = None) -> Response[Any]:
    """Show what one answered to charters, and where one stands with those in force."""
    actor = http.actor_of(request)
    view = await own_answers(actor, after=after)
    current = await in_force(actor.tenant)
    standing = await acceptance(actor, current) if current else None
    return http.page(request, "charter/mine.html", view, standing=standing, is_first=not after)


@get("/api/v1/charter", opt={"public": True}, operation_id="getCharter", tags=["charter"])
async def get_charter(request: Req) -> Response[CharterJson | None]:
    """Return the charter in force, in all its languages. Open to everyone."""
    view = await queries.charter_json(http.tenant_of(request))
    return published(request, view, is_final=False, is_public=True)


@get(
    "/api/v1/charter/{number:int}",
    opt={"public": True},
    operation_id="getCharterVersion",
    tags=["charter"],
)
async def get_charter_version(request: Req, number: FromPath[int]) -> Response[CharterJson | None]:
    """Return one version of the charter that is or was in force. Open to everyone."""
    view = await queries.charter_json(http.tenant_of(request), number)
    return published(request, view, is_final=True, is_public=True)


@get(
    "/api/v1/charter/{number:int}/changes",
    opt={"public": True},
    operation_id="getCharterChanges",
    tags=["charter"],
)
async def get_charter_changes(
    request: Req, number: FromPath[int], since: FromQuery[int | None] = None
) -> Response[ChangesJson | None]:
    """Return what a version changed, since the one before it or since another. Open to everyone."""
    view = await changes.changes_json(http.tenant_of(request), number, since=since)
    return published(request, view, is_final=True, is_public=True)


@get(
    "/api/v1/charter/acceptance",
    opt=ANSWERING,
    operation_id="getCharterAcceptance",
    tags=["charter"],
)
async def get_acceptance(request: Req) -> AcceptanceView:
    """Return your answer to the charter in force."""
    return await acceptance(http.actor_of(request), await _current(request))


@post(
    "/api/v1/charter/acceptance",
    opt=ANSWERING,
    operation_id="answerCharter",
    tags=["charter"],
    status_code=200,
)
async def answer_charter(request: Req, data: JSONBody[AcceptanceInput]) -> AcceptanceView:
    """Accept, refuse or withdraw from the charter in force, whose number you have read."""
    actor = http.actor_of(request)
    await actions.answer(actor, data, how="api")
    return await acceptance(actor, await _current(request))


@get("/api/v1/me/charters", opt=OWN, operation_id="listOwnCharterAnswers", tags=["charter"])
async def list_own_answers(
    request: Req, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None
) -> Page[OwnAnswer]:
    """Return what you answered to charters, the last answer first."""
    return await own_answers(http.actor_of(request), after=after, limit=limit)


async def _current(request: Req) -> InForce:
    """Return the charter in force. Errors: NotFound where the tenant has published none."""
    current = await in_force(http.tenant_of(request))
    if current is None:
        raise NotFound
    return current


HANDLERS = (
    charter, charter_version, charter_changes, acceptance_page, answer, my_charters, get_charter,
    get_charter_version, get_charter_changes, get_acceptance, answer_charter, list_own_answers,
)  # fmt: skip
