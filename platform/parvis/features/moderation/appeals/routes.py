"""The pages on which a member contests a decision, and follows that: open to the suspended too."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import Invalid, Unauthenticated
from parvis.core.http import Req
from parvis.core.i18n import translate
from parvis.core.pagination import Page
from parvis.features.moderation.appeals import actions, queries
from parvis.features.moderation.appeals.actions import AppealInput
from parvis.features.moderation.appeals.queries import AppealView

Answer = Response[Any] | Redirect
TAGS = ["redress"]
ALWAYS = "whoever was restricted may contest it, before any charter and under any sanction"
OPEN = {"open": ALWAYS}


@get("/appeals/new", opt=OPEN, include_in_schema=False)
async def contest_form(request: Req, decision: FromQuery[UUID]) -> Response[Any]:
    """Show a decision and ask why it should be changed."""
    return await _form(request, decision, "", {})


@post("/appeals/new", opt=OPEN, include_in_schema=False)
async def contest(request: Req, decision: FromQuery[UUID]) -> Answer:
    """Contest a decision and show the appeal, or the form again with what is wrong."""
    _require_member(request)
    try:
        given = await http.decode(request, AppealInput)
        await actions.file(http.actor_of(request), decision, given)
    except Invalid as error:
        locale = http.actor_of(request).locale
        said = {k: translate(locale, v, **error.data) for k, v in error.fields.items()}
        text = (await http.form_fields(request)).get("text", "")
        return await _form(request, decision, text, said, status=422)
    return http.redirect("/me/appeals")


@get("/me/appeals", opt=OPEN, include_in_schema=False)
async def my_appeals(request: Req, after: FromQuery[str | None] = None) -> Response[Any]:
    """Show the member's appeals and what became of them."""
    view = await queries.my_appeals(http.actor_of(request), after=after)
    return http.page(request, "moderation/appeals.html", view)


@get("/api/v1/me/appeals", opt=OPEN, operation_id="listMyAppeals", tags=TAGS)
async def list_mine(request: Req, after: FromQuery[str | None] = None) -> Page[AppealView]:
    """List the caller's appeals, newest first."""
    return await queries.my_appeals(http.actor_of(request), after=after)


@post(
    "/api/v1/decisions/{decision_id:uuid}/appeals",
    opt=OPEN,
    operation_id="contestDecision",
    tags=TAGS,
)
async def file(
    request: Req, decision_id: FromPath[UUID], data: JSONBody[AppealInput]
) -> AppealView:
    """Contest a decision that restricts the caller, once, within six months."""
    _require_member(request)
    actor = http.actor_of(request)
    appeal_id = await actions.file(actor, decision_id, data)
    mine = await queries.my_appeals(actor)
    return next(one for one in mine.items if one.id == appeal_id)


async def _form(
    request: Req, decision_id: UUID, text: str, errors: dict[str, str], *, status: int = 200
) -> Response[Any]:
    _require_member(request)
    view = await queries.contest_form(http.actor_of(request), decision_id)
    return http.page(
        request, "moderation/appeal.html", view, status=status, text=text, errors=errors
    )


def _require_member(request: Req) -> None:
    """A route that is open lets visitors in too: they have nothing to contest."""
    if not http.actor_of(request).signed_in:
        raise Unauthenticated


HANDLERS = (contest_form, contest, my_appeals, list_mine, file)
