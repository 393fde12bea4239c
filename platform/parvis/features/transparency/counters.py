"""The counting itself: a handful of statements over one stretch of time, each by its index."""

from collections.abc import Iterable
from typing import Any

from parvis.core import db
from parvis.features.moderation.legal_notices import categories
from parvis.features.transparency.figures import (
    Appeals,
    Cell,
    Figures,
    Measures,
    Misuse,
    NoticeCell,
    Notices,
)
from parvis.features.transparency.period import Period

ILLEGAL = "DECISION_GROUND_ILLEGAL_CONTENT"
# Every category, those without a decision too: a report that leaves nought out hides it.
CATEGORIES = (
    *(code for code in categories.LABELS if code.startswith(categories.PREFIX)),
    categories.OTHER_VIOLATION,
)
SOURCES = (
    "SOURCE_VOLUNTARY", "SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER",
    "SOURCE_TYPE_OTHER_NOTIFICATION",
)  # fmt: skip
GROUNDS = (ILLEGAL, "DECISION_GROUND_INCOMPATIBLE_CONTENT")
KINDS = (
    "DECISION_VISIBILITY_CONTENT_REMOVED", "DECISION_VISIBILITY_CONTENT_DISABLED",
    "DECISION_VISIBILITY_OTHER", "DECISION_PROVISION_PARTIAL_SUSPENSION",
    "DECISION_PROVISION_TOTAL_SUSPENSION", "DECISION_ACCOUNT_SUSPENDED",
)  # fmt: skip

_MINUTES = "extract(epoch FROM {})::float8 / 60"
# A statement of reasons makes a restriction: what has none restricts nobody.
_RESTRICTION = "d.ground_code IS NOT NULL AND d.redress_until IS NOT NULL"
_TOTALS = f"""
    SELECT count(*) FILTER (WHERE d.action <> 'escalate') AS decisions,
           count(*) FILTER (WHERE d.action IN ('publish', 'keep')) AS approvals,
           count(*) FILTER (WHERE {_RESTRICTION}) AS total,
           count(*) FILTER (WHERE {_RESTRICTION} AND d.source_type = 'SOURCE_VOLUNTARY') AS own,
           count(*) FILTER (WHERE {_RESTRICTION} AND d.automated_detection) AS detected,
           count(*) FILTER (WHERE {_RESTRICTION}
               AND d.automated_decision <> 'AUTOMATED_DECISION_NOT_AUTOMATED') AS automated,
           count(*) FILTER (WHERE d.reverses_id IS NOT NULL) AS reversed,
           count(*) FILTER (WHERE d.action = 'warn') AS warnings,
           count(*) FILTER (WHERE d.action = 'read_only') AS read_only,
           count(*) FILTER (WHERE d.action = 'suspend') AS suspensions
      FROM decision d
     WHERE d.tenant_id = $1 AND d.at >= $2 AND d.at < $3
"""
_MEDIAN = f"""
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY {_MINUTES.format("d.at - i.created_at")})
      FROM decision d
      JOIN review_item i ON i.tenant_id = d.tenant_id AND i.id = d.item_id
     WHERE d.tenant_id = $1 AND d.at >= $2 AND d.at < $3 AND {_RESTRICTION}
"""
_CELLS = f"""
    SELECT d.category_code, d.ground_code, d.source_type, k.kind, count(*) AS n,
           count(DISTINCT d.member_id) AS people
      FROM (SELECT *, coalesce(visibility_code, provision_code, account_code) AS kind
              FROM decision WHERE tenant_id = $1 AND at >= $2 AND at < $3) d,
           LATERAL (SELECT d.kind) k (kind)
     WHERE {_RESTRICTION}
     GROUP BY GROUPING SETS ((d.category_code), (d.ground_code), (d.source_type), (k.kind))
"""
_NOTICES = f"""
    SELECT n.category AS code, count(*) AS count,
           count(DISTINCT coalesce(encode(n.notifier_hash, 'hex'), n.id::text)) AS people,
           count(*) FILTER (WHERE n.is_trusted_flagger) AS trusted,
           count(*) FILTER (WHERE n.status = 'decided') AS decided,
           count(*) FILTER (WHERE d.ground_code = '{ILLEGAL}') AS by_law,
           count(*) FILTER (WHERE d.ground_code <> '{ILLEGAL}') AS by_charter,
           count(*) FILTER (WHERE d.automated_decision = 'AUTOMATED_DECISION_FULLY') AS by_machine,
           count(*) FILTER (WHERE n.is_unfounded) AS unfounded,
           percentile_cont(0.5) WITHIN GROUP (
               ORDER BY {_MINUTES.format("n.decided_at - n.received_at")}) AS minutes
      FROM legal_notice n
      LEFT JOIN decision d ON d.tenant_id = n.tenant_id AND d.id = n.decision_id
     WHERE n.tenant_id = $1 AND n.received_at >= $2 AND n.received_at < $3
     GROUP BY ROLLUP (n.category)
"""
_APPEALS = f"""
    SELECT count(*) AS received, count(a.member_id) AS by_members,
           count(a.legal_notice_id) AS by_notifiers,
           count(*) FILTER (WHERE a.outcome = 'upheld') AS upheld,
           count(*) FILTER (WHERE a.outcome = 'reversed') AS reversed,
           count(*) FILTER (WHERE a.outcome = 'withdrawn') AS withdrawn,
           percentile_cont(0.5) WITHIN GROUP (
               ORDER BY {_MINUTES.format("a.decided_at - a.filed_at")})
               FILTER (WHERE a.outcome IN ('upheld', 'reversed')) AS minutes
      FROM appeal a WHERE a.tenant_id = $1 AND a.filed_at >= $2 AND a.filed_at < $3
"""
_NOTIFIERS = """
    SELECT count(*) FILTER (WHERE kind = 'warning') AS warnings,
           count(*) FILTER (WHERE kind = 'suspension') AS suspensions
      FROM notice_measure WHERE tenant_id = $1 AND at >= $2 AND at < $3
"""
_REPORTS = """
    SELECT count(*) FROM review_cause
     WHERE tenant_id = $1 AND source = 'report' AND at >= $2 AND at < $3
"""


