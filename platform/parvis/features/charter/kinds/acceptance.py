"""`acceptance`: nothing before the charter in force has been accepted."""

from collections.abc import Iterator
from typing import Any, Literal

from parvis.features.charter.kinds.base import PerRuleKind
from parvis.features.charter.rule import Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Acceptance, Effect, Person
from parvis.features.charter.vocabulary import EVERYTHING

AFTER_WARNING = "after_warning"


class AcceptanceRule(Rule, frozen=True, kw_only=True):
    """Which acts wait for acceptance; all of them unless `acts` names some.

    `how = "after_warning"`: an acceptance older than the member's last warning does not count.
    """

    kind: Literal["acceptance"]
    how: Literal["once", "after_warning"] = "once"


class AcceptanceKind(PerRuleKind):
    name = "acceptance"
    spec = AcceptanceRule
    default_acts = EVERYTHING

    def effects(self, rule: Any) -> tuple[Effect, ...]:  # noqa: ARG002 -- always the same
        return (Effect.REFUSE,)

    def find(
        self,
        placed: PlacedRule,
        rule: Any,
        reading: Reading,
    ) -> Iterator[Finding]:
        is_stale = rule.how == AFTER_WARNING and is_before_warning(reading.act.person)
        if is_stale or not _is_accepted(reading):
            yield Finding(placed, Effect.REFUSE)


def is_before_warning(person: Person) -> bool:
    """Whether the member was warned since they last accepted."""
    if person.accepted_at is None or person.warned_at is None:
        return False
    return person.accepted_at < person.warned_at


def _is_accepted(reading: Reading) -> bool:
    match reading.act.person.acceptance:
        case Acceptance.CURRENT:
            return True
        case Acceptance.EARLIER:
            return reading.grace_until is not None and reading.now < reading.grace_until
        case _:
            return False
