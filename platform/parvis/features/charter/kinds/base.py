"""Kinds whose rules are checked one at a time: all but `terms`."""

from collections.abc import Iterator, Sequence
from typing import Any

from parvis.features.charter.rule import Check, Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Effect
from parvis.features.charter.vocabulary import WRITING


class PerRuleKind:
    """A kind that looks at each rule by itself; subclasses say what a rule finds."""

    name: str
    spec: type[Rule]
    default_acts: tuple[str, ...] = WRITING

    def complaints(self, rule: Any) -> Iterator[Complaint]:  # noqa: ARG002 -- most have none
        return iter(())

    def effects(self, rule: Any) -> tuple[Effect, ...]:
        return (Effect(rule.effect),)

    def compile(self, rules: Sequence[PlacedRule]) -> Check:
        def check(reading: Reading) -> Iterator[Finding]:
            for placed in rules:
                if self.covers(placed, reading):
                    yield from self.find(placed, placed.rule, reading)

        return check

    def covers(self, placed: PlacedRule, reading: Reading) -> bool:
        return reading.covers(placed)

    def find(self, placed: PlacedRule, rule: Any, reading: Reading) -> Iterator[Finding]:
        """Yield what the rule has against the act, which it is known to cover."""
        raise NotImplementedError
