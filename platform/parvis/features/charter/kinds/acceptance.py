"""`acceptance`: nothing before the charter in force has been accepted."""

from collections.abc import Iterator
from typing import Any, Literal

from parvis.features.charter.kinds.base import PerRuleKind
from parvis.features.charter.rule import Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Acceptance, Effect
from parvis.features.charter.vocabulary import EVERYTHING


class AcceptanceRule(Rule, frozen=True, kw_only=True):
    """Which acts wait for acceptance; all of them unless `acts` names some."""

    kind: Literal["acceptance"]


class AcceptanceKind(PerRuleKind):
    name = "acceptance"
    spec = AcceptanceRule
    default_acts = EVERYTHING

    def effects(self, rule: Any) -> tuple[Effect, ...]:  # noqa: ARG002 -- always the same
        return (Effect.REFUSE,)

    def find(
        self,
        placed: PlacedRule,
        rule: Any,  # noqa: ARG002 -- it has nothing to set
        reading: Reading,
    ) -> Iterator[Finding]:
        if not _is_accepted(reading):
            yield Finding(placed, Effect.REFUSE)


def _is_accepted(reading: Reading) -> bool:
    match reading.act.person.acceptance:
        case Acceptance.CURRENT:
            return True
        case Acceptance.EARLIER:
            return reading.grace_until is not None and reading.now < reading.grace_until
        case _:
            return False
