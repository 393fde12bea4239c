"""`pace`: how often one member may do something; slow mode is the shortest time between two acts.

When the member did what counts is loaded before the act is judged (charter/pacing.py): the rule
itself only compares.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, cast

from msgspec import Meta

from parvis.features.charter.kinds.base import PerRuleKind
from parvis.features.charter.moments import length
from parvis.features.charter.rule import Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Effect
from parvis.features.charter.vocabulary import PLACE_PREFIX, READ

LONGEST = timedelta(days=31)
MOST = 500
_HOW = f'write "10 minutes", "1 hour", "7 days"; {LONGEST.days} days at most'


class PaceRule(Rule, frozen=True, kw_only=True):
    """`most` acts `per` period, or one `every` period. `each_place`: counted in each by itself."""

    kind: Literal["pace"]
    acts: tuple[str, ...]
    most: Annotated[int, Meta(ge=1, le=MOST)] | None = None
    per: str | None = None
    every: str | None = None
    each_place: bool = False
    effect: Literal["hold", "refuse"] = "refuse"

    @property
    def limit(self) -> tuple[int, timedelta]:
        """Return how many acts in which period; for a sound rule."""
        if self.every is not None:
            return 1, length(self.every) or timedelta()
        return self.most or 1, length(self.per or "") or timedelta()


class PaceKind(PerRuleKind):
    name = "pace"
    spec = PaceRule

    def complaints(self, rule: PaceRule) -> Iterator[Complaint]:
        if READ in rule.acts:
            yield ("acts",), "how much somebody reads is not counted"
        if (rule.most is None) != (rule.per is None) or (rule.most is None) == (rule.every is None):
            yield (), 'a pace rule needs "most" and "per", or "every" alone'
        for key, written in (("per", rule.per), ("every", rule.every)):
            if written is not None and not _is_period(written):
                yield (key,), f'"{written}" is no period: {_HOW}'

    def find(self, placed: PlacedRule, rule: PaceRule, reading: Reading) -> Iterator[Finding]:
        done = reading.act.paces.get(key_of(placed, reading), ())
        next_at = possible_at(rule, done, reading.now)
        if next_at is not None:
            yield Finding(placed, Effect(rule.effect), next_at=next_at)


def _is_period(written: str) -> bool:
    found = length(written)
    return found is not None and found <= LONGEST


def key_of(placed: PlacedRule, reading: Reading) -> str:
    """Return the name under which a rule's acts are counted, by place where it says so."""
    name = f"{reading.scope}:{placed.name}"
    if not cast("PaceRule", placed.rule).each_place:
        return name
    places = sorted(label for label in reading.act.place if label.startswith(PLACE_PREFIX))
    return f"{name}@{','.join(places)}"


def possible_at(rule: PaceRule, done: tuple[datetime, ...], now: datetime) -> datetime | None:
    """Return when the next act becomes possible, None when it is possible now."""
    most, period = rule.limit
    if len(done) < most:
        return None
    next_at = done[-most] + period
    return next_at if now < next_at else None


def counted(rules: Any, reading: Reading) -> Mapping[str, int]:
    """Return what has to be known to judge an act: how many of the last moments, by key.

    Reading is never counted: it writes nothing, and is all that some members ever do.
    """
    if reading.act.act == READ:
        return {}
    return {
        key_of(placed, reading): cast("PaceRule", placed.rule).limit[0]
        for placed in rules
        if reading.covers(placed)
    }
