"""`retention`: how long each class of what the house keeps stays. It judges no act.

A daily job keeps it (charter/retention.py), in the words of the charter in force.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

import msgspec

from parvis.core.i18n import N_
from parvis.features.charter.moments import length
from parvis.features.charter.rule import Check, Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Effect
from parvis.features.tenants.problems import hint

SHORTEST, LONGEST = timedelta(days=1), timedelta(days=3650)
_HOW = 'write "90 days", "13 months", "3 years"; ten years at most'


# What a charter may speak of; the feature that keeps it takes it away (core/retention.py).
CLASSES: Mapping[str, str] = {
    "charter_drafts": N_("Drafts of the charter that nobody touches"),
    "legal_notices": N_("Who sent a legal notice, once it is decided"),
    "read_notices": N_("Notices you have read"),
    "rehearsals": N_("Rehearsals of the charter"),
    "review_notes": N_("What people wrote when they reported something, once it is decided"),
    "sessions": N_("Sessions that have ended"),
    "sign_ins": N_("The log of sign-ins"),
}


class RetentionRule(Rule, frozen=True, kw_only=True):
    """`keep`: how long, by class. What it does not name stays until its member is forgotten."""

    kind: Literal["retention"]
    keep: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def periods(self) -> dict[str, timedelta]:
        """Return how long each class stays; for a sound rule."""
        found = ((name, length(written)) for name, written in self.keep.items())
        return {name: period for name, period in found if period is not None}


class RetentionKind:
    name = "retention"
    spec = RetentionRule
    default_acts: tuple[str, ...] = ()

    def complaints(self, rule: RetentionRule) -> Iterator[Complaint]:
        if not rule.keep:
            yield (), f'a retention rule needs "keep", with one of {", ".join(sorted(CLASSES))}'
        for key in ("acts", "places", "people", "except_people"):
            if getattr(rule, key):
                yield (key,), f'a retention rule is about what is kept: it takes no "{key}"'
        for name, written in rule.keep.items():
            if name not in CLASSES:
                yield ("keep", name), f'"{name}" is no class of what is kept{hint(name, CLASSES)}'
            period = length(written)
            if period is None or not SHORTEST <= period <= LONGEST:
                yield ("keep", name), f'"{written}" is no period to keep something: {_HOW}'

    def effects(self, rule: Any) -> tuple[Effect, ...]:  # noqa: ARG002 -- it judges nothing
        return ()

    def compile(self, rules: Sequence[PlacedRule]) -> Check:  # noqa: ARG002 -- it judges nothing
        def check(reading: Reading) -> Iterator[Finding]:  # noqa: ARG001 -- no act is its matter
            return iter(())

        return check
