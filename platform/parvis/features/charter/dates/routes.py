"""The calendar: a screen of the tenant's admin, and its JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import Conflict, Invalid
from parvis.core.http import Req
from parvis.core.i18n import N_
from parvis.core.step_up import StepUp
from parvis.features.charter.dates import actions, queries, rules
from parvis.features.charter.dates.actions import EventInput
from parvis.features.charter.dates.queries import CalendarPage
from parvis.features.charter.forms import Typed, again

PATH = "/admin/calendar"
CHANGE = {"act": "calendar.change", "step_up": StepUp.CHARTER}
NO_MOMENT = N_("Please give the day and the hour.")


@get(PATH, include_in_schema=False)
async def calendar_screen(request: Req) -> Response[Any]:
    """Show the calendar and the windows that follow it."""
    return await _page(request, Typed())


@post(PATH, opt=CHANGE, include_in_schema=False)
async def date_event_form(request: Req) -> Response[Any] | Redirect:
    """Date an event, or show the form again with what is wrong."""
    rules.require_keeper(http.actor_of(request))
    fields = await http.form_fields(request)
    try:
        await actions.date_event(http.actor_of(request), _input(request, fields))
    except Invalid as error:
        return await _page(request, again(request, fields, error), status=error.status)
    return http.redirect(PATH)


def _input(request: Req, fields: Mapping[str, Any]) -> EventInput:
    """Return what a form says, by the house's own clock."""
    tenant = http.tenant_of(request)
    title = {locale: fields.get(f"title_{locale}", "") for locale in tenant.locales}
    try:
        local = datetime.fromisoformat(f"{fields.get('day')}T{fields.get('hour')}")
    except ValueError:
        raise Invalid(fields={"at": NO_MOMENT}) from None
    at = local.replace(tzinfo=ZoneInfo(tenant.timezone))
    return http.convert({"name": fields.get("name", ""), "title": title, "at": at}, EventInput)


@post(f"{PATH}/{{event_id:uuid}}/removal", opt=CHANGE, include_in_schema=False)
async def drop_event_form(request: Req, event_id: FromPath[UUID]) -> Response[Any] | Redirect:
    """Take an event off the calendar, or say what follows it."""
    try:
        await actions.drop_event(http.actor_of(request), event_id)
    except Conflict as error:
        return await _page(request, again(request, {}, error), status=error.status)
    return http.redirect(PATH)


async def _page(request: Req, typed: Typed, *, status: int = 200) -> Response[Any]:
    view = await queries.calendar_page(http.actor_of(request))
    return http.page(request, "charter/calendar.html", view, status=status, typed=typed)


TAGS = ["charter"]


@get("/api/v1/admin/calendar", operation_id="getCalendar", tags=TAGS)
async def get_calendar(request: Req) -> CalendarPage:
    """Return the dated events, and the windows of the charters that follow them."""
    return await queries.calendar_page(http.actor_of(request))


@post("/api/v1/admin/calendar", opt=CHANGE, operation_id="dateEvent", tags=TAGS, status_code=200)
async def date_event(request: Req, data: JSONBody[EventInput]) -> CalendarPage:
    """Put an event into the calendar, or move the one of that name; windows follow at once."""
    await actions.date_event(http.actor_of(request), data)
    return await queries.calendar_page(http.actor_of(request))


@delete("/api/v1/admin/calendar/{event_id:uuid}", opt=CHANGE, operation_id="dropEvent", tags=TAGS)
async def drop_event(request: Req, event_id: FromPath[UUID]) -> None:
    """Take an event off the calendar that no window follows."""
    await actions.drop_event(http.actor_of(request), event_id)


HANDLERS = (
    calendar_screen, date_event_form, drop_event_form, get_calendar, date_event, drop_event,
)  # fmt: skip
