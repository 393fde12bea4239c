"""Entries against leaves, leaves against tiles, and all of them against the signed roots."""

from collections import deque
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from uuid import UUID

from parvis.core import db
from parvis.core.ids import TenantId
from parvis.features.journal.sealing.canonical import ENTRY_COLUMNS, canonical, of_row
from parvis.features.journal.sealing.completeness import PATIENCE
from parvis.features.journal.sealing.findings import Fault, Problem, Report
from parvis.features.journal.sealing.seals import Checkpoint
from parvis.features.journal.sealing.tree import TILE_BITS, TILE_WIDTH, Tile, Tree, leaf_hash

PAGE = 4 * TILE_WIDTH
HASH_BYTES = 32

_LEAVES = f"""
    SELECT l.position, l.hash, l.entry_id, {ENTRY_COLUMNS}
      FROM journal_leaf l
      LEFT JOIN journal_entry e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
     WHERE l.tenant_id = $1 AND l.position >= $2 AND l.position < $3 ORDER BY l.position
"""
_TILES = """
    SELECT t.level, t.index, t.hashes, t.root
      FROM unnest($2::integer[], $3::bigint[]) AS wanted (level, index)
      JOIN journal_tile t ON t.tenant_id = $1 AND t.level = wanted.level AND t.index = wanted.index
"""


class Leaves:
    """A walk along the leaves, from checkpoint to checkpoint, read in pages."""

    def __init__(
        self,
        tenant_id: TenantId,
        report: Report,
        *,
        tree: Tree | None,
        base: Checkpoint | None,
        end: int,
    ) -> None:
        """Walk from `base` to `end`, with the tree before; None: there is none that fits."""
        start = base.size if base else 0
        self._tenant_id = tenant_id
        self._report = report
        self._end = end
        self._position = self._read_to = start
        # None once leaves are missing: then nothing can be computed of those that follow.
        self._tree = tree
        self._roots_fit = True
        self._rows: deque[db.Record] = deque()
        self._tiles: dict[tuple[int, int], db.Record] = {}
        self._before: UUID | None = None
        self._first: db.Record | None = None
        self._last: Checkpoint | None = base
        # The newest moment among entries of the checkpoints before, and of this one.
        self._newest: datetime | None = None
        self._newest_here: datetime | None = None

    async def until(self, checkpoint: Checkpoint) -> AsyncIterator[int]:
        """Verify the leaves that this checkpoint signs and the one before does not.

        Yields how far the walk has come each time it has read more.
        """
        start, self._before, self._first = self._position, None, None
        await self._recall(start)
        limit = min(checkpoint.size, self._end)
        while self._position < limit:
            if self._position == self._read_to:
                await self._read_page()
                yield self._position
            end = min(self._read_to, limit)
            while self._rows and self._rows[0]["position"] < end:
                await self._check_next(self._rows.popleft())
            if self._position < end:
                self._tell_gap(end)
        self._check_root(checkpoint, start)
        self._last = checkpoint

    async def _read_page(self) -> None:
        start, self._read_to = self._read_to, min(self._read_to + PAGE, self._end)
        tiles = list(_completed(start, self._read_to))
        async with db.transaction(self._tenant_id):
            self._rows.extend(await db.fetch(_LEAVES, start, self._read_to))
            kept = await db.fetch(
                _TILES, [level for level, _ in tiles], [index for _, index in tiles]
            )
        self._tiles = {(row["level"], row["index"]): row for row in kept}

    async def _check_next(self, row: db.Record) -> None:
        if row["position"] != self._position:
            self._tell_gap(row["position"])
        self._check_leaf(row)
        self._position += 1
        for tile in self._tree.append(row["hash"]) if self._tree else ():
            await self._check_tile(tile)

    def _check_leaf(self, row: db.Record) -> None:
        self._report.entries += 1
        if self._first is None:
            self._first = row
        if row["id"] is None:
            self._add(Fault.ENTRY_MISSING, row)
        elif leaf_hash(canonical(of_row(self._tenant_id, row))) != row["hash"]:
            self._add(Fault.ENTRY_ALTERED, row)
        if self._before is not None and row["entry_id"] <= self._before:
            self._add(Fault.OUT_OF_ORDER, row)
        self._before = row["entry_id"]
        self._check_moment(row)

    async def _recall(self, start: int) -> None:
        """Remember the newest moment sealed before `start`; of one leaf, where a walk begins."""
        moments = [one for one in (self._newest, self._newest_here) if one is not None]
        if not moments and start:
            async with db.transaction(self._tenant_id):
                row = await db.fetch_row(_LEAVES, start - 1, start)
            moments = [row["at"]] if row and row["at"] else []
        self._newest, self._newest_here = max(moments, default=None), None

    def _check_moment(self, row: db.Record) -> None:
        """Report an entry older than the seal before its own, and than what that sealed.

        It was slipped in. What waited in a long queue is older than that seal too, but comes after
        the entries before it.
        """
        last, at = self._last, row["at"]
        if at is None:
            return
        self._newest_here = max(at, self._newest_here or at)
        if last and self._newest and at < min(last.at, self._newest) - PATIENCE:
            self._add(Fault.BACKDATED, row, number=last.number)

    async def _check_tile(self, tile: Tile) -> None:
        kept = self._tiles.get((tile.level, tile.index))
        start = tile.index << TILE_BITS * (tile.level + 1)
        if kept is None:
            values = {"level": tile.level, "index": tile.index}
            self._report.add(Problem(fault=Fault.TILE_MISSING, position=start, values=values))
        elif (kept["hashes"], kept["root"]) != (tile.hashes, tile.root):
            odd = _first_difference(kept["hashes"], tile.hashes)
            await self._tell_altered(start + (odd << TILE_BITS * tile.level))

    async def _tell_altered(self, position: int) -> None:
        async with db.transaction(self._tenant_id):
            row = await db.fetch_row(_LEAVES, position, position + 1)
        if row:
            self._add(Fault.LEAF_ALTERED, row)

    def _check_root(self, checkpoint: Checkpoint, start: int) -> None:
        if not self._tree or not self._roots_fit or self._tree.root() == checkpoint.root:
            return
        if self._first:
            values = {"first": start, "last": checkpoint.size - 1, "number": checkpoint.number}
            self._add(Fault.ROOT_DIFFERS, self._first, **values)
        self._roots_fit = False  # nor will those of later checkpoints: the first says it all

    def _tell_gap(self, until: int) -> None:
        values = {"missing": until - self._position}
        self._report.add(Problem(fault=Fault.LEAF_MISSING, position=self._position, values=values))
        self._position, self._tree = until, None

    def _add(self, fault: Fault, row: db.Record, **values: int) -> None:
        self._report.add(
            Problem(
                fault=fault,
                position=row["position"],
                entry_id=row["entry_id"],
                act=row["act"],
                at=row["at"],
                values=values,
            )
        )


def _completed(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the tiles (level, index) that the leaves from `start` to before `end` complete."""
    level = 0
    while end >> TILE_BITS * (level + 1):
        bits = TILE_BITS * (level + 1)
        yield from ((level, index) for index in range(start >> bits, end >> bits))
        level += 1


def _first_difference(kept: bytes, computed: bytes) -> int:
    """Return which hash of a tile is the first that differs; the first where only the root does."""
    places = (slice(n, n + HASH_BYTES) for n in range(0, len(computed), HASH_BYTES))
    return next((n for n, at in enumerate(places) if kept[at] != computed[at]), 0)
