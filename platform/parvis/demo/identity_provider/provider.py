"""The provider itself, free of HTTP: requests, choices, codes, tokens, sign-out."""

import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import msgspec

from parvis.core import clock
from parvis.demo.identity_provider import authorization
from parvis.demo.identity_provider.authorization import (
    LEVELS,
    AuthorizationRequest,
    RefusedRequestError,
    UntrustedRequestError,
)
from parvis.demo.identity_provider.calling import Call, CallFailedError
from parvis.demo.identity_provider.clients import ALGORITHMS, Authenticator, TokenRefusedError
from parvis.demo.identity_provider.directory import ALGORITHM, AUTH_METHODS, Client, Issuer
from parvis.demo.identity_provider.presences import Presence, Presences
from parvis.demo.identity_provider.shelf import Shelf
from parvis.demo.identity_provider.tokens import LIFETIME, Grant, Signer, challenge_of

PUSHED = "urn:ietf:params:oauth:request_uri:"
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class UnknownError(Exception):
    """There is no such issuer, request or person (any more)."""


class _Code(msgspec.Struct):
    grant: Grant
    access_token: str | None = None


class Provider:
    """All issuers of one process, and what is under way at them."""

    def __init__(self, issuers: Mapping[str, Issuer], call: Call) -> None:
        self._issuers = issuers
        self.call = call
        self._clients = Authenticator(call)
        self._presences = Presences()
        self._signer = Signer()
        self._pushed: Shelf[AuthorizationRequest] = Shelf(timedelta(seconds=60))
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
            "pushed_authorization_request_endpoint": f"{url}/par",
            "end_session_endpoint": f"{url}/end-session",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "profile", "email"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
            "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": list(LEVELS),
            "ui_locales_supported": ["fr", "en"],
            "claims_parameter_supported": True,
            "verified_claims_supported": True,
            "trust_frameworks_supported": sorted(self._frameworks(name)),
            "claims_in_verified_claims_supported": ["name"],
            "prompt_values_supported": ["login"],
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "authorization_response_iss_parameter_supported": True,
        }

    def _frameworks(self, name: str) -> set[str]:
        people = (p for c in self.issuer(name).clients.values() for p in c.personas.values())
        return {person.verified.framework for person in people if person.verified}

    def key_set(self) -> dict[str, object]:
        return self._signer.key_set()

    async def push(
        self, name: str, authorization_header: str, form: Mapping[str, str]
    ) -> dict[str, object]:
        """Keep a client's request and return the name it goes by (RFC 9126)."""
        issuer = self.issuer(name)
        client = await self._clients.client(issuer, authorization_header, form)
        pairs = list((dict(form) | {"client_id": client.client_id}).items())
        try:
            handle = self._pushed.put(authorization.check(issuer, pairs))
        except UntrustedRequestError as error:
            raise TokenRefusedError("invalid_request") from error
        except RefusedRequestError as error:
            raise TokenRefusedError(error.error) from error
        seconds = int(self._pushed.lifetime.total_seconds())
        return {"request_uri": f"{PUSHED}{handle}", "expires_in": seconds}

    def begin(self, name: str, query: list[tuple[str, str]]) -> tuple[str, AuthorizationRequest]:
        """Return a checked request and the handle under which somebody may be chosen for it."""
        issuer, given = self.issuer(name), dict(query)
        if given.get("request_uri", "").startswith(PUSHED):
            request = self._pushed.take(given["request_uri"].removeprefix(PUSHED))
            if request is None or request.issuer.name != name:
                raise UnknownError
            if request.client.client_id != given.get("client_id"):
                raise UntrustedRequestError("client_id")
        else:
            request = authorization.check(issuer, query)
        return self._requests.put(request), request

    def choose(self, name: str, handle: str, sub: str, browser: str) -> tuple[str, str]:
        """Return the address that leads the browser back as `sub`, and the browser's handle.

        Each request once.
        """
        request = self._requests.take(handle)
        persona = request and request.client.personas.get(sub)
        if not request or not persona or request.issuer.name != name:
            raise UnknownError
        browser, presence = self._presences.enter(browser, request.client, persona)
        grant = Grant(request=request, presence=presence)
        return request.answer(code=self._codes.put(_Code(grant))), browser

    async def exchange(
        self, name: str, authorization_header: str, form: Mapping[str, str]
    ) -> dict[str, object]:
        """Return the tokens for a code, to the client it was made for, once."""
        client = await self._clients.client(self.issuer(name), authorization_header, form)
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
        claims = claims if "profile" in grant.request.scopes else _only(claims, "sub", "email")
        return claims | (grant.persona.verified_claims() if grant.request.wants_verified else {})

    def here(self, name: str, browser: str) -> list[Presence]:
        """Return who is signed in in a browser, one an application."""
        return self._presences.here(browser, self.issuer(name).clients)

    async def sign_out(self, name: str, browser: str, client: Client) -> bool:
        """End a presence and tell its application; whether that one has understood."""
        ended = self._presences.leave(browser, client)
        if ended is None:
            return True
        token = self._signer.logout_token(self.issuer(name).url, ended, clock.now())
        try:
            form = {"logout_token": token}
            status, _ = await self.call("POST", client.backchannel_url, form=form)
        except CallFailedError:
            return False
        return status == 200

    def leaving(self, name: str, query: Mapping[str, str]) -> tuple[Client | None, str | None]:
        """Return which application somebody leaves, and where to lead them if that is known."""
        issuer = self.issuer(name)
        made_for = self._signer.audience(query.get("id_token_hint", ""), issuer.url)
        client = issuer.clients.get(query.get("client_id") or made_for or "")
        if client is None or made_for not in (None, client.client_id):
            return None, None
        uri, state = query.get("post_logout_redirect_uri", ""), query.get("state")
        if uri not in client.signed_out_uris:
            return client, None
        return client, uri if state is None else f"{uri}?{urlencode({'state': state})}"


def _belongs(grant: Grant, name: str, client: Client, form: Mapping[str, str]) -> bool:
    request, verifier = grant.request, form.get("code_verifier", "")
    return (
        request.issuer.name == name
        and request.client.client_id == client.client_id
        and request.redirect_uri == form.get("redirect_uri")
        and VERIFIER.fullmatch(verifier) is not None
        and hmac.compare_digest(challenge_of(verifier), request.challenge)
    )


def _only(claims: dict[str, object], *prefixes: str) -> dict[str, object]:
    return {name: value for name, value in claims.items() if name.startswith(prefixes)}
