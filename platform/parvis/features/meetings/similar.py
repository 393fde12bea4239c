"""How close two questions are, by the words they share. Pure; good for some hundred titles."""

import unicodedata
from collections.abc import Iterable
from typing import Protocol, TypeVar

LEAST = 0.34
MOST_SHOWN = 3
# French, then English: words that say how a question is asked, not what it is about.
_STOP_WORDS = """
    a afin ai ainsi alors apres au aucun aussi autre aux avant avec avez avoir avons c ce cela
    ces cet cette ceux chaque comme comment contre d dans de depuis des deux dont du elle elles
    en encore entre est et ete etre eu fait faut il ils j je l la le les leur leurs lors mais
    me meme moins mon n ne ni nos notre nous on ont ou par pas peut plus pour pourquoi pouvez
    prevoit qu quand que quel quelle quelles quels qui quoi s sa sans se sera ses si soit son
    sont sous sur t ta te tes tous tout toute toutes tres tu un une va vers vos votre vous y
    about after again all also am an and any are as at be because been before being between
    both but by can could did do does doing down during each for from further had has have
    having he her here his how i if in into is it its itself more most my no nor not of off
    once only or other our out over own same she should so some such than that the their them
    then there these they this those through to too under until up very was we were what when
    where which while who whom why will with would you your
"""
_STOP = frozenset(_STOP_WORDS.split())


class Titled(Protocol):
    """Anything with a title to compare."""

    @property
    def title(self) -> str: ...


T = TypeVar("T", bound=Titled)


def nearest(text: str, candidates: Iterable[T]) -> tuple[T, ...]:
    """Return up to three candidates that share enough words with `text`, nearest first."""
    words = tokens(text)
    if not words:
        return ()
    scored = [(overlap(words, tokens(one.title)), place, one)
              for place, one in enumerate(candidates)]  # fmt: skip
    close = sorted((one for one in scored if one[0] >= LEAST), key=lambda one: (-one[0], one[1]))
    return tuple(one for _, _, one in close[:MOST_SHOWN])


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the shorter text's words that the longer one has too, from 0 to 1.

    A single shared word is not enough to call a long question like another.
    """
    shared = len(one & other)
    shorter = min(len(one), len(other))
    if shorter == 0 or (shared == 1 and shorter > 1):
        return 0.0
    return shared / shorter


def tokens(text: str) -> frozenset[str]:
    """Return the words that matter: without accents, case, stop words and plural endings."""
    folded = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = "".join(letter if letter.isalnum() else " " for letter in folded).split()
    return frozenset(_stem(word) for word in words if word not in _STOP and len(word) > 1)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word
