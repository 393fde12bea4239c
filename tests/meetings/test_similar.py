"""Questions that ask the same thing in other words are found; others are not."""

from dataclasses import dataclass

import pytest

from parvis.features.meetings.similar import nearest, tokens


@dataclass(frozen=True)
class Title:
    title: str


ASKED = [
    Title("Le conseil maintiendra-t-il le dividende en cas de baisse du résultat ?"),
    Title("Un acompte sur dividende est-il envisagé à l’automne ?"),
    Title("Quelle est la stratégie climat de la banque ?"),
    Title("Will the board keep the dividend if profits fall?"),
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Quelle politique de dividende si le résultat 2027 baisse ?", ASKED[0]),
        ("ACOMPTE sur dividendes à l'automne", ASKED[1]),
        ("Strategie climat", ASKED[2]),
        ("Does the dividend stay when profit falls? The board should keep it", ASKED[3]),
    ],
)
def test_words_in_common_make_questions_similar(typed, found) -> None:
    assert nearest(typed, ASKED)[0] == found


@pytest.mark.parametrize(
    "typed", ["", "?!", "le la les de du", "Combien de femmes au comité exécutif ?", "Dividende et"]
)
def test_unlike_questions_are_not_offered(typed) -> None:
    assert Title("Quelle est la stratégie climat de la banque ?") not in nearest(typed, ASKED)


def test_at_most_three_are_offered_nearest_first() -> None:
    many = [Title("dividende résultat acompte"), *[Title("dividende acompte")] * 5]
    found = nearest("dividende résultat acompte", many)
    assert len(found) == 3
    assert found[0] == many[0]


def test_one_shared_word_is_not_enough_between_long_questions() -> None:
    assert (
        nearest("Le dividende et la stratégie en Asie", [Title("Un dividende pour salariés")]) == ()
    )


def test_accents_case_and_plurals_do_not_count() -> None:
    assert tokens("Les Résultats ÉNERGÉTIQUES") == tokens("resultat energetique")
