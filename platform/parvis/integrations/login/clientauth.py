"""How we prove to a provider that we are the client it knows."""

from base64 import b64encode
from typing import Any
from urllib.parse import quote_plus

import msgspec
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key
from msgspec import DecodeError, json

from parvis.integrations.login.config import ConnectionConfig
from parvis.integrations.login.errors import LoginError, Reason

ASSERTION_SECONDS = 60
RSA_BITS = 3072


class ShortAssertion(PrivateKeyJWT):  # type: ignore[misc]  # Authlib is untyped
    """Signs an assertion that lives a minute and is never the same twice.

    Authlib's own lives an hour, and repeats its `jti` once extra claims are given. `audience` is
    one text, never a list: that is how FAPI 2.0 wants the issuer, and what others expect of the
    token endpoint's address, at whichever endpoint the assertion is shown (RFC 9126, section 2).
    """

    def __init__(self, audience: str) -> None:
        super().__init__(token_endpoint=audience)

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


def assertion_audience(connection: ConnectionConfig, token_endpoint: str) -> str:
    """Return whom our assertions are for: always the issuer under FAPI 2.0."""
    if connection.is_fapi or connection.assertion_audience == "issuer":
        return connection.issuer
    return token_endpoint


def basic(client: Any, _method: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
    """Show id and secret in the header, each form-encoded first (RFC 6749, section 2.3.1).

    Authlib does not encode them: a secret with a plus sign or an accent then arrives as another.
    """
    pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return uri, headers, body


def signing_key(connection: ConnectionConfig) -> RSAKey | ECKey | OKPKey:
    """Return the private key of a connection: a JWK with its `kid` and the connection's `alg`."""
    try:
        key = import_key(json.decode(connection.client_key, type=dict))
    except (DecodeError, JoseError, ValueError, TypeError, KeyError):
        raise LoginError(Reason.CONNECTION_INVALID, "client key") from None
    if not isinstance(key, RSAKey | ECKey | OKPKey) or not key.is_private:
        raise LoginError(Reason.CONNECTION_INVALID, "client key")
    if key.get("alg") != connection.assertion_algorithm:
        raise LoginError(Reason.CONNECTION_INVALID, "client key")
    key.ensure_kid()
    return key


class NewKey(msgspec.Struct, frozen=True):
    """A key of our own, its public and its private part as JWK texts."""

    kid: str
    public: str
    private: str

    def __repr__(self) -> str:
        """Leave the private part out, wherever this ends up printed."""
        return f"NewKey({self.kid!r})"


def new_key(algorithm: str) -> NewKey:
    """Return a new key that says of itself what it is for; its `kid` is its thumbprint."""
    about: Any = {"use": "sig", "alg": algorithm}
    key: ECKey | RSAKey
    if algorithm == "ES256":
        key = ECKey.generate_key("P-256", about)
    else:
        key = RSAKey.generate_key(RSA_BITS, about)
    key.ensure_kid()
    public, private = (json.encode(key.as_dict(private=part)).decode() for part in (False, True))
    return NewKey(str(key.kid), public, private)
