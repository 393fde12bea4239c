"""A provider's way in: tokens, of which only the SHA-256 is kept."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, crypto, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import ConnectionId
from parvis.core.tenancy import Tenant
from parvis.core.tokens import TokenKind
from parvis.features.identity import connections
from parvis.features.provisioning.source import Source

KIND = TokenKind("pvs_")
# One in use, and the next one: what changing them without a gap takes.
MOST_VALID = 2
DEFAULT_DAYS, MOST_DAYS = 180, 730
USED_AFTER = timedelta(minutes=1)


class NewScimToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to be made: what it is for, and for how many days."""

    label: Annotated[str, Meta(min_length=1, max_length=80)]
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = DEFAULT_DAYS


class MintedScimToken(msgspec.Struct, frozen=True, kw_only=True):
    """A fresh token, and the only copy of it there will ever be."""

    id: UUID
    label: str
    token: str


_FIND = f"""
    SELECT t.id AS token_id, t.last_used_at, {connections.COLUMNS}
      FROM scim_token t
      JOIN connection c ON c.tenant_id = t.tenant_id AND c.id = t.connection_id
     WHERE t.tenant_id = $1 AND t.token_hash = $2 AND t.revoked_at IS NULL AND t.expires_at > $3
       AND c.is_enabled
"""


async def source_of(tenant: Tenant, token: str) -> Source | None:
    """Return whose word a token brings, and note its use, at most once a minute.

    None for a token that is wrong, over, revoked, another tenant's, or of a connection that is
    switched off: which of these is not told.
    """
    if not KIND.is_one(token):
        return None
    now = clock.now()
    row = await db.fetch_row(_FIND, crypto.digest(token), now)
    if row is None:
        return None
    if row["last_used_at"] is None or now - row["last_used_at"] >= USED_AFTER:
        await db.execute(
            "UPDATE scim_token SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2",
            row["token_id"],
            now,
        )
    return Source(tenant=tenant, connection=connections.of_row(row))


# Locked, so that of two administrators who each make the second token one comes third.
_LOCK = "SELECT FROM connection WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
_VALID = """
    SELECT count(*) FROM scim_token
     WHERE tenant_id = $1 AND connection_id = $2 AND revoked_at IS NULL AND expires_at > $3
"""


async def mint(actor: Actor, connection_id: ConnectionId, given: NewScimToken) -> MintedScimToken:
    """Make a token of a connection. Errors: Invalid; Conflict while two are valid."""
    label = given.label.strip()
    if not label:
        raise Invalid(fields={"label": N_("Please fill this in.")})
    now = clock.now()
    await db.fetch(_LOCK, connection_id)
    if await db.fetch_value(_VALID, connection_id, now) >= MOST_VALID:
        raise Conflict(N_("Two tokens are valid already. Revoke one before you make another."))
    fresh = KIND.fresh()
    token_id = await db.insert(
        "scim_token",
        connection_id=connection_id,
        label=label,
        token_hash=fresh.hash,
        hint=fresh.hint,
        created_by=actor.require_member(),
        created_at=now,
        expires_at=now + timedelta(days=given.days),
    )
    await _record(actor, "token_created", token_id, connection_id, days=given.days)
    return MintedScimToken(id=token_id, label=label, token=fresh.text)


async def revoke(actor: Actor, connection_id: ConnectionId, token_id: UUID) -> None:
    """End a token now; one that was revoked stays so. Errors: NotFound."""
    found = await db.fetch_row(
        "SELECT revoked_at FROM scim_token"
        " WHERE tenant_id = $1 AND connection_id = $2 AND id = $3 FOR UPDATE",
        connection_id,
        token_id,
    )
    if found is None:
        raise NotFound
    if found["revoked_at"] is None:
        await db.execute(
            "UPDATE scim_token SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2",
            token_id,
            clock.now(),
        )
        await _record(actor, "token_revoked", token_id, connection_id)


async def _record(
    actor: Actor, act: str, token_id: UUID, connection_id: ConnectionId, **data: int
) -> None:
    told = {"connection_id": str(connection_id), **data}
    await journal.record(actor, f"provisioning.{act}", subject=("scim_token", token_id), data=told)
