"""Nothing stands in the journal unsealed, and nothing that was to be sealed is gone."""

import datetime as dt
from uuid import UUID

from parvis.core import clock, db
from parvis.core.ids import TenantId
from parvis.features.journal.sealing.findings import Fault, Problem, Report

PAGE = 20_000
PATIENCE = dt.timedelta(hours=1)
NONE = UUID(int=0)

# One table a statement: joined, all three are compared row by row where the planner has not yet
# heard how many rows there are, as after a long backlog.
_ENTRIES = f"SELECT id FROM journal_entry WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT {PAGE}"
_SEALED = "SELECT entry_id FROM journal_leaf WHERE tenant_id = $1 AND entry_id = ANY($2::uuid[])"
# Sealed meanwhile, an entry is neither waiting nor missing: its leaf is asked for once more.
_UNSEALED = """
    SELECT e.id, e.act, e.at, u.since FROM journal_entry e
      LEFT JOIN journal_leaf l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
      LEFT JOIN journal_unsealed u ON u.tenant_id = e.tenant_id AND u.id = e.id
     WHERE e.tenant_id = $1 AND e.id = ANY($2::uuid[])
       AND l.id IS NULL AND (u.id IS NULL OR u.since < $3)
     ORDER BY e.id
"""
MOST_TOLD = 100
_GONE = """
    SELECT u.id, u.since FROM journal_unsealed u
      LEFT JOIN journal_entry e ON e.tenant_id = u.tenant_id AND e.id = u.id
     WHERE u.tenant_id = $1 AND e.id IS NULL ORDER BY u.id LIMIT 100
"""
_WAITING = "SELECT count(*) FROM journal_unsealed WHERE tenant_id = $1"
# One statement, so that a seal under way is seen whole or not at all.
_BEHIND = """
    SELECT count(*) AS behind, min(position) AS first FROM journal_leaf
     WHERE tenant_id = $1 AND position >= coalesce(
           (SELECT max(size) FROM journal_checkpoint WHERE tenant_id = $1), 0)
"""


async def check(tenant_id: TenantId, report: Report) -> None:
    """Report what was never sealed, waits too long, or went before its seal."""
    async with db.transaction(tenant_id):
        report.waiting = await db.fetch_value(_WAITING)
        behind = await db.fetch_row(_BEHIND)
        gone = await db.fetch(_GONE)
    if behind and behind["behind"]:
        values = {"count": behind["behind"]}
        report.add(Problem(fault=Fault.LEAVES_UNSIGNED, position=behind["first"], values=values))
    for row in gone:
        report.add(Problem(fault=Fault.GONE_UNSEALED, entry_id=row["id"], at=row["since"]))
    await _check_entries(tenant_id, report)


async def _check_entries(tenant_id: TenantId, report: Report) -> None:
    after: UUID | None = NONE
    while after is not None:
        async with db.transaction(tenant_id):
            ids = [row["id"] for row in await db.fetch(_ENTRIES, after)]
            rows = await _unsealed(ids)
        for row in rows:
            fault = Fault.WAITS_TOO_LONG if row["since"] else Fault.NEVER_SEALED
            report.add(Problem(fault=fault, entry_id=row["id"], act=row["act"], at=row["at"]))
        after = ids[-1] if len(ids) == PAGE else None


async def _unsealed(ids: list[UUID]) -> list[db.Record]:
    """Return those of a page of entries, in its order, that are at fault for want of a leaf."""
    sealed = {row["entry_id"] for row in await db.fetch(_SEALED, ids)}
    found: list[db.Record] = []
    missing = [one for one in ids if one not in sealed]
    for first in range(0, len(missing), MOST_TOLD):
        chunk = missing[first : first + MOST_TOLD]
        found += await db.fetch(_UNSEALED, chunk, clock.now() - PATIENCE)
        if len(found) >= MOST_TOLD:
            break
    return found
