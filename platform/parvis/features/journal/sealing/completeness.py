"""Nothing stands in the journal unsealed, and nothing that was to be sealed is gone."""

import datetime as dt
from uuid import UUID

from parvis.core import clock, db
from parvis.core.ids import TenantId
from parvis.features.journal.sealing.findings import Fault, Problem, Report

PAGE = 20_000
PATIENCE = dt.timedelta(hours=1)
NONE = UUID(int=0)

_END_OF_PAGE = f"""
    SELECT id FROM journal_entry WHERE tenant_id = $1 AND id > $2
     ORDER BY id OFFSET {PAGE - 1} LIMIT 1
"""
_UNSEALED = """
    SELECT e.id, e.act, e.at, u.since FROM journal_entry e
      LEFT JOIN journal_leaf l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
      LEFT JOIN journal_unsealed u ON u.tenant_id = e.tenant_id AND u.id = e.id
     WHERE e.tenant_id = $1 AND e.id > $2 AND e.id <= $3
       AND l.id IS NULL AND (u.id IS NULL OR u.since < $4)
     ORDER BY e.id LIMIT 100
"""
_LAST_ID = UUID(int=2**128 - 1)
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
            end = await db.fetch_value(_END_OF_PAGE, after)
            rows = await db.fetch(_UNSEALED, after, end or _LAST_ID, clock.now() - PATIENCE)
        for row in rows:
            fault = Fault.WAITS_TOO_LONG if row["since"] else Fault.NEVER_SEALED
            report.add(Problem(fault=fault, entry_id=row["id"], act=row["act"], at=row["at"]))
        after = end
