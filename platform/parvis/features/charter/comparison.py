"""Two charters side by side: which clauses came, went, moved, and which of their words changed."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

import msgspec

from parvis.features.charter.document import CharterDocument, Clause
from parvis.features.charter.rule import PlacedRule
from parvis.features.charter.verdict import Texts

_WORDS = re.compile(r"\S+\s*|\s+")
# Beyond so many pairs of equal words a comparison word by word would take seconds.
MOST_PAIRS = 400_000


class State(StrEnum):
    """What became of a clause or a rule from one charter to the other."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    SAME = "same"


class Part(msgspec.Struct, frozen=True):
    """A run of words. `state`: same, added or removed."""

    state: State
    text: str


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """One text in one language, from the old words to the new."""

    locale: str
    parts: tuple[Part, ...]

    @property
    def has_changed(self) -> bool:
        return any(part.state is not State.SAME for part in self.parts)


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One key of a rule with another value. For who may read the rule's lists only."""

    key: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one rule: `old` is None for a new one, `new` for one that went.

    `settings` holds the words on its lists: shown in the workshop, never in public.
    """

    id: str
    state: State
    old: PlacedRule | None
    new: PlacedRule | None
    settings: tuple[Setting, ...] = ()

    @property
    def kind(self) -> str:
        one = self.new or self.old
        return one.rule.kind if one else ""


class ClauseChange(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one clause. A clause that changed may have moved as well."""

    id: str
    state: State
    has_moved: bool
    old: Clause | None
    new: Clause | None
    title: tuple[Wording, ...]
    text: tuple[Wording, ...]
    law: tuple[Wording, ...]
    rules: tuple[RuleChange, ...]

    @property
    def one(self) -> Clause:
        """Return the clause as it is now, or as it was before it went."""
        clause = self.new or self.old
        assert clause is not None  # noqa: S101 -- a change is of at least one of the two
        return clause

    @property
    def changed_rules(self) -> tuple[RuleChange, ...]:
        return tuple(rule for rule in self.rules if rule.state is not State.SAME)


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Every clause of both, in the order of the new one; those gone stand where they were."""

    title: tuple[Wording, ...]
    preamble: tuple[Wording, ...]
    clauses: tuple[ClauseChange, ...]

    @property
    def changed(self) -> tuple[ClauseChange, ...]:
        return tuple(clause for clause in self.clauses if clause.state is not State.SAME)

    @property
    def is_same(self) -> bool:
        """Whether both say the same to members and to the judge."""
        around = (*self.title, *self.preamble)
        return not self.changed and not any(wording.has_changed for wording in around)

    def count(self, state: State) -> int:
        return sum(clause.state is state for clause in self.clauses)


def compare(old: CharterDocument | None, new: CharterDocument) -> Comparison:
    """Return what turns `old` into `new`; everything is new where there was no charter."""
    before = {clause.id: clause for clause in old.clauses} if old else {}
    after = {clause.id: clause for clause in new.clauses}
    moved = _moved([id_ for id_ in before if id_ in after], [id_ for id_ in after if id_ in before])
    return Comparison(
        title=_wordings(old.title if old else {}, new.title),
        preamble=_wordings(old.preamble if old else {}, new.preamble),
        clauses=tuple(
            _clause(id_, before.get(id_), after.get(id_), has_moved=id_ in moved)
            for id_ in _order(list(before), list(after))
        ),
    )


def _order(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Return all ids in the order of `after`; one that went follows what it stood behind."""
    ordered = list(after)
    for place, id_ in enumerate(before):
        if id_ not in ordered:
            ordered.insert(ordered.index(before[place - 1]) + 1 if place else 0, id_)
    return ordered


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Return the fewest ids that had to move to turn one order into the other."""
    place = {id_: n for n, id_ in enumerate(before)}
    # The longest run of ids that kept their order; what is not in it has moved.
    best: list[list[str]] = []
    for n, id_ in enumerate(after):
        longest = max(
            (best[k] for k in range(n) if place[after[k]] < place[id_]), key=len, default=[]
        )
        best.append([*longest, id_])
    kept = max(best, key=len, default=[])
    return set(after) - set(kept)


def _clause(id_: str, old: Clause | None, new: Clause | None, *, has_moved: bool) -> ClauseChange:
    return ClauseChange(
        id=id_,
        state=_state(old, new, has_moved=has_moved),
        has_moved=has_moved,
        old=old,
        new=new,
        title=_wordings(old.title if old else {}, new.title if new else {}),
        text=_wordings(old.text if old else {}, new.text if new else {}),
        law=_wordings(old.law if old else {}, new.law if new else {}),
        rules=tuple(_rules(old.rules if old else (), new.rules if new else ())),
    )


def _state(old: Any, new: Any, *, has_moved: bool = False) -> State:
    if old is None:
        return State.ADDED
    if new is None:
        return State.REMOVED
    if old != new:
        return State.CHANGED
    return State.MOVED if has_moved else State.SAME


def _rules(old: Sequence[PlacedRule], new: Sequence[PlacedRule]) -> Iterator[RuleChange]:
    before = {rule.id: rule for rule in old}
    after = {rule.id: rule for rule in new}
    for id_ in _order(list(before), list(after)):
        was, is_ = before.get(id_), after.get(id_)
        yield RuleChange(
            id=id_,
            state=_state(was, is_),
            old=was,
            new=is_,
            settings=tuple(_settings(_values(was), _values(is_))),
        )


def _settings(before: dict[str, list[str]], after: dict[str, list[str]]) -> Iterator[Setting]:
    """Yield the keys that differ, of lists only the entries that came or went."""
    for key in {**before, **after}:
        was, is_ = before.get(key, []), after.get(key, [])
        if was != is_:
            gone, come = set(was) - set(is_), set(is_) - set(was)
            yield Setting(
                key=key,
                before=tuple(entry for entry in was if entry in gone),
                after=tuple(entry for entry in is_ if entry in come),
            )


def _values(placed: PlacedRule | None) -> dict[str, list[str]]:
    """Return a rule's keys as its author wrote them: `words.fr` and its entries as texts."""
    if placed is None:
        return {}
    flat: dict[str, list[str]] = {}
    for key, value in msgspec.to_builtins(placed.rule).items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": _texts(entry) for inner, entry in value.items()}
        elif value not in (None, [], ()) and key != "id":
            flat[key] = _texts(value)
    return flat


