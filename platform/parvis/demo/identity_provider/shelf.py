"""Things kept for a short while under a secret handle, in this process only."""

import secrets
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from parvis.core import clock

T = TypeVar("T")


class Shelf(Generic[T]):
    """Keeps at most `limit` values, each for `lifetime`; the oldest go first."""

    def __init__(self, lifetime: timedelta, *, limit: int = 1000) -> None:
        self.lifetime, self._limit = lifetime, limit
        self._kept: dict[str, tuple[datetime, T]] = {}

    def put(self, value: T) -> str:
        """Return the handle under which `value` can be had from now on."""
        handle = secrets.token_urlsafe(32)
        self.keep(handle, value)
        return handle

    def keep(self, handle: str, value: T) -> None:
        """Keep `value` under a handle that somebody else has chosen."""
        self._kept[handle] = (clock.now() + self.lifetime, value)
        while len(self._kept) > self._limit:
            del self._kept[next(iter(self._kept))]

    def get(self, handle: str) -> T | None:
        """Return the value, None when there is none any more."""
        until, value = self._kept.get(handle, (None, None))
        return value if until is not None and clock.now() < until else None

    def take(self, handle: str) -> T | None:
        """Return the value once: it is gone afterwards."""
        value = self.get(handle)
        self._kept.pop(handle, None)
        return value
