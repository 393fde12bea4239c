"""Ways to a provider and back: begun in one browser, ended there once, within ten minutes."""

from datetime import timedelta
from enum import StrEnum
from hmac import compare_digest
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db
from parvis.core.ids import SessionId
from parvis.core.tenancy import Tenant
from parvis.features.identity import connections, sessions
from parvis.features.identity.assurance import words_for
from parvis.features.identity.connections import Connection
from parvis.integrations import login
from parvis.integrations.login import Ask, LoginError, Pending, Reason, SignedIn, Step

LIFETIME = timedelta(minutes=10)


class Purpose(StrEnum):
    """What a way to the provider is for; KEPT is a form that waits for its sender to come back."""

    SIGN_IN = "sign_in"
    STEP_UP = "step_up"
    TEST = "test"
    KEPT = "kept"


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """The browser that signs in: what it brought, and the address it visits us under."""

    tenant: Tenant
    site: str
    locale: str
    correlation_id: str
    browser_token: str | None = None
    session_token: str | None = None
    device: str = ""
    address: str = ""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a way to the provider is begun for; `assurance` and age are asked of the provider."""

    purpose: Purpose = Purpose.SIGN_IN
    next_path: str = "/"
    session_id: SessionId | None = None
    max_age_seconds: int | None = None
    assurance: str | None = None
    form_sealed: bytes | None = None
    invitation_id: UUID | None = None
    test_id: UUID | None = None

    def ask(self, connection: Connection, login_hint: str | None = None) -> Ask:
        """Return what the provider is asked for, and held to when it answers."""
        return Ask(
            max_age=self.max_age_seconds,
            acr_values=words_for(connection.acr_map, self.assurance),
            prompt_login=self.purpose is Purpose.STEP_UP,
            login_hint=login_hint,
        )


class Begun(msgspec.Struct, frozen=True):
    """Where the browser goes on, and the token that binds the attempt to it."""

    url: str
    browser_token: str


class Finished(msgspec.Struct, frozen=True):
    """Where the browser goes on, with the token of a new session where there is one."""

    next_path: str
    session_token: str | None = None


class Attempt(msgspec.Struct, frozen=True):
    """An attempt taken out of the database: nobody else can finish it any more."""

    connection: Connection
    pending: Pending
    wish: Wish
    browser_hash: bytes
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


async def begin(
    visit: Visit,
    connection: Connection,
    wish: Wish,
    *,
    login_hint: str | None = None,
    passed: list[Step] | None = None,
) -> Begun:
    """Begin what only this browser can finish. Needs: no open transaction. Errors: LoginError."""
    pending = Pending(state=crypto.token(), nonce=crypto.token(), code_verifier=crypto.token())
    # One token for all of a browser's attempts, or a second tab would spoil the first.
    known = visit.browser_token
    browser_token = known if known and sessions.is_token(known) else crypto.token()
    config = await connections.config_of(connection, visit.tenant, visit.site)
    url = await login.relying_party().authorization_url(
        config,
        pending,
        locale=visit.locale,
        ask=wish.ask(connection, login_hint),
        passed=passed,
    )
    async with db.transaction(visit.tenant.id):
        await remember(connection, pending, browser_token, wish)
    return Begun(url, browser_token)


async def remember(
    connection: Connection, pending: Pending, browser_token: str, wish: Wish
) -> None:
    """Keep an attempt for ten minutes, and drop those whose time is over."""
    now = clock.now()
    await db.execute("DELETE FROM login_transaction WHERE tenant_id = $1 AND expires_at < $2", now)
    await db.insert(
        "login_transaction",
        state_hash=crypto.digest(pending.state),
        browser_hash=crypto.digest(browser_token),
        connection_id=connection.id,
        nonce=pending.nonce,
        code_verifier=pending.code_verifier,
        created_at=now,
        expires_at=now + LIFETIME,
        **msgspec.structs.asdict(wish),
    )


def parse_callback(query: str) -> dict[str, str]:
    """Return the callback's parameters; a repeated one would let two readers see two answers."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError as error:
        raise LoginError(Reason.CALLBACK_MALFORMED) from error
    if len(dict(pairs)) != len(pairs):
        raise LoginError(Reason.CALLBACK_MALFORMED, "repeated parameter")
    return dict(pairs)


# A test may be of a connection that is not open yet; a form that waits is no attempt.
_TAKE = f"""
    WITH taken AS (
        DELETE FROM login_transaction
         WHERE tenant_id = $1 AND state_hash = $2 AND purpose <> 'kept'
     RETURNING connection_id, nonce, code_verifier, browser_hash, next_path, expires_at, purpose,
               session_id, max_age_seconds, assurance, form_sealed, invitation_id, test_id)
    SELECT t.nonce, t.code_verifier, t.browser_hash, t.next_path, t.expires_at, t.purpose,
           t.session_id, t.max_age_seconds, t.assurance, t.form_sealed, t.invitation_id, t.test_id,
           {connections.COLUMNS}
      FROM connection c JOIN taken t ON t.connection_id = c.id
     WHERE c.tenant_id = $1 AND (c.is_enabled OR t.purpose = 'test')
"""


async def take(visit: Visit, state: str) -> Attempt:
    """Return the attempt that `state` names, and forget it. Errors: LoginError when none does."""
    async with db.transaction(visit.tenant.id):
        row = await db.fetch_row(_TAKE, crypto.digest(state))
    if row is None:
        raise LoginError(Reason.STATE_UNKNOWN)
    return Attempt(
        connection=connections.of_row(row),
        pending=Pending(state=state, nonce=row["nonce"], code_verifier=row["code_verifier"]),
        wish=msgspec.convert({name: row[name] for name in Wish.__struct_fields__}, Wish),
        browser_hash=row["browser_hash"],
        is_expired=row["expires_at"] <= clock.now(),
    )


async def complete(visit: Visit, attempt: Attempt, callback: dict[str, str]) -> SignedIn:
    """Return whom the provider vouches for, as surely and freshly as was asked, or LoginError."""
    config = await connections.config_of(attempt.connection, visit.tenant, visit.site)
    ask = attempt.wish.ask(attempt.connection)
    return await login.relying_party().complete(config, attempt.pending, callback, ask=ask)
