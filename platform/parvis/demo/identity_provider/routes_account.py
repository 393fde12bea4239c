"""A person's account at the provider, and the firm's directory: where people leave from."""

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie, State
from litestar.params import FromPath
from litestar.response import Redirect

from parvis.demo.identity_provider import pages, pushing
from parvis.demo.identity_provider.directory import Client
from parvis.demo.identity_provider.provider import Provider, UnknownError

Http = Request[object, object, State]
COOKIE = "demo_provider"


@get("/{issuer:str}")
async def account(issuer: FromPath[str], request: Http) -> Response[str]:
    provider = provider_of(request)
    return pages.account(provider.issuer(issuer), provider.here(issuer, browser_of(request)))


@post("/{issuer:str}/sign-out/{client_id:str}")
async def sign_out(
    issuer: FromPath[str], client_id: FromPath[str], request: Http
) -> Redirect | Response[str]:
    _require_own_page(request)
    provider = provider_of(request)
    client = _client(provider, issuer, client_id)
    if not await provider.sign_out(issuer, browser_of(request), client):
        return pages.message("not_told", locale=client.locale, status=502)
    return Redirect(f"/{issuer}", status_code=303)


@get("/{issuer:str}/directory/{client_id:str}")
async def directory(
    issuer: FromPath[str], client_id: FromPath[str], request: Http
) -> Response[str]:
    provider = provider_of(request)
    client = _client(provider, issuer, client_id)
    known = await pushing.standings(provider.call, client)
    return pages.directory(provider.issuer(issuer), client, known)


@post("/{issuer:str}/directory/{client_id:str}")
async def change_standing(
    issuer: FromPath[str], client_id: FromPath[str], request: Http
) -> Redirect | Response[str]:
    _require_own_page(request)
    provider, form = provider_of(request), await request.form()
    client = _client(provider, issuer, client_id)
    persona = client.personas.get(str(form.get("sub", "")))
    if persona is None:
        raise UnknownError
    is_active = form.get("active") == "yes"
    if not await pushing.set_active(provider.call, client, persona, active=is_active):
        return pages.message("not_told", locale=client.locale, status=502)
    return Redirect(f"/{issuer}/directory/{client_id}", status_code=303)


def provider_of(request: Http) -> Provider:
    provider: Provider = request.app.state.provider
    return provider


def browser_of(request: Http) -> str:
    """Return the handle of a browser, "" for one that has never been here."""
    return request.cookies.get(COOKIE, "")


def cookie_for(issuer: str, browser: str) -> Cookie:
    """Return the cookie under which an issuer knows this browser again."""
    return Cookie(key=COOKIE, value=browser, path=f"/{issuer}", httponly=True, samesite="lax")


def _require_own_page(request: Http) -> None:
    """Raise UnknownError unless the form stood on a page of ours: any site can post to loopback."""
    origin = request.headers.get("origin", "")
    if origin.partition("://")[2] != request.headers.get("host"):
        raise UnknownError


def _client(provider: Provider, issuer: str, client_id: str) -> Client:
    client = provider.issuer(issuer).clients.get(client_id)
    if client is None:
        raise UnknownError
    return client


HANDLERS = (account, sign_out, directory, change_standing)
