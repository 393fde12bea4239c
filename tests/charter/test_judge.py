"""The judge: strictest wins, all causes kept, more rules are never milder, time is bounded."""

from hypothesis import given
from hypothesis import strategies as st

from parvis.features.charter.verdict import Effect, Person, strictest
from tests.charter.examples import charter, verdict

RULES = [
    'kind = "terms"\neffect = "hold"\nwords.any = ["rumeur*", "opa"]\nphrases.fr = ["projet de"]',
    'kind = "terms"\neffect = "refuse"\nwords.any = ["idiot*"]',
    'kind = "terms"\neffect = "mark"\npatterns.any = [\'\\d+ %\']',
    'kind = "terms"\neffect = "mask"\nwords.any = ["secret"]',
    'kind = "links"\neffect = "hold"\nallow = ["gouv.fr"]',
    'kind = "personal_data"\nemail = "mask"\nphone = "mask"\niban = "refuse"',
    'kind = "premoderate"\nacts = ["post.publish"]\nmode = "first_n"\nfirst = 2',
    'kind = "premoderate"\nacts = ["post.publish"]\nmode = "selective"\nsigns = ["amount", "link"]',
    'kind = "forbid"\nacts = ["post.publish"]\npeople = ["client"]\neffect = "hold"',
]
PIECES = [
    "rumeur", "OPA", "Projet  de", "idiots", "12 %", "secret", "https://evil.com/x", "a@b.example",
    "06 12 34 56 78", "FR7630006000011234567890189", "\u200b", "é", "œ", " ", "\n", ",", "Ａ", "о",
]  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=12).map(" ".join)
rule_sets = st.lists(st.sampled_from(RULES), unique=True, max_size=len(RULES))
people = st.builds(
    Person,
    labels=st.sets(st.sampled_from(["client", "adviser"])).map(frozenset),
    published=st.integers(0, 3),
)


def named(rules):
    return charter(*(f'id = "r{RULES.index(rule)}"\n{rule}' for rule in rules))


@given(rule_sets, texts, people)
def test_spans_always_lie_in_the_original_text(rules, text, person):
    for cause in verdict(named(rules), text, person=person).causes:
        if cause.span is not None:
            start, end = cause.span
            assert cause.field == "body"
            assert 0 <= start < end <= len(text)


@given(rule_sets, texts, people)
def test_the_strictest_effect_wins_and_causes_come_strictest_first(rules, text, person):
    result = verdict(named(rules), text, person=person)
    severities = [cause.effect.severity for cause in result.causes]
    assert result.effect is strictest(cause.effect for cause in result.causes)
    assert severities == sorted(severities, reverse=True)


@given(rule_sets, st.sampled_from(RULES), texts, people)
def test_one_more_rule_never_weakens_a_verdict_nor_loses_a_cause(rules, more, text, person):
    fewer = [rule for rule in rules if rule != more]
    before = verdict(named(fewer), text, person=person)
    after = verdict(named([*fewer, more]), text, person=person)
    assert after.effect.severity >= before.effect.severity
    kept = {(cause.rule, cause.effect, cause.span) for cause in after.causes}
    assert kept >= {(cause.rule, cause.effect, cause.span) for cause in before.causes}


@given(texts, people)
def test_the_same_act_is_always_judged_the_same(text, person):
    document = named(RULES)
    assert verdict(document, text, person=person) == verdict(document, text, person=person)


def test_effects_have_one_order():
    assert list(Effect) == ["allow", "mark", "mask", "hold", "refuse"]
    assert strictest([]) is Effect.ALLOW
    assert strictest([Effect.HOLD, Effect.MASK, Effect.MARK]) is Effect.HOLD


def test_causes_of_several_rules_are_all_kept():
    result = verdict(named(RULES), "Idiots, une rumeur : 12 % https://evil.com")
    assert {cause.rule for cause in result.causes} >= {"r0", "r1", "r2", "r4", "r6", "r7"}
    assert result.effect is Effect.REFUSE


def test_a_text_of_a_megabyte_is_judged_in_bounded_time():
    text = "Un projet de cession, a@b.example, https://evil.com ! " * 20_000
    assert verdict(named(RULES[:1]), text).effect is Effect.HOLD
