"""What providers publish, kept for an hour; for a day where they do not answer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import httpx2
import msgspec

from parvis.core import clock
from parvis.integrations.login.errors import Away

TIME_TO_LIVE = timedelta(hours=1)
# Nobody loses their sign-in over a provider's bad night; a key it withdrew must not live on.
STALE = timedelta(hours=24)
# A forged token costs its sender nothing and must not cost the provider a request each.
COOL_DOWN = timedelta(seconds=10)
FETCH_SECONDS = 8.0

AWAY = (Away, httpx2.HTTPError, TimeoutError)
T = TypeVar("T")


class _Entry(msgspec.Struct, Generic[T]):
    value: T
    fetched_at: datetime
    tried_at: datetime


class Kept(Generic[T]):
    """Keeps what was fetched, in this process, by the address it came from."""

    def __init__(self, cool_down: timedelta = COOL_DOWN) -> None:
        self._cool_down = cool_down
        self._entries: dict[str, _Entry[T]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, address: str, fetch: Callable[[], Awaitable[T]]) -> T:
        """Return what `address` said within the last hour, or, if it is away now, day."""
        return await self._get(address, fetch, TIME_TO_LIVE, may_be_stale=True)

    async def renewed(self, address: str, fetch: Callable[[], Awaitable[T]]) -> T:
        """Return what `address` says now, unless it was asked a moment ago."""
        return await self._get(address, fetch, self._cool_down, may_be_stale=False)

    async def _get(
        self,
        address: str,
        fetch: Callable[[], Awaitable[T]],
        young: timedelta,
        *,
        may_be_stale: bool,
    ) -> T:
        # One request at a time to a provider, however many people sign in at nine o'clock.
        async with self._locks.setdefault(address, asyncio.Lock()):
            now, entry = clock.now(), self._entries.get(address)
            if entry is not None and now - entry.fetched_at >= STALE:
                entry = None
            if entry is not None and self._will_do(entry, now, young):
                return entry.value
            try:
                async with asyncio.timeout(FETCH_SECONDS):
                    value = await fetch()
            except AWAY:
                if entry is None:
                    raise
                entry.tried_at = now
                if not may_be_stale:
                    raise
                return entry.value
            self._entries[address] = _Entry(value, now, now)
            return value

    def _will_do(self, entry: _Entry[T], now: datetime, young: timedelta) -> bool:
        return now - entry.fetched_at < young or now - entry.tried_at < self._cool_down
