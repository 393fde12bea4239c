"""What the offline verifier computes by itself is what others compute."""

import hashlib
import json
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.features.journal.evidence.offline import arithmetic
from parvis.features.journal.sealing import tree

# RFC 8032, section 7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_signatures_of_the_standard_hold(key: str, message: str, signature: str) -> None:
    public = bytes.fromhex(key)
    given = bytes.fromhex(message)
    signed = bytes.fromhex(signature)
    assert arithmetic.ed25519_verify(public, given, signed)
    assert not arithmetic.ed25519_verify(public, given + b"!", signed)


@settings(max_examples=25, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(), bit=st.integers(0, 511))
def test_signatures_hold_as_elsewhere_and_not_with_a_bit_changed(
    seed: bytes, message: bytes, bit: int
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert arithmetic.ed25519_verify(public, message, signature)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    assert not arithmetic.ed25519_verify(public, message, bytes(changed))


def test_a_signature_with_a_scalar_beyond_the_order_does_not_hold() -> None:
    private = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    signature = private.sign(b"once")
    scalar = int.from_bytes(signature[32:], "little") + arithmetic.ORDER
    again = signature[:32] + scalar.to_bytes(32, "little")
    assert not arithmetic.ed25519_verify(private.public_key().public_bytes_raw(), b"once", again)


@pytest.mark.parametrize(
    ("key", "signature"), [(b"", bytes(64)), (bytes(32), b""), (b"\xff" * 32, b"\xff" * 64)]
)
def test_what_is_no_key_or_no_signature_does_not_hold(key: bytes, signature: bytes) -> None:
    assert not arithmetic.ed25519_verify(key, b"", signature)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_json_has_the_canonical_form_of_rfc_8785(value: Any) -> None:
    assert arithmetic.canonical(value).encode() == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e21, "1e+21"), (1e-7, "1e-7"), (1e-6, "0.000001"), (333333333.33333329, "333333333.3333333"),
     (4.5, "4.5"), (2e-3, "0.002"), (-0.0, "0"), (1e20, "100000000000000000000"),
     (2**60, str(2**60))],
)  # fmt: skip
def test_numbers_are_written_as_ecmascript_does(value: float, text: str) -> None:
    assert arithmetic.canonical(value) == text.replace("1152921504606846976", "1152921504606847000")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 64, 65])
def test_every_place_and_every_growth_of_a_tree_is_proved(size: int) -> None:
    leaves = [tree.leaf_hash(b"%d" % n) for n in range(size)]
    root = tree.root_of(leaves)
    for position in range(size):
        path = _over(leaves, tree.inclusion_ranges(position, size))
        assert arithmetic.root_of_leaf(leaves[position], position, size, path) == root
        assert arithmetic.root_of_leaf(leaves[position], position + 1, size, path) != root
        assert arithmetic.root_of_leaf(leaves[position], -1, size, path) is None
    for first in range(1, size + 1):
        old = tree.root_of(leaves[:first])
        path = _over(leaves, tree.consistency_ranges(first, size))
        assert arithmetic.grew(first, size, path, old, root)
        assert not arithmetic.grew(first, size, [*path, root], old, root)
        assert not arithmetic.grew(first, size, path, hashlib.sha256(old).digest(), root)


def _over(leaves: list[bytes], ranges: list[tree.Range]) -> list[bytes]:
    return [tree.root_of(leaves[one.start : one.start + one.length]) for one in ranges]


def test_base64_has_one_form_only() -> None:
    assert arithmetic.unbase64("AQ==") == b"\x01"
    with pytest.raises(ValueError, match="canonical"):
        arithmetic.unbase64("AR==")


def test_json_of_an_entry_reads_back() -> None:
    text = arithmetic.canonical({"é": [1, None, True], "a": '\u2028\x00"'})
    assert json.loads(text) == {"é": [1, None, True], "a": '\u2028\x00"'}
