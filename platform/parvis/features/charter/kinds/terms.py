"""`terms`: words, phrases and regular expressions, blind to accents, case and look-alikes.

All words and phrases of all rules stand in one Aho-Corasick automaton: a text is read once,
whether the charter holds ten terms or a thousand. Expressions run under RE2, whose time is
linear in the text.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, cast

import ahocorasick
import msgspec
import re2
from msgspec import Meta

from parvis.features.charter.folding import FoldedText, fold, fold_words
from parvis.features.charter.rule import Check, Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Effect, Span
from parvis.features.charter.vocabulary import WRITING

ANY_LANGUAGE = "any"
STEM_MARK = "*"
_LANGUAGE = re2.compile(r"[a-z]{2}")
_OPTIONS = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.log_errors = False

Term = Annotated[str, Meta(min_length=1, max_length=200)]
Pattern = Annotated[str, Meta(min_length=1, max_length=500)]
TermsByLanguage = dict[str, tuple[Term, ...]]


class TermsRule(Rule, frozen=True, kw_only=True):
    """Lists by language, `any` for all. `rumeur*` stands for every word that begins so."""

    kind: Literal["terms"]
    effect: Literal["mark", "mask", "hold", "refuse"]
    words: TermsByLanguage = msgspec.field(default_factory=dict)
    phrases: TermsByLanguage = msgspec.field(default_factory=dict)
    patterns: dict[str, tuple[Pattern, ...]] = msgspec.field(default_factory=dict)


class _Term(msgspec.Struct, frozen=True):
    """A term of the automaton: whose it is, in which language, and how it ends."""

    placed: PlacedRule
    language: str
    length: int
    is_stem: bool


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
        automaton = _automaton(rules)
        patterns = list(_compiled_patterns(rules))

        def check(reading: Reading) -> Iterator[Finding]:
            covering = {id(placed) for placed in rules if placed.covers(reading.act)}
            if not covering:
                return
            for field, text in reading.texts.items():
                for placed, language, span in _matches(text, automaton, patterns, covering):
                    if reading.act.language in (None, language) or language == ANY_LANGUAGE:
                        yield Finding(placed, Effect(_of(placed).effect), field, span)

        return check


def _of(placed: PlacedRule) -> TermsRule:
    # A kind compiles rules of its own spec only.
    return cast("TermsRule", placed.rule)


def _list_complaints(key: str, language: str, entries: tuple[str, ...]) -> Iterator[Complaint]:
    if language != ANY_LANGUAGE and not _LANGUAGE.fullmatch(language):
        yield (key, language), f'"{language}" is no language: write "fr", "en", … or "any"'
    for place, entry in enumerate(entries):
        complaint = _pattern_complaint(entry) if key == "patterns" else _term_complaint(key, entry)
        if complaint:
            yield (key, language, place), complaint


def _term_complaint(key: str, term: str) -> str | None:
    words = fold_words(term.removesuffix(STEM_MARK)).split()
    if not words:
        return f'"{term}" holds no letter or digit: it would never be found'
    if key == "words" and len(words) > 1:
        return f'"{term}" is more than one word: it belongs under "phrases"'
    return None


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


def _automaton(rules: Sequence[PlacedRule]) -> Any:
    """Return the automaton of all words and phrases, or None when there is none."""
    terms: dict[str, list[_Term]] = {}
    for placed in rules:
        rule = _of(placed)
        for lists in (rule.words, rule.phrases):
            for language, entries in lists.items():
                for entry in entries:
                    _add_term(terms, placed, language, entry)
    if not terms:
        return None
    automaton = ahocorasick.Automaton()
    for key, owners in terms.items():
        automaton.add_word(key, tuple(owners))
    automaton.make_automaton()
    return automaton


def _add_term(terms: dict[str, list[_Term]], placed: PlacedRule, language: str, term: str) -> None:
    is_stem = term.endswith(STEM_MARK)
    words = fold_words(term.removesuffix(STEM_MARK))
    # The spaces around the words are the word boundaries; a stem has none at its end.
    key = words.removesuffix(" ") if is_stem else words
    terms.setdefault(key, []).append(_Term(placed, language, len(words) - 2, is_stem))


def _compiled_patterns(rules: Sequence[PlacedRule]) -> Iterator[tuple[PlacedRule, str, Any]]:
    for placed in rules:
        for language, entries in _of(placed).patterns.items():
            for entry in entries:
                yield placed, language, _compile(entry)


def _matches(
    text: FoldedText,
    automaton: Any,
    patterns: list[tuple[PlacedRule, str, Any]],
    covering: set[int],
) -> Iterator[tuple[PlacedRule, str, Span]]:
    if automaton is not None:
        for last, terms in automaton.iter(text.words):
            for term in terms:
                if id(term.placed) in covering:
                    yield term.placed, term.language, _term_span(text, last, term)
    for placed, language, pattern in patterns:
        if id(placed) in covering:
            for found in pattern.finditer(text.folded):
                if found.end() > found.start():
                    yield placed, language, text.span(*found.span())


def _term_span(text: FoldedText, last: int, term: _Term) -> Span:
    """Return the place of a term whose last character, or the space after it, is at `last`."""
    if not term.is_stem:
        return text.word_span(last - term.length, last)
    start = last + 1 - term.length
    return text.word_span(start, text.words.index(" ", last + 1))
