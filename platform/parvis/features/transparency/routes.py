"""The report: counted for the tenant admin, published for everybody, exported for authorities."""

from datetime import date
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import Invalid
from parvis.core.http import Req
from parvis.core.i18n import translate
from parvis.core.step_up import StepUp
from parvis.features.transparency import actions, counters, csv_report, labels, queries, rules
from parvis.features.transparency.period import Period, asked, of_year
from parvis.features.transparency.statements import calls

Answer = Response[Any] | Redirect
ADMIN = "/admin/transparency"
PUBLIC = {"public": True}


@get(ADMIN, include_in_schema=False)
async def report_screen(
    request: Req,
    year: FromQuery[int | None] = None,
    first: FromQuery[str | None] = None,
    last: FromQuery[str | None] = None,
) -> Response[Any]:
    """Show the figures of a year, or of any days, with what is published of them."""
    rules.require_admin(http.actor_of(request))
    errors: dict[str, str] = {}
    try:
        span = _span(request, year, first, last)
    except Invalid as error:
        locale = http.actor_of(request).locale
        errors = {name: translate(locale, text) for name, text in error.fields.items()}
        span = _span(request, None, None, None)
    view = await queries.screen(http.actor_of(request), span)
    return http.page(
        request,
        "transparency/report.html",
        view,
        status=422 if errors else 200,
        span=span,
        errors=errors,
        labels=labels.LABELS,
        asked={"first": first or "", "last": last or ""},
    )


@post(
    "/admin/transparency/{year:int}",
    opt={"act": "transparency.publish", "step_up": StepUp.PUBLISH, "session_only": True},
    include_in_schema=False,
)
async def publish(request: Req, year: FromPath[int]) -> Answer:
    """Publish the counts of a year, and show them as everybody sees them."""
    span = of_year(year, http.tenant_of(request).timezone)
    await actions.publish(http.actor_of(request), span)
    return http.redirect(f"/transparency/{year}")


@get("/admin/transparency/report.csv", include_in_schema=False)
async def report_file(
    request: Req,
    year: FromQuery[int | None] = None,
    first: FromQuery[str | None] = None,
    last: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Hand over the figures in the order of the harmonised template."""
    rules.require_admin(http.actor_of(request))
    span = _span(request, year, first, last)
    text = csv_report.written(http.tenant_of(request), await counters.count(span))
    return _file(text.encode(), f"transparency-{span.first}-{span.last}.csv", "text/csv")


@get(
    "/admin/transparency/statements.jsonl",
    opt={"step_up": StepUp.EXPORT},
    include_in_schema=False,
)
async def statements_file(
    request: Req,
    year: FromQuery[int | None] = None,
    first: FromQuery[str | None] = None,
    last: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Hand over statements of reasons, one call of the Commission's API a line."""
    return await statements_answer(request, year, first, last)


async def statements_answer(
    request: Req, year: int | None, first: str | None, last: str | None
) -> Response[bytes]:
    """Return the file of statements. Errors: NotFound, ExportIsOff; Invalid for odd days."""
    rules.require_export(http.actor_of(request))
    span = _span(request, year, first, last)
    lines = [msgspec.json.encode(call) async for call in calls(span)]
    body = b"".join(line + b"\n" for line in lines)
    return _file(body, f"statements-{span.first}-{span.last}.jsonl", "application/x-ndjson")


@get("/transparency", opt=PUBLIC, include_in_schema=False)
async def newest() -> Answer:
    """Lead to the newest published year. Errors: NotFound while nothing is published."""
    found = await queries.public_report(None)
    return http.redirect(f"/transparency/{found.year}")


@get("/transparency/{year:int}", opt=PUBLIC, include_in_schema=False)
async def year_page(
    request: Req, year: FromPath[int], version: FromQuery[int | None] = None
) -> Response[Any]:
    """Show a published year to everybody. Errors: NotFound for one that is not published."""
    view = await queries.public_report(year, version)
    return http.page(request, "transparency/year.html", view, labels=labels.LABELS)


def _span(request: Req, year: int | None, first: str | None, last: str | None) -> Period:
    timezone = http.tenant_of(request).timezone
    return asked(year=year, first=_day(first, "first"), last=_day(last, "last"), timezone=timezone)


def _day(text: str | None, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(fields={field: labels.NO_DAY}) from None


def _file(body: bytes, name: str, kind: str) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=f"{kind}; charset=utf-8", headers=headers)


HANDLERS = (report_screen, publish, report_file, statements_file, newest, year_page)
