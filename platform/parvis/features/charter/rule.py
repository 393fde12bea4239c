"""What every rule of a charter has in common: its scope, its reason, and how a kind works."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from parvis.features.charter.folding import FoldedText
from parvis.features.charter.verdict import ActText, Effect, Person, Span
from parvis.features.charter.vocabulary import act_matches

Slug = Annotated[str, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, Meta(min_length=1, max_length=8000)]
TextsByLocale = dict[str, Text]
KeyPath = tuple[str | int, ...]
Complaint = tuple[KeyPath, str]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as the file says it. Empty `places` and `people` mean everywhere and everyone.

    Empty `acts` mean those its kind covers by default.
    """

    kind: str
    id: Slug | None = None
    acts: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    except_people: tuple[str, ...] = ()
    reason: TextsByLocale = {}


class PlacedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with its clause, the id by which causes name it, and the acts it covers."""

    clause: str
    id: str
    acts: tuple[str, ...]
    rule: Rule

    @property
    def name(self) -> str:
        """The rule's own name in its charter, as windows that switch it say it."""
        return f"{self.clause}/{self.id}"

    def covers(self, act: ActText) -> bool:
        """Whether the rule is about this act, in this place, by this person."""
        return self.covers_act(act) and self.covers_person(act.person)

    def covers_act(self, act: ActText) -> bool:
        rule = self.rule
        if rule.places and act.place.isdisjoint(rule.places):
            return False
        return _any_matches(self.acts, act.act)

    def covers_person(self, person: Person) -> bool:
        rule = self.rule
        if rule.people and person.labels.isdisjoint(rule.people):
            return False
        return person.labels.isdisjoint(rule.except_people)


@lru_cache(maxsize=4096)
def _any_matches(patterns: tuple[str, ...], act: str) -> bool:
    return any(act_matches(pattern, act) for pattern in patterns)


class Finding(msgspec.Struct, frozen=True):
    """A rule that speaks against the act: where, and with which effect."""

    placed: PlacedRule
    effect: Effect
    field: str | None = None
    span: Span | None = None
    next_at: datetime | None = None


UTC = ZoneInfo("UTC")


class Reading:
    """An act being judged, with its texts folded once for all kinds.

    `zone` is where days begin; `asleep` names the rules that a window keeps from counting now;
    `scope` whose charter it is.
    """

    def __init__(
        self,
        act: ActText,
        *,
        calendar: Mapping[str, datetime],
        now: datetime,
        grace_until: datetime | None,
        zone: ZoneInfo = UTC,
        asleep: frozenset[str] = frozenset(),
        scope: str = "tenant",
    ) -> None:
        self.act = act
        self.calendar = calendar
        self.now = now
        self.grace_until = grace_until
        self.zone = zone
        self.asleep = asleep
        self.scope = scope
        self.texts = {name: FoldedText(text) for name, text in act.fields.items() if text}

    def covers(self, placed: PlacedRule) -> bool:
        """Whether a rule counts for this act, now."""
        if self.asleep and placed.name in self.asleep:
            return False
        return placed.covers(self.act)

    def covers_act(self, placed: PlacedRule) -> bool:
        """Whether a rule counts for this act, now, whoever does it."""
        if self.asleep and placed.name in self.asleep:
            return False
        return placed.covers_act(self.act)


Check = Callable[[Reading], Iterator[Finding]]


class Kind(Protocol):
    """One kind of rule: the shape of its table, what the shape cannot say, and its check."""

    @property
    def name(self) -> str: ...

    @property
    def spec(self) -> type[Rule]: ...

    @property
    def default_acts(self) -> tuple[str, ...]: ...

    def complaints(self, rule: Any) -> Iterator[Complaint]:
        """Yield what is wrong with a rule that has the right shape, with the key's path."""

    def effects(self, rule: Any) -> tuple[Effect, ...]:
        """Return every effect a rule of this kind can have."""

    def compile(self, rules: Sequence[PlacedRule]) -> Check:
        """Return the check of all rules of this kind in a charter, together."""
