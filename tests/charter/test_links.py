"""`links`: what counts as a link, and which are let through."""

import pytest

from parvis.features.charter.verdict import Person
from tests.charter.examples import charter, quoted, verdict

ALLOW = 'kind = "links"\neffect = "hold"\nallow = ["orvance.example", "gouv.fr"]'
REFUSE = 'kind = "links"\neffect = "refuse"\nrefuse = ["bit.ly", "scam.example"]'
NONE = 'kind = "links"\neffect = "hold"\nnone = true'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Voir https://www.orvance.example/lettre.", []),
        ("Voir orvance.example et impots.gouv.fr", []),
        ("Voir https://evil.example/a?b=c, merci", ["https://evil.example/a?b=c"]),
        ("[ici](https://evil.example)", ["https://evil.example"]),
        ("www.autre-banque.fr", ["www.autre-banque.fr"]),
        ("passez sur autre-banque.com/offre !", ["autre-banque.com/offre"]),
        ("HTTPS://EVIL.EXAMPLE", ["HTTPS://EVIL.EXAMPLE"]),
        ("https://orvance.example.evil.com/", ["https://orvance.example.evil.com/"]),
        ("https://orvance.example@evil.com/", ["https://orvance.example@evil.com/"]),
        ("https://evil.com\\@orvance.example/", ["https://evil.com\\@orvance.example/"]),
        ("https:/evil.com", ["https:/evil.com"]),
        ("https://оrvance.example", ["https://оrvance.example"]),  # a Cyrillic о
        ("notorvance.example", ["notorvance.example"]),
        ("https://orvance.example:8443/x", []),
        ("[x](//evil.example/y)", ["//evil.example/y"]),
        ("ｅｖｉｌ．ｃｏｍ", ["ｅｖｉｌ．ｃｏｍ"]),
        ("evil\u200b.com", ["evil\u200b.com"]),
        ("écrire à jeanne@evil.com", []),
        ("Fin de phrase.Une autre commence. Etc.", []),
        ("version 3.11.7, 1.5 M€, l’art. L. 225-108", []),
        ("et/ou // non", []),
    ],
)
def test_only_allowed_sites_pass(text, found):
    assert quoted(verdict(charter(ALLOW), text), text) == found


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("https://bit.ly/abc", "refuse"),
        ("bit.ly/abc", "refuse"),
        ("https://www.scam.example", "refuse"),
        ("https://sсam.example", "refuse"),  # a look-alike of a refused site is refused too
        ("https://rabbit.lyon.example", "allow"),
        ("https://orvance.example", "allow"),
    ],
)
def test_refused_sites_are_refused(text, effect):
    assert verdict(charter(REFUSE), text).effect == effect


def test_none_stops_every_link():
    assert verdict(charter(NONE), "https://gouv.fr").effect == "hold"
    assert verdict(charter(NONE), "aucun lien").effect == "allow"


def test_newcomers_write_without_links_first():
    rule = 'kind = "links"\neffect = "hold"\nfirst_without = 2'
    link = "https://gouv.fr"
    assert verdict(charter(rule), link, person=Person(published=1)).effect == "hold"
    assert verdict(charter(rule), link, person=Person(published=2)).effect == "allow"
