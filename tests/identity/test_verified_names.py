"""Names that a trust framework vouches for, and what claims to be one (OpenID Connect for IDA)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json

from parvis.integrations.login import VerifiedName, is_true, verified_name

from .lying_provider import PENDING, LyingProvider, callback, connection, query_of, relying_party

EIDAS = {"trust_framework": "eidas", "assurance_level": "high", "time": "2026-03-02T10:15+01:00"}
VERIFIED = {"verification": EIDAS, "claims": {"name": "Anna Berliet"}}
NAME = VerifiedName(
    name="Anna Berliet",
    framework="eidas",
    level="high",
    at=datetime(2026, 3, 2, 9, 15, tzinfo=UTC),
)


def found(value: Any, *frameworks: str, **beside: Any) -> VerifiedName | None:
    return verified_name({"verified_claims": value} | beside, frameworks or ("eidas",))


def test_name_under_an_allowed_framework_is_verified() -> None:
    assert found(VERIFIED) == NAME
    assert found([VERIFIED]) == NAME


def test_unknown_members_are_passed_over() -> None:
    verification = EIDAS | {"evidence": [{"type": "document"}], "verification_process": "f24c"}
    claims = {"name": "Anna Berliet", "birthdate": "1971-01-01", "place": {"country": "FR"}}
    assert found({"verification": verification, "claims": claims, "more": 1}) == NAME


def test_first_framework_of_the_connection_counts_most_whatever_the_order() -> None:
    other = {"verification": {"trust_framework": "fr_aml"}, "claims": {"name": "A. Berliet"}}
    for entries in ([VERIFIED, other], [other, VERIFIED]):
        first, second = found(entries, "eidas", "fr_aml"), found(entries, "fr_aml", "eidas")
        assert first is not None
        assert second is not None
        assert (first.name, second.name) == ("Anna Berliet", "A. Berliet")


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "Madonna"}, "Madonna"),
        ({"given_name": "Anna", "family_name": "Berliet"}, "Anna Berliet"),
        ({"family_name": "Berliet"}, "Berliet"),
        ({"given_name": "安娜"}, "安娜"),
        ({"name": "Berliet Anna", "given_name": "Anna", "family_name": "Berliet"}, "Berliet Anna"),
        ({"name": "", "given_name": "Anna"}, "Anna"),
        ({"name": 7, "given_name": "Anna"}, "Anna"),
    ],
)
def test_whole_name_counts_before_its_parts(claims: dict[str, Any], name: str) -> None:
    verified = found({"verification": EIDAS, "claims": claims})
    assert verified is not None
    assert verified.name == name


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "eidas",
        7,
        [],
        {},
        [None, 7, "x", [], {}],
        {"verification": EIDAS},
        {"claims": {"name": "Anna"}},
        {"verification": EIDAS, "claims": {}},
        {"verification": EIDAS, "claims": ["name"]},
        {"verification": EIDAS, "claims": {"name": ""}},
        {"verification": EIDAS, "claims": {"name": " "}},
        {"verification": EIDAS, "claims": {"name": {"value": "Anna"}}},
        {"verification": {}, "claims": {"name": "Anna"}},
        {"verification": "eidas", "claims": {"name": "Anna"}},
        {"verification": {"trust_framework": "de_aml"}, "claims": {"name": "Anna"}},
        {"verification": {"trust_framework": "EIDAS"}, "claims": {"name": "Anna"}},
        {"verification": {"trust_framework": ["eidas"]}, "claims": {"name": "Anna"}},
        {"verification": {"trust_framework": ""}, "claims": {"name": "Anna"}},
        {"trust_framework": "eidas", "claims": {"name": "Anna"}},
        [[VERIFIED]],
    ],
)
def test_what_vouches_for_no_name_verifies_none(value: Any) -> None:
    assert found(value) is None


def test_plain_name_beside_a_verified_object_is_not_verified() -> None:
    value = {"verification": EIDAS, "claims": {"birthdate": "1971-01-01"}}
    assert found(value, name="Anna Berliet", given_name="Anna") is None


def test_connection_without_frameworks_verifies_nothing() -> None:
    assert verified_name({"verified_claims": VERIFIED}, ()) is None


@pytest.mark.parametrize("time", [None, 7, "", "yesterday", "2026-03-02T10:15", "9999-12-31"])
def test_time_that_says_no_moment_is_left_out(time: Any) -> None:
    verified = found({"verification": EIDAS | {"time": time}, "claims": {"name": "Anna"}})
    assert verified is not None
    assert verified.at is None


@pytest.mark.parametrize("level", [None, 7, "", ["high"]])
def test_level_that_is_no_text_is_left_out(level: Any) -> None:
    value = {"verification": EIDAS | {"assurance_level": level}, "claims": {"name": "Anna"}}
    verified = found(value)
    assert verified is not None
    assert verified.level is None


JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.just("eidas"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["verification", "claims", "trust_framework", "name", "time", "given_name"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(JUNK)
def test_nothing_is_verified_outside_an_allowed_framework(value: Any) -> None:
    verified = found(value, name="Anna")
    if verified is None:
        return
    assert verified.framework == "eidas"
    assert "eidas" in str(value)


@pytest.mark.parametrize(
    ("value", "strictly", "with_texts"),
    [
        (True, True, True),
        (False, False, False),
        ("true", False, True),
        ("True", False, True),
        ("false", False, False),
        ("yes", False, False),
        ("", False, False),
        (1, False, False),
        (None, False, False),
        (["true"], False, False),
    ],
)
def test_only_true_is_true_unless_texts_may_say_so(
    value: Any, strictly: bool, with_texts: bool
) -> None:
    assert is_true(value, texts_as_booleans=False) is strictly
    assert is_true(value, texts_as_booleans=True) is with_texts


@pytest.mark.parametrize(
    ("frameworks", "wanted"),
    [(("eidas",), {"value": "eidas"}), (("eidas", "fr_aml"), {"values": ["eidas", "fr_aml"]})],
)
async def test_verified_names_are_asked_for_where_the_provider_takes_claims(
    frameworks: tuple[str, ...], wanted: dict[str, Any]
) -> None:
    provider = LyingProvider()
    config = connection(trust_frameworks=frameworks)
    party = relying_party(provider)
    assert "claims" not in query_of(await party.authorization_url(config, PENDING, locale="fr"))
    provider.metadata["claims_parameter_supported"] = True
    url = await relying_party(provider).authorization_url(config, PENDING, locale="fr")
    asked = json.decode(query_of(url)["claims"])
    assert set(asked) == {"userinfo"}
    assert asked["userinfo"]["verified_claims"] == {
        "verification": {"trust_framework": wanted, "assurance_level": None, "time": None},
        "claims": {"name": None, "given_name": None, "family_name": None},
    }


async def test_verified_names_are_asked_for_in_the_id_token_where_there_is_no_userinfo() -> None:
    provider = LyingProvider()
    provider.metadata["claims_parameter_supported"] = True
    del provider.metadata["userinfo_endpoint"]
    config = connection(trust_frameworks=("eidas",))
    url = await relying_party(provider).authorization_url(config, PENDING, locale="fr")
    assert set(json.decode(query_of(url)["claims"])) == {"id_token"}
    provider.claims = {"verified_claims": VERIFIED}
    signed = await relying_party(provider).complete(config, PENDING, callback())
    assert verified_name(signed.claims, config.trust_frameworks) == NAME
