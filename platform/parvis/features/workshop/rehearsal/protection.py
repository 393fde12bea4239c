"""Figures that say nothing about fewer than five people: not by themselves, nor by subtraction.

Every text counts in some figures ("held by the draft", "newly touched", …). Texts that count in
the very same figures form a group. A figure over one to four people is hidden. Whoever knows the
figures that are shown may add and subtract them; so one more figure is hidden for as long as a
hidden figure, a group of one to four people, or what is in one figure and not in others over so
few, can be computed from those that remain (it lies in the span of their vectors over the groups).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

FEWEST = 5
# Everything is computed modulo a prime: a sum of zeros and ones that vanishes there by accident
# is not met in practice, and whole numbers never lose precision.
_PRIME = (1 << 61) - 1
Vector = dict[int, int]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Texts that count in the same figures, and whose they are."""

    figures: frozenset[str]
    texts: int
    people: frozenset[int]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure as it may be shown. `texts` is None when it is hidden.

    `is_few`: because it is over fewer than five people; else because such a one could be computed
    from it. `people` is rounded down to fives; None where `texts` is hidden.
    """

    texts: int | None
    people: int | None
    is_few: bool = False


NOTHING = Figure(texts=0, people=None)
FEW = Figure(texts=None, people=None, is_few=True)
HELD_BACK = Figure(texts=None, people=None)


def protected(groups: Sequence[Group]) -> dict[str, Figure]:
    """Return every figure in which a text counts, those hidden that say too much."""
    vectors, people = _vectors(groups), _people(groups)
    secrets = [vectors[name] for name, who in people.items() if len(who) < FEWEST]
    secrets += [{n: 1} for n, group in enumerate(groups) if len(group.people) < FEWEST]
    shown = {name for name, who in people.items() if len(who) >= FEWEST}
    _hide(shown, vectors, people, secrets, groups)
    return {
        name: _figure(groups, vectors[name], who) if name in shown else _hidden(who)
        for name, who in people.items()
    }


def _hidden(people: set[int]) -> Figure:
    return FEW if len(people) < FEWEST else HELD_BACK


def _vectors(groups: Sequence[Group]) -> dict[str, Vector]:
    vectors: dict[str, Vector] = {}
    for n, group in enumerate(groups):
        for name in group.figures:
            vectors.setdefault(name, {})[n] = 1
    return vectors


def _people(groups: Sequence[Group]) -> dict[str, set[int]]:
    people: dict[str, set[int]] = {}
    for group in groups:
        for name in group.figures:
            people.setdefault(name, set()).update(group.people)
    return people


def _figure(groups: Sequence[Group], vector: Vector, people: set[int]) -> Figure:
    texts = sum(groups[n].texts for n in vector)
    return Figure(texts=texts, people=len(people) // FEWEST * FEWEST)


def _hide(
    shown: set[str],
    vectors: Mapping[str, Vector],
    people: Mapping[str, set[int]],
    secrets: Sequence[Vector],
    groups: Sequence[Group],
) -> None:
    """Take the least figures out of `shown` until no secret can be computed from the rest."""
    while True:
        # The least first, so that where figures say the same the larger one stays as a pivot.
        names = sorted(shown, key=lambda name: (-len(people[name]), name))
        basis = _Basis((name, vectors[name]) for name in names)
        all_secrets = (*secrets, *_rests(shown, vectors, groups))
        told = [found for secret in all_secrets if (found := basis.tells(secret))]
        telling = {min(found, key=lambda name: (len(people[name]), name)) for found in told}
        if not telling:
            return
        shown -= telling


def _rests(
    shown: set[str], vectors: Mapping[str, Vector], groups: Sequence[Group]
) -> Iterator[Vector]:
    """Yield what is in one figure and not in another, or in no part of it, over few people."""
    found: set[frozenset[int]] = set()
    for whole in shown:
        mine = vectors[whole].keys()
        parts = [vectors[name].keys() for name in shown if vectors[name].keys() < mine]
        found |= {frozenset(mine - part) for part in parts}
        found.add(frozenset(mine - set().union(*parts)))
    for rest in found:
        people = frozenset[int]().union(*(groups[n].people for n in rest))
        if rest and len(people) < FEWEST:
            yield dict.fromkeys(rest, 1)


class _Basis:
    """The span of some vectors, with the names of those that each pivot row is made of."""

    def __init__(self, named: Iterable[tuple[str, Vector]]) -> None:
        self._rows: dict[int, tuple[Vector, frozenset[str]]] = {}
        for name, vector in named:
            rest, names = self._reduced(vector)
            if rest:
                pivot = min(rest)
                inverse = pow(rest[pivot], -1, _PRIME)
                row = {n: value * inverse % _PRIME for n, value in rest.items()}
                self._rows[pivot] = (row, names | {name})

    def tells(self, secret: Vector) -> frozenset[str]:
        """Return the figures a secret can be computed from; none when it cannot be."""
        rest, names = self._reduced(secret)
        return names if not rest else frozenset()

    def _reduced(self, vector: Vector) -> tuple[Vector, frozenset[str]]:
        """Return what is left of a vector after subtracting rows, and the names of those rows."""
        rest, names = dict(vector), frozenset[str]()
        # A row has no entry at the pivots of rows before it: once through them is enough.
        for pivot, (row, made_of) in self._rows.items():
            factor = rest.get(pivot)
            if factor:
                rest = _subtracted(rest, row, factor)
                names |= made_of
        return rest, names


def _subtracted(vector: Vector, row: Vector, factor: int) -> Vector:
    rest = dict(vector)
    for n, value in row.items():
        left = (rest.get(n, 0) - factor * value) % _PRIME
        if left:
            rest[n] = left
        else:
            rest.pop(n, None)
    return rest
