"""Words and phrases of many lists in one Aho-Corasick automaton: a text is read once for all.

Lists are by language, `any` for all; `rumeur*` stands for every word that begins so. What is
matched is folded: blind to accents, case and look-alike letters.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Generic, TypeVar

import ahocorasick
import msgspec
import re2
from msgspec import Meta

from parvis.features.charter.folding import FoldedText, fold_words
from parvis.features.charter.verdict import Span

ANY_LANGUAGE = "any"
STEM_MARK = "*"
_LANGUAGE = re2.compile(r"[a-z]{2}")

Term = Annotated[str, Meta(min_length=1, max_length=200)]
TermsByLanguage = dict[str, tuple[Term, ...]]
Owner_co = TypeVar("Owner_co", covariant=True)


class Entry(msgspec.Struct, Generic[Owner_co], frozen=True):
    """A term of a list: whose it is, and in which language."""

    owner: Owner_co
    language: str
    term: str


class _Term(msgspec.Struct, Generic[Owner_co], frozen=True):
    owner: Owner_co
    language: str
    length: int
    is_stem: bool


class Match(msgspec.Struct, Generic[Owner_co], frozen=True):
    """A term found, at [start, end) of the text's words."""

    owner: Owner_co
    language: str
    start: int
    end: int

    def span(self, text: FoldedText) -> Span:
        return text.word_span(self.start, self.end)


class Lexicon(Generic[Owner_co]):
    """Terms ready to be looked for, all at once."""

    def __init__(self, entries: Iterable[Entry[Owner_co]]) -> None:
        terms: dict[str, list[_Term[Owner_co]]] = {}
        for entry in entries:
            is_stem = entry.term.endswith(STEM_MARK)
            words = fold_words(entry.term.removesuffix(STEM_MARK))
            # The spaces around the words are the word boundaries; a stem has none at its end.
            key = words.removesuffix(" ") if is_stem else words
            term = _Term(entry.owner, entry.language, len(words) - 2, is_stem)
            terms.setdefault(key, []).append(term)
        self._automaton = _automaton(terms) if terms else None

    def matches(self, text: FoldedText) -> Iterator[Match[Owner_co]]:
        """Yield every term that stands in a text, overlapping ones too."""
        if self._automaton is None:
            return
        words = text.words
        for last, terms in self._automaton.iter(words):
            for term in terms:
                # `last` is a stem's last letter, or the space after a whole word.
                start = last + 1 - term.length if term.is_stem else last - term.length
                end = words.index(" ", last + 1) if term.is_stem else last
                yield Match(term.owner, term.language, start, end)


def _automaton(terms: dict[str, list[_Term[Owner_co]]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for key, owners in terms.items():
        automaton.add_word(key, tuple(owners))
    automaton.make_automaton()
    return automaton


def language_complaint(language: str) -> str | None:
    if language != ANY_LANGUAGE and not _LANGUAGE.fullmatch(language):
        return f'"{language}" is no language: write "fr", "en", … or "any"'
    return None


def term_complaint(term: str) -> str | None:
    if not fold_words(term.removesuffix(STEM_MARK)).split():
        return f'"{term}" holds no letter or digit: it would never be found'
    return None
