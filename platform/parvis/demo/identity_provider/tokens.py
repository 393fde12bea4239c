"""ID tokens and logout tokens, signed by a key that lives as long as the process."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from parvis.demo.identity_provider.authorization import LEVELS, AuthorizationRequest
from parvis.demo.identity_provider.directory import ALGORITHM, Persona
from parvis.demo.identity_provider.presences import Presence

LIFETIME = timedelta(minutes=5)
LOGOUT_LIFETIME = timedelta(minutes=2)
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was chosen for a request: what codes and access tokens stand for."""

    request: AuthorizationRequest
    presence: Presence

    @property
    def persona(self) -> Persona:
        return self.presence.persona


class Signer:
    """Signs ID tokens and knows its own again; a new key at each start."""

    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM})
        self._key.ensure_kid()

    def key_set(self) -> dict[str, object]:
        """The public half, as published."""
        return {"keys": [self._key.as_dict(private=False)]}

    def id_token(self, grant: Grant, access_token: str, now: datetime) -> str:
        """Return the ID token that goes with `access_token`."""
        issued = int(now.timestamp())
        claims = {
            "iss": grant.request.issuer.url,
            "sub": grant.persona.sub,
            "aud": grant.request.client.client_id,
            "iat": issued,
            "exp": issued + int(LIFETIME.total_seconds()),
            "auth_time": int(grant.presence.at.timestamp()),
            "acr": grant.request.level,
            "amr": ["user", "mfa"] if grant.request.level == LEVELS[1] else ["user"],
            "sid": grant.presence.sid,
            "at_hash": half_hash(access_token),
        }
        if grant.request.nonce is not None:
            claims["nonce"] = grant.request.nonce
        return self._sign(claims, "JWT")

    def logout_token(self, issuer: str, ended: Presence, now: datetime) -> str:
        """Return what tells an application that somebody has left (Back-Channel Logout, 2.4)."""
        issued = int(now.timestamp())
        claims = {
            "iss": issuer,
            "sub": ended.persona.sub,
            "aud": ended.client.client_id,
            "iat": issued,
            "exp": issued + int(LOGOUT_LIFETIME.total_seconds()),
            "jti": secrets.token_urlsafe(16),
            "sid": ended.sid,
            "events": {LOGOUT_EVENT: {}},
        }
        return self._sign(claims, "logout+jwt")

    def _sign(self, claims: dict[str, object], kind: str) -> str:
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": kind}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def audience(self, id_token: str, issuer: str) -> str | None:
        """Return the client an ID token of `issuer` was made for, None if it is not ours.

        Its age does not matter: people sign out long after they have signed in.
        """
        try:
            token = jwt.decode(id_token, self._key, registry=JWSRegistry(algorithms=[ALGORITHM]))
        except (JoseError, ValueError):
            return None
        return str(token.claims["aud"]) if token.claims["iss"] == issuer else None


def half_hash(value: str) -> str:
    """The left half of the value's SHA-256 (OpenID Connect Core, 3.1.3.6)."""
    return _base64url(hashlib.sha256(value.encode()).digest()[:16])


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636, 4.2)."""
    return _base64url(hashlib.sha256(verifier.encode()).digest())


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
