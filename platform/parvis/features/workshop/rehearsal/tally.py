"""What two charters made of many texts, added up: who counts in which figure, and examples."""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from parvis.features.charter.verdict import Cause, Effect, Verdict, strictest
from parvis.features.workshop.rehearsal.protection import Figure, Group, protected

# Kinds of rules that are not about words, or of which nothing is known any more.
NOT_REHEARSED = frozenset(("acceptance", "attachments", "real_name", "retention", "sanction"))
MOST_EXAMPLES = 4
EVERYTHING = "all"

# Where a text stands between the two charters: touched by the draft alone, by the version in
# force alone, or by both.
Side = Literal["came", "gone", "stays"]
SIDES: tuple[Side, ...] = ("came", "gone", "stays")
Source = Literal["revision", "profile"]


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """Where an example stands. Its words are read anew for whoever may read them."""

    source: Source
    id: UUID
    rule: str
    effect: Effect
    field: str | None
    span: tuple[int, int] | None


class Atom(msgspec.Struct, kw_only=True):
    """Texts that count in the same figures, and their authors by number."""

    texts: int = 0
    people: set[int] = msgspec.field(default_factory=set)


class Tally(msgspec.Struct, kw_only=True):
    """What was found so far; kept between two batches, then made into a result and forgotten."""

    # Where the next batch begins.
    source: Source = "revision"
    after_at: datetime | None = None
    after_id: UUID | None = None
    people: dict[str, int] = msgspec.field(default_factory=dict)
    atoms: dict[str, Atom] = msgspec.field(default_factory=dict)
    examples: dict[str, list[Example]] = msgspec.field(default_factory=dict)
    # When a member last did what a rule of pace counts, by member and rule.
    paces: dict[str, list[datetime]] = msgspec.field(default_factory=dict)

    def add(
        self, author: UUID, source: Source, id_: UUID, draft: Verdict, current: Verdict
    ) -> None:
        """Count one text, and keep it as an example of the clauses that touch it."""
        names = frozenset(_figures(draft, current))
        atom = self.atoms.setdefault(" ".join(sorted(names)), Atom())
        atom.texts += 1
        atom.people.add(self.people.setdefault(str(author), len(self.people)))
        for clause, side, cause in _touched(draft, current):
            self._keep(f"{clause}:{side}", source, id_, cause)

    def _keep(self, key: str, source: Source, id_: UUID, cause: Cause) -> None:
        """Keep the newest few examples of each clause and side."""
        kept = deque(self.examples.get(key, ()), maxlen=MOST_EXAMPLES)
        kept.append(
            Example(
                source=source,
                id=id_,
                rule=cause.rule,
                effect=cause.effect,
                field=cause.field,
                span=cause.span,
            )
        )
        self.examples[key] = list(kept)

    def result(self) -> "Result":
        """Return what may be kept: figures over no fewer than five people, places of examples."""
        groups = [
            Group(figures=frozenset(key.split()), texts=atom.texts, people=frozenset(atom.people))
            for key, atom in self.atoms.items()
        ]
        return Result(figures=protected(groups), examples=self.examples)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a rehearsal found. A figure that is not named is zero."""

    figures: dict[str, Figure]
    examples: dict[str, list[Example]]


def rehearsed(verdict: Verdict) -> Verdict:
    """Return a verdict without what cannot be rehearsed."""
    causes = tuple(cause for cause in verdict.causes if cause.kind not in NOT_REHEARSED)
    return Verdict(effect=strictest(cause.effect for cause in causes), causes=causes)


def _figures(draft: Verdict, current: Verdict) -> Iterator[str]:
    """Yield the names of the figures in which a text counts."""
    yield EVERYTHING
    yield from _of("", draft.effect, current.effect)
    mine, theirs = _by_clause(draft.causes), _by_clause(current.causes)
    for clause in mine.keys() | theirs.keys():
        yield from _of(f"{clause}/", _effect(mine.get(clause)), _effect(theirs.get(clause)))


def _of(prefix: str, draft: Effect, current: Effect) -> Iterator[str]:
    if draft is not Effect.ALLOW:
        yield f"{prefix}draft"
        yield f"{prefix}{draft}"
    if current is not Effect.ALLOW:
        yield f"{prefix}now"
        # By effect only for everything together: a clause says what it did in one figure.
        if not prefix:
            yield f"now-{current}"
    side = _side(draft, current)
    if side in ("came", "gone"):
        yield f"{prefix}{side}"


def _side(draft: Effect, current: Effect) -> Side | None:
    match draft is Effect.ALLOW, current is Effect.ALLOW:
        case False, True:
            return "came"
        case True, False:
            return "gone"
        case False, False:
            return "stays"
    return None


def _by_clause(causes: Iterable[Cause]) -> dict[str, Cause]:
    """Return each clause's strictest cause, one that points at words where there is one."""
    found: dict[str, Cause] = {}
    for cause in causes:
        known = found.get(cause.clause)
        if known is None or _weight(cause) > _weight(known):
            found[cause.clause] = cause
    return found


def _weight(cause: Cause) -> tuple[int, bool]:
    return cause.effect.severity, cause.span is not None


def _effect(cause: Cause | None) -> Effect:
    return cause.effect if cause else Effect.ALLOW


def _touched(draft: Verdict, current: Verdict) -> Iterator[tuple[str, Side, Cause]]:
    mine, theirs = _by_clause(draft.causes), _by_clause(current.causes)
    for clause in mine.keys() | theirs.keys():
        cause = mine.get(clause) or theirs[clause]
        side = _side(_effect(mine.get(clause)), _effect(theirs.get(clause)))
        if side is not None:
            yield clause, side, cause
