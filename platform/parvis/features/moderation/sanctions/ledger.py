"""What happened before: the four things that article 23 wants weighed, as far as rows know them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, text
from parvis.features.moderation import clauses
from parvis.features.moderation.decisions.about import ABOUT, STANDS

PERIOD = timedelta(days=365)
SHOWN = 20


class Strike(msgspec.Struct, frozen=True, kw_only=True):
    """One decision about the member or their words; `is_reversed` ones count for nothing."""

    id: UUID
    action: str
    clause: str | None
    title: str
    until: datetime | None
    is_reversed: bool
    at: datetime


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """A year of a member: `number` of restrictions that stand, of how many things written."""

    number: int
    written: int
    warnings: int
    warned_at: datetime | None
    strikes: tuple[Strike, ...]

    @property
    def percent(self) -> int | None:
        """The share of what they wrote that was restricted; None when they wrote nothing."""
        return round(100 * self.number / self.written) if self.written else None


_COUNTS = f"""
    WITH {ABOUT}
    SELECT (SELECT count(*) FROM contribution c
             WHERE c.tenant_id = $1 AND c.author_id = $2 AND c.created_at > $3
               AND c.kind <> 'profile') AS written,
           count(DISTINCT d.contribution_id)
               FILTER (WHERE d.action IN ('refuse', 'redact')) AS number,
           count(*) FILTER (WHERE d.action = 'warn') AS warnings,
           max(d.at) FILTER (WHERE d.action = 'warn') AS warned_at
      FROM about d
     WHERE d.at > $3 AND d.action IN ('refuse', 'redact', 'warn') AND {STANDS}
"""
_STRIKES = f"""
    WITH {ABOUT}
    SELECT d.id, d.action, d.clause_id, d.charter_version_id, d.until, d.at, r.title, r.body,
           NOT ({STANDS}) AS is_reversed
      FROM about d
      LEFT JOIN contribution c ON c.tenant_id = $1 AND c.id = d.contribution_id
      LEFT JOIN revision r ON r.tenant_id = $1 AND r.id = d.revision_id
     WHERE d.action IN ('refuse', 'redact', 'return', 'warn', 'read_only', 'suspend')
       AND ($3::uuid[] IS NULL OR c.place_id = ANY ($3) OR EXISTS (
               SELECT FROM sanction s WHERE s.tenant_id = $1 AND s.decision_id = d.id
                  AND s.place_id = ANY ($3)))
     ORDER BY d.id DESC LIMIT {SHOWN}
"""


async def ledger(member_id: UUID, locale: str, *, places: tuple[UUID, ...] | None) -> Ledger:
    """Return what was decided of a member; strikes of `places` alone for their managers."""
    counted = await db.fetch_row(_COUNTS, member_id, clock.now() - PERIOD)
    rows = await db.fetch(_STRIKES, member_id, list(places) if places is not None else None)
    versions = {row["charter_version_id"] for row in rows} - {None}
    charters = await clauses.charters(versions)
    values: dict[str, Any] = dict(counted or {})
    return Ledger(**values, strikes=tuple(_strike(row, charters, locale) for row in rows))


def _strike(row: db.Record, charters: dict[UUID, clauses.Charter], locale: str) -> Strike:
    charter = charters.get(row["charter_version_id"])
    clause = charter.find(row["clause_id"]) if charter else None
    return Strike(
        id=row["id"],
        action=row["action"],
        clause=clause.title_in(locale) if clause else None,
        title=row["title"] or text.excerpt(row["body"] or "", 80),
        until=row["until"],
        is_reversed=row["is_reversed"],
        at=row["at"],
    )
