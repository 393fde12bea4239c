"""The door: signing in and out."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parvis.core import i18n
from parvis.core.http import (
    Req,
    actor_of,
    client_address,
    page,
    redirect,
    same_origin_path,
    tenant_of,
)
from parvis.core.middleware import correlation_id, host_of
from parvis.features.identity import actions, attempts, queries, sessions, sign_in
from parvis.features.identity.actions import Left
from parvis.features.identity.attempts import Visit
from parvis.features.identity.connections import SIGNED_OUT_PATH
from parvis.features.identity.queries import RefusedView
from parvis.features.identity.rules import SignInRefused
from parvis.features.identity.sessions import BROWSER_COOKIE, SESSION_COOKIE

# The provider is asked in between, so these hold no transaction while it answers.
OWN = {"transaction": "own"}


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
    view = RefusedView(title, correlation_id(request.scope), error.again)
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
async def start(
    request: Req,
    slug: FromPath[str],
    next: FromQuery[str] = "/",  # noqa: A002 -- the address says it
    invitation: FromQuery[str | None] = None,
) -> Redirect:
    site = site_of(request)
    if host_of(request.scope) != tenant_of(request).host:
        # The provider knows one callback a connection, and cookies do not cross hosts.
        passed_on = {"invitation": invitation} if invitation else {}
        query = urlencode({"next": same_origin_path(next)} | passed_on)
        return Redirect(f"{site}{request.url.path}?{query}", status_code=303)
    begun = await sign_in.begin(visit_of(request), slug, next, invitation=invitation)
    answer = Redirect(begun.url, status_code=303)
    seconds = int(attempts.LIFETIME.total_seconds())
    answer.set_cookie(sessions.cookie(BROWSER_COOKIE, begun.browser_token, seconds=seconds))
    return answer


@get(
    "/auth/oidc/{slug:str}/callback",
    opt={"public": True} | OWN,
    exception_handlers={SignInRefused: refused},
    include_in_schema=False,
)
async def callback(request: Req, slug: FromPath[str]) -> Redirect:
    finished = await sign_in.finish(visit_of(request), slug, request.url.query)
    answer = redirect(finished.next_path)
    if finished.session_token:
        answer.set_cookie(sessions.cookie(SESSION_COOKIE, finished.session_token))
    return answer


@post(
    "/sign-out",
    opt={"open": "leaving needs no charter"} | OWN,
    include_in_schema=False,
    status_code=200,
)
async def sign_out(request: Req) -> Response[Any] | Redirect:
    left = await actions.sign_out(actor_of(request), site_of(request))
    answer: Response[Any] = redirect(SIGNED_OUT_PATH)
    if left.url:
        answer = onward(page(request, "identity/signed_out.html", left), left.url)
    answer.set_cookie(sessions.expired(SESSION_COOKIE))
    return answer


def onward(answer: Response[Any], url: str) -> Response[Any]:
    """Let a page that a form was answered with go on to `url`, wherever that is.

    Not by a redirect: browsers hold a form to its page's policy all the way, and that policy
    names nobody but us.
    """
    answer.headers["refresh"] = f"0; url={url}"
    return answer


@get("/signed-out", opt={"public": True}, include_in_schema=False)
async def signed_out(request: Req) -> Response[Any] | Redirect:
    if actor_of(request).signed_in:
        return redirect("/")
    return page(request, "identity/signed_out.html", Left())


def visit_of(request: Req) -> Visit:
    """Return the browser that is signing in, as this request shows it."""
    return Visit(
        tenant=tenant_of(request),
        site=site_of(request),
        locale=actor_of(request).locale,
        correlation_id=correlation_id(request.scope),
        browser_token=request.cookies.get(BROWSER_COOKIE),
        session_token=request.cookies.get(SESSION_COOKIE),
        device=sessions.device_label(request.headers.get("user-agent")),
        address=client_address(request),
    )


def site_of(request: Req) -> str:
    """Return the tenant's own address, from settings: never from the Host header."""
    site: str = request.app.state.settings.public_url(tenant_of(request).host)
    return site


HANDLERS = (sign_in_page, start, callback, sign_out, signed_out)
