"""A text cut where causes point at it, so that a template can mark passages without any HTML."""

from collections.abc import Iterable

import msgspec

Span = tuple[int, int]


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A run of text, and whether a cause points at it."""

    text: str
    is_marked: bool


Paragraph = tuple[Passage, ...]


def passages(text: str, spans: Iterable[Span]) -> Paragraph:
    """Return the whole text in order; spans may overlap, and may run over its end."""
    found, end = [], 0
    for start, stop in merged(spans, len(text)):
        found += [Passage(text=text[end:start], is_marked=False)]
        found += [Passage(text=text[start:stop], is_marked=True)]
        end = stop
    found.append(Passage(text=text[end:], is_marked=False))
    return tuple(passage for passage in found if passage.text)


def paragraphs(text: str, spans: Iterable[Span]) -> tuple[Paragraph, ...]:
    """Return the text line by line, empty lines left out."""
    spans = merged(spans, len(text))
    found, at = [], 0
    for line in text.splitlines(keepends=True):
        inside = [(start - at, stop - at) for start, stop in spans if stop > at]
        if line.strip():
            found.append(passages(line.rstrip(), inside))
        at += len(line)
    return tuple(found)


def merged(spans: Iterable[Span], length: int) -> list[Span]:
    """Return spans in order, inside the text, those that touch made one."""
    result: list[Span] = []
    for start, stop in sorted(spans):
        first, last = max(start, 0), min(stop, length)
        if result and first <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], last))
        elif first < last:
            result.append((first, last))
    return result
