"""Our own keys: what a provider knows us by, where no secret is shared with it.

One signing key a tenant and algorithm, made when it is first asked for. The public parts are what
providers read at JWKS_PATH, the private ones are sealed. A key passes through `signs_from` and
`published_until`: published, signing, only published, gone (decision record 0010).
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec

from parvis.core import clock, crypto, db, jobs, journal
from parvis.core.crypto import Keyring
from parvis.core.errors import Conflict
from parvis.core.i18n import N_
from parvis.integrations.login import NewKey, new_key

JWKS_PATH = "/.well-known/jwks.json"
# Providers keep what they read of us for some hours; a day is on the safe side, twice.
NOTICE = timedelta(hours=24)


class ClientKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it may be shown. `published_until` is None while none follows it."""

    kid: str
    algorithm: str
    signs_from: datetime
    published_until: datetime | None


_SIGNING = """
    SELECT private_sealed FROM client_key
     WHERE tenant_id = $1 AND algorithm = $2 AND signs_from <= $3
       AND (published_until IS NULL OR published_until > $3)
     ORDER BY signs_from DESC LIMIT 1
"""
_PUBLISHED = """
    SELECT kid, algorithm, public_jwk, signs_from, published_until FROM client_key
     WHERE tenant_id = $1 AND (published_until IS NULL OR published_until > $2)
     ORDER BY algorithm, signs_from LIMIT 100
"""
_NEEDED = """
    SELECT DISTINCT c.assertion_algorithm FROM connection c
     WHERE c.tenant_id = $1 AND c.auth_method = 'private_key_jwt'
       AND NOT EXISTS (SELECT FROM client_key k
                        WHERE k.tenant_id = $1 AND k.algorithm = c.assertion_algorithm
                          AND (k.published_until IS NULL OR k.published_until > $2))
"""
_WAITING = """
    SELECT min(signs_from) FROM client_key
     WHERE tenant_id = $1 AND algorithm = $2 AND signs_from > $3
"""
_RETIRE = """
    UPDATE client_key SET published_until = $4
     WHERE tenant_id = $1 AND algorithm = $2 AND kid <> $3
       AND (published_until IS NULL OR published_until > $4)
"""


async def signing_key(algorithm: str) -> str:
    """Return the private key to sign with now, as a JWK; made when there is none.

    Two first requests at once make two keys: both are published, the later one signs, and the
    next rotation takes both away. Needs: an open tenant transaction. Errors: SealError.
    """
    sealed = await db.fetch_value(_SIGNING, algorithm, clock.now())
    if sealed is None:
        return (await _make(crypto.keyring(), algorithm, signs_from=clock.now())).private
    return crypto.keyring().open(db.current_tenant(), sealed).decode()


async def public_keys() -> list[dict[str, Any]]:
    """Return what a provider may read of our keys: those of its connection exist by now.

    Whoever sets a provider up reads this before anybody has signed in there.
    """
    for row in await db.fetch(_NEEDED, clock.now()):
        await _make(crypto.keyring(), row["assertion_algorithm"], signs_from=clock.now())
    rows = await db.fetch(_PUBLISHED, clock.now())
    return [db.from_jsonb(row["public_jwk"], dict[str, Any]) for row in rows]


async def published() -> tuple[ClientKey, ...]:
    """Return the tenant's keys, those that sign next and those that signed last among them."""
    rows = await db.fetch(_PUBLISHED, clock.now())
    return tuple(
        ClientKey(
            kid=row["kid"],
            algorithm=row["algorithm"],
            signs_from=row["signs_from"],
            published_until=row["published_until"],
        )
        for row in rows
    )


async def rotate(keyring: Keyring, algorithm: str, *, at_once: bool = False) -> ClientKey:
    """Publish a new key, which signs a day from now; the old one stays published a day longer.

    `at_once` is for a key that others may hold: the new one signs now, and the old ones are gone.
    Providers that keep our keys for long then refuse us until they read them again.
    Errors: Conflict while an earlier rotation is still under way.
    """
    now = clock.now()
    if not at_once and await db.fetch_value(_WAITING, algorithm, now) is not None:
        raise Conflict(N_("The next key is published already and does not sign yet."))
    is_first = await db.fetch_value(_SIGNING, algorithm, now) is None
    signs_from = now if at_once or is_first else now + NOTICE
    made = await _make(keyring, algorithm, signs_from=signs_from)
    gone_at = now if at_once else signs_from + NOTICE
    await db.execute(_RETIRE, algorithm, made.kid, gone_at)
    await remove_expired()
    if not at_once:
        await jobs.enqueue(remove_expired_keys, at=gone_at)
    await journal.record(
        None,
        "identity.client_key_rotated",
        data={"by": "operator", "algorithm": algorithm, "kid": made.kid, "at_once": at_once},
    )
    return ClientKey(kid=made.kid, algorithm=algorithm, signs_from=signs_from, published_until=None)


async def remove_expired() -> int:
    """Forget the keys whose time is over, their private parts with them; return how many."""
    return await db.execute(
        "DELETE FROM client_key WHERE tenant_id = $1 AND published_until <= $2", clock.now()
    )


@jobs.job("identity.remove_expired_keys")
async def remove_expired_keys() -> None:
    """Forget them when their time has come, whether or not anybody asks for keys then."""
    await remove_expired()


async def _make(keyring: Keyring, algorithm: str, *, signs_from: datetime) -> NewKey:
    # An RSA key takes a moment to find; others are served meanwhile.
    made = await asyncio.to_thread(new_key, algorithm)
    await db.insert(
        "client_key",
        kid=made.kid,
        algorithm=algorithm,
        public_jwk=made.public,
        private_sealed=keyring.seal(db.current_tenant(), made.private.encode()),
        created_at=clock.now(),
        signs_from=signs_from,
    )
    return made
