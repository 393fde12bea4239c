"""Tokens that programs carry: shown once, kept as a hash, told apart by how they end."""

import re

import msgspec

from parvis.core import crypto

HINT_LENGTH = 4


class Fresh(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was just made: `text` is shown once, `hash` and `hint` are kept."""

    text: str
    hash: bytes
    hint: str


class TokenKind:
    """One kind of token; its prefix tells it from others, wherever it is found."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._shape = re.compile(re.escape(prefix) + r"[A-Za-z0-9_-]{43}")

    def fresh(self) -> Fresh:
        """Return a new token that nobody can guess."""
        return self.of(self.prefix + crypto.token())

    def of(self, text: str) -> Fresh:
        """Return what is kept of a token whose text is given."""
        return Fresh(text=text, hash=crypto.digest(text), hint=text[-HINT_LENGTH:])

    def is_one(self, text: str) -> bool:
        """Tell whether this could be one of them; anything else need not be looked up."""
        return self._shape.fullmatch(text) is not None
