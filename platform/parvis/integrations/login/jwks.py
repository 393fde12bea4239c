"""A provider's signing keys: asked for again, once, when a token names one we do not know."""

from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from parvis.integrations.login.errors import LoginError, Reason
from parvis.integrations.login.keeping import Kept

SMALLEST_RSA = 2048  # NIST SP 800-131A, and what FAPI 2.0 asks for

_KINDS: dict[str, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
Fetch = Callable[[], Awaitable[KeySet]]
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
        if kind is None or (kind is RSAKey and _bits(entry["n"]) < SMALLEST_RSA):
            return None
        return kind.import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _bits(number: str) -> int:
    """Return the length of a JWK's number, before a library warns of its shortness."""
    padded = number + "=" * (-len(number) % 4)
    return int.from_bytes(urlsafe_b64decode(padded)).bit_length()


async def verify(
    keys: Kept[KeySet], jwks_uri: str, fetch: Fetch, check: Callable[[KeySet], T]
) -> T:
    """Return `check(keys)`; when it knows no such key, ask the provider again, once.

    Keys we have may serve while the provider is away; one we do not have never comes from there.
    Raises LoginError KEY_UNKNOWN when the key is still unknown, or was asked for a moment ago.
    """
    try:
        return check(await keys.get(jwks_uri, fetch))
    except InvalidKeyIdError:
        pass
    try:
        return check(await keys.renewed(jwks_uri, fetch))
    except InvalidKeyIdError:
        raise LoginError(Reason.KEY_UNKNOWN) from None
