"""Who is asking: the session's cookie becomes an Actor, or nobody and the cookie goes."""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.response import Redirect
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from parvis.core import bearer, clock, db, http, i18n, rates
from parvis.core.actor import Actor
from parvis.core.errors import AppError, Denied, NotFound, Unauthenticated
from parvis.core.i18n import N_
from parvis.core.middleware import LANGUAGE_COOKIE, SAFE
from parvis.core.tenancy import Tenant
from parvis.features.identity import sessions
from parvis.features.identity.presence import Presence, load_actor, load_program
from parvis.features.identity.tokens import api_tokens, scopes

# Tokens that are none, a minute and address.
MOST_FAILURES = 30


class ActorMiddleware:
    """Puts the Actor into the request's state, and turns visitors away from members' pages.

    Open to visitors: routes with opt {"public": True}, and writing ones that say why they are
    {"open": …}. Needs the tenant, and its transaction unless the route manages its own.
    A program is let in by its token alone (core/bearer.py).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or "tenant" not in scope["state"]:
            await self.app(scope, receive, send)
            return
        request: http.Req = Request(scope, receive)
        if bearer.is_used(scope):
            answer = await _program(request)
            asgi = self.app if answer is None else answer.to_asgi_response(None, request)
            await asgi(scope, receive, send)
            return
        presence = await _presence(request)
        scope["state"]["actor"] = presence.actor
        answer = _turned_away(request, presence)
        if not presence.actor.signed_in and sessions.SESSION_COOKIE in request.cookies:
            send = _forgetting_the_session(send)
        if answer is None:
            await self.app(scope, receive, send)
        else:
            asgi = answer.to_asgi_response(None, request)
            await asgi(scope, receive, send)


async def _program(request: http.Req) -> Response[Any] | None:
    """Let in who brings a token, as far as it reaches; else return what they are answered.

    Why a token is good for nothing is not said: wrong, over, revoked and another tenant's are one.
    """
    tenant, writes = http.tenant_of(request), request.method not in SAFE
    fallback = i18n.negotiate(request.headers.get("accept-language"), tenant.locales)
    request.scope["state"]["actor"] = Actor(tenant=tenant, locale=fallback)
    token = bearer.token_of(request.scope)
    async with _transaction(request, tenant, is_needed=True):
        found = await load_program(tenant, token, locale=fallback, writes=writes)
        if found.actor.token_id and _is_due(found.last_seen_at):
            await api_tokens.touch(found.actor.token_id)
    try:
        if not found.actor.signed_in:
            await _count_failure(request, tenant)
            raise Unauthenticated(N_("This token is not valid here."))
        scopes.require(found.actor, request.route_handler.opt, writes=writes)
    except AppError as error:
        return _challenged(request, error)
    request.scope["state"]["actor"] = found.actor
    return None


async def _count_failure(request: http.Req, tenant: Tenant) -> None:
    """Count a token that is none. Errors: TooMany for an address that guesses."""
    address = http.client_address(request)
    await rates.spend("token", address, limit=MOST_FAILURES, seconds=60, tenant_id=tenant.id)


def _challenged(request: http.Req, error: AppError) -> Response[Any]:
    answer = _error(request, error)
    if error.status == Unauthenticated.status:
        answer.headers["www-authenticate"] = 'Bearer realm="parvis", error="invalid_token"'
    return answer


def _is_due(seen: datetime | None) -> bool:
    """Whether the last use noted lies so far back that this one is worth a write."""
    return seen is None or clock.now() - seen >= sessions.TOUCH_AFTER


async def _presence(request: http.Req) -> Presence:
    tenant = http.tenant_of(request)
    token = request.cookies.get(sessions.SESSION_COOKIE)
    async with _transaction(request, tenant, is_needed=sessions.is_token(token)):
        presence = await load_actor(
            tenant,
            token,
            asked=_asked_language(request, tenant),
            fallback=i18n.negotiate(request.headers.get("accept-language"), tenant.locales),
            writes=request.method not in SAFE,
        )
        seen, session_id = presence.last_seen_at, presence.actor.session_id
        if seen and session_id and clock.now() - seen >= sessions.TOUCH_AFTER:
            await sessions.touch(tenant, session_id)
    return presence


@contextlib.asynccontextmanager
async def _transaction(
    request: http.Req, tenant: Tenant, *, is_needed: bool
) -> AsyncIterator[None]:
    """Lend a short transaction to a route that manages its own; others have one open already."""
    if is_needed and request.route_handler.opt.get("transaction") == "own":
        async with db.transaction(tenant.id):
            yield
    else:
        yield


def _asked_language(request: http.Req, tenant: Tenant) -> str | None:
    """Return the language chosen in this browser: by the address, else by an earlier choice."""
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if asked in tenant.locales:
            return str(asked)
    return None


def _turned_away(request: http.Req, presence: Presence) -> Response[Any] | Redirect | None:
    """Return the answer to somebody who may not come further, None when they may."""
    opt, writes = request.route_handler.opt, request.method not in SAFE
    if presence.actor.is_emergency and not _is_for_emergencies(request):
        return _error(request, NotFound()) if writes or http.wants_json(request) else _to_admin()
    if presence.actor.signed_in or opt.get("public") or (writes and opt.get("open")):
        return None
    if presence.is_deactivated:
        return _error(request, Denied(N_("Your membership of this space has ended.")))
    if writes or http.wants_json(request):
        return _error(request, Unauthenticated())
    return http.to_door(request, _door)


# Nobody comes in by emergency access to read what members share, or to write among them.
_EMERGENCY_PLACES = ("/admin", "/api/v1/admin", "/me", "/api/v1/me", "/sign-out", "/emergency")


def _is_for_emergencies(request: http.Req) -> bool:
    path, opt = request.scope["path"], request.route_handler.opt
    places = (path == place or path.startswith(f"{place}/") for place in _EMERGENCY_PLACES)
    return bool(opt.get("public") or opt.get("outside")) or any(places)


def _to_admin() -> Redirect:
    return http.redirect("/admin")


def _error(request: http.Req, error: AppError) -> Response[Any]:
    answer: Response[Any] = request.app.state.render_error(request, error)
    return answer


def _door(next_path: str) -> str:
    return "/sign-in" if next_path == "/" else f"/sign-in?next={quote(next_path, safe='/')}"


def _forgetting_the_session(send: Send) -> Send:
    """Take a cookie away whose session is over, or never was."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            given = headers.getall("set-cookie", [])
            # Unless this very answer brings a new one: somebody has just signed in.
            if not any(one.startswith(f"{sessions.SESSION_COOKIE}=") for one in given):
                cookie = sessions.expired(sessions.SESSION_COOKIE)
                headers.add("set-cookie", cookie.to_header(header=""))
        await send(message)

    return sending
