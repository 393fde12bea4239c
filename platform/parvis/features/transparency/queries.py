"""Reports: counted for the tenant admin, and as they were published."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.features.transparency import counters, rules
from parvis.features.transparency.figures import Figures
from parvis.features.transparency.period import Period
from parvis.features.transparency.public import PublicFigures


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """One published version of a year."""

    id: UUID
    year: int
    version: int
    published_at: datetime


class PublicReport(msgspec.Struct, frozen=True, kw_only=True):
    """A year for everybody: the version shown, and those it corrects."""

    year: int
    version: int
    published_at: datetime
    figures: PublicFigures
    versions: tuple[Published, ...]
    years: tuple[int, ...]


class ReportScreen(msgspec.Struct, frozen=True, kw_only=True):
    """What the tenant admin sees: the figures, what is published, and what may be."""

    figures: Figures
    year: int | None
    published: tuple[Published, ...]
    may_publish: bool
    exports_statements: bool


async def screen(actor: Actor, period: Period) -> ReportScreen:
    """Return the report of a stretch of time. Errors: NotFound to who is no tenant admin."""
    rules.require_admin(actor)
    return ReportScreen(
        figures=await counters.count(period),
        year=period.year,
        published=await published(period.year) if period.year else (),
        may_publish=period.year is not None and period.until <= clock.now(),
        exports_statements=actor.tenant.settings.exports_statements,
    )


_PUBLISHED = """
    SELECT id, year, version, published_at FROM transparency_report
     WHERE tenant_id = $1 AND year = $2 ORDER BY version DESC
"""
_REPORT = """
    SELECT figures FROM transparency_report
     WHERE tenant_id = $1 AND year = $2 AND version = $3
"""
_YEARS = "SELECT DISTINCT year FROM transparency_report WHERE tenant_id = $1 ORDER BY year DESC"


async def published(year: int) -> tuple[Published, ...]:
    """Return the published versions of a year, newest first."""
    rows = await db.fetch(_PUBLISHED, year)
    return tuple(msgspec.convert(dict(row), Published) for row in rows)


async def public_report(year: int | None, version: int | None = None) -> PublicReport:
    """Return a published year, the newest where none is named. Errors: NotFound."""
    years = tuple(row["year"] for row in await db.fetch(_YEARS))
    year = year or next(iter(years), None)
    versions = await published(year) if year else ()
    chosen = next((one for one in versions if version in (None, one.version)), None)
    if chosen is None or year is None:
        raise NotFound
    figures = await db.fetch_value(_REPORT, year, chosen.version)
    return PublicReport(
        year=year,
        version=chosen.version,
        published_at=chosen.published_at,
        figures=db.from_jsonb(figures, PublicFigures),
        versions=versions,
        years=years,
    )
