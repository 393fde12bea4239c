"""`terms`: words, phrases and expressions, in French and in English."""

import pytest

from tests.charter.examples import charter, quoted, verdict

RULE = r"""
kind = "terms"
effect = "hold"
words.fr = ["rumeur*", "con", "cœur"]
words.en = ["insider"]
phrases.fr = ["projet de cession", "d’après un salarié"]
phrases.en = ["not yet public"]
patterns.any = ['\bOPA\b', 'dou(?:bl|ç)\w+ mise']
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Un projet de cession serait signé.", ["projet de cession"]),
        ("Un PROJET  de\nCESSION !", ["PROJET  de\nCESSION"]),
        ("un projet, de cession", ["projet, de cession"]),
        ("Un рrоjеt de сеssiоn", ["рrоjеt de сеssiоn"]),
        ("un pro\u200bjet de cession", ["pro\u200bjet de cession"]),
        ("ｐｒｏｊｅｔ ｄｅ ｃｅｓｓｉｏｎ", ["ｐｒｏｊｅｔ ｄｅ ｃｅｓｓｉｏｎ"]),
        ("D'apres un salarie, oui", ["D'apres un salarie"]),
        ("Des rumeurs courent, la Rumeur enfle", ["rumeurs", "Rumeur"]),
        ("le conseil, concerné, second", []),
        ("pauvre con.", ["con"]),
        ("à contre-COEUR", ["COEUR"]),
        ("I heard from an insider: it is not yet public", ["insider", "not yet public"]),
        ("insiders", []),
        ("une OPA, des opa, opaque", ["OPA", "opa"]),
        ("doublez la mise ; douçâtre mise", ["douçâtre mise"]),
        ("", []),
        ("   \n", []),
    ],
)
def test_terms_are_found_where_they_were_written(text, found):
    result = verdict(charter(RULE), text)
    assert quoted(result, text) == found
    assert result.effect == ("hold" if found else "allow")


def test_overlapping_terms_are_all_causes():
    rule = 'kind = "terms"\neffect = "hold"\nphrases.fr = ["projet de cession", "de cession"]'
    text = "ce projet de cession"
    assert quoted(verdict(charter(rule), text), text) == ["projet de cession", "de cession"]


def test_a_known_language_leaves_out_the_lists_of_the_others():
    text = "insider, rumeur, opa"
    assert quoted(verdict(charter(RULE), text, language="en"), text) == ["insider", "opa"]
    assert quoted(verdict(charter(RULE), text, language="fr"), text) == ["rumeur", "opa"]
    assert quoted(verdict(charter(RULE), text), text) == ["insider", "rumeur", "opa"]


def test_a_term_in_two_lists_of_one_rule_is_one_cause():
    rule = 'kind = "terms"\neffect = "hold"\nwords.fr = ["idiot"]\nwords.en = ["idiot"]'
    assert len(verdict(charter(rule), "idiot").causes) == 1


def test_every_field_is_read_and_named():
    result = verdict(charter(RULE), fields={"title": "Une rumeur", "body": "un insider"})
    assert {(cause.field, cause.span) for cause in result.causes} == {
        ("title", (4, 10)),
        ("body", (3, 10)),
    }


def test_an_expression_that_backtracking_engines_choke_on_ends_at_once():
    rule = 'kind = "terms"\neffect = "hold"\npatterns.any = [\'(a+)+z\']'
    assert verdict(charter(rule), "a" * 50_000).effect == "allow"


def test_a_report_may_quote_the_words_it_is_about():
    rule = charter('kind = "terms"\neffect = "refuse"\nwords.any = ["idiot"]')
    assert verdict(rule, "he called me an idiot", act="content.report").effect == "allow"
    assert verdict(rule, "you idiot", act="post.edit").effect == "refuse"
    everywhere = charter('kind = "terms"\neffect = "refuse"\nwords.any = ["idiot"]\nacts = ["*"]')
    assert verdict(everywhere, "an idiot", act="content.report").effect == "refuse"
