"""Text, dates and numbers as readers of each language write them."""

import datetime as dt

import pytest

from parvis.core import clock, formats, i18n
from parvis.core.typography import typeset, typeset_html

NOON = dt.datetime(2027, 4, 14, 12, 0, tzinfo=dt.UTC)
SPACE, JOINER = "\u00a0", "\u2060"


def visible(text: str) -> str:
    return text.replace(SPACE, "~").replace("\u202f", "~").replace(JOINER, "^")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Que dit-on ?", "Que dit-^on~?"),
        ("Le conseil maintiendra-t-il", "Le conseil maintiendra-^t-^il"),
        ("« oui » : 48 % !", "«~oui~»~: 48~%~!"),
        ("3 000 000 €, soit 2,35 Md€", "3~000~000~€, soit 2,35 Md€"),
        ("1 204 soutiens à 17 h 40", "1~204~soutiens à 17~h~40"),
        ("{n} jours", "{n}~jours"),
        ("rien à changer, ni peut-être ni là-bas", "rien à changer, ni peut-être ni là-bas"),
    ],
)
def test_french_is_typeset(written: str, shown: str) -> None:
    assert visible(typeset(written, "fr")) == shown
    assert visible(typeset(typeset(written, "fr"), "fr")) == shown


def test_french_on_an_english_page_keeps_its_marks_on_the_line() -> None:
    assert visible(typeset("Par courrier ? « Oui » : que dit-on", "en")) == (
        "Par courrier~? «~Oui~»~: que dit-on"
    )
    assert visible(typeset_html("<p>Par courrier ?</p>", "en")) == "<p>Par courrier~?</p>"
    english = "How many? 48% of 3 000, and why: it does."
    assert typeset(english, "en") == english


def test_tags_attributes_and_code_are_left_alone() -> None:
    html = (
        '<p title="a ?">oui ! <a href="https://x.example/?q=1">ici ?</a> <code>a ? b</code> ; </p>'
    )
    shown = (
        '<p title="a ?">oui~! <a href="https://x.example/?q=1">ici~?</a> <code>a ? b</code>~; </p>'
    )
    assert visible(typeset_html(html, "fr")) == shown


@pytest.mark.parametrize(
    ("moment", "style", "french", "english"),
    [
        (NOON - dt.timedelta(hours=2), "ago", "aujourd’hui à 12~h", "today at 12:00"),
        (NOON - dt.timedelta(hours=20, minutes=20), "ago", "hier à 17~h~40", "yesterday at 17:40"),
        (NOON + dt.timedelta(days=1), "ago", "demain à 14~h", "tomorrow at 14:00"),
        (NOON - dt.timedelta(days=2), "ago", "lundi à 14~h", "Monday at 14:00"),
        (NOON - dt.timedelta(days=30), "ago", "15~mars", "15~March"),
        (NOON - dt.timedelta(days=400), "short", "10~mars 2026", "10~March 2026"),
        (NOON, "time", "14~h", "14:00"),
        (
            dt.datetime(2027, 4, 20, 10, 0, tzinfo=dt.UTC),
            "deadline",
            "mardi 20~avril 2027 à 12~h, heure de Paris",
            "Tuesday 20~April 2027 at 12:00, Paris time",
        ),
        (dt.date(2027, 5, 1), "long", "samedi 1er mai 2027", "Saturday 1~May 2027"),
    ],
)
def test_a_moment_reads_naturally(
    moment: dt.date, style: formats.DateStyle, french: str, english: str
) -> None:
    with clock.travel(NOON):
        for locale, said in (("fr", french), ("en", english)):
            shown = formats.date(moment, style, locale=locale, timezone="Europe/Paris")
            assert visible(shown) == said


def test_midnight_belongs_to_the_readers_day() -> None:
    with clock.travel(NOON):
        late = dt.datetime(2027, 4, 13, 22, 30, tzinfo=dt.UTC)
        assert formats.date(late, "ago", locale="en", timezone="Europe/Paris") == "today at 00:30"
        assert formats.date(late, "ago", locale="en", timezone="UTC") == "yesterday at 22:30"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("de, en-GB;q=0.7", "en"),
        ("en;q=0.1, fr;q=0.9", "fr"),
        ("fr;q=0, en", "en"),
        ("de;q=nonsense,,;", "en"),
        (None, "en"),
    ],
)
def test_the_browsers_language_is_honoured(header: str | None, language: str) -> None:
    assert i18n.negotiate(header, ("en", "fr")) == language


def test_numbers_and_plurals_follow_the_language() -> None:
    assert visible(i18n.ntranslate("fr", "{n} comment", "{n} comments", 0)) == "0 commentaire"
    assert i18n.ntranslate("en", "{n} comment", "{n} comments", 0) == "0 comments"
    assert visible(i18n.ntranslate("fr", "{n} comment", "{n} comments", 1204)) == (
        "1~204 commentaires"
    )


def test_an_unknown_string_stays_english() -> None:
    assert i18n.translate("fr", "Not in any catalogue {x}", x="y") == "Not in any catalogue y"
