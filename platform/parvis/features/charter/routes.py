"""The charter for everyone, and the page on which a member answers to it."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect

from parvis.core import http, kept_form
from parvis.core.http import Req
from parvis.core.i18n import N_
from parvis.features.charter import actions, interstitial, queries
from parvis.features.charter.actions import AcceptanceInput
from parvis.features.charter.interstitial import AcceptanceForm
from parvis.features.charter.queries import AcceptanceView, CharterJson
from parvis.features.charter.rules import CharterChanged
from parvis.features.charter.tables import Decision

ANSWERING = {"open": "answering to the charter cannot wait for its acceptance"}
NOT_AGREED = N_("Please tick the box to say that you have read the charter.")


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


@get("/charter/acceptance", opt=ANSWERING, include_in_schema=False)
async def acceptance(request: Req, next: FromQuery[str] = "/") -> Response[Any]:  # noqa: A002 -- the address says it
    view = await interstitial.acceptance_page(http.actor_of(request), next_path=next)
    return http.page(request, "charter/acceptance.html", view)


@post("/charter/acceptance", opt=ANSWERING, include_in_schema=False, status_code=200)
async def answer(request: Req) -> Response[Any] | Redirect:
    """Keep the answer; then go on, offer to send the kept form, or say what is missing."""
    actor, given = http.actor_of(request), await http.decode(request, AcceptanceForm)
    if given.decision is Decision.ACCEPTED and not given.agreed:
        return await _asked_again(request, given, NOT_AGREED, status=422)
    try:
        await actions.answer(actor, _input(given), how="interstitial")
    except CharterChanged as changed:
        return await _asked_again(request, given, changed.message, status=changed.status)
    if given.decision is not Decision.ACCEPTED:
        return http.redirect("/charter/acceptance")
    if given.resume:
        view = interstitial.resume_page(given, actor.locale)
        return http.page(request, "charter/resume.html", view)
    return http.redirect(http.same_origin_path(given.next))


def _input(given: AcceptanceForm) -> AcceptanceInput:
    return AcceptanceInput(decision=given.decision, version=given.version)


async def _asked_again(
    request: Req, given: AcceptanceForm, error: str, *, status: int
) -> Response[Any]:
    view = await interstitial.acceptance_page(
        http.actor_of(request), next_path=given.next, resume=given.resume,
        form=kept_form.decode(given.kept), error=error,
    )  # fmt: skip
    return http.page(request, "charter/acceptance.html", view, status=status)


@get("/api/v1/charter", opt={"public": True}, operation_id="getCharter", tags=["charter"])
async def get_charter(request: Req) -> CharterJson:
    """Return the charter in force, in all its languages. Open to everyone."""
    return await queries.charter_json(http.tenant_of(request))


@get(
    "/api/v1/charter/{number:int}",
    opt={"public": True},
    operation_id="getCharterVersion",
    tags=["charter"],
)
async def get_charter_version(request: Req, number: FromPath[int]) -> CharterJson:
    """Return one version of the charter that is or was in force. Open to everyone."""
    return await queries.charter_json(http.tenant_of(request), number)


@get(
    "/api/v1/charter/acceptance",
    opt=ANSWERING,
    operation_id="getCharterAcceptance",
    tags=["charter"],
)
async def get_acceptance(request: Req) -> AcceptanceView:
    """Return your answer to the charter in force."""
    return await queries.acceptance(http.actor_of(request))


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
    return await queries.acceptance(actor)


HANDLERS = (
    charter, charter_version, acceptance, answer, get_charter, get_charter_version,
    get_acceptance, answer_charter,
)  # fmt: skip
