"""The three demonstration charters say what their clauses promise."""

from pathlib import Path

import pytest

from parvis.features.charter.document import load
from parvis.features.charter.verdict import Person
from tests.charter.examples import verdict

TENANTS = Path(__file__).resolve().parents[2] / "tenants"
CHARTERS = {
    slug: load(TENANTS / slug / "charter.toml")
    for slug in ("banque-orvance", "ardelune", "ateliers-tervallon")
}
MEMBER = Person(labels=frozenset(["client"]), published=5)


@pytest.mark.parametrize("slug", CHARTERS)
def test_each_charter_has_the_clauses_decisions_rest_on(slug):
    ids = {clause.id for clause in CHARTERS[slug].clauses}
    assert ids >= {
        "acceptance", "real-name", "respect", "no-rumour", "no-personal-data", "off-agenda",
        "selection", "moderation",
    }  # fmt: skip
    assert set(CHARTERS[slug].locales) == {"fr", "en"}


@pytest.mark.parametrize("slug", CHARTERS)
@pytest.mark.parametrize(
    ("text", "effect", "clause"),
    [
        ("Vous êtes des IDIOTS", "refuse", "respect"),
        ("You idiot", "refuse", "respect"),
        ("Quel c\u200bonnard", "refuse", "respect"),
        ("Une rumeur circule", "hold", "no-rumour"),
        ("Rumour has it", "hold", "no-rumour"),
        ("Un projet de cessiоn ?", "hold", "no-rumour"),
        ("Mon IBAN : FR76 3000 6000 0112 3456 7890 189", "refuse", "no-personal-data"),
        ("Card 4111 1111 1111 1111", "refuse", "no-personal-data"),
        ("Joignez-moi au 06 12 34 56 78", "mask", "no-personal-data"),
    ],
)
def test_what_every_house_keeps(slug, text, effect, clause):
    result = verdict(CHARTERS[slug], text, person=MEMBER)
    assert result.effect == effect
    assert clause in {cause.clause for cause in result.causes}


@pytest.mark.parametrize("slug", CHARTERS)
@pytest.mark.parametrize(
    "text",
    [
        "Le conseil maintiendra-t-il le dividende en cas de baisse du résultat ?",
        "Merci pour ce récit. Ont-ils donné le calendrier de la seconde ligne de tri ?",
        "Le retard de livraison concerne les salopettes et les consoles.",
        "Thank you for the clear answer about the second quarter.",
    ],
)
def test_ordinary_sentences_pass(slug, text):
    assert verdict(CHARTERS[slug], text, person=MEMBER).effect == "allow"


@pytest.mark.parametrize("slug", CHARTERS)
def test_questions_wait_for_a_moderator(slug):
    assert verdict(CHARTERS[slug], "Une question ?", act="question.submit").effect == "hold"


@pytest.mark.parametrize(
    "text",
    [
        "Avec votre patrimoine, je prendrais le fonds émergent, sans hésiter",
        "À ce cours, achetez tout de suite, c’est du gagné",
        "Je vous conseille vivement d’acheter",
        "If I were you I would sell now",
    ],
)
@pytest.mark.parametrize("slug", ["banque-orvance", "ardelune"])
def test_advice_is_held(slug, text):
    result = verdict(CHARTERS[slug], text, person=MEMBER)
    assert result.effect == "hold"
    assert {cause.clause for cause in result.causes} == {"no-advice"}


def test_orvance_lets_no_client_write_to_a_client():
    clients = (frozenset(["client"]),)
    orvance = CHARTERS["banque-orvance"]
    assert (
        verdict(orvance, act="message.send", person=MEMBER, recipients=clients).effect == "refuse"
    )
    assert verdict(orvance, act="message.send", person=MEMBER).effect == "allow"


def test_tervallon_keeps_prices_between_distributors_out():
    tervallon = CHARTERS["ateliers-tervallon"]
    text = "Quel est votre prix de revente ?"
    assert verdict(tervallon, text, person=MEMBER).effect == "hold"
    assert verdict(tervallon, text, person=Person(labels=frozenset(["employee"]))).effect == "allow"
