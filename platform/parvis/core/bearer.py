"""Programs say who they are by a token in a header, browsers by a cookie: never both at once."""

from litestar.middleware.csrf import CSRFMiddleware
from litestar.types import Receive, Scope, Send

SCHEME = "bearer "


def is_used(scope: Scope) -> bool:
    """Whether the request brings an Authorization header to the API.

    Then its cookies count for nothing, whatever the header holds. Pages know cookies only.
    """
    return bool(_headers(scope)) and scope["path"].startswith("/api/")


def token_of(scope: Scope) -> str:
    """Return the bearer token; "" for another scheme, or more than one header."""
    headers = _headers(scope)
    value = headers[0].decode("latin-1") if len(headers) == 1 else ""
    is_bearer = value[: len(SCHEME)].lower() == SCHEME
    return value[len(SCHEME) :].strip() if is_bearer else ""


def _headers(scope: Scope) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == b"authorization"]


class FormTokens(CSRFMiddleware):
    """Asks who comes by cookie for the form token, and nobody else.

    A page of another site makes a browser send cookies, not this header; and whoever does send
    it is not known by the cookie: see `is_used`, which both sides of that go by.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_used(scope):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
