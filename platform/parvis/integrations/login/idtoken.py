"""The ID token: every claim that makes it the answer to our own request."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, MissingClaimError

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
    "azp": str,
    "at_hash": str,
    "auth_time": NUMBER,
    "acr": str,
    "amr": list,
    "sid": str,
}


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
    """Return the claims of a verified token, or raise LoginError naming the claim at fault."""
    claims, seconds = token.claims, int(now.timestamp())
    tokens.check_shape(claims, _REQUIRED, _OPTIONAL)
    _check_standard(token, expected, seconds)
    tokens.check_audience(claims, expected.client_id)
    tokens.check_subject(claims)
    tokens.check_age(claims, seconds, MAX_AGE_SECONDS)
    _check_moment(claims, seconds)
    return IdToken(
        sub=claims["sub"],
        claims=dict(claims),
        sid=claims.get("sid"),
        acr=claims.get("acr"),
        amr=tuple(claims["amr"]) if claims.get("amr") is not None else None,
        auth_time=claims.get("auth_time"),
    )


def _check_standard(token: jwt.Token, expected: Expected, now: int) -> None:
    options = {
        # `iss` and `aud` both: giving only one of them drops Authlib's check of the other.
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
    }
    parameters = {
        "nonce": expected.nonce,
        "client_id": expected.client_id,
        "access_token": expected.access_token,
    }
    try:
        CodeIDToken(token.claims, token.header, options, parameters).validate(now, LEEWAY_SECONDS)
    except MissingClaimError as error:
        raise LoginError(Reason.CLAIM_MISSING, error.claim) from error
    except ExpiredTokenError as error:
        raise LoginError(Reason.EXPIRED, error.claim) from error
    except InvalidClaimError as error:
        raise LoginError(Reason.CLAIM_WRONG, error.claim) from error


def _check_moment(claims: Mapping[str, Any], now: int) -> None:
    """Raise LoginError for people who prove themselves tomorrow: they would be fresh for ever."""
    moment = claims.get("auth_time")
    if moment is not None and not 0 <= moment <= now + LEEWAY_SECONDS:
        raise LoginError(Reason.CLAIM_WRONG, "auth_time")
