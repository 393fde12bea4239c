"""`real_name`: who acts does so under a name their identity provider vouches for."""

from collections.abc import Iterator
from typing import Any, Literal

from parvis.features.charter.kinds.base import PerRuleKind
from parvis.features.charter.rule import Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Effect
from parvis.features.charter.vocabulary import EVERYTHING

NAME_FIELD = "display_name"


class RealNameRule(Rule, frozen=True, kw_only=True):
    """`acr`: the assurance levels of which the sign-in must show one; none asked when empty."""

    kind: Literal["real_name"]
    acr: tuple[str, ...] = ()


class RealNameKind(PerRuleKind):
    name = "real_name"
    spec = RealNameRule
    default_acts = EVERYTHING

    def effects(self, rule: Any) -> tuple[Effect, ...]:  # noqa: ARG002 -- always the same
        return (Effect.REFUSE,)

    def find(self, placed: PlacedRule, rule: RealNameRule, reading: Reading) -> Iterator[Finding]:
        person = reading.act.person
        if NAME_FIELD in reading.act.fields:
            yield Finding(placed, Effect.REFUSE, NAME_FIELD)
        if not person.name_is_verified or (rule.acr and person.acr not in rule.acr):
            yield Finding(placed, Effect.REFUSE)
