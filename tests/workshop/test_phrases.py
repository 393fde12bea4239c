"""Mistakes in a charter's text are told in the reader's language."""

import re

import pytest

from parvis.features.workshop.phrases import SENTENCES, told


def filled(sentence: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: f"<{found[1]}>", sentence)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_is_known_again_with_what_it_names(sentence: str) -> None:
    said = told(filled(sentence), "fr")
    assert said[:20] != filled(sentence)[:20]
    assert set(re.findall(r"<\w+>", said)) == set(re.findall(r"<\w+>", filled(sentence)))


def test_clause_rule_and_hint_are_told_too() -> None:
    said = told('clause "a", rule "b": "vine" in "acts" is not known; did you mean "wine"?', "fr")
    plain = said.replace("\u00a0", " ").replace("\u2060", "")
    assert plain == (
        "Clause « a », règle « b » : « vine » est inconnu dans « acts » ; "
        "vouliez-vous dire « wine » ?"
    )


def test_in_english_they_stay_what_the_commands_say() -> None:
    assert told('the clause id "a" is used twice', "en") == 'The clause id "a" is used twice'


def test_what_is_not_known_is_said_in_english_rather_than_not_at_all() -> None:
    assert told("something new", "fr") == "Something new"
