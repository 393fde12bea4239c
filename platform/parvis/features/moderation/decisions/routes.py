"""Decisions as pages: the list and one of them for staff, and one's own with every reason."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Meta

from parvis.core import http
from parvis.core.actor import Actor
from parvis.core.errors import AppError, Invalid
from parvis.core.http import Req
from parvis.core.i18n import translate
from parvis.core.step_up import StepUp
from parvis.features.moderation import reversal
from parvis.features.moderation.decisions import own, queries, rules
from parvis.features.moderation.decisions.queries import DecisionPage, Search
from parvis.features.moderation.decisions.views import DecisionView

Answer = Response[Any] | Redirect
OWN = "Whoever is restricted reads why, also while they are suspended."
REVERSE = {"act": "review.reverse", "step_up": StepUp.DECIDE}


class ReversalInput(msgspec.Struct, frozen=True, kw_only=True):
    """Why a decision is taken back, for the record; without personal data."""

    reason: Annotated[str, Meta(max_length=5000)] = ""


@get("/admin/decisions", include_in_schema=False)
async def decisions_screen(request: Req, after: FromQuery[str | None] = None) -> Response[Any]:
    """Show the decisions that a search finds, newest first."""
    actor = http.actor_of(request)
    rules.require_reader(actor)
    asked = {name: value for name, value in request.query_params.items() if value.strip()}
    errors: dict[str, str] = {}
    search = Search()
    try:
        search = http.convert(asked, Search)
    except Invalid as error:
        errors = {k: translate(actor.locale, v, **error.data) for k, v in error.fields.items()}
    found = await queries.decisions(actor, search, after=after)
    choices = await queries.choices(actor)
    return http.page(
        request,
        "moderation/decisions.html",
        found,
        search=search,
        choices=choices,
        errors=errors,
        status=422 if errors else 200,
    )


@get("/admin/decisions/{decision_id:uuid}", include_in_schema=False)
async def decision_screen(request: Req, decision_id: FromPath[UUID]) -> Response[Any]:
    """Show one decision with its whole record and its story."""
    return await _page(request, decision_id)


@post("/admin/decisions/{decision_id:uuid}/reversal", opt=REVERSE, include_in_schema=False)
async def reverse_form(request: Req, decision_id: FromPath[UUID]) -> Answer:
    """Take a decision back and show the one that does, or the form again with what is wrong."""
    actor = http.actor_of(request)
    given = await http.decode(request, ReversalInput)
    try:
        taken = await take_back(actor, decision_id, given)
    except (Invalid, reversal.AlreadyReversed) as error:
        return await _page(request, decision_id, error, reason=given.reason)
    return http.redirect(f"/admin/decisions/{taken.id}")


@get("/decisions/{decision_id:uuid}", opt={"open": OWN}, include_in_schema=False)
async def own_decision_page(request: Req, decision_id: FromPath[UUID]) -> Response[Any]:
    """Show a decision about the reader with the whole statement of reasons."""
    view = await own.own_decision(http.actor_of(request), decision_id)
    return http.page(request, "moderation/own_decision.html", view)


@get("/me/decisions", opt={"open": OWN}, include_in_schema=False)
async def own_decisions_page(request: Req, after: FromQuery[str | None] = None) -> Response[Any]:
    """Show what was decided about the reader."""
    view = await own.own_decisions(http.actor_of(request), after=after)
    return http.page(request, "moderation/own_decisions.html", view)


async def take_back(actor: Actor, decision_id: UUID, given: ReversalInput) -> DecisionView:
    """Take a decision back that the actor may read. Errors: NotFound, NotYours, as reverse."""
    decision = await rules.access_decision(actor, decision_id)
    shown = await queries.page(actor, decision)
    if shown.reversed_by is not None:
        raise reversal.AlreadyReversed
    if decision.action not in rules.REVERSIBLE:
        raise reversal.NothingToReverse
    if not shown.can_reverse:
        raise rules.NotYours
    return await reversal.reverse(actor, decision_id, reason=given.reason)


async def _page(
    request: Req, decision_id: UUID, error: AppError | None = None, *, reason: str = ""
) -> Response[Any]:
    actor = http.actor_of(request)
    decision = await rules.access_decision(actor, decision_id)
    view: DecisionPage = await queries.page(actor, decision)
    fields = (error.fields or {"reason": error.message}) if error else {}
    errors = {name: translate(actor.locale, said) for name, said in fields.items()}
    status = error.status if error else 200
    return http.page(
        request, "moderation/decision.html", view, errors=errors, reason=reason, status=status
    )


HANDLERS = (
    decisions_screen, decision_screen, reverse_form, own_decision_page, own_decisions_page,
)  # fmt: skip
