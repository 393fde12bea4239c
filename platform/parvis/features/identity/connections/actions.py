"""What administrators do to a way in: make it, change it, open and shut it."""

from typing import Any
from uuid import UUID

import msgspec

from parvis.core import crypto, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.core.ids import ConnectionId
from parvis.features.identity import reasons, revocation
from parvis.features.identity.connections import CALLBACK_PATH, Connection
from parvis.features.identity.connections.last_way_in import check_last_way_in
from parvis.features.identity.connections.rules import (
    ConnectionInput,
    access_connection,
    checked,
    require_admin,
)
from parvis.integrations import login
from parvis.integrations.login import ConnectionConfig, LoginError

# What sign-in depends on at the provider: it is asked again when one of these changes.
_ASKED = ("issuer", "profile", "pkce", "auth_method")


async def create(actor: Actor, given: ConnectionInput, site: str) -> ConnectionId:
    """Make a connection, shut until somebody opens it; return its id.

    Needs: no open transaction, for the provider is asked. Errors: Invalid; NotFound.
    """
    async with db.transaction(actor.tenant.id):
        require_admin(actor)
        sound = await checked(actor, given, None)
    await _ask_provider(sound, site)
    async with db.transaction(actor.tenant.id):
        try:
            connection_id = await _insert(actor, sound)
        except db.UniqueViolation:
            message = N_("Another connection of this space has this short name.")
            raise Invalid(fields={"slug": message}) from None
        await _record(actor, "connection.created", connection_id, connection=sound.slug)
    return ConnectionId(connection_id)


async def change(actor: Actor, connection_id: UUID, given: ConnectionInput, site: str) -> None:
    """Give a connection other settings; its short name stays, for addresses are made of it.

    Needs: no open transaction. Errors: Invalid, for a move to another provider too; NotFound.
    """
    async with db.transaction(actor.tenant.id):
        stored = await access_connection(actor, connection_id)
        sound = await checked(actor, msgspec.structs.replace(given, slug=stored.slug), stored)
    if any(getattr(sound, name) != getattr(stored, name) for name in _ASKED):
        await _ask_provider(sound, site)
    async with db.transaction(actor.tenant.id):
        # Once more, in the transaction that writes: somebody may have come in meanwhile.
        stored = await access_connection(actor, connection_id)
        await checked(actor, sound, stored)
        await _update(actor, stored, sound)


async def enable(actor: Actor, connection: Connection) -> None:
    """Open the connection to who may sign in through it."""
    await _switch(connection, is_enabled=True)
    await _record(actor, "connection.enabled", connection.id, connection=connection.slug)


async def disable(actor: Actor, connection: Connection) -> None:
    """Shut the connection and end the sessions opened through it, in one transaction.

    Errors: LastWayIn (409) where nobody could come in any more to open it again.
    """
    await check_last_way_in(connection.id)
    await _switch(connection, is_enabled=False)
    ended = await revocation.end_sessions_of_connection(connection.id, "connection_disabled")
    await _record(
        actor, "connection.disabled", connection.id, connection=connection.slug, sessions=ended
    )


async def end_sessions(actor: Actor, connection: Connection) -> int:
    """End every session opened through the connection; return how many."""
    ended = await revocation.end_sessions_of_connection(connection.id, "ended_by_admin")
    await _record(
        actor, "connection.sessions_ended", connection.id, connection=connection.slug,
        sessions=ended,
    )  # fmt: skip
    return ended


async def _switch(connection: Connection, *, is_enabled: bool) -> None:
    await db.execute(
        "UPDATE connection SET is_enabled = $3 WHERE tenant_id = $1 AND id = $2",
        connection.id,
        is_enabled,
    )


async def _ask_provider(given: ConnectionInput, site: str) -> None:
    """Raise Invalid, in the issuer's field, unless the provider describes itself as it should."""
    config = ConnectionConfig(
        issuer=given.issuer,
        client_id=given.client_id,
        redirect_uri=site + CALLBACK_PATH.format(slug=given.slug),
        algorithms=given.algorithms,
        auth_method=given.auth_method,
        profile=given.profile,
        pkce=given.pkce,
        assertion_algorithm=given.assertion_algorithm,
    )
    try:
        await login.relying_party().check(config)
    except LoginError as error:
        raise Invalid(fields={"issuer": reasons.sentence(error.reason)}) from error


async def _insert(actor: Actor, given: ConnectionInput) -> UUID:
    return await db.insert(
        "connection", **_columns(actor, given), slug=given.slug, is_enabled=False
    )


async def _update(actor: Actor, stored: Connection, given: ConnectionInput) -> None:
    columns = _columns(actor, given)
    if given.secret is None and given.auth_method == "client_secret_basic":
        del columns["secret_sealed"]  # what is not typed anew stays
    # The names are ours, those of the columns.
    assignments = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=3))
    await db.execute(
        f"UPDATE connection SET {assignments} WHERE tenant_id = $1 AND id = $2",
        stored.id,
        *columns.values(),
    )
    changed = [n for n in columns if getattr(given, n, None) != getattr(stored, n, None)]
    changed += ["secret"] if given.secret else []
    fields = sorted(set(changed) - {"secret_sealed", "position"})
    await _record(actor, "connection.changed", stored.id, connection=stored.slug, fields=fields)


_MAPS = ("label", "claim_map", "acr_map")
_LISTS = ("algorithms", "trust_frameworks", "admission_domains", "admission_groups")


def _columns(actor: Actor, given: ConnectionInput) -> dict[str, Any]:
    """Return the connection's columns, the secret sealed for this tenant alone."""
    columns = msgspec.structs.asdict(given)
    del columns["slug"]
    secret = columns.pop("secret")
    columns |= {name: db.jsonb(columns[name]) for name in _MAPS}
    columns |= {name: list(columns[name]) for name in _LISTS}
    ring = crypto.keyring()
    sealed = ring.seal(actor.tenant.id, secret.encode()) if secret else None
    return columns | {"secret_sealed": sealed}


async def _record(actor: Actor, act: str, connection_id: UUID, **data: Any) -> None:
    await journal.record(actor, act, subject=("connection", connection_id), data=data)
