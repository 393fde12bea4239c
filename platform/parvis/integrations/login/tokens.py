"""What every token of a provider goes through first: signature, algorithm, shape of its claims."""

import math
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    InvalidKeyIdError,
    JoseError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from parvis.integrations.login.config import ASYMMETRIC
from parvis.integrations.login.errors import LoginError, Reason

LEEWAY_SECONDS = 30
MAX_SUBJECT = 255  # OpenID Connect Core, section 2

Kind = type | tuple[type, ...]
NUMBER = (int, float)


class _Registry(JWSRegistry):
    # Some providers put their certificate chain (`x5c`) into the header; the default is 512 B.
    max_header_length = 8192

    def __init__(self, pinned: tuple[str, ...]) -> None:
        super().__init__(algorithms=pinned, strict_check_header=False)
        self._pinned = pinned

    def get_alg(self, name: str) -> Any:
        # The library's own would warn of EdDSA, whose name RFC 9864 changes and providers keep.
        if name not in self._pinned:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


def decode(token: str, keys: KeySet, algorithms: tuple[str, ...]) -> jwt.Token:
    """Return the token once one of `keys` has verified it under one of `algorithms`.

    Raises LoginError; or InvalidKeyIdError for an unknown key, so that keys can be asked for anew.
    """
    # An empty list would mean joserfc's own choice; `algorithms=` beside a registry is ignored.
    if not algorithms or not ASYMMETRIC.issuperset(algorithms):
        raise LoginError(Reason.CONNECTION_INVALID, "algorithms")
    try:
        return jwt.decode(token, keys, registry=_Registry(algorithms))
    except InvalidKeyIdError:
        raise
    except UnsupportedAlgorithmError as error:
        raise LoginError(Reason.ALGORITHM_REFUSED) from error
    except BadSignatureError as error:
        raise LoginError(Reason.SIGNATURE_WRONG) from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise LoginError(Reason.MALFORMED, type(error).__name__) from error


def check_shape(
    claims: Mapping[str, Any], required: Mapping[str, Kind], optional: Mapping[str, Kind]
) -> None:
    """Raise LoginError unless each claim is there that must be, and each is what it should be."""
    for name, kind in (*required.items(), *optional.items()):
        value = claims.get(name)
        if value is None and name in required:
            raise LoginError(Reason.CLAIM_MISSING, name)
        if value is not None and not (_is(value, kind) and _is_clean(value)):
            raise LoginError(Reason.CLAIM_WRONG, name)


def _is(value: Any, kind: Kind) -> bool:
    """Tell whether a value is of a kind; true and false are no numbers, whatever Python says."""
    return isinstance(value, kind) and not isinstance(value, bool)


def _is_clean(value: Any) -> bool:
    """Tell whether texts are texts, not empty and without what no database stores; numbers finite.

    JSON as Python reads it has NaN, which is never later than anything: no time would be over.
    """
    if isinstance(value, list):
        return all(isinstance(entry, str) and _is_clean(entry) for entry in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, str) or (value != "" and value.isprintable())


def check_issuer(claims: Mapping[str, Any], issuer: str) -> None:
    """Raise LoginError unless the token is the provider's own, to the letter."""
    if claims["iss"] != issuer:
        raise LoginError(Reason.CLAIM_WRONG, "iss")


def check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Raise LoginError unless the token is for us alone."""
    if claims["aud"] not in (client_id, [client_id]):
        raise LoginError(Reason.CLAIM_WRONG, "aud")


def check_subject(claims: Mapping[str, Any]) -> None:
    """Raise LoginError for a subject longer than any may be; one that is not there passes."""
    if len(claims.get("sub") or "") > MAX_SUBJECT:
        raise LoginError(Reason.CLAIM_WRONG, "sub")


def check_times(claims: Mapping[str, Any], now: int, most_age: int) -> None:
    """Raise LoginError unless the token was made within `most_age` seconds and is good now."""
    if now - claims["iat"] > most_age:
        raise LoginError(Reason.EXPIRED, "iat")
    if claims["iat"] > now + LEEWAY_SECONDS:
        raise LoginError(Reason.CLAIM_WRONG, "iat")
    if claims["exp"] <= now - LEEWAY_SECONDS:
        raise LoginError(Reason.EXPIRED, "exp")
    if (claims.get("nbf") or now) > now + LEEWAY_SECONDS:
        raise LoginError(Reason.CLAIM_WRONG, "nbf")
