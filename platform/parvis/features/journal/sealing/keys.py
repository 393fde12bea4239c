"""The keys that sign a tenant's checkpoints. Retired ones stay: what they signed still verifies."""

import base64
import datetime as dt
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from parvis.core import clock, crypto, db, journal
from parvis.core.crypto import SealError
from parvis.features.journal.sealing import notes, seals

# One at a time changes a tenant's seal or its keys: the number is any constant of our own.
_LOCK = "pg_advisory_xact_lock(7265002, hashtext($1::uuid::text))"
TAKE_LOCK = f"SELECT {_LOCK}"
TRY_LOCK = f"SELECT {_LOCK.replace('advisory', 'try_advisory')}"


class SigningKey(msgspec.Struct, frozen=True):
    """The key that signs now."""

    id: UUID
    private: Ed25519PrivateKey


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as everybody may know it; `vkey` is the form that verifiers of signed notes take."""

    id: UUID
    name: str
    public_key: bytes
    vkey: str
    created_at: dt.datetime
    retired_at: dt.datetime | None


_CURRENT = """
    SELECT id, private_sealed FROM journal_key WHERE tenant_id = $1 AND retired_at IS NULL
     ORDER BY created_at DESC LIMIT 1
"""
_RETIRE = "UPDATE journal_key SET retired_at = $2 WHERE tenant_id = $1 AND retired_at IS NULL"
_RESEAL = "UPDATE journal_key SET private_sealed = $3 WHERE tenant_id = $1 AND id = $2"
_ALL = """
    SELECT id, name, public_key, private_sealed, created_at, retired_at FROM journal_key
     WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC
"""


async def signing_key() -> SigningKey:
    """Return the key that signs, the first one made on the spot. Needs the tenant's lock."""
    row = await db.fetch_row(_CURRENT)
    if row is None:
        return await _make()
    private = crypto.keyring().open(db.current_tenant(), row["private_sealed"])
    return SigningKey(row["id"], Ed25519PrivateKey.from_private_bytes(private))


async def rotate() -> PublicKey:
    """Make a new key, which signs from now on; the one before signs nothing more.

    Every key is sealed anew under the operator's newest secret, so that older ones may go.
    """
    await db.fetch_value(TAKE_LOCK)
    last = await seals.last_checkpoint()
    # A worker whose clock is ahead signed with the old key in time all the same.
    await db.execute(_RETIRE, max(clock.now(), last.at) if last else clock.now())
    made = await _make()
    await _seal_anew()
    [key] = [key for key in await public_keys() if key.id == made.id]
    return key


async def public_keys() -> tuple[PublicKey, ...]:
    """Return every key that ever signed, the newest first."""
    origin = notes.origin_of(db.current_tenant())
    return tuple(_public(row, origin) for row in await db.fetch(_ALL))


async def foreign_keys() -> frozenset[UUID]:
    """Return the keys that this installation did not make: its secret does not open them.

    Who writes to the database alone can add a key, but not one that is sealed for the tenant.
    """
    return frozenset(row["id"] for row in await db.fetch(_ALL) if not _is_ours(row))


async def _seal_anew() -> None:
    ring, tenant_id = crypto.keyring(), db.current_tenant()
    for row in await db.fetch(_ALL):
        if _is_ours(row):
            again = ring.seal(tenant_id, ring.open(tenant_id, row["private_sealed"]))
            await db.execute(_RESEAL, row["id"], again)


def _is_ours(row: db.Record) -> bool:
    try:
        private = crypto.keyring().open(db.current_tenant(), row["private_sealed"])
        public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    except (SealError, ValueError):
        return False
    return public == bytes(row["public_key"])


async def _make() -> SigningKey:
    tenant_id, private = db.current_tenant(), Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    name = notes.key_id(notes.origin_of(tenant_id), public).hex()
    made = await db.insert(
        "journal_key",
        name=name,
        public_key=public,
        private_sealed=crypto.keyring().seal(tenant_id, private.private_bytes_raw()),
        created_at=clock.now(),
    )
    data = {"by": "parvis", "name": name, "public_key": base64.b64encode(public).decode()}
    await journal.record(None, "journal.key_made", subject=("journal_key", made), data=data)
    return SigningKey(made, private)


def _public(row: db.Record, origin: str) -> PublicKey:
    return PublicKey(
        id=row["id"],
        name=row["name"],
        public_key=row["public_key"],
        vkey=notes.vkey(origin, row["public_key"]),
        created_at=row["created_at"],
        retired_at=row["retired_at"],
    )
