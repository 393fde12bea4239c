"""The tree is that of RFC 6962: its published roots, and a second implementation of its text."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.features.journal.sealing import tree
from parvis.features.journal.sealing.tree import Range, Tree

# The leaves and roots that implementations of Certificate Transparency test themselves with.
LEAVES = [
    bytes.fromhex(data)
    for data in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = [
    (0, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (5, 8, ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (1, 5, ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
]  # fmt: skip
CONSISTENCY = [
    (1, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (6, 8, ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
    (2, 5, ["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
]  # fmt: skip

SIZES = st.integers(1, 700)


def leaves(count: int) -> list[bytes]:
    return [tree.leaf_hash(b"%d" % n) for n in range(count)]


def mth(hashes: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    n = len(hashes)
    if n == 0:
        return sha256().digest()
    if n == 1:
        return hashes[0]
    k = max(1 << e for e in range(n.bit_length()) if 1 << e < n)
    return sha256(b"\x01" + mth(hashes[:k]) + mth(hashes[k:])).digest()


def path(m: int, hashes: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1."""
    n = len(hashes)
    if n == 1:
        return []
    k = max(1 << e for e in range(n.bit_length()) if 1 << e < n)
    if m < k:
        return [*path(m, hashes[:k]), mth(hashes[k:])]
    return [*path(m - k, hashes[k:]), mth(hashes[:k])]


def proof(m: int, hashes: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962 §2.1.2."""
    n = len(hashes)
    if m == n:
        return [] if whole else [mth(hashes)]
    k = max(1 << e for e in range(n.bit_length()) if 1 << e < n)
    if m <= k:
        return [*proof(m, hashes[:k], whole=whole), mth(hashes[k:])]
    return [*proof(m - k, hashes[k:], whole=False), mth(hashes[:k])]


def over(ranges: list[Range], hashes: list[bytes]) -> list[bytes]:
    return [tree.root_of(hashes[r.start : r.start + r.length]) for r in ranges]


def grown(hashes: list[bytes]) -> Tree:
    made = Tree()
    for hashed in hashes:
        made.append(hashed)
    return made


def test_the_published_roots() -> None:
    hashes = [tree.leaf_hash(data) for data in LEAVES]
    assert [grown(hashes[:n]).root().hex() for n in range(9)] == ROOTS
    assert [tree.root_of(hashes[:n]).hex() for n in range(9)] == ROOTS


@pytest.mark.parametrize(("position", "size", "published"), INCLUSION)
def test_the_published_inclusion_proofs(position: int, size: int, published: list[str]) -> None:
    hashes = [tree.leaf_hash(data) for data in LEAVES[:size]]
    made = over(tree.inclusion_ranges(position, size), hashes)
    assert [hashed.hex() for hashed in made] == published
    root = bytes.fromhex(ROOTS[size])
    assert tree.verify_inclusion(hashes[position], position, size, made, root)


@pytest.mark.parametrize(("first", "second", "published"), CONSISTENCY)
def test_the_published_consistency_proofs(first: int, second: int, published: list[str]) -> None:
    hashes = [tree.leaf_hash(data) for data in LEAVES]
    made = over(tree.consistency_ranges(first, second), hashes)
    assert [hashed.hex() for hashed in made] == published
    roots = (bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second]))
    assert tree.verify_consistency(first, second, made, *roots)


@given(SIZES)
def test_a_grown_tree_has_the_root_of_its_leaves(size: int) -> None:
    hashes = leaves(size)
    assert grown(hashes).root() == tree.root_of(hashes) == mth(hashes)


@given(SIZES, st.data())
def test_inclusion_proofs_are_those_of_the_text_and_verify(size: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    made = over(tree.inclusion_ranges(position, size), hashes)
    assert made == path(position, hashes)
    root = mth(hashes)
    assert tree.verify_inclusion(hashes[position], position, size, made, root)
    assert not tree.verify_inclusion(tree.leaf_hash(b"other"), position, size, made, root)
    assert not tree.verify_inclusion(hashes[position], position, size, [*made, root], root)
    if size > 1:
        assert not tree.verify_inclusion(hashes[position], position, size, made[:-1], root)
        wrong = (position + 1) % size
        assert not tree.verify_inclusion(hashes[position], wrong, size, made, root)


@given(SIZES, st.data())
def test_consistency_proofs_are_those_of_the_text_and_verify(
    second: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, second))
    hashes = leaves(second)
    made = over(tree.consistency_ranges(first, second), hashes)
    assert made == proof(first, hashes)
    roots = (mth(hashes[:first]), mth(hashes))
    assert tree.verify_consistency(first, second, made, *roots)
    assert not tree.verify_consistency(first, second, made, tree.EMPTY_ROOT, roots[1])
    assert not tree.verify_consistency(first, second, made, roots[0], tree.EMPTY_ROOT)
    assert not tree.verify_consistency(first, second, [*made, roots[1]], *roots)


@given(st.integers(0, 70_000), st.integers(1, 300))
def test_a_tree_taken_up_again_grows_as_if_it_had_never_stopped(size: int, more: int) -> None:
    """Levels below are stood for by their own hashes: here any bytes will do."""
    edges, whole = [], size
    while whole:
        edges.append([sha256(b"%d/%d" % (len(edges), n)).digest() for n in range(whole % 256)])
        whole //= 256
    taken_up = Tree(edges)
    assert taken_up.size == size
    tiles = [tile for leaf in leaves(more) for tile in taken_up.append(leaf)]
    assert taken_up.size == size + more
    assert [tile.index for tile in tiles if tile.level == 0] == list(
        range(size // 256, (size + more) // 256)
    )
    for tile in tiles:
        hashes = [tile.hashes[n : n + 32] for n in range(0, 8192, 32)]
        assert tile.root == mth(hashes)
    assert taken_up.root() == Tree(taken_up.edges).root()


@pytest.mark.parametrize(("position", "size"), [(0, 0), (-1, 4), (4, 4)])
def test_a_leaf_outside_the_tree_has_no_proof(position: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        tree.inclusion_ranges(position, size)
    assert not tree.verify_inclusion(tree.EMPTY_ROOT, position, size, [], tree.EMPTY_ROOT)


@pytest.mark.parametrize(("first", "second"), [(0, 4), (5, 4)])
def test_a_tree_is_not_the_beginning_of_a_smaller_one(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="does not begin"):
        tree.consistency_ranges(first, second)
    assert not tree.verify_consistency(first, second, [], tree.EMPTY_ROOT, tree.EMPTY_ROOT)
