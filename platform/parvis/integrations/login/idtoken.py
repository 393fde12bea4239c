"""The ID token: its signature against pinned algorithms, then every claim that makes it ours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from parvis.integrations.login.errors import LoginError, Reason

LEEWAY_SECONDS = 30
MAX_AGE_SECONDS = 600  # an ID token answers a code we have just sent
MAX_SUBJECT = 255  # OpenID Connect Core, section 2

# Symmetric algorithms and `none` can never be pinned: the client secret must not sign people in.
ASYMMETRIC = frozenset(
    f"{family}{size}" for family in ("RS", "PS", "ES") for size in (256, 384, 512)
) | {"EdDSA"}

_NUMBER = (int, float)
_REQUIRED: dict[str, type | tuple[type, ...]] = {
    "iss": str,
    "sub": str,
    "aud": (str, list),
    "exp": _NUMBER,
    "iat": _NUMBER,
    "nonce": str,
}
_OPTIONAL: dict[str, type | tuple[type, ...]] = {
    "nbf": _NUMBER,
    "azp": str,
    "at_hash": str,
    "auth_time": _NUMBER,
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


class _Registry(JWSRegistry):
    # Some providers put their certificate chain (`x5c`) into the header; the default is 512 B.
    max_header_length = 8192


def decode(token: str, keys: KeySet, algorithms: tuple[str, ...]) -> jwt.Token:
    """Return the token once one of `keys` has verified it under one of `algorithms`.

    Raises LoginError; or InvalidKeyIdError for an unknown key, so that keys can be asked for anew.
    """
    # An empty list would mean joserfc's own choice; `algorithms=` beside a registry is ignored.
    if not algorithms or not ASYMMETRIC.issuperset(algorithms):
        raise LoginError(Reason.CONNECTION_INVALID, "algorithms")
    registry = _Registry(algorithms=list(algorithms), strict_check_header=False)
    try:
        return jwt.decode(token, keys, registry=registry)
    except InvalidKeyIdError:
        raise
    except UnsupportedAlgorithmError as error:
        raise LoginError(Reason.ALGORITHM_REFUSED) from error
    except BadSignatureError as error:
        raise LoginError(Reason.SIGNATURE_WRONG) from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise LoginError(Reason.MALFORMED, type(error).__name__) from error


def validate(token: jwt.Token, expected: Expected, now: datetime) -> IdToken:
    """Return the claims of a verified token, or raise LoginError naming the claim at fault."""
    claims, seconds = token.claims, int(now.timestamp())
    _check_types(claims)
    _check_standard(token, expected, seconds)
    if claims["aud"] not in (expected.client_id, [expected.client_id]):
        raise LoginError(Reason.CLAIM_WRONG, "aud")
    if len(claims["sub"]) > MAX_SUBJECT:
        raise LoginError(Reason.CLAIM_WRONG, "sub")
    if seconds - claims["iat"] > MAX_AGE_SECONDS:
        raise LoginError(Reason.EXPIRED, "iat")
    return IdToken(
        sub=claims["sub"],
        claims=dict(claims),
        sid=claims.get("sid"),
        acr=claims.get("acr"),
        amr=tuple(claims["amr"]) if claims.get("amr") is not None else None,
        auth_time=claims.get("auth_time"),
    )


def _check_types(claims: Mapping[str, Any]) -> None:
    # Authlib compares some claims without looking at their type, and skips empty ones.
    for name, kind in (_REQUIRED | _OPTIONAL).items():
        value = claims.get(name)
        if value is None and name in _REQUIRED:
            raise LoginError(Reason.CLAIM_MISSING, name)
        if value is None:
            continue
        if not isinstance(value, kind) or isinstance(value, bool) or not _is_clean(value):
            raise LoginError(Reason.CLAIM_WRONG, name)


def _is_clean(value: Any) -> bool:
    """Tell whether texts are texts: not empty, and without what no database stores."""
    if isinstance(value, list):
        return all(isinstance(entry, str) and _is_clean(entry) for entry in value)
    return not isinstance(value, str) or (value != "" and value.isprintable())


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
