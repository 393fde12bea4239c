"""How an application proves that it is the client it says: by a secret, or by a signature."""

import hmac
import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from parvis.core import clock
from parvis.demo.identity_provider.calling import Call, CallFailedError
from parvis.demo.identity_provider.directory import Client, Issuer
from parvis.demo.identity_provider.shelf import Shelf

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "PS256", "RS256")
LONGEST = timedelta(minutes=5)
LEEWAY = 30


class TokenRefusedError(Exception):
    """The client is told no, with a code of RFC 6749, section 5.2, or RFC 6750."""

    def __init__(self, code: str, *, status: int = 400) -> None:
        self.code, self.status = code, status
        super().__init__(code)


class Authenticator:
    """Knows clients again; remembers assertions, each of which counts once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._seen: Shelf[bool] = Shelf(LONGEST + timedelta(seconds=2 * LEEWAY))

    async def client(self, issuer: Issuer, header: str, form: Mapping[str, str]) -> Client:
        """Return the client that proved itself in the way it is registered with.

        Errors: TokenRefusedError.
        """
        if form.get("client_assertion_type") == ASSERTION_TYPE:
            return await self._by_signature(issuer, form.get("client_assertion", ""))
        return _by_secret(issuer, header)

    async def _by_signature(self, issuer: Issuer, assertion: str) -> Client:
        """RFC 7523, section 3, with the keys that the client publishes."""
        claimed = _unverified(assertion)
        client = issuer.clients.get(str(claimed.get("sub", "")))
        if client is None or client.auth_method != "private_key_jwt":
            raise _unknown()
        claims = await self._verified(client, assertion)
        audiences = (issuer.url, f"{issuer.url}/token", f"{issuer.url}/par")
        now = int(clock.now().timestamp())
        expires, once = claims.get("exp"), f"{client.client_id} {claims.get('jti')}"
        rules = (
            claims.get("iss") == claims.get("sub") == client.client_id,
            claims.get("aud") in audiences,
            isinstance(expires, int) and now - LEEWAY < expires < now + LONGEST.total_seconds(),
            bool(claims.get("jti")) and self._seen.get(once) is None,
        )
        if not all(rules):
            raise _unknown()
        self._seen.keep(once, value=True)
        return client

    async def _verified(self, client: Client, assertion: str) -> Mapping[str, Any]:
        try:
            status, document = await self._call("GET", client.keys_url)
            keys = KeySet.import_key_set(document if status == 200 else {"keys": []})
            registry = JWSRegistry(algorithms=list(ALGORITHMS))
            return jwt.decode(assertion, keys, registry=registry).claims
        except (CallFailedError, JoseError, ValueError, TypeError, KeyError):
            raise _unknown() from None


def _by_secret(issuer: Issuer, header: str) -> Client:
    """HTTP Basic, both halves form-encoded (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError):
        raise _unknown() from None
    client = issuer.clients.get(unquote_plus(client_id))
    known = client.secret if client else ""
    is_same = hmac.compare_digest(unquote_plus(secret).encode(), known.encode())
    if scheme.lower() != "basic" or client is None or not is_same:
        raise _unknown()
    if client.auth_method != "client_secret_basic":
        raise _unknown()
    return client


def _unverified(assertion: str) -> Mapping[str, Any]:
    """What an assertion says before its signature is looked at: it tells whose keys to fetch."""
    try:
        found = json.loads(jws.extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError):
        raise _unknown() from None
    return found if isinstance(found, dict) else {}


def _unknown() -> TokenRefusedError:
    return TokenRefusedError("invalid_client", status=401)
