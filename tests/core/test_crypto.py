"""Seals open for their tenant only; commitments tell nothing once the salt is gone."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.core import crypto
from parvis.core.crypto import Keyring, SealError
from parvis.core.ids import TenantId

OLD, NEW = "o" * 32, "n" * 32
TENANT, OTHER = TenantId(uuid4()), TenantId(uuid4())


@given(st.binary(max_size=500))
def test_a_seal_opens_to_what_was_sealed(plain: bytes) -> None:
    ring = Keyring(OLD)
    assert ring.open(TENANT, ring.seal(TENANT, plain)) == plain


def test_a_seal_opens_for_no_other_tenant() -> None:
    ring = Keyring(OLD)
    with pytest.raises(SealError):
        ring.open(OTHER, ring.seal(TENANT, b"secret"))


@given(st.integers(min_value=0, max_value=140))
def test_one_altered_byte_breaks_the_seal(at: int) -> None:
    ring = Keyring(OLD)
    sealed = bytearray(ring.seal(TENANT, b"a client secret of some length, sealed"))
    sealed[at % len(sealed)] ^= 1
    with pytest.raises(SealError):
        ring.open(TENANT, bytes(sealed))


def test_an_older_key_still_opens_after_rotation() -> None:
    sealed = Keyring(OLD).seal(TENANT, b"secret")
    assert Keyring(f"{NEW},{OLD}").open(TENANT, sealed) == b"secret"
    with pytest.raises(SealError):
        Keyring(NEW).open(TENANT, sealed)


def test_a_commitment_repeats_with_its_salt_and_only_with_it() -> None:
    salt, first = crypto.commit("Ni conseil ni démarchage")
    assert crypto.commit("Ni conseil ni démarchage", salt)[1] == first
    assert crypto.commit("Ni conseil ni démarchage")[1] != first
    assert crypto.commit("autre texte", salt)[1] != first


def test_tokens_are_long_and_stored_as_digests_only() -> None:
    token = crypto.token()
    assert len(token) >= 43
    assert crypto.digest(token) != token.encode()
    assert len(crypto.digest(token)) == 32
