"""Words with the passages marked that rules point at."""

from collections.abc import Iterable

import msgspec

from parvis.features.charter.verdict import Span


class Passage(msgspec.Struct, frozen=True):
    """A run of words, marked when a rule points at it."""

    text: str
    is_marked: bool = False


def passages(text: str, spans: Iterable[Span]) -> tuple[Passage, ...]:
    """Return the whole text in passages; spans may overlap, and none is empty."""
    found, end = [], 0
    for start, stop in sorted(spans):
        if stop <= end:
            continue
        if start > end:
            found.append(Passage(text[end:start]))
        found.append(Passage(text[max(start, end) : stop], is_marked=True))
        end = stop
    if end < len(text):
        found.append(Passage(text[end:]))
    return tuple(found)


def excerpt(text: str, span: Span | None, around: int = 90) -> tuple[Passage, ...]:
    """Return the passage with some words around it; the beginning where there is none."""
    start, stop = span or (0, 0)
    first = _word_start(text, max(0, start - around)) if start > around else 0
    last = _word_end(text, min(len(text), max(stop, start) + around))
    before = Passage(("…" if first else "") + text[first:start])
    after = Passage(text[stop:last] + ("…" if last < len(text) else ""))
    parts = (before, Passage(text[start:stop], is_marked=True), after)
    return tuple(part for part in parts if part.text)


def _word_start(text: str, place: int) -> int:
    found = text.find(" ", place, place + 30)
    return found + 1 if found >= 0 else place


def _word_end(text: str, place: int) -> int:
    found = text.rfind(" ", max(0, place - 30), place)
    return found if found >= 0 and place < len(text) else place
