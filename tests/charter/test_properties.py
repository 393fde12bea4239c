"""What holds of every kind of rule, whatever is written: no crash, true spans, one folding."""

import time
import unicodedata
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.features.charter import sniffing
from parvis.features.charter.folding import fold
from parvis.features.charter.judge import compile_charter, judge, paces_of
from parvis.features.charter.kinds import KINDS
from parvis.features.charter.verdict import ActText, Effect, FileFacts, Person, strictest
from parvis.features.charter.vocabulary import ACTS
from tests.charter.examples import NOW, charter, verdict
from tests.charter.test_kinds import EXAMPLES

# One rule of each kind, the widest it can be.
ALL = charter(
    'kind = "acceptance"',
    'kind = "real_name"',
    'kind = "permit"\nacts = ["community.*"]\npeople = ["group:admin"]',
    'kind = "forbid"\nacts = ["message.send"]\npeople = ["client"]',
    'kind = "premoderate"\nacts = ["*"]\nmode = "selective"\nsigns = ["amount", "link", "warned"]',
    'kind = "terms"\neffect = "hold"\nwords.any = ["rumeur*", "opa"]\nphrases.fr = ["projet de"]\n'
    "patterns.any = ['n[°o] ?\\d+']",
    'kind = "links"\neffect = "mark"\nnone = true',
    'kind = "personal_data"\niban = "refuse"\ncard = "refuse"\nemail = "mask"\nphone = "mask"',
    'kind = "instruments"\neffect = "hold"\ntickers = ["ORV", "ARDL.PA"]',
    'kind = "attachments"\ntypes = ["image/*"]\nmax_mb = 1\nmax_files = 2',
    'kind = "pace"\nacts = ["*"]\nmost = 2\nper = "1 hour"\neach_place = true',
    'kind = "window"\nid = "quiet"\nacts = ["*"]\nopens = "results"\ncloses = "results + 1 day"\n'
    'mode = "read_only"\nturns_off = ["rules/links"]',
    'kind = "retention"\nkeep.sign_ins = "1 year"',
)
COMPILED = compile_charter(ALL, grace_until=NOW)
PIECES = [
    "rumeur", "OPA", "Projet  de", "12 %", "https://evil.com/x", "a@b.example", "no 12",
    "06 12 34 56 78", "FR7630006000011234567890189", "FR0000120321", "achetez", "ORV", "ardl.pa",
    "\u200b", "é", "œ", " ", "\n", ",", "Ａ", "о", "\x00", "𝐑𝐔𝐌𝐄𝐔𝐑", "ﬁ", "İ", "ß", "\u0301",
]  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=14).flatmap(
    lambda parts: st.sampled_from([" ".join(parts), "".join(parts)])
)
files = st.lists(
    st.builds(
        FileFacts,
        field=st.text(max_size=5),
        type=st.sampled_from([*sorted(sniffing.TYPES), sniffing.UNKNOWN, "", "/", "image"]),
        size=st.integers(0, 10**12),
    ),
    max_size=4,
).map(tuple)
moments = st.datetimes().map(lambda at: at.replace(tzinfo=NOW.tzinfo))
acts = st.builds(
    ActText,
    act=st.sampled_from(sorted(ACTS)),
    person=st.builds(
        Person,
        labels=st.sets(st.sampled_from(["client", "adviser", "group:admin"])).map(frozenset),
        published=st.integers(0, 3),
        warnings=st.integers(0, 2),
        name_is_verified=st.booleans(),
    ),
    fields=st.dictionaries(st.sampled_from(["title", "body", "display_name"]), texts),
    place=st.sets(st.sampled_from(["community", "place:a", "place:b"])).map(frozenset),
    files=files,
    paces=st.dictionaries(
        st.sampled_from(["tenant:rules/pace@", "tenant:rules/pace@place:a"]),
        st.lists(moments, max_size=4).map(lambda found: tuple(sorted(found))),
    ),
)
calendars = st.dictionaries(
    st.just("results"),
    st.integers(-100, 100).map(lambda hours: NOW + timedelta(hours=hours)),
)


@settings(max_examples=300)
@given(acts, calendars)
def test_no_act_makes_the_judge_raise_and_every_cause_is_true(act, calendar):
    result = judge(act, COMPILED, calendar, NOW)
    assert result.effect is strictest(cause.effect for cause in result.causes)
    severities = [cause.effect.severity for cause in result.causes]
    assert severities == sorted(severities, reverse=True)
    for cause in result.causes:
        assert cause.kind in KINDS
        assert cause.next_at is None or cause.next_at > NOW
        if cause.span is not None:
            text = act.fields[cause.field]
            assert 0 <= cause.span[0] < cause.span[1] <= len(text)
            assert fold(text[slice(*cause.span)]).strip()


