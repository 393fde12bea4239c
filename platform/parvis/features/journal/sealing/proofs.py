"""Proofs over what is sealed: an entry is in the journal, and the journal only grew."""

from collections.abc import Iterable

from parvis.features.journal.sealing import seals
from parvis.features.journal.sealing.tree import (
    TILE_BITS,
    TILE_WIDTH,
    Range,
    consistency_ranges,
    fold,
    inclusion_ranges,
    pieces,
    root_of,
)

Place = tuple[int, int]


async def inclusion_proof(size: int, position: int) -> tuple[bytes, ...]:
    """Return what leads from a leaf to the root of the tree of `size`.

    Errors: ValueError for a leaf outside it, BrokenTreeError.
    """
    return await _hashed(inclusion_ranges(position, size))


async def consistency_proof(first: int, second: int) -> tuple[bytes, ...]:
    """Return what shows that the tree of `second` leaves begins with that of `first`.

    Errors: ValueError when it cannot, BrokenTreeError.
    """
    return await _hashed(consistency_ranges(first, second))


async def root_at(size: int) -> bytes:
    """Return the root of the first `size` leaves. Errors: BrokenTreeError."""
    return (await seals.tree_at(size)).root()


async def _hashed(ranges: list[Range]) -> tuple[bytes, ...]:
    known = await _subtrees(piece for wanted in ranges for piece in pieces(wanted))
    return tuple(fold([known[piece] for piece in pieces(wanted)]) for wanted in ranges)


async def _subtrees(wanted: Iterable[Place]) -> dict[Place, bytes]:
    """Return the hashes of complete subtrees, (bit, index), reading each tile once."""
    by_tile: dict[Place, list[Place]] = {}
    for bit, index in wanted:
        level, inner = divmod(bit, TILE_BITS)
        by_tile.setdefault((level, (index << inner) // TILE_WIDTH), []).append((bit, index))
    return {
        piece: hashed
        for (level, tile), within in by_tile.items()
        for piece, hashed in (await _of_tile(level, within)).items()
    }


async def _of_tile(level: int, within: list[Place]) -> dict[Place, bytes]:
    spans = {
        (bit, index): (index << bit % TILE_BITS, (index + 1) << bit % TILE_BITS)
        for bit, index in within
    }
    start = min(begin for begin, _ in spans.values())
    end = max(end for _, end in spans.values())
    read = await seals.hashes(level, start, end)
    return {
        piece: root_of(read[begin - start : end - start]) for piece, (begin, end) in spans.items()
    }
