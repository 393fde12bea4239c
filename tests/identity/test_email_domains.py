"""The domain of an e-mail address: one form for all ways to write it, none for no domain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.features.identity.domains.email_domains import domain_of, normal_domain, shown

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789éàüßçñøλжאあ中İſ"
LABELS = st.text(alphabet=LETTERS, min_size=1, max_size=12)
DOMAINS = st.lists(LABELS, min_size=1, max_size=4).map(".".join)


@given(st.one_of(DOMAINS, st.text(max_size=80)))
def test_a_normal_form_is_its_own_normal_form(written: str) -> None:
    normal = normal_domain(written)
    if normal is not None:
        assert normal_domain(normal) == normal
        assert normal.isascii()
        assert normal == normal.lower()
        assert "." in normal
        assert len(normal) <= 253


@given(st.lists(st.text(alphabet="abcxyz09éüçλ", min_size=1, max_size=9), min_size=2, max_size=3))
def test_every_way_to_write_a_domain_is_the_same_domain(labels: list[str]) -> None:
    domain = ".".join(labels)
    normal = normal_domain(domain)
    for written in (domain.upper(), f" {domain} ", f"{domain}.", domain.replace(".", "。")):
        assert normal_domain(written) == normal
    if normal is not None:
        assert normal_domain(shown(normal)) == normal


@given(st.text(max_size=100))
def test_nothing_that_is_typed_breaks_it(typed: str) -> None:
    found = domain_of(typed)
    assert found is None or (normal_domain(found) == found and "@" not in found)


@given(DOMAINS, st.text(alphabet="abcdefgh.+-_'éλ", min_size=1, max_size=20))
def test_only_the_domain_counts(domain: str, local: str) -> None:
    assert domain_of(f"{local}@{domain}") == normal_domain(domain)


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("anna@exemple.fr", "exemple.fr"),
        (" Anna.Berliet@EXEMPLE.fr ", "exemple.fr"),
        ("anna@Bücher.example", "xn--bcher-kva.example"),
        ("anna@ｅｘｅｍｐｌｅ.fr", "exemple.fr"),
        ("anna@straße.example", "xn--strae-oqa.example"),
        ("anna@sub.exemple.fr", "sub.exemple.fr"),
        ("anna+cercle@exemple.fr.", "exemple.fr"),
        # No address, or none of a domain that somebody could vouch for:
        ("anna", None),
        ("@exemple.fr", None),
        ("anna@", None),
        ("a@b@exemple.fr", None),
        ("an na@exemple.fr", None),
        ("anna@localhost", None),
        ("anna@192.0.2.1", None),
        ("anna@[192.0.2.1]", None),
        ("anna@-exemple.fr", None),
        ("anna@exemple..fr", None),
        ("anna@exem_ple.fr", None),
        ("anna@xn--zzzzzz.fr", None),
        ("anna@" + "a" * 64 + ".fr", None),
        ("anna@" + "abcdefg." * 40 + "fr", None),
        ("a" * 65 + "@exemple.fr", None),
    ],
)
def test_an_address_has_one_domain_or_none(email: str, domain: str | None) -> None:
    assert domain_of(email) == domain


def test_people_read_their_own_script() -> None:
    assert shown("xn--bcher-kva.example") == "bücher.example"
    assert shown("exemple.fr") == "exemple.fr"
