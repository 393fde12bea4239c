"""The way in: host → tenant → one transaction, committed before the first byte of the answer."""

import logging
import time
from typing import Any
from urllib.parse import parse_qs

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from parvis.core import db
from parvis.core.crypto import token
from parvis.core.db import GONE, Database
from parvis.core.engine import TenantTransaction, current
from parvis.core.errors import Denied, NotFound, Unavailable
from parvis.core.i18n import N_
from parvis.core.tenancy import TenantDirectory

log = logging.getLogger("parvis.request")
SAFE = {"GET", "HEAD", "OPTIONS"}
LANGUAGE_COOKIE = "lang"


class TenantMiddleware:
    """Gives each request its tenant and its transaction.

    What was acknowledged is durable: COMMIT comes before `http.response.start`. A status of 400
    or more rolls back. Routes with opt {"transaction": "own"} get the tenant only, and open
    short transactions themselves; routes with opt {"outside": True} belong to no tenant.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        opt = scope["route_handler"].opt
        scope["state"]["began"] = time.perf_counter()
        if scope["type"] != ScopeType.HTTP or opt.get("outside"):
            await self.app(scope, receive, send)
            return
        host = host_of(scope)
        directory = directory_of(scope)
        try:
            tenant = await directory.find(host)
        except (*GONE, Unavailable) as error:
            scope["state"]["tenant"] = directory.last_known(host)  # whose clothes the page wears
            raise Unavailable from error
        if tenant is None:
            raise NotFound(N_("No community lives at this address."))
        scope["state"]["tenant"] = tenant
        _refuse_other_origins(scope)
        if opt.get("transaction") == "own":
            await self.app(scope, receive, send)
        else:
            await self._in_transaction(scope, receive, send)

    async def _in_transaction(self, scope: Scope, receive: Receive, send: Send) -> None:
        receive = await _whole_body(scope, receive)
        database: Database = scope["litestar_app"].state.database
        try:
            opened = await database.begin(scope["state"]["tenant"].id)
        except GONE as error:
            raise Unavailable from error
        reset = current.set(opened)
        ending = _CommitFirst(scope, send, database, opened)
        try:
            await self.app(scope, receive, ending.send)
        finally:
            current.reset(reset)
            if opened.is_open:
                await database.rollback(opened)


class _CommitFirst:
    """A `send` that ends the transaction when the answer is about to start."""

    def __init__(
        self, scope: Scope, send: Send, database: Database, opened: TenantTransaction
    ) -> None:
        self._scope, self._send = scope, send
        self._database, self._opened = database, opened
        self._is_replaced = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._opened.is_open:
            if message["status"] < 400:
                await self._commit()
            else:
                await self._database.rollback(self._opened)
        if not self._is_replaced:
            await self._send(message)

    async def _commit(self) -> None:
        try:
            await self._database.commit(self._opened)
        except (*GONE, db.PostgresError) as error:
            # The answer said "done", the database did not: the answer is replaced.
            log.warning("commit failed: %s", type(error).__name__)
            self._is_replaced = True
            request: Request[Any, Any, Any] = Request(self._scope)
            response = self._scope["litestar_app"].state.render_error(request, Unavailable())
            asgi = response.to_asgi_response(None, request)
            await asgi(self._scope, _nothing, self._send)


async def _whole_body(scope: Scope, receive: Receive) -> Receive:
    """Return a `receive` that has the whole body at hand. Errors: 413 for one that is too large.

    Senders take as long as they like, and a few of them must not hold every connection to the
    database meanwhile: visitors can post, and the pool is all tenants'.
    """
    if scope.get("method") in SAFE:
        return receive
    parts = [part async for part in Request(scope, receive).stream()]
    unread: list[Any] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

    async def replay() -> Any:
        return unread.pop() if unread else await receive()

    return replay


async def _nothing() -> Any:
    """There is nothing more to receive."""
    return {"type": "http.disconnect"}


def directory_of(scope: Scope) -> TenantDirectory:
    """Return the process's directory of tenants."""
    directory: TenantDirectory = scope["litestar_app"].state.directory
    return directory


