"""A provider's signing keys: kept an hour, asked for again once when a token names a new one."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from parvis.core import clock
from parvis.integrations.login.errors import LoginError, Reason

TIME_TO_LIVE = timedelta(hours=1)
# A forged token costs its sender nothing and must not cost the provider a request each.
COOL_DOWN = timedelta(seconds=10)

_KINDS: dict[str, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
Fetch = Callable[[], Awaitable[Any]]
T = TypeVar("T")


def parse(document: Any) -> KeySet:
    """Return the public signing keys of a JWKS document; unusable entries are left out.

    Symmetric keys are left out too: with one, whoever reads the document could sign.
    """
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise LoginError(Reason.KEYS_INVALID, "no keys")
    keys = [key for key in map(_signing_key, entries) if key is not None]
    if not keys:
        raise LoginError(Reason.KEYS_INVALID, "no usable key")
    return KeySet(list(keys))


def _signing_key(entry: Any) -> RSAKey | ECKey | OKPKey | None:
    if not isinstance(entry, dict):
        return None
    kind = _KINDS.get(str(entry.get("kty")))
    try:
        return kind.import_key(entry) if kind else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None


class KeyCache:
    """Keeps each provider's keys, in this process, by the address they came from."""

    def __init__(self, cool_down: timedelta = COOL_DOWN) -> None:
        self._cool_down = cool_down
        self._kept: dict[str, tuple[datetime, KeySet]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def verify(self, jwks_uri: str, fetch: Fetch, check: Callable[[KeySet], T]) -> T:
        """Return `check(keys)`; when it knows no such key, ask the provider again, once.

        Raises LoginError KEY_UNKNOWN when the key is still unknown, or was asked for a moment ago.
        """
        keys = await self._get(jwks_uri, fetch, newer_than=clock.now() - TIME_TO_LIVE)
        try:
            return check(keys)
        except InvalidKeyIdError:
            pass
        keys = await self._get(jwks_uri, fetch, newer_than=clock.now() - self._cool_down)
        try:
            return check(keys)
        except InvalidKeyIdError:
            raise LoginError(Reason.KEY_UNKNOWN) from None

    async def _get(self, jwks_uri: str, fetch: Fetch, *, newer_than: datetime) -> KeySet:
        # One request at a time to a provider, however many people sign in at nine o'clock.
        async with self._locks.setdefault(jwks_uri, asyncio.Lock()):
            kept = self._kept.get(jwks_uri)
            if kept is not None and kept[0] > newer_than:
                return kept[1]
            keys = parse(await fetch())
            self._kept[jwks_uri] = (clock.now(), keys)
            return keys
