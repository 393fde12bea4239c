"""The report and the statements as JSON."""

from datetime import date

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from parvis.core import http
from parvis.core.http import Req
from parvis.core.step_up import StepUp
from parvis.features.transparency import actions, counters, queries, routes, rules
from parvis.features.transparency.figures import Figures
from parvis.features.transparency.period import asked, of_year
from parvis.features.transparency.queries import PublicReport

TAGS = ["transparency"]


@get("/api/v1/admin/transparency", operation_id="getTransparencyReport", tags=TAGS)
async def get_report(
    request: Req,
    year: FromQuery[int | None] = None,
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
) -> Figures:
    """Return the figures of a year, or from a first to a last day."""
    rules.require_admin(http.actor_of(request))
    timezone = http.tenant_of(request).timezone
    return await counters.count(asked(year=year, first=first, last=last, timezone=timezone))


@post(
    "/api/v1/admin/transparency/{year:int}/publications",
    opt={"act": "transparency.publish", "step_up": StepUp.PUBLISH, "session_only": True},
    operation_id="publishTransparencyReport",
    tags=TAGS,
)
async def publish(request: Req, year: FromPath[int]) -> PublicReport:
    """Publish the counts of a year that is over; once more makes a further version."""
    span = of_year(year, http.tenant_of(request).timezone)
    return await actions.publish(http.actor_of(request), span)


@get(
    "/api/v1/admin/transparency/statements",
    opt={"step_up": StepUp.EXPORT},
    operation_id="exportStatements",
    tags=TAGS,
)
async def export(
    request: Req,
    year: FromQuery[int | None] = None,
    first: FromQuery[str | None] = None,
    last: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Return statements of reasons, one call of the Commission's API a line (at most 100 each)."""
    return await routes.statements_answer(request, year, first, last)


@get(
    "/api/v1/transparency/{year:int}",
    opt=routes.PUBLIC,
    operation_id="getPublishedTransparencyReport",
    tags=TAGS,
)
async def get_published(year: FromPath[int], version: FromQuery[int | None] = None) -> PublicReport:
    """Return a published year; null stands for numbers about fewer than five people."""
    return await queries.public_report(year, version)


HANDLERS = (get_report, publish, export, get_published)
