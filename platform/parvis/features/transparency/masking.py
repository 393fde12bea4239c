"""Texts that leave the house name nobody: what identifies a person is taken out of them."""

import re
from collections.abc import Iterable

from parvis.features.charter.folding import FoldedText
from parvis.features.charter.kinds.personal_data import personal_data

MASK = "[…]"
_LEAST_NAME = 3


def masked(text: str, names: Iterable[str]) -> str:
    """Return a text without addresses, numbers of accounts and telephones, and these names.

    A name goes word by word, as its bearer writes it: a family name alone tells enough.
    """
    folded = FoldedText(text)
    spans = sorted((folded.span(*span) for _datum, span in personal_data(folded.folded)))
    for start, end in reversed(spans):
        text = text[:start] + MASK + text[end:]
    for word in sorted(_words(names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", MASK, text)
    return text


def _words(names: Iterable[str]) -> set[str]:
    return {
        word for name in names for word in re.split(r"[\s,]+", name) if len(word) >= _LEAST_NAME
    }
