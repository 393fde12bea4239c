"""Legal holds: a screen of the tenant's admin, and its JSON."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from parvis.core import http, i18n
from parvis.core.errors import Conflict, Invalid
from parvis.core.http import Req
from parvis.core.step_up import StepUp
from parvis.features.charter.forms import Typed, again
from parvis.features.charter.holds import actions, queries, rules
from parvis.features.charter.holds.actions import HoldInput
from parvis.features.charter.holds.queries import HoldsPage

PATH = "/admin/holds"
CHANGE = {"act": "hold.change", "step_up": StepUp.MEMBERS}


@get(PATH, include_in_schema=False)
async def holds_screen(request: Req) -> Response[Any]:
    """Show the holds, and how long the rest is kept."""
    return await _page(request, Typed())


@post(PATH, opt=CHANGE, include_in_schema=False)
async def place_form(request: Req) -> Response[Any] | Redirect:
    """Place a hold, or show the form again with what is wrong."""
    rules.require_keeper(http.actor_of(request))
    fields = await http.form_fields(request)
    try:
        await actions.place(http.actor_of(request), http.convert(fields, HoldInput))
    except (Invalid, Conflict) as error:
        return await _page(request, again(request, fields, error), status=error.status)
    return http.redirect(PATH)


@post(f"{PATH}/{{hold_id:uuid}}/lifting", opt=CHANGE, include_in_schema=False)
async def lift_form(request: Req, hold_id: FromPath[UUID]) -> Redirect:
    """Lift a hold."""
    await actions.lift(http.actor_of(request), hold_id)
    return http.redirect(PATH)


async def _page(request: Req, typed: Typed, *, status: int = 200) -> Response[Any]:
    view = await queries.holds_page(http.actor_of(request))
    locale = http.actor_of(request).locale
    kinds = [(kind, i18n.translate(locale, label)) for kind, label in queries.KINDS.items()]
    return http.page(request, "charter/holds.html", view, status=status, typed=typed, kinds=kinds)


TAGS = ["charter"]


@get("/api/v1/admin/holds", operation_id="listHolds", tags=TAGS)
async def list_holds(request: Req) -> HoldsPage:
    """Return the legal holds, and how long everything else is kept."""
    return await queries.holds_page(http.actor_of(request))


@post("/api/v1/admin/holds", opt=CHANGE, operation_id="placeHold", tags=TAGS)
async def place_hold(request: Req, data: JSONBody[HoldInput]) -> HoldsPage:
    """Protect a member, a contribution or the whole space from being deleted by time."""
    await actions.place(http.actor_of(request), data)
    return await queries.holds_page(http.actor_of(request))


@delete("/api/v1/admin/holds/{hold_id:uuid}", opt=CHANGE, operation_id="liftHold", tags=TAGS)
async def lift_hold(request: Req, hold_id: FromPath[UUID]) -> None:
    """Lift a legal hold."""
    await actions.lift(http.actor_of(request), hold_id)


HANDLERS = (holds_screen, place_form, lift_form, list_holds, place_hold, lift_hold)
