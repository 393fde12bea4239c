"""What a relying party may ask of the authorization endpoint, and how it is refused."""

import re
from urllib.parse import urlencode

import msgspec

from parvis.demo.identity_provider.directory import Client, Issuer

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of a SHA-256
LEVELS = ("urn:parvis:demo:loa:1", "urn:parvis:demo:loa:2")


class UntrustedRequestError(Exception):
    """Client or redirect URI is not ours: the answer is shown here, never sent there."""


class RefusedRequestError(Exception):
    """The request is refused, and `location` tells the client so (RFC 6749, 4.1.2.1)."""

    def __init__(self, error: str, location: str) -> None:
        self.error, self.location = error, location
        super().__init__(error)


class AuthorizationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that may be granted once somebody is chosen."""

    issuer: Issuer
    client: Client
    redirect_uri: str
    scopes: frozenset[str]
    challenge: str
    state: str | None
    nonce: str | None
    level: str
    hint: str  # an e-mail address, or part of one; it only says who is shown first
    wants_verified: bool
    locale: str

    def answer(self, **parameters: str) -> str:
        """The address that carries `parameters` back to the client, with `state` and `iss`."""
        return _location(self.issuer, self.redirect_uri, self.state, parameters)


def check(issuer: Issuer, pairs: list[tuple[str, str]]) -> AuthorizationRequest:
    """Return the request that the query `pairs` make, or raise one of the two errors above."""
    query = dict(pairs)
    client = issuer.clients.get(query.get("client_id", ""))
    # Both first: until they are known to belong together, no redirect is safe.
    if client is None:
        raise UntrustedRequestError("client_id")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in client.redirect_uris or len(query) < len(pairs):
        raise UntrustedRequestError("redirect_uri")
    refusal = _refusal(query)
    if refusal:
        error, description = refusal
        answer = {"error": error, "error_description": description}
        location = _location(issuer, redirect_uri, query.get("state"), answer)
        raise RefusedRequestError(error, location)
    return AuthorizationRequest(
        issuer=issuer,
        client=client,
        redirect_uri=redirect_uri,
        scopes=frozenset(query["scope"].split()),
        challenge=query["code_challenge"],
        state=query.get("state"),
        nonce=query.get("nonce"),
        level=_level(query.get("acr_values", "")),
        hint=query.get("login_hint", "").casefold(),
        wants_verified="verified_claims" in query.get("claims", ""),
        locale=_locale(query.get("ui_locales", ""), client.locale),
    )


def _refusal(query: dict[str, str]) -> tuple[str, str] | None:
    """The first rule the query breaks: its error code and a description for the developer.

    `prompt=login` and `max_age` are always kept: whoever is clicked has just been authenticated.
    """
    challenge = query.get("code_challenge", "")
    rules = (
        (not query.keys() & {"request", "request_uri"}, "request_not_supported", "no objects"),
        (query.get("response_type") == "code", "unsupported_response_type", "code flow only"),
        (query.get("response_mode", "query") == "query", "invalid_request", "in the query only"),
        ("openid" in query.get("scope", "").split(), "invalid_scope", "openid is needed"),
        (query.get("code_challenge_method") == "S256", "invalid_request", "PKCE S256 is needed"),
        (CHALLENGE.fullmatch(challenge), "invalid_request", "code_challenge is no SHA-256"),
        (query.get("prompt") != "none", "login_required", "somebody has to click"),
    )
    return next(((error, text) for kept, error, text in rules if not kept), None)


def _location(issuer: Issuer, uri: str, state: str | None, parameters: dict[str, str]) -> str:
    always = {"iss": issuer.url} | ({} if state is None else {"state": state})
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters | always)}"


def _level(wanted: str) -> str:
    return next((level for level in wanted.split() if level in LEVELS), LEVELS[0])


def _locale(wanted: str, otherwise: str) -> str:
    languages = [tag.split("-")[0].lower() for tag in wanted.split()]
    return next((language for language in languages if language in ("fr", "en")), otherwise)
