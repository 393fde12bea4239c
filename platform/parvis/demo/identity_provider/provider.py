"""The provider itself, free of HTTP: requests, choices, codes, tokens, sign-out."""

import hmac
import re
import secrets
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import unquote_plus, urlencode

import msgspec

from parvis.core import clock
from parvis.demo.identity_provider import authorization
from parvis.demo.identity_provider.authorization import LEVELS, AuthorizationRequest
from parvis.demo.identity_provider.directory import ALGORITHM, Client, Issuer
from parvis.demo.identity_provider.shelf import Shelf
from parvis.demo.identity_provider.tokens import LIFETIME, Grant, Signer, challenge_of

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class TokenRefusedError(Exception):
    """The token endpoint says no, with a code of RFC 6749, section 5.2, or RFC 6750."""

    def __init__(self, code: str, *, status: int = 400) -> None:
        self.code, self.status = code, status
        super().__init__(code)


class UnknownError(Exception):
    """There is no such issuer, request or person (any more)."""


class _Code(msgspec.Struct):
    grant: Grant
    access_token: str | None = None


class Provider:
    """All issuers of one process, and what is under way at them."""

    def __init__(self, issuers: Mapping[str, Issuer]) -> None:
        self._issuers = issuers
        self._signer = Signer()
        self._requests: Shelf[AuthorizationRequest] = Shelf(timedelta(minutes=10))
        self._codes: Shelf[_Code] = Shelf(timedelta(seconds=60))
        self._access: Shelf[Grant] = Shelf(LIFETIME)

    def issuer(self, name: str) -> Issuer:
        if name not in self._issuers:
            raise UnknownError
        return self._issuers[name]

    def metadata(self, name: str) -> dict[str, object]:
        """What the issuer says of itself (OpenID Connect Discovery 1.0, section 3)."""
        url = self.issuer(name).url
        return {
            "issuer": url,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "userinfo_endpoint": f"{url}/userinfo",
            "jwks_uri": f"{url}/jwks",
            "end_session_endpoint": f"{url}/end-session",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "profile", "email"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": list(LEVELS),
            "ui_locales_supported": ["fr", "en"],
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "authorization_response_iss_parameter_supported": True,
        }

    def key_set(self) -> dict[str, object]:
        return self._signer.key_set()

    def begin(self, name: str, query: list[tuple[str, str]]) -> tuple[str, AuthorizationRequest]:
        """Return a checked request and the handle under which somebody may be chosen for it."""
        request = authorization.check(self.issuer(name), query)
        return self._requests.put(request), request

    def choose(self, name: str, handle: str, sub: str) -> str:
        """Return the address that leads the browser back as `sub`; each request once."""
        request = self._requests.take(handle)
        persona = request and request.client.personas.get(sub)
        if not request or not persona or request.issuer.name != name:
            raise UnknownError
        grant = Grant(
            request=request, persona=persona, session=secrets.token_urlsafe(16), at=clock.now()
        )
        return request.answer(code=self._codes.put(_Code(grant)))

    def exchange(
        self, name: str, authorization_header: str, form: Mapping[str, str]
    ) -> dict[str, object]:
        """Return the tokens for a code, to the client it was made for, once."""
        client = _authenticate(self.issuer(name), authorization_header)
        if form.get("grant_type") != "authorization_code":
            raise TokenRefusedError("unsupported_grant_type")
        code = self._codes.get(form.get("code", ""))
        if code is None or not _belongs(code.grant, name, client, form):
            raise TokenRefusedError("invalid_grant")
        if code.access_token:  # used twice, so one of the two was not ours (RFC 6749, 4.1.2)
            self._access.take(code.access_token)
            raise TokenRefusedError("invalid_grant")
        code.access_token = self._access.put(code.grant)
        return {
            "access_token": code.access_token,
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "id_token": self._signer.id_token(code.grant, code.access_token, clock.now()),
        }

    def userinfo(self, name: str, authorization_header: str) -> dict[str, object]:
        """Return the claims of the person an access token stands for."""
        scheme, _, token = authorization_header.partition(" ")
        grant = self._access.get(token) if scheme.lower() == "bearer" else None
        if grant is None or grant.request.issuer.name != name:
            raise TokenRefusedError("invalid_token", status=401)
        claims = grant.persona.claims()
        if "email" not in grant.request.scopes:
            claims = {k: v for k, v in claims.items() if not k.startswith("email")}
        return claims if "profile" in grant.request.scopes else _only(claims, "sub", "email")

    def signed_out_location(self, name: str, query: Mapping[str, str]) -> str | None:
        """Return where to lead somebody who signed out, None when that is not a known place."""
        issuer = self.issuer(name)
        made_for = self._signer.audience(query.get("id_token_hint", ""), issuer.url)
        client = issuer.clients.get(query.get("client_id") or made_for or "")
        uri = query.get("post_logout_redirect_uri", "")
        if client is None or uri not in client.signed_out_uris:
            return None
        if made_for not in (None, client.client_id):
            return None
        state = query.get("state")
        return uri if state is None else f"{uri}?{urlencode({'state': state})}"


def _belongs(grant: Grant, name: str, client: Client, form: Mapping[str, str]) -> bool:
    request, verifier = grant.request, form.get("code_verifier", "")
    return (
        request.issuer.name == name
        and request.client.client_id == client.client_id
        and request.redirect_uri == form.get("redirect_uri")
        and VERIFIER.fullmatch(verifier) is not None
        and hmac.compare_digest(challenge_of(verifier), request.challenge)
    )


def _authenticate(issuer: Issuer, header: str) -> Client:
    """Return the client that proved itself by HTTP Basic (RFC 6749, 2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError):
        raise TokenRefusedError("invalid_client", status=401) from None
    client = issuer.clients.get(unquote_plus(client_id))
    known = client.secret if client else ""
    is_same = hmac.compare_digest(unquote_plus(secret).encode(), known.encode())
    if scheme.lower() != "basic" or client is None or not is_same:
        raise TokenRefusedError("invalid_client", status=401)
    return client


def _only(claims: dict[str, object], *prefixes: str) -> dict[str, object]:
    return {name: value for name, value in claims.items() if name.startswith(prefixes)}
