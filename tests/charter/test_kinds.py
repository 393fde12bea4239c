"""What each kind of rule says of French and English sentences: a table of examples a kind."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from parvis.features.charter.kinds import KINDS
from parvis.features.charter.verdict import Acceptance, FileFacts, Person
from tests.charter.examples import NOW, charter, quoted, verdict

RESULTS = datetime(2027, 7, 28, 5, 30, tzinfo=UTC)
CALENDAR = {"results-h1": RESULTS}
NEW = Person(published=0, labels=frozenset(["client"]))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Example(msgspec.Struct, frozen=True):
    """A text in a language, what becomes of it, and the words that the causes point at."""

    language: str
    text: str
    effect: str
    quotes: tuple[str, ...] = ()
    more: dict[str, object] = {}


def file(kind: str, size: int = 1000) -> FileFacts:
    return FileFacts(field="file", type=kind, size=size)


def ago(*minutes: float) -> dict[str, tuple[datetime, ...]]:
    return {"tenant:rules/pace": tuple(NOW - one * MINUTE for one in minutes)}


NOT_ACCEPTED = {"person": Person(acceptance=Acceptance.MISSING)}
UNVERIFIED = {"person": Person(name_is_verified=False)}
WARNED = {"person": Person(warnings=1)}

TERMS = """effect = "hold"
words.fr = ["rumeur*"]
words.en = ["rumour*", "rumor*"]
patterns.any = ['n[°o] ?\\d{4}']
"""

EXAMPLES = {
    "acceptance": ('acts = ["*"]', [
        Example("fr", "Bonjour à tous", "refuse", more=NOT_ACCEPTED),
        Example("en", "Good morning", "refuse", more=NOT_ACCEPTED),
        Example("fr", "Bonjour à tous", "allow"),
        Example("en", "Good morning", "allow"),
    ]),
    "real_name": ('acr = ["strong"]', [
        Example("fr", "Bonjour", "refuse", more=UNVERIFIED),
        Example("en", "Hello", "refuse", more={"person": Person(acr="basic")}),
        Example("en", "Hello", "allow", more={"person": Person(acr="strong")}),
        Example("fr", "Bonjour", "allow", more={"person": Person(acr="strong")}),
    ]),
    "permit": ('acts = ["community.create"]\npeople = ["group:admin"]', [
        Example("fr", "Club des lecteurs", "refuse", more={"act": "community.create"}),
        Example("en", "Readers’ club", "allow", more={
            "act": "community.create", "person": Person(labels=frozenset(["group:admin"]))}),
    ]),
    "forbid": ('acts = ["post.publish"]\npeople = ["client"]', [
        Example("fr", "Un avis", "refuse", more={"person": NEW}),
        Example("en", "An opinion", "refuse", more={"person": NEW}),
        Example("en", "An opinion", "allow"),
    ]),
    "premoderate": ('acts=["post.publish"]\nmode = "selective"\nsigns=["amount","link","warned"]', [
        Example("fr", "Un rendement de 4,5 % l’an", "hold", ("4,5 %",)),
        Example("en", "A fee of 300 EUR", "hold", ("300 EUR",)),
        Example("fr", "Voir https://exemple.fr/avis", "hold", ("https://exemple.fr/avis",)),
        Example("en", "Merely a question", "hold", more=WARNED),
        Example("fr", "L’exercice 2026", "allow"),
        Example("en", "Financial year 2026", "allow"),
    ]),
    "terms": (TERMS, [
        Example("fr", "Des RUMEURS circulent", "hold", ("RUMEURS",)),
        Example("fr", "Une ru\u200bmeur", "hold", ("ru\u200bmeur",)),
        Example("fr", "Une ｒｕｍｅｕｒ", "hold", ("ｒｕｍｅｕｒ",)),
        Example("en", "Rumour has it", "hold", ("Rumour",)),
        Example("en", "Contract No 1234", "hold", ("No 1234",)),
        Example("fr", "Une humeur", "allow"),
        Example("en", "A roomier office", "allow"),
    ]),
    "links": ('effect = "hold"\nallow = ["gouv.fr"]', [
        Example("fr", "Voir www.gains-faciles.fr vite", "hold", ("www.gains-faciles.fr",)),
        Example("en", "Look at https://easy.money/x.", "hold", ("https://easy.money/x",)),
        Example("fr", "Voir https://impots.gouv.fr/avis", "allow"),
        Example("en", "That is all.Then we left", "allow"),
    ]),
    "personal_data": ('iban = "refuse"\nemail = "mask"\nphone = "mask"\ncard = "refuse"', [
        Example("fr", "IBAN : FR76 3000 6000 0112 3456 7890 189", "refuse",
                ("FR76 3000 6000 0112 3456 7890 189",)),
        Example("en", "Write to me at jane@doe.example", "mask", ("jane@doe.example",)),
        Example("fr", "Au 06 12 34 56 78", "mask", ("06 12 34 56 78",)),
        Example("en", "Card 4111 1111 1111 1111", "refuse", ("4111 1111 1111 1111",)),
        Example("fr", "Commande 4111 1111 1111 1112", "allow"),
        Example("en", "Order 20261122", "allow"),
    ]),
    "instruments": ('effect = "hold"\ntickers = ["ORV", "ARDL.PA"]', [
        Example("fr", "Achetez FR0000120321 sans tarder", "hold", ("Achetez FR0000120321",)),
        Example("fr", "FR 0000 120 321 est sous-évaluée", "hold",
                ("FR 0000 120 321 est sous-évaluée",)),
        Example("fr", "Je renforce sur orv cette semaine", "hold", ("renforce sur orv",)),
        Example("fr", "À votre place, j’aurais déjà de l’ORV", "hold",
                ("À votre place, j’aurais déjà de l’ORV",)),
        Example("en", "US0378331005 is a strong buy", "hold", ("US0378331005 is a strong buy",)),
        Example("en", "You should hold on to ardl.pa", "hold", ("hold on to ardl.pa",)),
        Example("en", "ＦＲ0000120321: the price target is 40", "hold",
                ("ＦＲ0000120321: the price target",)),
        # The checksum is wrong; the share is named without advice; the advice names no share;
        # too far apart; a day of the week.
        Example("fr", "Achetez FR0000120322", "allow"),
        Example("fr", "FR0000120321 est cotée à Paris", "allow"),
        Example("fr", "Achetez plutôt le journal", "allow"),
        Example("en", "ORV publishes its accounts on Tuesday", "allow"),
        Example("en", "Buy bread. " + "Then walk home slowly. " * 4 + "ORV was quiet", "allow"),
        Example("fr", "ORV publie ses comptes vendredi", "allow"),
    ]),
    "attachments": ('types = ["image/*", "application/pdf"]\nmax_mb = 2\nmax_files = 2', [
        Example("fr", "Ma photo", "allow", more={"files": (file("image/jpeg"),)}),
        Example("en", "The report", "allow", more={"files": (file("application/pdf"),)}),
        Example("fr", "Un tableau", "refuse", more={"files": (file("text/plain"),)}),
        Example("en", "A program", "refuse", more={
            "files": (file("application/octet-stream"),)}),
        Example("fr", "Trop lourd", "refuse", more={"files": (file("image/png", 3_000_000),)}),
        Example("en", "Too many", "refuse", more={"files": (file("image/png"),) * 3}),
        Example("fr", "Rien", "allow"),
    ]),
    "pace": ('acts = ["post.publish"]\nmost = 3\nper = "10 minutes"', [
        Example("fr", "Un premier mot", "allow"),
        Example("en", "A third one", "allow", more={"paces": ago(5, 1)}),
        Example("fr", "Un quatrième", "refuse", more={"paces": ago(9.9, 5, 1)}),
        Example("en", "A fourth, later", "allow", more={"paces": ago(10, 5, 1)}),
        Example("fr", "Un commentaire", "allow", more={
            "paces": ago(5, 4, 3, 2, 1), "act": "comment.publish"}),
    ]),
    "window": ('opens = "results-h1 - 15 days"\ncloses = "results-h1"\nmode = "premoderate"', [
        Example("fr", "Et le dividende ?", "allow", more={"now": RESULTS - 15 * DAY - MINUTE}),
        Example("fr", "Et le dividende ?", "hold", more={"now": RESULTS - 15 * DAY}),
        Example("en", "What of the dividend?", "hold", more={"now": RESULTS - MINUTE}),
        Example("en", "What of the dividend?", "allow", more={"now": RESULTS}),
        Example("en", "What of the dividend?", "allow", more={"calendar": {}, "now": RESULTS}),
    ]),
    "retention": ('keep.sign_ins = "13 months"', [
        Example("fr", "Rien à redire", "allow"),
        Example("en", "Nothing to say against it", "allow"),
    ]),
}  # fmt: skip


def test_every_kind_has_a_table_in_both_languages():
    assert EXAMPLES.keys() == KINDS.keys()
    for kind, (_, table) in EXAMPLES.items():
        assert {example.language for example in table} == {"fr", "en"}, kind


@pytest.mark.parametrize(
    ("kind", "example"),
    [(kind, example) for kind, (_, table) in EXAMPLES.items() for example in table],
    ids=lambda value: value if isinstance(value, str) else value.text[:40],
)
def test_what_a_rule_says_of_a_sentence(kind, example):
    rule = charter(f'kind = "{kind}"\n{EXAMPLES[kind][0]}')
    given = {"calendar": CALENDAR, **example.more}
    found = verdict(rule, example.text, **given)
    assert found.effect == example.effect
    assert tuple(quoted(found, example.text)) == example.quotes
    assert {cause.kind for cause in found.causes} <= {kind}


# --- what a table does not show -----------------------------------------------------------------


def test_each_file_that_is_refused_is_named_by_its_field():
    rule = charter('kind = "attachments"\ntypes = ["image/png"]')
    files = (file("image/png"), FileFacts(field="annex", type="application/zip", size=1))
    (cause,) = verdict(rule, files=files).causes
    assert (cause.field, cause.span) == ("annex", None)


def test_where_no_file_may_come_one_is_too_many():
    rule = charter('kind = "attachments"\nacts = ["post.publish"]\nmax_files = 0')
    assert verdict(rule, files=(file("image/png"),)).effect == "refuse"
    assert verdict(rule, files=(file("image/png"),), act="profile.edit").effect == "allow"


def test_an_instrument_alone_is_enough_where_the_rule_says_so():
    rule = charter('kind = "instruments"\neffect = "mark"\nalone = true\ntickers = ["ORV"]')
    text = "ORV et FR0000120321"
    found = verdict(rule, text)
    assert (found.effect, quoted(found, text)) == ("mark", ["ORV", "FR0000120321"])


def test_a_tenant_adds_wording_of_its_own():
    rule = charter(
        'kind = "instruments"\neffect = "hold"\nwithin = 2\nwording.fr = ["faites le plein"]'
    )
    assert verdict(rule, "Faites le plein de FR0000120321").effect == "hold"
    assert verdict(rule, "Faites le plein, dit-on partout, de FR0000120321").effect == "allow"


def test_words_of_one_language_are_not_looked_for_in_another():
    rule = charter('kind = "instruments"\neffect = "hold"')
    assert verdict(rule, "Short FR0000120321", language="fr").effect == "allow"
    assert verdict(rule, "Short FR0000120321", language="en").effect == "hold"


def test_every_instrument_has_a_passage_of_its_own():
    rule = charter('kind = "instruments"\neffect = "hold"')
    text = "Achetez FR0000120321, vendez US0378331005."
    assert quoted(verdict(rule, text), text) == ["Achetez FR0000120321", "vendez US0378331005"]


def test_slow_mode_says_when_the_next_word_is_possible():
    rule = charter('kind = "pace"\nacts = ["comment.publish"]\nevery = "2 minutes"')
    done = {"tenant:rules/pace": (NOW - 3 * MINUTE, NOW - MINUTE / 2)}
    (cause,) = verdict(rule, act="comment.publish", paces=done).causes
    assert (cause.effect, cause.next_at) == ("refuse", NOW + 1.5 * MINUTE)
    at_the_instant = verdict(rule, act="comment.publish", paces=done, now=NOW + 1.5 * MINUTE)
    assert at_the_instant.effect == "allow"


def test_of_too_many_acts_the_oldest_that_counts_says_when():
    rule = charter('kind = "pace"\nacts = ["post.publish"]\nmost = 2\nper = "1 day"')
    done = {"tenant:rules/pace": (NOW - 2 * DAY, NOW - DAY / 2, NOW - DAY / 4)}
    (cause,) = verdict(rule, paces=done).causes
    assert cause.next_at == NOW + DAY / 2


def test_a_pace_may_hold_instead_of_refusing():
    rule = charter('kind = "pace"\nacts = ["post.publish"]\nevery = "1 hour"\neffect = "hold"')
    assert verdict(rule, paces=ago(1)).effect == "hold"
