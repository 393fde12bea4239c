"""The ID token: every claim that makes it the answer to our own request."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from hmac import compare_digest
from typing import Any

import msgspec
from joserfc import jwt

from parvis.integrations.login import tokens
from parvis.integrations.login.errors import LoginError, Reason
from parvis.integrations.login.tokens import LEEWAY_SECONDS, NUMBER, Kind

MAX_AGE_SECONDS = 600  # an ID token answers a code we have just sent

_REQUIRED: dict[str, Kind] = {
    "iss": str,
    "sub": str,
    "aud": (str, list),
    "exp": NUMBER,
    "iat": NUMBER,
    "nonce": str,
}
_OPTIONAL: dict[str, Kind] = {
    "nbf": NUMBER,
    "at_hash": str,
    "auth_time": NUMBER,
    "acr": str,
    "amr": list,
    "sid": str,
}
# By the end of an algorithm's name: RS256, ES384, PS512; EdDSA is Ed25519, which has SHA-512.
_HASHES = {"256": "sha256", "384": "sha384", "512": "sha512", "DSA": "sha512"}


class Expected(msgspec.Struct, frozen=True):
    """What an ID token must agree with to be the answer to our own request."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str


class IdToken(msgspec.Struct, frozen=True):
    """An ID token that passed every check."""

    sub: str
    claims: dict[str, Any]
    sid: str | None
    acr: str | None
    amr: tuple[str, ...] | None
    auth_time: float | None


def validate(token: jwt.Token, expected: Expected, now: datetime) -> IdToken:
    """Return the claims of a verified token, or raise LoginError naming the claim at fault.

    OpenID Connect Core, section 3.1.3.7. Authlib's own validation is not used: it compares some
    claims without looking at their type, skips empty ones, and never looks at an age.
    """
    claims, seconds = token.claims, int(now.timestamp())
    tokens.check_shape(claims, _REQUIRED, _OPTIONAL)
    tokens.check_issuer(claims, expected.issuer)
    tokens.check_audience(claims, expected.client_id)
    tokens.check_subject(claims)
    tokens.check_times(claims, seconds, MAX_AGE_SECONDS)
    _check_request(claims, expected)
    _check_access_token(token, expected.access_token)
    _check_moment(claims, seconds)
    return IdToken(
        sub=claims["sub"],
        claims=dict(claims),
        sid=claims.get("sid"),
        acr=claims.get("acr"),
        amr=tuple(claims["amr"]) if claims.get("amr") is not None else None,
        auth_time=claims.get("auth_time"),
    )


def _check_request(claims: Mapping[str, Any], expected: Expected) -> None:
    """Raise LoginError unless it answers this very request, and was made for no other client."""
    if not compare_digest(claims["nonce"].encode(), expected.nonce.encode()):
        raise LoginError(Reason.CLAIM_WRONG, "nonce")
    if claims.get("azp") not in (None, expected.client_id):
        raise LoginError(Reason.CLAIM_WRONG, "azp")


def _check_access_token(token: jwt.Token, access_token: str) -> None:
    """Raise LoginError when the ID token speaks of another access token than it came with."""
    given = token.claims.get("at_hash")
    if given is None:
        return
    algorithm = token.header["alg"]
    digest = hashlib.new(_HASHES[algorithm[2:]], access_token.encode()).digest()
    half = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if not compare_digest(half, given.encode()):
        raise LoginError(Reason.CLAIM_WRONG, "at_hash")


def _check_moment(claims: Mapping[str, Any], now: int) -> None:
    """Raise LoginError for people who prove themselves tomorrow: they would be fresh for ever."""
    moment = claims.get("auth_time")
    if moment is not None and not 0 <= moment <= now + LEEWAY_SECONDS:
        raise LoginError(Reason.CLAIM_WRONG, "auth_time")
