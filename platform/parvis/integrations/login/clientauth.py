"""How we prove to a provider's token endpoint that we are the client it knows."""

from typing import Any

from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key
from msgspec import DecodeError, json

from parvis.integrations.login.errors import LoginError, Reason

# `none` is a public client: PKCE, which is never left out, is its only proof.
METHODS = ("none", "client_secret_basic", "private_key_jwt")
ASSERTION_SECONDS = 60


class ShortAssertion(PrivateKeyJWT):  # type: ignore[misc]  # Authlib is untyped
    """Signs an assertion that lives a minute and is never the same twice.

    Authlib's own lives an hour, and repeats its `jti` once extra claims are given.
    """

    def sign(self, auth: Any, token_endpoint: str) -> str:
        key = auth.client_secret
        signed: str = private_key_jwt_sign(
            key,
            client_id=auth.client_id,
            token_endpoint=token_endpoint,
            alg=key.get("alg"),
            header={"kid": key.kid},
            expires_in=ASSERTION_SECONDS,
        )
        return signed


def signing_key(secret: str) -> RSAKey | ECKey | OKPKey:
    """Return the private key of a connection: a JWK with its `kid` and `alg`."""
    try:
        key = import_key(json.decode(secret, type=dict))
    except (DecodeError, JoseError, ValueError, TypeError, KeyError):
        raise LoginError(Reason.CONNECTION_INVALID, "client key") from None
    if not isinstance(key, RSAKey | ECKey | OKPKey) or not (key.is_private and key.get("alg")):
        raise LoginError(Reason.CONNECTION_INVALID, "client key")
    key.ensure_kid()
    return key
