"""Sealing: entries become leaves of the tenant's tree, and a checkpoint is signed over them.

A batch is one transaction: whatever happens, an entry either waits or is sealed and signed for.
"""

import logging
from uuid import UUID

from parvis.core import clock, db, jobs
from parvis.core.ids import TenantId
from parvis.features.journal.sealing import keys, notes, seals
from parvis.features.journal.sealing.canonical import ENTRY_COLUMNS, canonical, of_row
from parvis.features.journal.sealing.notes import Head
from parvis.features.journal.sealing.seals import BrokenTreeError, Checkpoint
from parvis.features.journal.sealing.tree import Tile, Tree, leaf_hash

log = logging.getLogger(__name__)

BATCH = 1_000
# So many batches a run: then other jobs have their turn, and the next minute goes on.
MOST_BATCHES = 100
NONE = UUID(int=0)

# By id, which is by time: what one batch holds stands in the tree in this order. An entry that
# committed late comes in a later batch, not never; one that has its leaf is only taken out, or
# whoever puts it back on the list would keep those after it from being sealed.
_WAITING = f"""
    SELECT l.id IS NOT NULL AS is_sealed, {ENTRY_COLUMNS} FROM journal_unsealed u
      JOIN journal_entry e ON e.tenant_id = u.tenant_id AND e.id = u.id
      LEFT JOIN journal_leaf l ON l.tenant_id = u.tenant_id AND l.entry_id = u.id
     WHERE u.tenant_id = $1 AND u.id > $2 ORDER BY u.id LIMIT $3
"""
_ADD_LEAVES = """
    INSERT INTO journal_leaf (tenant_id, id, entry_id, position, hash)
    SELECT $1, n.entry_id, n.entry_id, n.position, n.hash
      FROM unnest($2::uuid[], $3::bigint[], $4::bytea[]) AS n (entry_id, position, hash)
"""
_TAKE_OUT = "DELETE FROM journal_unsealed WHERE tenant_id = $1 AND id = ANY($2::uuid[])"


@jobs.job("journal.seal", outside=True, every="* * * * *")
async def seal_journal(*, tenant_id: TenantId) -> None:
    """Seal what waits."""
    await seal_now(tenant_id)


async def seal_now(tenant_id: TenantId) -> int:
    """Seal what waits in a tenant, in transactions of its own; return how many entries.

    Errors: BrokenTreeError when the tree no longer fits its last checkpoint: nothing is signed
    over what was tampered with.
    """
    # From one batch on to the next: what was taken out before need not be passed over again.
    done, after = 0, NONE
    for _ in range(MOST_BATCHES):
        async with db.transaction(tenant_id):
            rows = await _next_batch(after)
            fresh = [row for row in rows if not row["is_sealed"]]
            await _seal(fresh)
            await db.execute(_TAKE_OUT, [row["id"] for row in rows])
        done += len(fresh)
        if len(rows) < BATCH:
            break
        after = rows[-1]["id"]
    return done


async def _next_batch(after: UUID) -> list[db.Record]:
    if not await db.fetch_value(keys.TRY_LOCK):
        return []  # another worker seals this tenant
    return await db.fetch(_WAITING, after, BATCH)


async def _seal(rows: list[db.Record]) -> None:
    if not rows:
        return
    last = await seals.last_checkpoint()
    tree = await _tree_of(last)
    first = tree.size
    tenant_id, ids = db.current_tenant(), [row["id"] for row in rows]
    hashes = [leaf_hash(canonical(of_row(tenant_id, row))) for row in rows]
    tiles = [tile for hashed in hashes for tile in tree.append(hashed)]
    await db.execute(_ADD_LEAVES, ids, list(range(first, tree.size)), hashes)
    await _add_tiles(tiles)
    await _sign(tree, last)


async def _tree_of(last: Checkpoint | None) -> Tree:
    tree = await seals.tree_at(last.size if last else 0)
    if last and tree.root() != last.root:
        raise BrokenTreeError(f"checkpoint {last.number} does not fit the leaves it was made of")
    return tree


async def _add_tiles(tiles: list[Tile]) -> None:
    for tile in tiles:
        await db.insert(
            "journal_tile", level=tile.level, index=tile.index, hashes=tile.hashes, root=tile.root
        )


async def _sign(tree: Tree, last: Checkpoint | None) -> None:
    key = await keys.signing_key()
    now = clock.now()
    head = Head(
        origin=notes.origin_of(db.current_tenant()),
        size=tree.size,
        root=tree.root(),
        number=last.number + 1 if last else 1,
        previous=notes.note_hash(last.note) if last else None,
        # A clock that was set back does not make the journal go back.
        at=max(now, last.at) if last else now,
    )
    await db.insert(
        "journal_checkpoint",
        number=head.number,
        size=head.size,
        root=head.root,
        previous=head.previous,
        note=notes.sign(head, key.private),
        key_id=key.id,
        at=head.at,
    )
