"""Masks: what a rule of effect `mask` hides before the text is kept."""

from collections.abc import Iterable

from parvis.features.charter.verdict import Effect, Span, Verdict

MASK = "•••••"


def masked(text: str, field: str, verdict: Verdict) -> str:
    """Return the text of `field` with every span that the verdict masks replaced by dots."""
    result, end = [], 0
    for start, stop in _merged(verdict.spans(field, Effect.MASK)):
        result += [text[end:start], MASK]
        end = stop
    return "".join((*result, text[end:]))


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return ordered spans with those that overlap made one."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            first, last = merged.pop()
            merged.append((first, max(last, end)))
        else:
            merged.append((start, end))
    return merged
