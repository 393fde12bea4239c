"""The door and the hall: signing in and out, and the page about oneself."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect

from parvis.core import http, i18n
from parvis.core.http import Req, actor_of, page, redirect, same_origin_path, tenant_of
from parvis.core.ids import SessionId
from parvis.core.middleware import LANGUAGE_COOKIE, correlation_id, host_of
from parvis.features.identity import actions, queries, sessions, sign_in
from parvis.features.identity.actions import MeInput
from parvis.features.identity.queries import Me, RefusedView, SessionView
from parvis.features.identity.rules import SignInRefused
from parvis.features.identity.sessions import BROWSER_COOKIE, SESSION_COOKIE
from parvis.features.identity.sign_in import Visit

# The provider is asked in between, so these hold no transaction while it answers.
OWN = {"transaction": "own"}
YEAR = 365 * 24 * 3600
MINE = "one's own language and sessions need no charter"


@get("/sign-in", opt={"public": True}, include_in_schema=False)
async def sign_in_page(request: Req, next: FromQuery[str] = "/") -> Response[Any] | Redirect:  # noqa: A002 -- the address says it
    actor, next_path = actor_of(request), same_origin_path(next)
    if actor.signed_in:
        return redirect(next_path)
    view = await queries.sign_in_view(actor, next_path)
    return page(request, "identity/sign_in.html", view)


def refused(request: Req, error: SignInRefused) -> Response[Any]:
    """Tell the person that it came to nothing, and the reference to quote; not why."""
    title = i18n.translate(actor_of(request).locale, error.message)
    view = RefusedView(title, correlation_id(request.scope))
    answer = page(request, "identity/sign_in_failed.html", view, status=error.status)
    # The callback's address holds a code: no page may learn where one comes from.
    answer.headers["referrer-policy"] = "no-referrer"
    return answer


@get(
    "/auth/oidc/{slug:str}/start",
    opt={"public": True} | OWN,
    exception_handlers={SignInRefused: refused},
    include_in_schema=False,
)
async def start(request: Req, slug: FromPath[str], next: FromQuery[str] = "/") -> Redirect:  # noqa: A002 -- the address says it
    site = _site(request)
    if host_of(request.scope) != tenant_of(request).host:
        # The provider knows one callback a connection, and cookies do not cross hosts.
        query = urlencode({"next": same_origin_path(next)})
        return Redirect(f"{site}{request.url.path}?{query}", status_code=303)
    begun = await sign_in.begin(_visit(request), slug, next)
    answer = Redirect(begun.url, status_code=303)
    seconds = int(sign_in.LIFETIME.total_seconds())
    answer.set_cookie(sessions.cookie(BROWSER_COOKIE, begun.browser_token, seconds=seconds))
    return answer


@get(
    "/auth/oidc/{slug:str}/callback",
    opt={"public": True} | OWN,
    exception_handlers={SignInRefused: refused},
    include_in_schema=False,
)
async def callback(request: Req, slug: FromPath[str]) -> Redirect:
    finished = await sign_in.finish(_visit(request), slug, request.url.query)
    answer = redirect(finished.next_path)
    answer.set_cookie(sessions.cookie(SESSION_COOKIE, finished.session_token))
    return answer


@post("/sign-out", opt={"open": "leaving needs no charter"} | OWN, include_in_schema=False)
async def sign_out(request: Req) -> Redirect:
    answer = Redirect(await actions.sign_out(actor_of(request), _site(request)), status_code=303)
    answer.set_cookie(sessions.expired(SESSION_COOKIE))
    return answer


@get("/signed-out", opt={"public": True}, include_in_schema=False)
async def signed_out(request: Req) -> Response[Any] | Redirect:
    return (
        redirect("/") if actor_of(request).signed_in else page(request, "identity/signed_out.html")
    )


@get("/me", opt={"open": MINE}, include_in_schema=False)
async def me_page(request: Req) -> Response[Any]:
    return page(request, "identity/me.html", await queries.me_page(actor_of(request)))


@post("/me", opt={"open": MINE}, include_in_schema=False)
async def change_me_page(request: Req) -> Redirect:
    given = await http.decode(request, MeInput)
    await actions.change_me(actor_of(request), given)
    answer = redirect("/me")
    if isinstance(given.locale, str):
        answer.set_cookie(sessions.cookie(LANGUAGE_COOKIE, given.locale, seconds=YEAR))
    return answer


@post("/me/sessions/{session_id:uuid}/end", opt={"open": MINE}, include_in_schema=False)
async def end_session_page(request: Req, session_id: FromPath[UUID]) -> Redirect:
    await actions.end_own_session(actor_of(request), SessionId(session_id))
    return redirect("/me")


@get("/api/v1/me", opt={"open": MINE}, operation_id="getMe", tags=["me"])
async def me(request: Req) -> Me:
    """Return yourself, as this community knows you."""
    return await queries.me(actor_of(request))


@patch("/api/v1/me", opt={"open": MINE}, operation_id="changeMe", tags=["me"])
async def change_me(request: Req, data: JSONBody[MeInput]) -> Me:
    """Change your language; your name comes from your identity provider and is locked."""
    actor = actor_of(request)
    await actions.change_me(actor, data)
    return await queries.me(actor)


@get("/api/v1/me/sessions", opt={"open": MINE}, operation_id="listMySessions", tags=["me"])
async def my_sessions(request: Req) -> tuple[SessionView, ...]:
    """Return your running sessions, the one last used first."""
    return await queries.my_sessions(actor_of(request))


@delete(
    "/api/v1/me/sessions/{session_id:uuid}",
    opt={"open": MINE},
    operation_id="endMySession",
    tags=["me"],
)
async def end_my_session(request: Req, session_id: FromPath[UUID]) -> None:
    """End one of your sessions; the browser that held it is signed out."""
    await actions.end_own_session(actor_of(request), SessionId(session_id))


HANDLERS = (
    sign_in_page, start, callback, sign_out, signed_out, me_page, change_me_page,
    end_session_page, me, change_me, my_sessions, end_my_session,
)  # fmt: skip


def _visit(request: Req) -> Visit:
    return Visit(
        tenant=tenant_of(request),
        site=_site(request),
        locale=actor_of(request).locale,
        correlation_id=correlation_id(request.scope),
        browser_token=request.cookies.get(BROWSER_COOKIE),
        session_token=request.cookies.get(SESSION_COOKIE),
        device=sessions.device_label(request.headers.get("user-agent")),
    )


def _site(request: Req) -> str:
    """Return the tenant's own address, from settings: never from the Host header."""
    site: str = request.app.state.settings.public_url(tenant_of(request).host)
    return site
