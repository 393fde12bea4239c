"""Verifying a tenant's journal: everything that is sealed is computed again, from the entries up.

It streams: memory does not grow with the journal, and no transaction lasts longer than a page.
"""

import datetime as dt
from collections.abc import AsyncIterator, Callable

from parvis.core import db
from parvis.core.ids import TenantId
from parvis.features.journal.sealing import anchored, completeness, seals
from parvis.features.journal.sealing.chain import Chain
from parvis.features.journal.sealing.findings import Fault, Problem, Report
from parvis.features.journal.sealing.leaves import Leaves
from parvis.features.journal.sealing.seals import BrokenTreeError, Checkpoint
from parvis.features.journal.sealing.tree import Tree

CHECKPOINT_PAGE = 500

# Called with how many entries are done, of how many.
Tell = Callable[[int, int], None]

_PAGE = f"""
    {seals.CHECKPOINT} AND number > $2 AND number <= $3 ORDER BY number LIMIT {CHECKPOINT_PAGE}
"""
_BEFORE = f"{seals.CHECKPOINT} AND at <= $2 ORDER BY number DESC LIMIT 1"


async def verify(
    tenant_id: TenantId,
    *,
    from_position: int = 0,
    since: dt.datetime | None = None,
    tell: Tell | None = None,
) -> Report:
    """Verify the journal of a tenant, or what comes after a position or an instant.

    Begins at the last checkpoint before, which is then taken for good if the tree fits it.
    """
    report = Report()
    async with db.transaction(tenant_id):
        last = await seals.last_checkpoint()
        base = await _base(from_position, since)
        chain = await Chain.load(report, base)
    if last:
        report.size = last.size
        tree = await _tree_of(tenant_id, base, report)
        walk = Leaves(tenant_id, report, tree=tree, base=base, end=last.size)
        async for checkpoint in _checkpoints(tenant_id, base, last):
            chain.check(checkpoint)
            async for done in walk.until(checkpoint):
                if tell:
                    tell(done, last.size)
    await completeness.check(tenant_id, report)
    await anchored.check(tenant_id, last, report)
    return report


async def _base(from_position: int, since: dt.datetime | None) -> Checkpoint | None:
    if since is not None:
        row = await db.fetch_row(_BEFORE, since)
        return None if row is None else Checkpoint(**row)
    return await seals.checkpoint_under(from_position) if from_position else None


async def _tree_of(tenant_id: TenantId, base: Checkpoint | None, report: Report) -> Tree | None:
    if base is None:
        return Tree()
    try:
        async with db.transaction(tenant_id):
            tree = await seals.tree_at(base.size)
    except BrokenTreeError:
        tree = None
    if tree and tree.root() == base.root:
        return tree
    values = {"first": base.size, "number": base.number}
    report.add(Problem(fault=Fault.TREE_BROKEN, position=base.size, values=values))
    return None


async def _checkpoints(
    tenant_id: TenantId, base: Checkpoint | None, last: Checkpoint
) -> AsyncIterator[Checkpoint]:
    number = base.number if base else 0
    while number < last.number:
        async with db.transaction(tenant_id):
            rows = await db.fetch(_PAGE, number, last.number)
        for row in rows:
            yield Checkpoint(**row)
        if not rows:
            return
        number = rows[-1]["number"]
