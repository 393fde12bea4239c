"""The figures above the queue: what waits, how fast it is decided, over the last thirty days."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.features.moderation import queries, rules
from parvis.features.moderation.queries_lists import IN_SCOPE, scope_values

DAYS = 30
FEWEST_PEOPLE = 5
WIDTH, HEIGHT, MARGIN = 80, 28, 3


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Delay and share are None where fewer than five people's words were decided.

    The last two hold one value a day.
    """

    to_handle: int
    late: int
    median_minutes: int | None
    target_hours: int
    decisions: int
    published_percent: int | None
    decisions_by_day: tuple[int, ...]
    median_minutes_by_day: tuple[int, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A sparkline as two SVG paths in a box of 80 by 28."""

    line: str
    area: str


_DECIDED = f"""
    SELECT count(*) AS decisions,
           count(*) FILTER (WHERE d.action = 'publish') AS published,
           count(DISTINCT i.author_id) AS people,
           percentile_cont(0.5) WITHIN GROUP (
               ORDER BY extract(epoch FROM d.at - i.created_at)::float8) / 60 AS minutes
      FROM decision d
      JOIN review_item i ON i.tenant_id = d.tenant_id AND i.id = d.item_id
     WHERE d.tenant_id = $1 AND {IN_SCOPE} AND d.at >= $5 AND d.action <> 'escalate'
"""
_BY_DAY = f"""
    SELECT (d.at AT TIME ZONE $6)::date AS day, count(*) AS decisions,
           percentile_cont(0.5) WITHIN GROUP (
               ORDER BY extract(epoch FROM d.at - i.created_at)::float8) / 60 AS minutes
      FROM decision d
      JOIN review_item i ON i.tenant_id = d.tenant_id AND i.id = d.item_id
     WHERE d.tenant_id = $1 AND {IN_SCOPE} AND d.at >= $5 AND d.action <> 'escalate'
     GROUP BY 1 ORDER BY 1
"""


async def figures(actor: Actor) -> Figures:
    """Return the figures of the queue the actor sees. Errors: NotFound to who has none."""
    scope = rules.scope_of(actor)
    now, zone = clock.now(), actor.tenant.timezone
    since = _first_day(now, zone)
    waiting = await queries.counts(scope)
    total = await db.fetch_row(_DECIDED, *scope_values(scope), since)
    days = await db.fetch(_BY_DAY, *scope_values(scope), since, zone)
    assert total is not None  # noqa: S101 -- an aggregate has one row
    count, is_told = total["decisions"], total["people"] >= FEWEST_PEOPLE
    return Figures(
        to_handle=waiting.open + waiting.escalated,
        late=waiting.late,
        median_minutes=round(total["minutes"]) if is_told else None,
        target_hours=actor.tenant.settings.review_hours,
        decisions=count,
        published_percent=round(100 * total["published"] / count) if is_told else None,
        decisions_by_day=_daily(days, "decisions", since, zone),
        median_minutes_by_day=_decided_days(days) if is_told else (),
    )


def sparkline(values: Sequence[float]) -> Line | None:
    """Return the line through the values; None where fewer than two make no line."""
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    step, scale = WIDTH / (len(values) - 1), (HEIGHT - 2 * MARGIN) / ((high - low) or 1)
    points = (
        f"{round(n * step, 1)} {round(HEIGHT - MARGIN - (value - low) * scale, 1)}"
        for n, value in enumerate(values)
    )
    line = "M" + "L".join(points)
    return Line(line=line, area=f"{line}L{WIDTH} {HEIGHT}L0 {HEIGHT}z")


def _first_day(now: datetime, timezone: str) -> datetime:
    local = now.astimezone(ZoneInfo(timezone)) - timedelta(days=DAYS - 1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _daily(
    rows: Sequence[db.Record], column: str, since: datetime, timezone: str
) -> tuple[int, ...]:
    known: dict[date, int] = {row["day"]: row[column] for row in rows}
    first = since.astimezone(ZoneInfo(timezone)).date()
    return tuple(known.get(first + timedelta(days=n), 0) for n in range(DAYS))


def _decided_days(rows: Sequence[db.Record]) -> tuple[int, ...]:
    # A day without decisions has no delay: it is left out, not drawn as nought.
    return tuple(round(row["minutes"]) for row in rows)
