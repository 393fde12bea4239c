"""`instruments`: an ISIN or a ticker beside words of advice.

Naming a share is talk of the house; naming it next to "buy" may be investment advice, or worse in
a closed period. An ISIN counts by its checksum, a ticker when the tenant lists it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Annotated, Any, Literal, cast

import msgspec
import re2
from msgspec import Meta
from stdnum import isin

from parvis.features.charter.folding import FoldedText, fold_words
from parvis.features.charter.kinds.advice import ADVICE
from parvis.features.charter.kinds.lexicon import (
    ANY_LANGUAGE,
    Entry,
    Lexicon,
    TermsByLanguage,
    language_complaint,
    term_complaint,
)
from parvis.features.charter.rule import Check, Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Effect
from parvis.features.charter.vocabulary import WRITING

Ticker = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,12}([. -][A-Za-z0-9]{1,12}){0,3}$")]

# Numbers of shares are written in groups too; one with letters in it stands in one piece.
_NUMBER = r"[a-z]{2}(?:[a-z0-9]{9}[0-9]|(?:[ .-]?[0-9]){10})"
# RE2 reads a text without one, as most are, in a few microseconds.
_HINT = re2.compile(_NUMBER)
_ISIN = re.compile(rf"(?<![a-z0-9]){_NUMBER}(?![a-z0-9])")
_NOT_IN_IT = str.maketrans("", "", " .-")
DEFAULT_WITHIN = 12


class InstrumentsRule(Rule, frozen=True, kw_only=True):
    """`within`: how many words apart instrument and advice still belong together.

    `wording` adds to the words of advice that are known anyway; `alone` asks for none.
    """

    kind: Literal["instruments"]
    effect: Literal["mark", "mask", "hold", "refuse"]
    isin: bool = True
    tickers: tuple[Ticker, ...] = ()
    wording: TermsByLanguage = msgspec.field(default_factory=dict)
    within: Annotated[int, Meta(ge=0, le=100)] = DEFAULT_WITHIN
    alone: bool = False


# Where something stands, as [start, end) of the folded text's words.
Place = tuple[int, int]


class InstrumentsKind:
    name = "instruments"
    spec = InstrumentsRule
    default_acts = WRITING

    def complaints(self, rule: InstrumentsRule) -> Iterator[Complaint]:
        if not rule.isin and not rule.tickers:
            yield (), 'an instruments rule needs "tickers" when it does not look for an ISIN'
        for place, ticker in enumerate(rule.tickers):
            if len("".join(fold_words(ticker).split())) < 2:
                yield ("tickers", place), f'"{ticker}" is too short: it would be found everywhere'
        if rule.alone and rule.wording:
            yield ("wording",), 'with "alone" no wording is looked for'
        for language, terms in rule.wording.items():
            if complaint := language_complaint(language):
                yield ("wording", language), complaint
            for place, term in enumerate(terms):
                if complaint := term_complaint(term):
                    yield ("wording", language, place), complaint

    def effects(self, rule: Any) -> tuple[Effect, ...]:
        return (Effect(rule.effect),)

    def compile(self, rules: Sequence[PlacedRule]) -> Check:
        tickers = Lexicon(_tickers(rules))
        wording = Lexicon(_wording(rules))

        def check(reading: Reading) -> Iterator[Finding]:
            covering = [placed for placed in rules if reading.covers(placed)]
            if not covering:
                return
            for field, text in reading.texts.items():
                found = _Found(text, tickers)
                if found.has_any:
                    for placed in covering:
                        advice = _advice(text, wording, placed, reading.act.language)
                        for start, end in _passages(found.of(placed), advice, text, _of(placed)):
                            span = text.word_span(start, end)
                            yield Finding(placed, Effect(_of(placed).effect), field, span)

        return check


class _Found:
    """The instruments that one text names."""

    def __init__(self, text: FoldedText, tickers: Lexicon[PlacedRule]) -> None:
        self._isins = list(isins(text))
        self._tickers = list(tickers.matches(text))

    @property
    def has_any(self) -> bool:
        return bool(self._isins or self._tickers)

    def of(self, placed: PlacedRule) -> list[Place]:
        """Return where those stand that a rule asks for."""
        named = [(one.start, one.end) for one in self._tickers if one.owner is placed]
        return sorted({*(self._isins if _of(placed).isin else ()), *named})


def isins(text: FoldedText) -> Iterator[Place]:
    """Yield where an ISIN whose checksum is right stands."""
    if _HINT.search(text.folded) is None:
        return
    for found in _ISIN.finditer(text.folded):
        if isin.is_valid(found[0].translate(_NOT_IN_IT).upper()):
            yield text.places_in_words(*found.span())


def _of(placed: PlacedRule) -> InstrumentsRule:
    # A kind compiles rules of its own spec only.
    return cast("InstrumentsRule", placed.rule)


def _tickers(rules: Iterable[PlacedRule]) -> Iterator[Entry[PlacedRule]]:
    for placed in rules:
        yield from (Entry(placed, ANY_LANGUAGE, ticker) for ticker in _of(placed).tickers)


def _wording(rules: Iterable[PlacedRule]) -> Iterator[Entry[PlacedRule | None]]:
    """Yield the words of advice: those everybody has under no rule, and each rule's own."""
    owner: PlacedRule | None = None
    for language, terms in ADVICE.items():
        yield from (Entry(owner, language, term) for term in terms)
    for owner in rules:
        for language, terms in _of(owner).wording.items():
            yield from (Entry(owner, language, term) for term in terms)


def _advice(
    text: FoldedText,
    wording: Lexicon[PlacedRule | None],
    placed: PlacedRule,
    language: str | None,
) -> list[Place]:
    return sorted(
        (match.start, match.end)
        for match in wording.matches(text)
        if match.owner in (None, placed)
        and (language in (None, match.language) or match.language == ANY_LANGUAGE)
    )


def _passages(
    instruments: list[Place], advice: list[Place], text: FoldedText, rule: InstrumentsRule
) -> Iterator[Place]:
    """Yield one passage an instrument: with the nearest words of advice, when there are any."""
    if rule.alone:
        yield from instruments
        return
    blanks = [place for place, letter in enumerate(text.words) if letter == " "]
    nearest = _Nearest(advice)
    for one in instruments:
        for other in nearest.to(one):
            if _apart(one, other, blanks) <= rule.within:
                yield min(one[0], other[0]), max(one[1], other[1])
                break


class _Nearest:
    """Places in order, ready to be asked which stand next to another."""

    def __init__(self, places: list[Place]) -> None:
        self._places = places
        self._starts = [start for start, _ in places]
        # Of those that begin before, the one that ends last is the nearest.
        self._last_to_end = list(accumulate(places, _later))

    def to(self, one: Place) -> list[Place]:
        """Return the last one that begins before, and the first that begins after."""
        after = bisect_left(self._starts, one[0])
        return [*self._last_to_end[after - 1 : after], *self._places[after : after + 1]]


def _later(one: Place, other: Place) -> Place:
    """Return the one that ends later."""
    return other if other[1] > one[1] else one


def _apart(one: Place, other: Place, blanks: list[int]) -> int:
    """Return how many words stand between two places; 0 when they touch or overlap."""
    first, second = sorted((one, other))
    between = bisect_right(blanks, second[0] - 1) - bisect_left(blanks, first[1])
    return max(0, between - 1)
