"""`permit` and `forbid`: acts open to some people only, or closed to some."""

from collections.abc import Iterator
from typing import Literal

from parvis.features.charter.kinds.base import PerRuleKind
from parvis.features.charter.rule import Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import ActText, Effect


class PermissionRule(Rule, frozen=True, kw_only=True):
    """`recipients` narrows the rule to messages of which one is for such a person."""

    kind: Literal["permit", "forbid"]
    acts: tuple[str, ...]
    recipients: tuple[str, ...] = ()
    effect: Literal["hold", "refuse"] = "refuse"


class ForbidKind(PerRuleKind):
    """The people named may not do the acts named."""

    name = "forbid"
    spec = PermissionRule

    def find(self, placed: PlacedRule, rule: PermissionRule, reading: Reading) -> Iterator[Finding]:
        if _is_for(rule, reading.act):
            yield Finding(placed, Effect(rule.effect))


class PermitKind(PerRuleKind):
    """Only the people named may do the acts named. Several permits must all be satisfied."""

    name = "permit"
    spec = PermissionRule

    def complaints(self, rule: PermissionRule) -> Iterator[Complaint]:
        if not rule.people and not rule.except_people:
            yield (), 'a permit rule needs "people" or "except_people": whom does it permit?'

    def covers(self, placed: PlacedRule, reading: Reading) -> bool:
        return reading.covers_act(placed)

    def find(self, placed: PlacedRule, rule: PermissionRule, reading: Reading) -> Iterator[Finding]:
        if _is_for(rule, reading.act) and not placed.covers_person(reading.act.person):
            yield Finding(placed, Effect(rule.effect))


def _is_for(rule: PermissionRule, act: ActText) -> bool:
    return not rule.recipients or any(
        not labels.isdisjoint(rule.recipients) for labels in act.recipients
    )
