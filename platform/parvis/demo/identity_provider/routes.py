"""The provider over HTTP."""

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from parvis.demo.identity_provider import pages
from parvis.demo.identity_provider.authorization import (
    RefusedRequestError,
    UntrustedRequestError,
)
from parvis.demo.identity_provider.provider import Provider, TokenRefusedError, UnknownError

Http = Request[object, object, State]
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
BY_CODE = {
    "invalid_client": {"WWW-Authenticate": "Basic"},
    "invalid_token": {"WWW-Authenticate": 'Bearer error="invalid_token"'},
}


@get("/{issuer:str}/.well-known/openid-configuration", sync_to_thread=False)
def metadata(issuer: FromPath[str], request: Http) -> dict[str, object]:
    return _provider(request).metadata(issuer)


@get("/{issuer:str}/jwks", sync_to_thread=False)
def key_set(issuer: FromPath[str], request: Http) -> dict[str, object]:
    _provider(request).issuer(issuer)
    return _provider(request).key_set()


@get("/{issuer:str}/authorize", sync_to_thread=False)
def authorize(issuer: FromPath[str], request: Http) -> Response[str]:
    handle, asked = _provider(request).begin(issuer, list(request.query_params.multi_items()))
    return pages.chooser(asked, handle)


@post("/{issuer:str}/requests/{handle:str}")
async def choose(issuer: FromPath[str], handle: FromPath[str], request: Http) -> Redirect:
    form = await request.form()
    location = _provider(request).choose(issuer, handle, str(form.get("sub", "")))
    return Redirect(location, status_code=303)


@post("/{issuer:str}/token", status_code=200)
async def token(issuer: FromPath[str], request: Http) -> Response[dict[str, object]]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    header = request.headers.get("authorization", "")
    return Response(_provider(request).exchange(issuer, header, form), headers=NO_STORE)


@get("/{issuer:str}/userinfo", sync_to_thread=False)
def userinfo(issuer: FromPath[str], request: Http) -> Response[dict[str, object]]:
    header = request.headers.get("authorization", "")
    return Response(_provider(request).userinfo(issuer, header), headers=NO_STORE)


@get("/{issuer:str}/end-session", sync_to_thread=False)
def end_session(issuer: FromPath[str], request: Http) -> Response[str] | Redirect:
    location = _provider(request).signed_out_location(issuer, dict(request.query_params))
    return Redirect(location, status_code=303) if location else pages.message("signed_out")


def _provider(request: Http) -> Provider:
    provider: Provider = request.app.state.provider
    return provider


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
        metadata, key_set, authorize, choose, token, userinfo, end_session,
        create_static_files_router("/static", [pages.FOLDER / "static"]),
    ],
    exception_handlers={
        UntrustedRequestError: _untrusted,
        RefusedRequestError: _refused,
        UnknownError: _unknown,
        TokenRefusedError: _token_refused,
    },
)  # fmt: skip
