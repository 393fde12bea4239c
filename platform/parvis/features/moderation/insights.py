"""Figures of moderation, counted by a worker: how long decisions take, which are taken back."""

from datetime import timedelta

from parvis.core import clock, db
from parvis.core.events_admin import Insight

LATELY, YEAR = timedelta(days=30), timedelta(days=365)

# Whose cases they are, is what "among" counts: below five people a figure is not kept.
_DELAYS = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS half,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY hours) AS most,
           count(DISTINCT author_id) AS among
      FROM (SELECT extract(epoch FROM d.at - i.created_at)::float8 / 3600 AS hours, i.author_id
              FROM decision d
              JOIN review_item i ON i.tenant_id = d.tenant_id AND i.id = d.item_id
             WHERE d.tenant_id = $1 AND d.at >= $2 AND d.action <> 'escalate'
               AND d.decided_by_rule IS NULL) AS taken
"""
_BACKLOG = """
    SELECT percentile_cont(0.5) WITHIN GROUP (
               ORDER BY extract(epoch FROM $2::timestamptz - i.created_at)::float8 / 3600) AS hours,
           count(DISTINCT i.author_id) AS among
      FROM review_item i
     WHERE i.tenant_id = $1 AND i.status IN ('open', 'claimed', 'escalated')
"""
_REVERSALS = """
    SELECT coalesce(d.clause_id, '') AS clause,
           count(r.id)::float8 / count(*) AS share, count(DISTINCT d.member_id) AS among
      FROM decision d
      LEFT JOIN decision r ON r.tenant_id = d.tenant_id AND r.reverses_id = d.id
     WHERE d.tenant_id = $1 AND d.at >= $2 AND d.clause_id IS NOT NULL
     GROUP BY d.clause_id ORDER BY d.clause_id LIMIT 40
"""


async def counted() -> list[Insight]:
    """Return the figures of moderation as they are now."""
    return [*await _delays(), *await _backlog(), *await _reversals()]


async def _delays() -> list[Insight]:
    row = await db.fetch_row(_DELAYS, clock.now() - LATELY)
    if row is None or row["half"] is None:
        return []
    return [
        Insight(name=name, unit="hours", value=row[column], among=row["among"])
        for name, column in (("decision_half", "half"), ("decision_most", "most"))
    ]


async def _backlog() -> list[Insight]:
    row = await db.fetch_row(_BACKLOG, clock.now())
    if row is None or row["hours"] is None:
        return []
    return [Insight(name="backlog_age", unit="hours", value=row["hours"], among=row["among"])]


async def _reversals() -> list[Insight]:
    return [
        Insight(
            name="reversals", of=row["clause"], unit="share", value=row["share"], among=row["among"]
        )
        for row in await db.fetch(_REVERSALS, clock.now() - YEAR)
    ]
