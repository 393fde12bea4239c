"""The provider over HTTP."""

from litestar import Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from parvis.demo.identity_provider import pages
from parvis.demo.identity_provider.authorization import (
    RefusedRequestError,
    UntrustedRequestError,
)
from parvis.demo.identity_provider.clients import TokenRefusedError
from parvis.demo.identity_provider.provider import UnknownError
from parvis.demo.identity_provider.routes_account import HANDLERS as ACCOUNT
from parvis.demo.identity_provider.routes_account import (
    Http,
    browser_of,
    cookie_for,
    provider_of,
)

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
BY_CODE = {
    "invalid_client": {"WWW-Authenticate": "Basic"},
    "invalid_token": {"WWW-Authenticate": 'Bearer error="invalid_token"'},
}


@get("/{issuer:str}/.well-known/openid-configuration", sync_to_thread=False)
def metadata(issuer: FromPath[str], request: Http) -> dict[str, object]:
    return provider_of(request).metadata(issuer)


@get("/{issuer:str}/jwks", sync_to_thread=False)
def key_set(issuer: FromPath[str], request: Http) -> dict[str, object]:
    provider_of(request).issuer(issuer)
    return provider_of(request).key_set()


@get("/{issuer:str}/authorize", sync_to_thread=False)
def authorize(issuer: FromPath[str], request: Http) -> Response[str]:
    provider = provider_of(request)
    handle, asked = provider.begin(issuer, list(request.query_params.multi_items()))
    here = provider.here(issuer, browser_of(request))
    return pages.chooser(asked, handle, here)


@post("/{issuer:str}/requests/{handle:str}")
async def choose(issuer: FromPath[str], handle: FromPath[str], request: Http) -> Redirect:
    sub = str((await request.form()).get("sub", ""))
    location, browser = provider_of(request).choose(issuer, handle, sub, browser_of(request))
    answer = Redirect(location, status_code=303)
    answer.set_cookie(cookie_for(issuer, browser))
    return answer


@post("/{issuer:str}/par", status_code=201)
async def push(issuer: FromPath[str], request: Http) -> Response[dict[str, object]]:
    header = request.headers.get("authorization", "")
    pushed = await provider_of(request).push(issuer, header, await _form(request))
    return Response(pushed, headers=NO_STORE)


@post("/{issuer:str}/token", status_code=200)
async def token(issuer: FromPath[str], request: Http) -> Response[dict[str, object]]:
    header = request.headers.get("authorization", "")
    tokens = await provider_of(request).exchange(issuer, header, await _form(request))
    return Response(tokens, headers=NO_STORE)


@get("/{issuer:str}/userinfo", sync_to_thread=False)
def userinfo(issuer: FromPath[str], request: Http) -> Response[dict[str, object]]:
    header = request.headers.get("authorization", "")
    return Response(provider_of(request).userinfo(issuer, header), headers=NO_STORE)


@get("/{issuer:str}/end-session")
async def end_session(issuer: FromPath[str], request: Http) -> Response[str] | Redirect:
    client, location = provider_of(request).leaving(issuer, dict(request.query_params))
    if client is not None:
        await provider_of(request).sign_out(issuer, browser_of(request), client)
    return Redirect(location, status_code=303) if location else pages.message("signed_out")


async def _form(request: Http) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}


def _untrusted(_: Http, __: UntrustedRequestError) -> Response[str]:
    return pages.message("refused", status=400)


def _refused(_: Http, error: RefusedRequestError) -> Redirect:
    return Redirect(error.location, status_code=303)


def _unknown(_: Http, __: UnknownError) -> Response[str]:
    return pages.message("gone", status=404)


def _token_refused(_: Http, error: TokenRefusedError) -> Response[dict[str, str]]:
    headers = NO_STORE | BY_CODE.get(error.code, {})
    return Response({"error": error.code}, status_code=error.status, headers=headers)


ROUTER = Router(
    "/",
    route_handlers=[
        metadata, key_set, authorize, choose, push, token, userinfo, end_session, *ACCOUNT,
        create_static_files_router("/static", [pages.FOLDER / "static"]),
    ],
    exception_handlers={
        UntrustedRequestError: _untrusted,
        RefusedRequestError: _refused,
        UnknownError: _unknown,
        TokenRefusedError: _token_refused,
    },
)  # fmt: skip
