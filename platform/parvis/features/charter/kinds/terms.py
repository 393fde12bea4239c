"""`terms`: words, phrases and regular expressions, blind to accents, case and look-alikes.

All words and phrases of all rules stand in one lexicon: a text is read once, whether the charter
holds ten terms or a thousand. Expressions run under RE2, whose time is linear in the text.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, cast

import msgspec
import re2
from msgspec import Meta

from parvis.features.charter.folding import FoldedText, fold, fold_words
from parvis.features.charter.kinds.lexicon import (
    ANY_LANGUAGE,
    STEM_MARK,
    Entry,
    Lexicon,
    TermsByLanguage,
    language_complaint,
    term_complaint,
)
from parvis.features.charter.rule import Check, Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Effect, Span
from parvis.features.charter.vocabulary import WRITING

_OPTIONS = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.log_errors = False

Pattern = Annotated[str, Meta(min_length=1, max_length=500)]


class TermsRule(Rule, frozen=True, kw_only=True):
    """Lists by language, `any` for all. `rumeur*` stands for every word that begins so."""

    kind: Literal["terms"]
    effect: Literal["mark", "mask", "hold", "refuse"]
    words: TermsByLanguage = msgspec.field(default_factory=dict)
    phrases: TermsByLanguage = msgspec.field(default_factory=dict)
    patterns: dict[str, tuple[Pattern, ...]] = msgspec.field(default_factory=dict)


class TermsKind:
    name = "terms"
    spec = TermsRule
    default_acts = WRITING

    def complaints(self, rule: Any) -> Iterator[Complaint]:
        if not (rule.words or rule.phrases or rule.patterns):
            yield (), 'a terms rule needs "words", "phrases" or "patterns"'
        for key in ("words", "phrases", "patterns"):
            for language, entries in getattr(rule, key).items():
                yield from _list_complaints(key, language, entries)

    def effects(self, rule: Any) -> tuple[Effect, ...]:
        return (Effect(rule.effect),)

    def compile(self, rules: Sequence[PlacedRule]) -> Check:
        lexicon = Lexicon(_entries(rules))
        patterns = list(_compiled_patterns(rules))

        def check(reading: Reading) -> Iterator[Finding]:
            covering = {id(placed) for placed in rules if reading.covers(placed)}
            if not covering:
                return
            for field, text in reading.texts.items():
                for placed, language, span in _matches(text, lexicon, patterns, covering):
                    if reading.act.language in (None, language) or language == ANY_LANGUAGE:
                        yield Finding(placed, Effect(_of(placed).effect), field, span)

        return check


def _of(placed: PlacedRule) -> TermsRule:
    # A kind compiles rules of its own spec only.
    return cast("TermsRule", placed.rule)


def _list_complaints(key: str, language: str, entries: tuple[str, ...]) -> Iterator[Complaint]:
    if complaint := language_complaint(language):
        yield (key, language), complaint
    for place, entry in enumerate(entries):
        complaint = _pattern_complaint(entry) if key == "patterns" else _term_complaint(key, entry)
        if complaint:
            yield (key, language, place), complaint


def _term_complaint(key: str, term: str) -> str | None:
    if key == "words" and len(fold_words(term.removesuffix(STEM_MARK)).split()) > 1:
        return f'"{term}" is more than one word: it belongs under "phrases"'
    return term_complaint(term)


def _pattern_complaint(pattern: str) -> str | None:
    try:
        compiled = _compile(pattern)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        return f'invalid regular expression "{pattern}"{_position(pattern, reason)}: {reason}'
    if compiled.search("") is not None:
        return f'the regular expression "{pattern}" matches the empty text: it would match always'
    return None


def _position(pattern: str, reason: str) -> str:
    """Return where the part that RE2 complains of stands, counted from 1."""
    part = reason.partition(": ")[2]
    place = fold(pattern).find(fold(part)) if part else -1
    return f" at character {place + 1}" if place >= 0 else ""


def _compile(pattern: str) -> Any:
    # What is matched is folded, so the accents of the expression are folded too; its ASCII
    # stays, for \S and \s are not the same.
    folded = "".join(letter if letter.isascii() else fold(letter) for letter in pattern)
    return re2.compile(folded, _OPTIONS)


def _entries(rules: Sequence[PlacedRule]) -> Iterator[Entry[PlacedRule]]:
    for placed in rules:
        rule = _of(placed)
        for lists in (rule.words, rule.phrases):
            for language, terms in lists.items():
                yield from (Entry(placed, language, term) for term in terms)


def _compiled_patterns(rules: Sequence[PlacedRule]) -> Iterator[tuple[PlacedRule, str, Any]]:
    for placed in rules:
        for language, entries in _of(placed).patterns.items():
            for entry in entries:
                yield placed, language, _compile(entry)


def _matches(
    text: FoldedText,
    lexicon: Lexicon[PlacedRule],
    patterns: list[tuple[PlacedRule, str, Any]],
    covering: set[int],
) -> Iterator[tuple[PlacedRule, str, Span]]:
    for match in lexicon.matches(text):
        if id(match.owner) in covering:
            yield match.owner, match.language, match.span(text)
    for placed, language, pattern in patterns:
        if id(placed) in covering:
            for found in pattern.finditer(text.folded):
                if found.end() > found.start():
                    yield placed, language, text.span(*found.span())
