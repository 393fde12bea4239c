"""What is sealed, read: checkpoints, the place of an entry, anchors, and the end of the tree."""

import datetime as dt
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.features.journal.sealing.tree import TILE_BITS, TILE_WIDTH, Tree


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The tree at one moment, signed. `previous` is the hash of the note before."""

    id: UUID
    number: int
    size: int
    root: bytes
    previous: bytes | None
    note: str
    key_id: UUID
    at: dt.datetime


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """The place of an entry in the tree."""

    entry_id: UUID
    position: int
    hash: bytes


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """Where a checkpoint stands outside the database.

    An object: its name in the storage, and until when nobody can change it (None: anybody who may
    write there can). A time-stamp: its token (a DER TimeStampResp) and the certificates, in PEM,
    that it was checked with.
    """

    id: UUID
    checkpoint_id: UUID
    kind: str
    reference: str
    token: bytes | None
    chain: str | None
    locked_until: dt.datetime | None
    at: dt.datetime


CHECKPOINT = """
    SELECT id, number, size, root, previous, note, key_id, at FROM journal_checkpoint
     WHERE tenant_id = $1
"""
_LAST = f"{CHECKPOINT} ORDER BY number DESC LIMIT 1"
_OVER = f"{CHECKPOINT} AND size > $2 ORDER BY size LIMIT 1"
_UNDER = f"{CHECKPOINT} AND size <= $2 ORDER BY size DESC LIMIT 1"
_ANCHORED = f"""
    {CHECKPOINT} AND number >= $2
       AND EXISTS (SELECT FROM journal_anchor a
                    WHERE a.tenant_id = $1 AND a.checkpoint_id = journal_checkpoint.id)
     ORDER BY number LIMIT 1
"""
_LEAF = "SELECT entry_id, position, hash FROM journal_leaf WHERE tenant_id = $1 AND entry_id = $2"
_ANCHORS = """
    SELECT id, checkpoint_id, kind, reference, token, chain, locked_until, at FROM journal_anchor
     WHERE tenant_id = $1 AND checkpoint_id = $2 ORDER BY at
"""
_LEAVES = """
    SELECT hash FROM journal_leaf
     WHERE tenant_id = $1 AND position >= $2 AND position < $3 ORDER BY position
"""
_ROOTS = """
    SELECT root FROM journal_tile
     WHERE tenant_id = $1 AND level = $2 AND index >= $3 AND index < $4 ORDER BY index
"""


class BrokenTreeError(Exception):
    """Leaves or tiles that the tree consists of are missing: the journal was tampered with."""


async def last_checkpoint() -> Checkpoint | None:
    """Return the newest checkpoint."""
    return _checkpoint(await db.fetch_row(_LAST))


async def checkpoint_over(position: int) -> Checkpoint | None:
    """Return the first checkpoint whose tree holds this position."""
    return _checkpoint(await db.fetch_row(_OVER, position))


async def checkpoint_under(size: int) -> Checkpoint | None:
    """Return the last checkpoint whose tree is no larger than this."""
    return _checkpoint(await db.fetch_row(_UNDER, size))


async def first_anchored_from(number: int) -> Checkpoint | None:
    """Return the first checkpoint from this number on that is anchored somewhere."""
    return _checkpoint(await db.fetch_row(_ANCHORED, number))


async def sealed(entry_id: UUID) -> Leaf | None:
    """Return the place of an entry, None while it waits for its seal."""
    row = await db.fetch_row(_LEAF, entry_id)
    return None if row is None else Leaf(**row)


async def anchors_of(checkpoint_id: UUID) -> tuple[Anchor, ...]:
    """Return where a checkpoint is anchored."""
    return tuple(Anchor(**row) for row in await db.fetch(_ANCHORS, checkpoint_id))


async def tree_at(size: int) -> Tree:
    """Return the tree of the first `size` leaves, ready to grow. Errors: BrokenTreeError."""
    edges: list[list[bytes]] = []
    while size >> TILE_BITS * len(edges):
        level = len(edges)
        whole = size >> TILE_BITS * level
        edges.append(await hashes(level, whole - whole % TILE_WIDTH, whole))
    return Tree(edges)


async def hashes(level: int, start: int, end: int) -> list[bytes]:
    """Return the hashes from `start` to before `end` of a level of tiles: leaves are level 0.

    Errors: BrokenTreeError when one is missing.
    """
    if level == 0:
        rows = await db.fetch(_LEAVES, start, end)
    else:
        rows = await db.fetch(_ROOTS, level - 1, start, end)
    if len(rows) != end - start:
        raise BrokenTreeError(f"level {level} has {len(rows)} hashes from {start} to {end}")
    return [row[0] for row in rows]


def _checkpoint(row: db.Record | None) -> Checkpoint | None:
    return None if row is None else Checkpoint(**row)
