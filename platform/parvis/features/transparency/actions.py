"""Publish the counts of a year: an act of the tenant admin, for good."""

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict
from parvis.core.i18n import N_
from parvis.features.transparency import counters, queries, rules
from parvis.features.transparency.period import Period
from parvis.features.transparency.public import public
from parvis.features.transparency.queries import PublicReport

_TURN = """
    SELECT pg_advisory_xact_lock(
        hashtextextended('transparency/' || $1::uuid::text, $2::bigint))
"""


async def publish(actor: Actor, period: Period) -> PublicReport:
    """Publish the figures of a year that is over; published again, a further version stands.

    Errors: NotFound to who is no tenant admin; Conflict while the year runs.
    """
    rules.require_admin(actor)
    year = period.year
    if year is None or clock.now() < period.until:
        raise Conflict(N_("A report is published of a whole year, once that is over."))
    await db.execute(_TURN, year)  # two at once take turns: versions have no gap
    figures = public(await counters.count(period))
    version = len(await queries.published(year)) + 1
    report_id = await db.insert(
        "transparency_report",
        year=year,
        version=version,
        figures=db.jsonb(figures),
        published_by=actor.require_member(),
        published_at=clock.now(),
    )
    await journal.record(
        actor,
        "transparency.published",
        subject=("transparency_report", report_id),
        data={"year": year, "version": version},
    )
    return await queries.public_report(year)
