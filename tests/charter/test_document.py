"""charter.toml is read strictly: every mistake has its line and the nearest right word."""

import pytest

from parvis.features.charter.document import load, parse
from parvis.features.tenants.problems import TenantFileError
from tests.charter.examples import FILE, HEAD, clause

TERMS = 'kind = "terms"\neffect = "hold"\n'


def complaints(source):
    with pytest.raises(TenantFileError) as raised:
        parse(source, FILE)
    return [(problem.line, problem.message) for problem in raised.value.problems]


def first_line_with(source, piece):
    return next(n for n, line in enumerate(source.split("\n"), 1) if piece in line)


@pytest.mark.parametrize(
    ("rule", "where", "says"),
    [
        (TERMS + 'wrods.fr = ["x"]', "wrods", 'did you mean "words"?'),
        ('kind = "terms"\neffect = "refus"\nwords.fr = ["x"]', "refus", 'did you mean "refuse"?'),
        ('kind = "term"', 'kind = "term"', 'did you mean "terms"?'),
        ('effect = "hold"', "[[clause.rule]]", 'needs the key "kind"'),
        (TERMS, "[[clause.rule]]", '"words", "phrases" or "patterns"'),
        (TERMS + 'words.fr = ["deux mots"]', "deux mots", 'belongs under "phrases"'),
        (TERMS + 'words.fr = ["!!"]', "!!", "no letter or digit"),
        (TERMS + 'words.french = ["x"]', "french", "is no language"),
        (TERMS + 'words.fr = "x"', "words.fr", "array"),
        (TERMS + "patterns.fr = ['ok', 'foo(bar']", "foo(bar", "at character 1"),
        (TERMS + "patterns.fr = ['ab[z-a]']", "[z-a]", "at character 4"),
        (TERMS + "patterns.fr = ['a(?=b)']", "(?=b)", "invalid regular expression"),
        (TERMS + "patterns.fr = ['a*']", "a*", "matches the empty text"),
        (
            TERMS + 'words.fr = ["x"]\nacts = ["post.publsh"]',
            "publsh",
            'did you mean "post.publish"?',
        ),
        (TERMS + 'words.fr = ["x"]\npeople = ["clients"]', "clients", 'did you mean "client"?'),
        (
            TERMS + 'words.fr = ["x"]\nplaces = ["comunity"]',
            "comunity",
            'did you mean "community"?',
        ),
        (TERMS + 'words.fr = ["x"]\nid = "Not A Slug"', "Slug", "matching regex"),
        (TERMS + 'words.fr = ["x"]\nreason = { fr = "x" }', "reason", 'no text in "en"'),
        ('kind = "permit"\nacts = ["poll.vote"]', "[[clause.rule]]", "whom does it permit"),
        ('kind = "permit"\npeople = ["client"]', "[[clause.rule]]", 'needs the key "acts"'),
        ('kind = "premoderate"\nacts = ["*"]\nmode = "first_n"', "first_n", 'the key "first"'),
        ('kind = "premoderate"\nacts = ["*"]\nmode = "selective"', "selective", 'the key "signs"'),
        ('kind = "premoderate"\nacts = ["*"]\nmode = "alwais"', "alwais", 'did you mean "always"?'),
        ('kind = "links"\neffect = "hold"', "[[clause.rule]]", '"none", "allow", "refuse"'),
        ('kind = "links"\neffect = "hold"\nallow = ["https://x.fr"]', "https", "matching regex"),
        ('kind = "personal_data"', "[[clause.rule]]", "needs an effect for one of iban"),
        ('kind = "personal_data"\nibam = "refuse"', "ibam", 'did you mean "iban"?'),
    ],
)
def test_a_wrong_rule_is_named_with_its_line(rule, where, says):
    source = HEAD + clause(rule)
    (line, message), *_ = complaints(source)
    assert line == first_line_with(source, where)
    assert says in message


def test_messages_name_clause_and_rule():
    source = HEAD + clause(TERMS + "id = \"bad\"\npatterns.fr = ['(']", clause_id="no-rumour")
    assert 'clause "no-rumour", rule "bad": invalid regular expression' in complaints(source)[0][1]


def test_a_clause_id_used_twice_is_told_at_the_second():
    source = HEAD + clause(clause_id="same") + clause(clause_id="same")
    (line, message), *rest = complaints(source)
    assert "used twice" in message
    assert source.split("\n")[line - 1] == 'id = "same"'
    assert line > first_line_with(source, 'id = "same"')
    assert not rest


def test_two_rules_of_a_kind_need_ids():
    source = HEAD + clause(TERMS + 'words.fr = ["a"]', TERMS + 'words.fr = ["b"]')
    assert "the id is used twice" in complaints(source)[0][1]


def test_a_text_missing_in_one_language_is_told():
    source = HEAD + clause().replace(', en = "Title"', "")
    assert complaints(source) == [(first_line_with(source, "Titre"), '"title" has no text in "en"')]


def test_all_mistakes_of_a_file_are_told_at_once():
    source = HEAD + clause(TERMS + "words.fr = ['!', '?']\npatterns.fr = ['(', ')']")
    assert len(complaints(source)) == 4


@pytest.mark.parametrize(
    ("source", "line"),
    [("format = 1\ntitle = [", 2), ("\n\nclause = 'x\n", 3), ("a = 1\na = 2", 2)],
)
def test_broken_toml_names_its_line(source, line):
    assert complaints(source)[0][0] == line


def test_a_file_that_is_missing_or_not_text_is_told(tmp_path):
    with pytest.raises(TenantFileError, match=r"charter\.toml:1: cannot be read"):
        load(tmp_path / "charter.toml")
    (tmp_path / "charter.toml").write_bytes(b"a = 1\nb = '\xff'")
    with pytest.raises(TenantFileError, match=r"charter\.toml:2: this line is not UTF-8"):
        load(tmp_path / "charter.toml")


def test_every_act_of_every_feature_can_be_named_in_a_charter():
    from parvis.app import FEATURES
    from parvis.features.charter import vocabulary

    acts = {act.name for feature in FEATURES for act in feature.acts}
    assert len(acts) > 10
    assert acts <= vocabulary.ACTS
