"""The Merkle tree of RFC 6962 (and 9162 §2.1): roots, tiles, and what proofs consist of. Pure.

Positions begin at 0. `bit` n of an index says which complete subtree of 2ⁿ leaves is meant; a
tile holds 256 neighbours of every eighth such level.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

TILE_BITS = 8
TILE_WIDTH = 1 << TILE_BITS
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours: told apart from a leaf's, so none passes for the other."""
    return sha256(b"\1" + left + right).digest()


class Tile(msgspec.Struct, frozen=True):
    """256 neighbours of one level, complete, and the hash they make together."""

    level: int
    index: int
    hashes: bytes
    root: bytes


class Range(msgspec.Struct, frozen=True):
    """The leaves from `start` on whose common hash a proof needs."""

    start: int
    length: int


class Tree:
    """A tree that grows at its right end, and remembers that end only."""

    def __init__(self, edges: Sequence[Sequence[bytes]] = ()) -> None:
        """Begin with the hashes of each level that no complete tile holds yet."""
        self.edges = [list(edge) for edge in edges]
        self.size = sum(len(edge) << TILE_BITS * level for level, edge in enumerate(edges))
        self._peaks: dict[int, bytes] = {}
        for level, edge in enumerate(self.edges):
            for bit, index in pieces(Range(0, len(edge))):
                below = edge[index << bit : (index + 1) << bit]
                self._peaks[bit + TILE_BITS * level] = root_of(below)

    def append(self, leaf: bytes) -> list[Tile]:
        """Add a leaf's hash and return the tiles that it completes."""
        tiles, bit, hashed = [], 0, leaf
        self._edge(0).append(leaf)
        while self.size >> bit & 1:
            hashed = node_hash(self._peaks.pop(bit), hashed)
            bit += 1
            if bit % TILE_BITS == 0:
                level = bit // TILE_BITS - 1
                whole = b"".join(self.edges[level])
                tiles.append(Tile(level, self.size >> bit, whole, hashed))
                self.edges[level] = []
                self._edge(level + 1).append(hashed)
        self._peaks[bit] = hashed
        self.size += 1
        return tiles

    def root(self) -> bytes:
        """Return the hash of the whole tree."""
        return fold([self._peaks[bit] for bit in sorted(self._peaks, reverse=True)])

    def _edge(self, level: int) -> list[bytes]:
        if level == len(self.edges):
            self.edges.append([])
        return self.edges[level]


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree over these leaves' hashes."""
    if len(hashes) <= 1:
        return hashes[0] if hashes else EMPTY_ROOT
    middle = _split(len(hashes))
    return node_hash(root_of(hashes[:middle]), root_of(hashes[middle:]))


def fold(peaks: Sequence[bytes]) -> bytes:
    """Return the common hash of complete subtrees, the largest first."""
    if not peaks:
        return EMPTY_ROOT
    hashed = peaks[-1]
    for left in reversed(peaks[:-1]):
        hashed = node_hash(left, hashed)
    return hashed


def pieces(wanted: Range) -> list[tuple[int, int]]:
    """Return the complete subtrees (bit, index) that make up a range, the largest first."""
    found, start, rest = [], wanted.start, wanted.length
    while rest:
        bit = rest.bit_length() - 1
        found.append((bit, start >> bit))
        start, rest = start + (1 << bit), rest - (1 << bit)
    return found


def inclusion_ranges(position: int, size: int) -> list[Range]:
    """Return what proves that a leaf is in the tree of `size`, from the leaf up."""
    if not 0 <= position < size:
        raise ValueError(f"no leaf {position} in a tree of {size}")
    found, start = [], 0
    while size > 1:
        middle = _split(size)
        if position < start + middle:
            found.append(Range(start + middle, size - middle))
            size = middle
        else:
            found.append(Range(start, middle))
            start, size = start + middle, size - middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Return what proves that the tree of `second` leaves begins with that of `first`."""
    if not 0 < first <= second:
        raise ValueError(f"a tree of {second} does not begin with one of {first}")
    found, start, size, is_whole = [], 0, second, True
    while first < size:
        middle = _split(size)
        if first <= middle:
            found.append(Range(start + middle, size - middle))
            size = middle
        else:
            found.append(Range(start, middle))
            start, size, first, is_whole = start + middle, size - middle, first - middle, False
    if not is_whole:
        found.append(Range(start, size))
    return found[::-1]


def verify_inclusion(
    leaf: bytes, position: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether `proof` leads from a leaf to the root (RFC 9162 §2.1.3.2)."""
    if not 0 <= position < size:
        return False
    here, last, hashed = position, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            hashed = node_hash(beside, hashed)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            hashed = node_hash(hashed, beside)
        here, last = here >> 1, last >> 1
    return last == 0 and hashed == root


def verify_consistency(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Tell whether `proof` makes one tree the beginning of the other (RFC 9162 §2.1.4.2)."""
    if first == second:
        return not proof and first_root == second_root
    if not 0 < first < second or not proof:
        return False
    rest = list(proof) if first & (first - 1) else [first_root, *proof]
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    older = newer = rest[0]
    for beside in rest[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            older, newer = node_hash(beside, older), node_hash(beside, newer)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            newer = node_hash(newer, beside)
        here, last = here >> 1, last >> 1
    return last == 0 and older == first_root and newer == second_root


def _split(size: int) -> int:
    """Return the largest power of two that is smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1