async def count(period: Period) -> Figures:
    """Return the figures of a stretch of time, as decisions, notices and appeals say them."""
    span = (period.since, period.until)
    totals = dict(await db.fetch_row(_TOTALS, *span) or {})
    notices, unfounded = await _notices(span)
    return Figures(
        first=period.first,
        last=period.last,
        decisions=totals["decisions"],
        approvals=totals["approvals"],
        reports=await db.fetch_value(_REPORTS, *span),
        notices=notices,
        measures=await _measures(span, totals),
        appeals=await _appeals(span),
        misuse=await _misuse(span, totals, unfounded),
    )


async def _measures(span: tuple[Any, Any], totals: dict[str, Any]) -> Measures:
    rows = await db.fetch(_CELLS, *span)
    return Measures(
        total=totals["total"],
        own_initiative=totals["own"],
        reversed=totals["reversed"],
        detected_by_machine=totals["detected"],
        decided_by_machine=totals["automated"],
        median_minutes=_whole(await db.fetch_value(_MEDIAN, *span)),
        by_kind=_cells(rows, "kind", KINDS),
        by_ground=_cells(rows, "ground_code", GROUNDS),
        by_category=_cells(rows, "category_code", CATEGORIES),
        by_source=_cells(rows, "source_type", SOURCES),
    )


def _cells(rows: Iterable[Any], column: str, known: tuple[str, ...]) -> tuple[Cell, ...]:
    found = {row[column]: row for row in rows if row[column] is not None}
    codes = (*known, *sorted(found.keys() - set(known)))
    return tuple(
        Cell(code=code, count=found[code]["n"], people=found[code]["people"])
        if code in found
        else Cell(code=code, count=0)
        for code in codes
    )


async def _notices(span: tuple[Any, Any]) -> tuple[Notices, int]:
    """Return the notices, and how many of them were manifestly unfounded."""
    rows = {row["code"]: dict(row) for row in await db.fetch(_NOTICES, *span)}
    total = rows.pop(None, _NONE)
    cells = tuple(_notice_cell(code, rows.get(code)) for code in CATEGORIES)
    counted = {name: total[name] for name in ("trusted", "decided", "by_law", "by_charter")}
    notices = Notices(
        **counted,
        received=total["count"],
        by_machine=total["by_machine"],
        median_minutes=_whole(total["minutes"]),
        by_category=cells,
    )
    return notices, total["unfounded"]


_NONE = {
    "count": 0, "people": 0, "trusted": 0, "decided": 0, "by_law": 0, "by_charter": 0,
    "by_machine": 0, "unfounded": 0, "minutes": None,
}  # fmt: skip


def _notice_cell(code: str, row: dict[str, Any] | None) -> NoticeCell:
    values = dict(row or _NONE)
    names = ("count", "people", "trusted", "decided", "by_law", "by_charter")
    return NoticeCell(
        code=code,
        median_minutes=_whole(values["minutes"]),
        **{name: values[name] for name in names},
    )


async def _appeals(span: tuple[Any, Any]) -> Appeals:
    row = dict(await db.fetch_row(_APPEALS, *span) or {})
    minutes = row.pop("minutes")
    return Appeals(**row, median_minutes=_whole(minutes))


async def _misuse(span: tuple[Any, Any], totals: dict[str, Any], unfounded: int) -> Misuse:
    row = dict(await db.fetch_row(_NOTIFIERS, *span) or {})
    return Misuse(
        warnings=totals["warnings"],
        read_only=totals["read_only"],
        suspensions=totals["suspensions"],
        notifier_warnings=row["warnings"],
        notifier_suspensions=row["suspensions"],
        unfounded_notices=unfounded,
    )


def _whole(minutes: float | None) -> int | None:
    return None if minutes is None else round(minutes)
