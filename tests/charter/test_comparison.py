"""Two charters side by side: nothing is lost, nothing is invented, and what moved is few."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.features.charter.comparison import MOST_PAIRS, State, compare, words
from parvis.features.charter.document import CharterDocument, parse

HEAD = """format = 1
locales = ["fr", "en"]
title = {{ fr = "Charte", en = "Charter" }}
preamble = {{ fr = "Préambule.", en = "{preamble}" }}
[version]
change = "material"
"""
CLAUSE = """
[[clause]]
id = "{id}"
title = {{ fr = "Titre {id}", en = "Title {id}" }}
text = {{ fr = "Texte {id}.", en = "{text}" }}
"""
RULE = """
[[clause.rule]]
kind = "terms"
effect = "hold"
words.fr = {words}
"""


def document(*ids: str, preamble: str = "Words.", rules: str = "", **texts: str) -> CharterDocument:
    """Return a charter of these clauses; `rules` stand in the last one."""
    clauses = (CLAUSE.format(id=id_, text=texts.get(id_, f"Text {id_}.")) for id_ in ids)
    return parse(HEAD.format(preamble=preamble) + "".join(clauses) + rules, Path("charter.toml"))


def states(old: CharterDocument | None, new: CharterDocument) -> list[tuple[str, str]]:
    return [(clause.id, str(clause.state)) for clause in compare(old, new).clauses]


def test_a_charter_compared_with_itself_is_the_same():
    one = document("a", "b", rules=RULE.format(words='["rumeur"]'))
    assert compare(one, one).is_same
    assert states(one, one) == [("a", "same"), ("b", "same")]


def test_without_an_older_charter_everything_is_new():
    assert states(None, document("a", "b")) == [("a", "added"), ("b", "added")]


def test_clauses_that_came_and_went_stand_in_their_places():
    found = states(document("a", "b", "c"), document("a", "c", "d"))
    assert found == [("a", "same"), ("b", "removed"), ("c", "same"), ("d", "added")]


def test_only_the_clause_that_moved_has_moved():
    found = states(document("a", "b", "c", "d"), document("d", "a", "b", "c"))
    assert found == [("d", "moved"), ("a", "same"), ("b", "same"), ("c", "same")]


def test_a_clause_may_change_and_move():
    moved = compare(document("a", "b", "c"), document("c", "a", "b", c="Other words."))
    assert (moved.clauses[0].state, moved.clauses[0].has_moved) == (State.CHANGED, True)


def test_a_new_preamble_alone_is_a_change():
    found = compare(document("a"), document("a", preamble="Other words."))
    assert not found.is_same
    assert not found.changed


def test_the_words_that_changed_are_named():
    found = compare(document("a", a="No advice to clients."), document("a", a="No advice at all."))
    english = next(wording for wording in found.clauses[0].text if wording.locale == "en")
    assert [(str(part.state), part.text) for part in english.parts] == [
        ("same", "No advice "), ("removed", "to clients."), ("added", "at all."),
    ]  # fmt: skip


def test_of_a_list_of_words_only_what_came_and_went_is_shown():
    old = document("a", rules=RULE.format(words='["rumeur", "opa"]'))
    new = document("a", rules=RULE.format(words='["opa", "fusion"]'))
    (rule,) = compare(old, new).clauses[0].changed_rules
    (setting,) = rule.settings
    assert (setting.key, setting.before, setting.after) == ("words.fr", ("rumeur",), ("fusion",))


def test_a_rule_that_went_is_named():
    old, new = document("a", rules=RULE.format(words='["opa"]')), document("a")
    (rule,) = compare(old, new).clauses[0].changed_rules
    assert (rule.state, rule.kind, rule.new) == (State.REMOVED, "terms", None)


texts = st.lists(st.sampled_from(["no", "advice", "é", "\n\n", "a  b", ""]), max_size=30).map(
    " ".join
)


@given(texts, texts)
@settings(max_examples=200)
def test_both_texts_can_be_read_off_the_words(old, new):
    parts = list(words(old, new))
    assert "".join(part.text for part in parts if part.state is not State.ADDED) == old
    assert "".join(part.text for part in parts if part.state is not State.REMOVED) == new


def test_texts_of_one_word_again_and_again_are_not_compared_word_by_word():
    old, new = "a " * 4000, "a " * 3999 + "b"
    assert MOST_PAIRS < 4000 * 3999
    assert [part.state for part in words(old, new)] == [State.REMOVED, State.ADDED]


@given(st.permutations("abcdef"), st.permutations("abcdefgh"))
@settings(max_examples=50)
def test_every_clause_of_both_charters_is_told_once_in_the_new_order(before, after):
    old, new = document(*before[:5]), document(*after[:5])
    found = [clause.id for clause in compare(old, new).clauses]
    assert sorted(found) == sorted({*before[:5], *after[:5]})
    assert [id_ for id_ in found if id_ in after[:5]] == list(after[:5])
