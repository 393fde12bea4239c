"""What `parvis tenant keys …` says: one line a key. Needs an open transaction of the tenant."""

from parvis.core.crypto import Keyring
from parvis.core.errors import Conflict
from parvis.features.identity import client_keys
from parvis.features.identity.client_keys import ClientKey
from parvis.features.tenants.problems import ApplyRefusedError
from parvis.integrations.login import ASSERTION_ALGORITHMS

MOMENT = "%Y-%m-%d %H:%M UTC"


async def listed() -> list[str]:
    """Return a line for each key that is published."""
    return [_line(key) for key in await client_keys.published()]


async def rotated(keyring: Keyring, algorithm: str | None, *, at_once: bool) -> list[str]:
    """Begin the rotation of one algorithm's key, or of each in use; return a line for each."""
    if algorithm is not None and algorithm not in ASSERTION_ALGORITHMS:
        raise ApplyRefusedError(f"{algorithm} is not one of {', '.join(ASSERTION_ALGORITHMS)}")
    in_use = sorted({key.algorithm for key in await client_keys.published()})
    try:
        return [
            _line(await client_keys.rotate(keyring, one, at_once=at_once))
            for one in ([algorithm] if algorithm else in_use)
        ]
    except Conflict as error:
        raise ApplyRefusedError(error.message) from error


def _line(key: ClientKey) -> str:
    until = "" if key.published_until is None else f"\tuntil {key.published_until:{MOMENT}}"
    return f"{key.algorithm}\t{key.kid}\tsigns from {key.signs_from:{MOMENT}}{until}"