def _texts(value: Any) -> list[str]:
    entries = value if isinstance(value, list | tuple) else [value]
    return [entry if isinstance(entry, str) else _plain(entry) for entry in entries]


def _plain(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _wordings(old: Texts, new: Texts) -> tuple[Wording, ...]:
    return tuple(
        Wording(locale=locale, parts=tuple(words(old.get(locale, ""), new.get(locale, ""))))
        for locale in {**new, **old}
    )


def words(old: str, new: str) -> Iterator[Part]:
    """Yield the words of both texts in reading order; what went stands before what came for it."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if not _is_quick(before, after):
        yield from _parts(("replace", 0, len(before), 0, len(after)), before, after)
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for found in matcher.get_opcodes():
        yield from _parts(found, before, after)


def _is_quick(before: Sequence[str], after: Sequence[str]) -> bool:
    if before == after:
        return True
    counts = Counter(after)
    return sum(times * counts[word] for word, times in Counter(before).items()) <= MOST_PAIRS


def _parts(
    found: tuple[str, int, int, int, int], before: Sequence[str], after: Sequence[str]
) -> Iterator[Part]:
    tag, start, end, new_start, new_end = found
    if tag == "equal":
        yield Part(State.SAME, "".join(before[start:end]))
        return
    if end > start:
        yield Part(State.REMOVED, "".join(before[start:end]))
    if new_end > new_start:
        yield Part(State.ADDED, "".join(after[new_start:new_end]))
