"""How often something may be tried: counted in the database, for many processes serve a tenant."""

import hashlib
import hmac
import math
from datetime import datetime, timedelta

from parvis.core import clock, crypto, db
from parvis.core.errors import TooManyRequests
from parvis.core.i18n import N_
from parvis.core.ids import EPOCH, TenantId

# Old windows are deleted in passing, a few at a time: nobody's request tidies up for all.
MOST_DELETED = 50


class TooMany(TooManyRequests):
    """Something was tried too often; the answer says in how many seconds it may be tried again."""

    code = "too_many_tries"
    default = N_("That was tried too often. Please wait {retry_after} seconds and try again.")


async def spend(
    what: str, key: str, *, limit: int, seconds: int, tenant_id: TenantId | None = None
) -> None:
    """Count one try of `what` by `key`, whatever becomes of the request around it.

    `tenant_id` is needed where no transaction is open. Windows are fixed, so who times it well
    gets twice the limit across a border: take that into account when you choose one.
    Errors: TooMany (429, with Retry-After) after `limit` tries in the window of `seconds`.
    """
    whose = tenant_id or db.current_tenant()
    now = clock.now()
    starts = now - (now - EPOCH) % timedelta(seconds=seconds)
    async with db.apart(whose):
        tries = await _count(what, _hash(whose, what, key), starts)
    if tries > limit:
        left = starts + timedelta(seconds=seconds) - now
        raise TooMany(retry_after=max(1, math.ceil(left.total_seconds())))


_COUNT = """
    INSERT INTO rate_count (tenant_id, id, what, key_hash, window_starts, tries)
    VALUES ($1, gen_random_uuid(), $2, $3, $4, 1)
        ON CONFLICT (tenant_id, what, key_hash, window_starts)
        DO UPDATE SET tries = rate_count.tries + 1
 RETURNING tries
"""
_DELETE_OLD = f"""
    DELETE FROM rate_count WHERE tenant_id = $1 AND id IN (
        SELECT id FROM rate_count WHERE tenant_id = $1 AND what = $2 AND window_starts < $3
         LIMIT {MOST_DELETED} FOR UPDATE SKIP LOCKED)
"""


async def _count(what: str, key_hash: bytes, starts: datetime) -> int:
    tries: int = await db.fetch_value(_COUNT, what, key_hash, starts)
    if tries == 1:
        await db.execute(_DELETE_OLD, what, starts)
    return tries


def _hash(tenant_id: TenantId, what: str, key: str) -> bytes:
    """Return what stands for the key: there are few addresses, so a bare hash would tell them."""
    secret = crypto.keyring().signing_key("rates").encode()
    return hmac.digest(secret, f"{tenant_id}/{what}/{key}".encode(), hashlib.sha256)
