"""The three demonstration charters say what their clauses promise."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from parvis.features.charter.document import load, parse
from parvis.features.charter.verdict import FileFacts, Person
from parvis.features.tenants.document import load as load_tenant
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


# --- what the calendar, files and measure add ----------------------------------------------------

RESULTS = datetime(2027, 2, 25, 6, 30, tzinfo=UTC)
TENANT_FILES = {slug: load_tenant(TENANTS / slug).value for slug in CHARTERS}


def calendar_of(slug):
    document = TENANT_FILES[slug]
    zone = ZoneInfo(document.tenant.timezone)
    return {event.name: event.at.replace(tzinfo=zone) for event in document.calendar}


@pytest.mark.parametrize("slug", CHARTERS)
def test_each_charter_follows_events_that_its_house_has_dated(slug):
    source = (TENANTS / slug / "charter.toml").read_text("utf-8")
    assert parse(source, TENANTS / slug / "charter.toml", calendar_of(slug))
    kinds = {placed.rule.kind for clause in CHARTERS[slug].clauses for placed in clause.rules}
    assert kinds >= {"window", "pace", "retention"}


@pytest.mark.parametrize(
    ("slug", "text"),
    [("banque-orvance", "Le dividende sera-t-il maintenu ?"), ("ardelune", "What of the outlook?")],
)
@pytest.mark.parametrize(("days", "effect"), [(-31, "allow"), (-14, "hold"), (8, "allow")])
def test_what_touches_figures_waits_before_results(slug, text, days, effect):
    now = RESULTS + timedelta(days=days)
    found = verdict(CHARTERS[slug], text, person=MEMBER, now=now, calendar=calendar_of(slug))
    assert found.effect == effect
    assert {cause.rule for cause in found.causes} <= {"figures-to-come"}
    question = verdict(
        CHARTERS[slug], text, act="question.submit", person=MEMBER, now=now,
        calendar=calendar_of(slug),
    )  # fmt: skip
    assert {cause.rule for cause in question.causes} == {"questions"}


@pytest.mark.parametrize("slug", ["banque-orvance", "ardelune"])
def test_a_share_beside_advice_is_held_under_the_clause_on_advice(slug):
    found = verdict(CHARTERS[slug], "Renforcez FR0000120321 maintenant", person=MEMBER)
    assert {cause.clause for cause in found.causes} == {"no-advice"}
    assert "named-share" in {cause.rule for cause in found.causes}


def test_tervallon_takes_ideas_in_their_season():
    tervallon, calendar = CHARTERS["ateliers-tervallon"], calendar_of("ateliers-tervallon")
    effects = [
        verdict(tervallon, "Une idée", act="idea.submit", person=MEMBER, now=now, calendar=calendar)
        for now in (
            datetime(2027, 3, 14, tzinfo=UTC), datetime(2027, 3, 16, tzinfo=UTC),
            datetime(2027, 5, 1, tzinfo=UTC),
        )
    ]  # fmt: skip
    assert [found.effect for found in effects] == ["refuse", "allow", "refuse"]


@pytest.mark.parametrize("slug", ["banque-orvance", "ateliers-tervallon"])
def test_no_program_is_shared_as_a_document(slug):
    program = FileFacts(field="file", type="application/octet-stream", size=100)
    report = FileFacts(field="file", type="application/pdf", size=100)
    for file, effect in ((program, "refuse"), (report, "allow")):
        found = verdict(CHARTERS[slug], act="document.share", person=MEMBER, files=(file,))
        assert found.effect == effect
