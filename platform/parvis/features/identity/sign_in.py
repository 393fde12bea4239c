"""Signing in, from the first click to a session. Short transactions; none while a provider talks.

Whatever fails leaves one `auth_event` with the precise reason, and no session.
"""

import logging
from datetime import timedelta
from hmac import compare_digest
from urllib.parse import parse_qsl

import msgspec

from parvis.core import clock, crypto, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.http import same_origin_path
from parvis.core.ids import ConnectionId
from parvis.core.tenancy import Tenant
from parvis.features.identity import connections, sessions
from parvis.features.identity.admission import admit
from parvis.features.identity.auth_log import record_event
from parvis.features.identity.connections import Connection
from parvis.features.identity.rules import refusal
from parvis.features.identity.sessions import Opened
from parvis.integrations import login
from parvis.integrations.login import LoginError, Pending, Reason, SignedIn

log = logging.getLogger(__name__)
LIFETIME = timedelta(minutes=10)


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """The browser that signs in: what it brought, and the address it visits us under."""

    tenant: Tenant
    site: str
    locale: str
    correlation_id: str
    browser_token: str | None = None
    session_token: str | None = None
    device: str = ""


class Begun(msgspec.Struct, frozen=True):
    """Where the browser goes on, and the token that binds the sign-in to it."""

    url: str
    browser_token: str


class Finished(msgspec.Struct, frozen=True):
    """A member is in: the token of their new session, and where they wanted to go."""

    session_token: str
    next_path: str


async def begin(visit: Visit, slug: str, next_path: str | None) -> Begun:
    """Start a sign-in that only this browser can finish, once, within ten minutes."""
    async with db.transaction(visit.tenant.id):
        connection = await connections.find(slug)
    if connection is None:
        raise NotFound
    pending = Pending(state=crypto.token(), nonce=crypto.token(), code_verifier=crypto.token())
    # One token for all of a browser's attempts, or a second tab would spoil the first.
    known = visit.browser_token
    browser = known if known and sessions.is_token(known) else crypto.token()
    try:
        config = await connections.config_of(connection, visit.tenant, visit.site)
        url = await login.relying_party().authorization_url(config, pending, locale=visit.locale)
    except LoginError as error:
        await _record_failure(visit, connection.id, error)
        raise refusal(error) from error
    async with db.transaction(visit.tenant.id):
        await _remember(connection, pending, browser, same_origin_path(next_path))
    return Begun(url, browser)


async def finish(visit: Visit, slug: str, query: str) -> Finished:
    """End the sign-in that `query`, the provider's callback, is the answer to."""
    connection_id: ConnectionId | None = None
    try:
        callback = parse_callback(query)
        begun = await _take(visit, callback.get("state", ""))
        connection_id = begun.connection.id
        begun.check(visit, slug)
        config = await connections.config_of(begun.connection, visit.tenant, visit.site)
        signed = await login.relying_party().complete(config, begun.pending, callback)
        opened = await _enter(visit, begun.connection, signed)
    except LoginError as error:
        await _record_failure(visit, connection_id, error)
        raise refusal(error) from error
    return Finished(opened.token, begun.next_path)


def parse_callback(query: str) -> dict[str, str]:
    """Return the callback's parameters; a repeated one would let two readers see two answers."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError as error:
        raise LoginError(Reason.CALLBACK_MALFORMED) from error
    if len(dict(pairs)) != len(pairs):
        raise LoginError(Reason.CALLBACK_MALFORMED, "repeated parameter")
    return dict(pairs)


async def _remember(
    connection: Connection, pending: Pending, browser_token: str, next_path: str
) -> None:
    now = clock.now()
    await db.execute("DELETE FROM login_transaction WHERE tenant_id = $1 AND expires_at < $2", now)
    await db.insert(
        "login_transaction",
        state_hash=crypto.digest(pending.state),
        browser_hash=crypto.digest(browser_token),
        connection_id=connection.id,
        nonce=pending.nonce,
        code_verifier=pending.code_verifier,
        next_path=next_path,
        created_at=now,
        expires_at=now + LIFETIME,
    )


class _Begun(msgspec.Struct, frozen=True):
    """A sign-in taken out of the database: nobody else can finish it any more."""

    connection: Connection
    pending: Pending
    browser_hash: bytes
    next_path: str
    is_expired: bool

    def check(self, visit: Visit, slug: str) -> None:
        """Raise LoginError unless it was begun here, a moment ago, for this connection."""
        if not compare_digest(crypto.digest(visit.browser_token or ""), self.browser_hash):
            raise LoginError(Reason.OTHER_BROWSER)
        if self.is_expired:
            raise LoginError(Reason.STATE_EXPIRED)
        # Each connection has a callback of its own: an answer of another provider stays outside.
        if self.connection.slug != slug:
            raise LoginError(Reason.OTHER_CONNECTION)


_TAKE = f"""
    WITH taken AS (
        DELETE FROM login_transaction WHERE tenant_id = $1 AND state_hash = $2
     RETURNING connection_id, nonce, code_verifier, browser_hash, next_path, expires_at)
    SELECT t.nonce, t.code_verifier, t.browser_hash, t.next_path, t.expires_at,
           {connections.COLUMNS}
      FROM connection c JOIN taken t ON t.connection_id = c.id
     WHERE c.tenant_id = $1 AND c.is_enabled
"""


async def _take(visit: Visit, state: str) -> _Begun:
    async with db.transaction(visit.tenant.id):
        row = await db.fetch_row(_TAKE, crypto.digest(state))
    if row is None:
        raise LoginError(Reason.STATE_UNKNOWN)
    return _Begun(
        connection=connections.of_row(row),
        pending=Pending(state=state, nonce=row["nonce"], code_verifier=row["code_verifier"]),
        browser_hash=row["browser_hash"],
        next_path=row["next_path"],
        is_expired=row["expires_at"] <= clock.now(),
    )


async def _enter(visit: Visit, connection: Connection, signed: SignedIn) -> Opened:
    try:
        return await _open(visit, connection, signed)
    except db.UniqueViolation:  # the same newcomer, in two tabs at once: one of them was first
        return await _open(visit, connection, signed)


async def _open(visit: Visit, connection: Connection, signed: SignedIn) -> Opened:
    tenant = visit.tenant
    async with db.transaction(tenant.id):
        member_id = await admit(tenant, connection, signed, locale=visit.locale)
        if sessions.is_token(visit.session_token):
            await sessions.end_by_token(tenant, visit.session_token or "", "rotated")
        opened = await sessions.open_session(
            tenant, member_id, connection.id, signed, label=visit.device
        )
        await record_event(
            "sign_in_succeeded", connection.id, member_id, correlation_id=visit.correlation_id
        )
        await journal.record(
            Actor(tenant=tenant, locale=visit.locale, member_id=member_id),
            "identity.signed_in",
            subject=("session", opened.id),
            data={"connection": connection.slug, "acr": signed.acr},
        )
    return opened


async def _record_failure(
    visit: Visit, connection_id: ConnectionId | None, error: LoginError
) -> None:
    log.info("sign-in refused: %s", error.reason, extra={"correlation_id": visit.correlation_id})
    async with db.transaction(visit.tenant.id):
        await record_event(
            "sign_in_failed",
            connection_id,
            None,
            reason=error.reason,
            correlation_id=visit.correlation_id,
            detail={"detail": error.detail} if error.detail else {},
        )
