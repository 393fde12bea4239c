"""Changes to a charter's text: what they are about changes, and not one other character."""

import tomllib
from datetime import date
from difflib import unified_diff
from pathlib import Path

import pytest

from parvis.features.charter.document import parse
from parvis.features.workshop.source_edits import (
    ClauseTexts,
    VersionChoices,
    moved,
    normal,
    with_clause,
    with_new_clause,
    with_version,
    without_clause,
)
from parvis.settings import REPOSITORY

TENANTS = ("banque-orvance", "ardelune", "ateliers-tervallon")
SMALL = """\
# Whose charter this is.
format = 1
locales = ["fr", "en"]
title = { fr = "Charte", en = "Charter" } # inline
preamble.fr = "Bonjour."
preamble.en = "Hello."

[version]
change = "material" # the first

# --- Part one ---

# About a.
[[clause]]
id = "a"
title = { fr = "A", en = "A" }
text.fr = "Texte."
text.en = "Text."

[[clause.rule]]
kind = "terms"
effect = "hold"
words.fr = ["a", # first
  "b"]

# --- Part two ---

[[clause]]
id = "b"
title.fr = "B"
title.en = "B"
text.fr = "Texte."
text.en = "Text."
"""


def source_of(tenant: str) -> str:
    return (REPOSITORY / "tenants" / tenant / "charter.toml").read_text("utf-8")


def changed_lines(old: str, new: str) -> list[str]:
    lines = unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def ids(source: str) -> list[str]:
    return [clause.id for clause in parse(source, Path("charter.toml")).clauses]


def texts_of(source: str, clause_id: str) -> ClauseTexts:
    clause = parse(source, Path("charter.toml")).clause(clause_id)
    assert clause is not None
    return ClauseTexts(title=clause.title, text=clause.text, law=clause.law)


@pytest.mark.parametrize("tenant", TENANTS)
def test_saving_clauses_as_they_are_changes_nothing(tenant):
    source = source_of(tenant)
    for clause_id in ids(source):
        assert with_clause(source, clause_id, texts_of(source, clause_id)) == source


@pytest.mark.parametrize("tenant", TENANTS)
def test_other_words_change_their_line_alone(tenant):
    source = source_of(tenant)
    given = texts_of(source, "respect")
    title = {**given.title, "fr": "Le “respect”, \\ toujours"}
    after = with_clause(source, "respect", ClauseTexts(title=title, text=given.text, law=given.law))
    assert texts_of(after, "respect").title == title
    assert len(changed_lines(source, after)) == 2


def test_a_text_of_several_lines_is_written_over_several_lines():
    text = {"fr": 'Un "mot".\n\nDeux \\ mots.', "en": "One.\n\nTwo."}
    after = with_clause(SMALL, "b", ClauseTexts(title={"fr": "B", "en": "B"}, text=text))
    assert texts_of(after, "b").text == text
    assert 'text.en = """\nOne.\n\nTwo."""' in after


def test_an_inline_table_stays_one_with_its_comment():
    given = texts_of(SMALL, "a")
    after = with_clause(SMALL, "a", ClauseTexts(title={"fr": "Z", "en": "A"}, text=given.text))
    assert changed_lines(SMALL, after) == [
        '-title = { fr = "A", en = "A" }', '+title = { fr = "Z", en = "A" }',
    ]  # fmt: skip


def test_a_law_is_added_before_the_rules_and_can_go_again():
    given = texts_of(SMALL, "a")
    law = {"fr": "Article 1", "en": "Article 1"}
    after = with_clause(SMALL, "a", ClauseTexts(title=given.title, text=given.text, law=law))
    assert texts_of(after, "a").law == law
    assert changed_lines(SMALL, after) == ['+law.fr = "Article 1"', '+law.en = "Article 1"']
    assert with_clause(after, "a", given) == SMALL


def test_the_section_version_keeps_its_comments():
    given = VersionChoices(
        change="editorial", grace_days=14, note={"fr": "Un mot.", "en": "A word."},
        effective_on=date(2027, 1, 1),
    )  # fmt: skip
    after = with_version(SMALL, given)
    assert tomllib.loads(after)["version"] == {
        "change": "editorial", "grace_days": 14, "effective_on": date(2027, 1, 1),
        "note": {"fr": "Un mot.", "en": "A word."},
    }  # fmt: skip
    assert 'change = "editorial" # the first\n' in after
    assert after.index("grace_days") < after.index("# --- Part one ---")
    back = with_version(after, VersionChoices(change="material"))
    assert back == SMALL


def test_a_new_clause_stands_last():
    given = ClauseTexts(title={"fr": "C", "en": "C"}, text={"fr": "Un.", "en": "One.\n\nTwo."})
    after = with_new_clause(SMALL, "c", given)
    assert ids(after) == ["a", "b", "c"]
    assert texts_of(after, "c") == given
    assert after.startswith(SMALL.rstrip())


def test_a_clause_goes_with_its_rules_and_its_comment():
    after = without_clause(SMALL, "a")
    assert ids(after) == ["b"]
    assert "About a." not in after
    assert "clause.rule" not in after
    assert "# Whose charter this is." in after


def test_a_clause_moves_with_its_rules():
    after = moved(SMALL, "b", -1)
    assert ids(after) == ["b", "a"]
    before = {clause.id: clause for clause in parse(SMALL, Path("x")).clauses}
    assert {clause.id: clause for clause in parse(after, Path("x")).clauses} == before
    assert moved(SMALL, "a", -1) == SMALL
    assert moved(SMALL, "b", 1) == SMALL
    assert ids(moved(SMALL, "a", 1)) == ["b", "a"]


@pytest.mark.parametrize("tenant", TENANTS)
def test_moving_there_and_back_loses_nothing(tenant):
    source = source_of(tenant)
    for clause_id in ids(source)[1:]:
        there = moved(source, clause_id, -1)
        assert sorted(ids(there)) == sorted(ids(source))
        assert ids(moved(there, clause_id, 1)) == ids(source)
        assert sorted(there.split()) == sorted(source.split())


def test_a_clause_that_is_not_there_is_an_error():
    with pytest.raises(KeyError):
        without_clause(SMALL, "nowhere")


def test_line_ends_become_one_kind():
    assert normal("a = 1\r\nb = 2\r\n\r\n") == "a = 1\nb = 2\n"