def host_of(scope: Scope) -> str:
    """Return the host asked for, in lower case and without its port; "" for what is no host."""
    raw = next((value for name, value in scope["headers"] if name == b"host"), b"")
    host, _, port = raw.decode("latin-1").partition(":")
    is_port = not port or (port.isdigit() and int(port) < 65536)
    return host.lower().rstrip(".") if is_port else ""


def _refuse_other_origins(scope: Scope) -> None:
    """Raise Denied when a browser says that another site sent a request that writes."""
    if scope.get("method") in SAFE or scope["route_handler"].opt.get("csrf_exempt"):
        return
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1").lower()
    here = headers.get(b"host", b"").decode("latin-1").lower()
    elsewhere = origin not in {"", f"http://{here}", f"https://{here}"}
    if elsewhere or headers.get(b"sec-fetch-site", b"same-origin") == b"cross-site":
        raise Denied(N_("This request came from another site, so it was not carried out."))


def correlation_id(scope: Scope) -> str:
    """Return the id that ties this request's answer to our logs."""
    found: str = scope["state"].setdefault("correlation_id", token()[:12])
    return found


def nonce(scope: Scope) -> str:
    """Return this answer's nonce, named by its policy and its script elements."""
    found: str = scope["state"].setdefault("nonce", token()[:22])
    return found


async def finish_headers(message: Message, scope: Scope) -> None:
    """Add the security headers to every answer, errors included (Litestar's `before_send`)."""
    if message["type"] != "http.response.start":
        return
    present = {name.lower() for name, _ in message["headers"]}
    extra = {
        b"content-security-policy": _policy(scope).encode(),
        b"x-content-type-options": b"nosniff",
        # Not no-referrer: with it browsers send our own forms with `Origin: null`.
        b"referrer-policy": b"same-origin",
        b"cross-origin-opener-policy": b"same-origin",
        b"cross-origin-resource-policy": b"same-origin",
        b"permissions-policy": b"camera=(), microphone=(), geolocation=(), payment=()",
        b"x-correlation-id": correlation_id(scope).encode(),
        b"cache-control": b"no-store",
    }
    if scope.get("scheme") == "https":
        extra[b"strict-transport-security"] = b"max-age=31536000; includeSubDomains"
    message["headers"] = _fit_to_share([
        *message["headers"],
        *((name, value) for name, value in extra.items() if name not in present),
        *_remembered_language(scope),
    ])  # fmt: skip
    _log(scope, message["status"])


def _fit_to_share(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Leave cookies out of what caches may keep: they would hand one form token to everybody."""
    named = [(name.lower(), value) for name, value in headers]
    if not any(name == b"cache-control" and value.startswith(b"public") for name, value in named):
        return headers
    return [(name, value) for name, value in headers if name.lower() != b"set-cookie"]


def _remembered_language(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Keep the language that a link of the page asked for."""
    tenant = scope["state"].get("tenant")
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[0]
    if tenant is None or asked not in tenant.locales:
        return []
    cookie = f"{LANGUAGE_COOKIE}={asked}; Path=/; Max-Age=31536000; SameSite=Lax; Secure; HttpOnly"
    return [(b"set-cookie", cookie.encode())]


def _policy(scope: Scope) -> str:
    script = f"'nonce-{nonce(scope)}' 'self'"
    return (
        f"default-src 'none'; script-src {script}; style-src 'self'; font-src 'self'; "
        f"img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx"
    )


def _log(scope: Scope, status: int) -> None:
    """One line a request: tenant, act, status, milliseconds. No words of members, no tokens."""
    state = scope["state"]
    tenant = state.get("tenant")
    handler = scope.get("route_handler")
    began = state.get("began")
    log.info(
        "%s %s %s",
        scope.get("method"),
        scope.get("path_template") or "-",
        status,
        extra={
            "tenant": tenant.slug if tenant else None,
            "act": handler.opt.get("act") if handler is not None else None,
            "status": status,
            "ms": round((time.perf_counter() - began) * 1000, 1) if began else None,
            "correlation_id": correlation_id(scope),
        },
    )
