"""What claims make of a person: names of every script, and nothing that only looks like one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.features.identity.claims import CAPACITIES, display_name, profile_of
from parvis.integrations.login import LoginError

MAP = {"capacity": "capacity", "capacity_label": "title", "groups": "roles"}


@pytest.mark.parametrize(
    "name",
    [
        "Anna Berliet",
        "Suharto",
        "María José Carreño Quiñones",
        "王秀英",
        "Юлия Владимировна",
        "سارة الأحمد",
        "नरेन्द्र",
        "می‌خواهم",  # spelled with a joiner
        "O’Hara-Smith",
        "X Æ A-12",
    ],
)
def test_name_is_kept_as_it_is_written(name: str) -> None:
    assert display_name(name) == name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Anna \n\t Berliet ", "Anna Berliet"),
        ("Anna\u202eteilreB", "AnnateilreB"),
        ("An\u200bna", "Anna"),
        ("E\u0301lodie", "Élodie"),
        ("Anna\x00", "Anna"),
    ],
)
def test_invisible_characters_do_not_disguise_a_name(given: str, kept: str) -> None:
    assert display_name(given) == kept


@pytest.mark.parametrize("name", [None, "", " ", "42", "…", "\u200b", 7, ["Anna"], "a" * 201, {}])
def test_what_is_no_name_is_refused(name: Any) -> None:
    with pytest.raises(LoginError):
        display_name(name)


@given(st.text())
def test_whatever_is_accepted_as_a_name_is_one_clean_line(text: str) -> None:
    try:
        name = display_name(text)
    except LoginError:
        return
    assert name == " ".join(name.split())
    assert 0 < len(name) <= 200
    name.encode()


def test_only_mapped_claims_count() -> None:
    claims = {"name": "Anna", "capacity": "director", "roles": ["admin"], "title": "Directrice"}
    unmapped = profile_of(claims, {})
    assert (unmapped.groups, unmapped.columns) == (None, {})
    mapped = profile_of(claims, MAP)
    assert mapped.groups == ("admin",)
    assert mapped.columns == {"capacity": "director", "capacity_label": "Directrice"}


def test_mapped_claim_that_is_gone_is_taken_away() -> None:
    profile = profile_of({"name": "Anna", "capacity": "client"}, MAP)
    assert profile.columns["capacity_label"] is None
    assert profile.groups == ()


ANYTHING = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())


@given(st.dictionaries(st.sampled_from(["name", "email", "locale", *MAP.values()]), ANYTHING))
def test_claims_of_any_type_make_a_storable_profile_or_a_refusal(claims: dict[str, Any]) -> None:
    try:
        profile = profile_of(claims, MAP)
    except LoginError:
        return
    assert profile.columns["capacity"] in CAPACITIES
    for value in [*profile.columns.values(), *(profile.groups or ())]:
        assert value is None or "\x00" not in value
        assert value is None or value.encode() is not None