@given(acts, calendars)
def test_what_has_to_be_counted_is_known_before_anything_is_judged(act, calendar):
    keys = paces_of(act, COMPILED, calendar, NOW)
    assert len(keys) <= 1
    assert all(key.startswith("tenant:rules/pace@") and most == 2 for key, most in keys.items())


@given(acts, calendars)
def test_every_kind_of_rule_speaks_for_itself(act, calendar):
    """All causes are kept: those of a charter are those of its rules, each alone."""
    together = judge(act, COMPILED, calendar, NOW)
    asleep_links = "results" in calendar and calendar["results"] <= NOW < calendar[
        "results"
    ] + timedelta(days=1)
    for kind in KINDS:
        rules = [one for clause in ALL.clauses for one in clause.rules if one.rule.kind == kind]
        alone = [
            finding
            for finding in judge(act, _only(kind), calendar, NOW).causes
            if not (kind == "links" and asleep_links)
        ]
        kept = [cause for cause in together.causes if cause.kind == kind]
        assert len(rules) == 1
        assert {(c.field, c.span, c.effect) for c in kept} == {
            (c.field, c.span, c.effect) for c in alone
        }


_ALONE = {}


def _only(kind):
    if kind not in _ALONE:
        (clause,) = ALL.clauses
        (placed,) = [one for one in clause.rules if one.rule.kind == kind]
        _ALONE[kind] = compile_charter(_with_rules(placed), grace_until=NOW)
    return _ALONE[kind]


def _with_rules(*placed):
    (clause,) = ALL.clauses
    clause = msgspec.structs.replace(clause, rules=placed)
    return msgspec.structs.replace(ALL, clauses=(clause,))


# --- folding: what a reader takes for the same is the same to every kind -------------------------

HOMOGLYPHS = str.maketrans("aceopxyiAEOPCTHKMB", "асеорхуіАЕОРСТНКМВ")
DISGUISES = {
    "upper case": str.upper,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "look-alikes": lambda text: text.translate(HOMOGLYPHS),
    "full width": lambda text: "".join(
        chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text
    ),
    "zero width": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "joiners": "\u2060".join,
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
}
ABOUT_WORDS = ("instruments", "links", "personal_data", "premoderate", "terms")


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("kind", ABOUT_WORDS)
def test_no_disguise_changes_a_verdict(kind, disguise):
    rule = charter(f'kind = "{kind}"\n{EXAMPLES[kind][0]}')
    for example in EXAMPLES[kind][1]:
        if example.more or ".gouv.fr" in example.text:
            continue  # a look-alike of an allowed site is another site: test_links.py
        text = DISGUISES[disguise](example.text)
        if disguise in {"full width", "zero width", "soft hyphens", "joiners"} and kind == "links":
            continue  # test_links.py tells what browsers make of these
        assert verdict(rule, text).effect == example.effect, text


accented = st.sampled_from("eéèêëEÉaàâAçcCuùûoôiîï")


@given(st.lists(accented, min_size=1, max_size=8).map("".join), st.data())
def test_accents_and_case_never_matter_to_a_term(word, data):
    rule = charter(f'kind = "terms"\neffect = "hold"\nwords.any = ["{word}"]')
    plain = fold(word)
    written = data.draw(st.sampled_from([word, plain, plain.upper(), word.swapcase()]))
    text = f"avant {written} après"
    result = verdict(rule, text)
    assert result.effect is Effect.HOLD
    assert fold(text[slice(*result.causes[0].span)]) == plain


# --- time ------------------------------------------------------------------------------------

HOSTILE = [
    "a" * 100_000,
    "FR0000120321 achetez " * 4_500,
    "achetez " * 12_000,
    "ORV " * 25_000,
    "FR00 0012 " * 10_000,
    "x@" * 50_000,
    "1 " * 50_000,
    "1 " * 49_000 + "%",
    "1.1," * 25_000,
    "4111 " * 20_000,
    "(at)" * 25_000,
    "+33 " * 25_000,
    "n°" * 50_000,
    "//" * 50_000,
    "é\u0301\u200b" * 30_000,
    "www." * 25_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_the_longest_text_that_is_judged_is_judged_in_bounded_time(text):
    act = ActText(act="post.publish", fields={"body": text[:100_000]})
    began = time.process_time()
    judge(act, COMPILED, {}, NOW)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|aa)+$", "(x+x+)+y", "a{0,900}b"])
def test_no_expression_takes_for_ever(pattern):
    rule = charter(f'kind = "terms"\neffect = "hold"\npatterns.any = [\'{pattern}\']')
    began = time.process_time()
    verdict(rule, "a" * 50_000 + "x" * 50_000)
    assert time.process_time() - began < 2
