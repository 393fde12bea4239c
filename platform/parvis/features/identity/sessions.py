"""Sessions of our own: opaque, hashed, rotated at sign-in, limited by idleness and by age.

Not Litestar's: its server-side sessions adopt whatever id a browser brings (decision 0007).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from litestar.datastructures import Cookie

from parvis.core import clock, crypto, db
from parvis.core.ids import ConnectionId, MemberId, SessionId
from parvis.core.tenancy import Tenant
from parvis.integrations.login import SignedIn

SESSION_COOKIE = "__Host-sid"
BROWSER_COOKIE = "__Host-pre"
TOKEN_LENGTH = 43
TOUCH_AFTER = timedelta(minutes=1)


class Opened(msgspec.Struct, frozen=True):
    """A fresh session, and the one copy of its token."""

    id: SessionId
    token: str


class Ended(msgspec.Struct, frozen=True):
    """A session that has just ended, with what signing out at the provider needs."""

    id: SessionId
    connection_id: ConnectionId | None
    id_token: str | None


async def open_session(
    tenant: Tenant,
    member_id: MemberId,
    connection_id: ConnectionId,
    signed: SignedIn,
    *,
    label: str,
) -> Opened:
    """Open a session under a token nobody has seen before, and return both."""
    now, token = clock.now(), crypto.token()
    session_id = await db.insert(
        "auth_session",
        token_hash=crypto.digest(token),
        member_id=member_id,
        connection_id=connection_id,
        issuer=signed.issuer,
        sub=signed.sub,
        op_sid=signed.op_sid,
        acr=signed.acr,
        amr=signed.amr,
        auth_time=_instant(signed.auth_time),
        id_token_sealed=crypto.keyring().seal(tenant.id, signed.id_token.encode()),
        created_at=now,
        last_seen_at=now,
        idle_until=now + timedelta(minutes=tenant.settings.session_idle_minutes),
        absolute_until=now + timedelta(hours=tenant.settings.session_absolute_hours),
        label=label,
    )
    return Opened(SessionId(session_id), token)


async def open_emergency_session(
    tenant: Tenant, member_id: MemberId, *, lifetime: timedelta, label: str
) -> Opened:
    """Open a session that no provider stands behind; it ends by itself after `lifetime`."""
    now, token = clock.now(), crypto.token()
    idle = timedelta(minutes=tenant.settings.session_idle_minutes)
    session_id = await db.insert(
        "auth_session",
        token_hash=crypto.digest(token),
        member_id=member_id,
        connection_id=None,
        issuer="emergency",
        sub=str(member_id),
        amr=["pwd", "otp"],
        auth_time=now,
        created_at=now,
        last_seen_at=now,
        idle_until=now + idle,
        absolute_until=now + lifetime,
        label=label,
    )
    return Opened(SessionId(session_id), token)


def _instant(seconds: float | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


_TOUCH = """
    WITH seen AS (
        UPDATE auth_session SET last_seen_at = $3, idle_until = $4
         WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL
     RETURNING member_id)
    UPDATE member SET last_seen_at = $3
     WHERE tenant_id = $1 AND id = (SELECT member_id FROM seen)
"""


async def touch(tenant: Tenant, session_id: SessionId) -> None:
    """Note that the session is in use, so that idleness counts from now."""
    now = clock.now()
    idle = timedelta(minutes=tenant.settings.session_idle_minutes)
    await db.execute(_TOUCH, session_id, now, now + idle)


_END = """
    UPDATE auth_session SET ended_at = $2, end_reason = $3
     WHERE tenant_id = $1 AND ended_at IS NULL AND {which}
 RETURNING id, connection_id, id_token_sealed
"""


class Running(msgspec.Struct, frozen=True):
    """A session that has not ended, and whom a provider vouched for when it began."""

    id: SessionId
    member_id: MemberId
    issuer: str
    sub: str


_RUNNING = """
    SELECT id, member_id, issuer, sub FROM auth_session
     WHERE tenant_id = $1 AND token_hash = $2 AND ended_at IS NULL
       AND idle_until > $3 AND absolute_until > $3
       FOR UPDATE
"""


async def running(token: str | None) -> Running | None:
    """Return the session of `token`, None where there is none, or none any more."""
    if token is None or not is_token(token):
        return None
    row = await db.fetch_row(_RUNNING, crypto.digest(token), clock.now())
    return None if row is None else msgspec.convert(dict(row), Running)


async def end_by_token(tenant: Tenant, token: str, reason: str) -> Ended | None:
    """End the session of `token`, if there is one: what signing in anew does to the old one."""
    sql = _END.format(which="token_hash = $4")
    return _ended(tenant, await db.fetch_row(sql, clock.now(), reason, crypto.digest(token)))


async def end(
    tenant: Tenant, member_id: MemberId, session_id: SessionId, reason: str
) -> Ended | None:
    """End a session of that member; None when they have no such session running."""
    sql = _END.format(which="member_id = $4 AND id = $5")
    return _ended(tenant, await db.fetch_row(sql, clock.now(), reason, member_id, session_id))


def _ended(tenant: Tenant, row: db.Record | None) -> Ended | None:
    if row is None:
        return None
    try:
        sealed = row["id_token_sealed"]
        id_token = crypto.keyring().open(tenant.id, sealed).decode() if sealed else None
    except crypto.SealError:  # sealed under a key since retired: leaving still works
        id_token = None
    connection_id = ConnectionId(row["connection_id"]) if row["connection_id"] else None
    return Ended(SessionId(row["id"]), connection_id, id_token)


def is_token(value: str | None) -> bool:
    """Tell whether a cookie could be a token of ours; anything else is not looked up."""
    return (
        value is not None
        and len(value) == TOKEN_LENGTH
        and value.replace("-", "").replace("_", "").isalnum()
        and value.isascii()
    )


def cookie(name: str, value: str, *, seconds: int | None = None) -> Cookie:
    """Return a cookie for this host alone, over TLS alone, out of reach of scripts.

    Lax, not Strict: a Strict one would be missing on the way back from the provider.
    """
    return Cookie(
        key=name,
        value=value,
        path="/",
        max_age=seconds,
        secure=True,
        httponly=True,
        samesite="lax",
    )


def expired(name: str) -> Cookie:
    """Return the cookie that makes a browser forget the one called `name`."""
    return cookie(name, "", seconds=0)


_BROWSERS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def device_label(user_agent: str | None) -> str:
    """Return what a member recognises their browser by: `Firefox, Linux`; empty if unknown."""
    found = [_first(names, user_agent or "") for names in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in found if name)


def _first(names: Mapping[str, str], text: str) -> str:
    return next((name for mark, name in names.items() if mark in text), "")
