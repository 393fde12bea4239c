"""What is judged and what comes of it: the act, the person, the causes, the verdict."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from parvis.core.ids import CharterVersionId

# What the charter of the whole tenant calls itself; a community's own goes by its slug.
TENANT_SCOPE = "tenant"
Span = tuple[int, int]
Texts = dict[str, str]


class Effect(StrEnum):
    """What a rule does to an act, mildest first."""

    ALLOW = "allow"
    MARK = "mark"
    MASK = "mask"
    HOLD = "hold"
    REFUSE = "refuse"

    @property
    def severity(self) -> int:
        return _SEVERITY[self]


_SEVERITY = {effect: place for place, effect in enumerate(Effect)}


def strictest(effects: Iterable[Effect]) -> Effect:
    """Return the strictest of `effects`, ALLOW when there is none."""
    return max(effects, key=_SEVERITY.__getitem__, default=Effect.ALLOW)


class Acceptance(StrEnum):
    """Where a person stands with the charter in force."""

    CURRENT = "current"
    EARLIER = "earlier"  # accepted a version before the last material change
    MISSING = "missing"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What rules need to know of who acts. `labels`: the capacity, and `group:<slug>`s.

    `accepted_at`: the last acceptance that counts; `warned_at`: the last warning that stands.
    """

    labels: frozenset[str] = frozenset()
    acceptance: Acceptance = Acceptance.CURRENT
    accepted_at: datetime | None = None
    warned_at: datetime | None = None
    name_is_verified: bool = True
    acr: str | None = None
    published: int = 0
    warnings: int = 0


class FileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A file that comes with an act. `type` is what its bytes are, whatever its sender says."""

    field: str
    type: str
    size: int


class ActText(msgspec.Struct, frozen=True, kw_only=True):
    """An act as the judge sees it. `fields` holds the texts written, by input field.

    `place` holds labels such as `community`, `community:business`, `place:<slug>`; `recipients`
    the labels of each person a message is for. `language`, when the caller is sure of it,
    leaves out the term lists of other languages. `paces` holds when the person did before what
    each rule of pace counts, oldest first.
    """

    act: str
    person: Person = Person()
    fields: Mapping[str, str] = {}
    place: frozenset[str] = frozenset()
    recipients: tuple[frozenset[str], ...] = ()
    language: str | None = None
    files: tuple[FileFacts, ...] = ()
    paces: Mapping[str, tuple[datetime, ...]] = {}


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that speaks against an act. `span` is [start, end) in the text as it was sent.

    A cause without `span` is about the whole field, without `field` about the whole act. `scope`,
    `version` and `version_id` name the clause's charter: the tenant's, or by its slug a
    community's own. `next_at`: when the act becomes possible, where the rule can tell.
    """

    clause: str
    rule: str
    kind: str
    effect: Effect
    field: str | None = None
    span: Span | None = None
    next_at: datetime | None = None
    title_by_locale: Texts = {}
    reason_by_locale: Texts = {}
    scope: str = TENANT_SCOPE
    version: int = 0
    version_id: CharterVersionId | None = None

    @property
    def ref(self) -> str:
        """The clause's name among all charters: `no-names`, or `<slug>:no-names` in a community."""
        return self.clause if self.scope == TENANT_SCOPE else f"{self.scope}:{self.clause}"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The strictest effect of all causes, and all of them, strictest first."""

    effect: Effect = Effect.ALLOW
    causes: tuple[Cause, ...] = ()

    def spans(self, field: str, effect: Effect) -> list[Span]:
        """Return the spans of `field` that causes of one effect point at, in order."""
        return sorted(
            cause.span
            for cause in self.causes
            if cause.field == field and cause.effect is effect and cause.span is not None
        )


def verdict_of(causes: Iterable[Cause]) -> Verdict:
    """Return the verdict that `causes` make together."""
    ordered = sorted(causes, key=lambda cause: -cause.effect.severity)
    return Verdict(effect=strictest(cause.effect for cause in ordered), causes=tuple(ordered))


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Return what several charters say of one act: the strictest effect, and every cause."""
    causes = [cause for verdict in verdicts for cause in verdict.causes]
    return verdict_of({_identity(cause): cause for cause in causes}.values())


def _identity(cause: Cause) -> tuple[object, ...]:
    """Return what tells two causes apart: what holds everywhere is found by every charter."""
    return cause.scope, cause.kind, cause.clause, cause.rule, cause.effect, cause.field, cause.span
