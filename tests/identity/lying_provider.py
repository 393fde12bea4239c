"""A provider in memory that answers properly, until a test tells it how to lie."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from parvis.core import clock, crypto
from parvis.integrations.login import ConnectionConfig, Pending, RelyingParty, new_key
from parvis.integrations.login.transport import GuardedTransport

ISSUER = "https://id.example.org"
CLIENT_ID = "parvis-orvance"
CLIENT_SECRET = "a secret only the two of us know"
REDIRECT_URI = "https://orvance.example.org/auth/oidc/orvance/callback"
SUBJECT = "3f1c-anna"
ACCESS_TOKEN = "access-token-of-anna"
REQUEST_URI = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"

RSA = RSAKey.generate_key(2048, {"kid": "rsa-1"})
EC = ECKey.generate_key("P-256", {"kid": "ec-1"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed-1"})
ROTATED = RSAKey.generate_key(2048, {"kid": "rsa-2"})


def half_hash(text: str) -> str:
    half = hashlib.sha256(text.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def unpadded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class LyingProvider:
    """An OP behind an ASGI door. Each attribute is a place where it can be made to lie."""

    def __init__(self, issuer: str = ISSUER, client_id: str = CLIENT_ID) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.metadata: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "end_session_endpoint": f"{issuer}/end",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.keys: list[RSAKey | ECKey | OKPKey] = [RSA, EC]
        self.key: RSAKey | ECKey | OKPKey = RSA
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "rsa-1"}
        self.claims: dict[str, Any] = {}
        self.mint: Callable[[dict[str, Any]], str] | None = None
        self.userinfo: dict[str, Any] = {"sub": SUBJECT, "name": "Anna Berliet"}
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.token_extra: dict[str, Any] = {}
        self.gate: asyncio.Barrier | None = None
        self.requests: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.is_away = False

    def standard_claims(self, nonce: str) -> dict[str, Any]:
        now = int(clock.now().timestamp())
        return {
            "iss": self.issuer,
            "sub": self.userinfo["sub"],
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "at_hash": half_hash(ACCESS_TOKEN),
        }

    def id_token(self, nonce: str) -> str:
        claims = self.standard_claims(nonce) | self.claims
        claims = {name: value for name, value in claims.items() if value is not ...}
        if self.mint is not None:
            return self.mint(claims)
        return self.sign(claims)

    def sign(self, claims: dict[str, Any], header: dict[str, Any] | None = None) -> str:
        registry = JWSRegistry(algorithms=[self.header["alg"]], strict_check_header=False)
        # Not jwt.encode: it refuses to write some of the claims a lying provider would.
        head = self.header | (header or {})
        return jws.serialize_compact(head, json.dumps(claims), self.key, registry=registry)

    def logout_token(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A logout token as it should be, but for `changes`; ... leaves a claim out."""
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 120,
            "jti": crypto.token(),
            "sub": self.userinfo["sub"],
            "sid": "op-session",
            "events": {LOGOUT_EVENT: {}},
        } | changes
        kept = {name: value for name, value in claims.items() if value is not ...}
        return self.sign(kept, {"typ": "logout+jwt"} if header is None else header)

    def unsigned(self, claims: dict[str, Any]) -> str:
        return f"{unpadded({'alg': 'none'})}.{unpadded(claims)}."

    def signed_with_public_key(self, claims: dict[str, Any]) -> str:
        """The confusion attack: the public key's text used as an HMAC secret."""
        signed = f"{unpadded({'alg': 'HS256', 'kid': 'rsa-1'})}.{unpadded(claims)}"
        mac = hmac.digest(RSA.as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    def with_broken_signature(self, claims: dict[str, Any]) -> str:
        head, body, signature = self.sign(claims).split(".")
        return f"{head}.{body}.{signature[:-8]}AAAAAAAA"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive()).get("more_body") or message.get("body"):
            body += message["body"]
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        path = scope["path"].removeprefix(urlsplit(self.issuer).path)
        self.requests.append((path, headers, form))
        if self.is_away:
            raise httpx2.ConnectError("nobody there")
        if self.gate is not None and path == "/userinfo":
            await self.gate.wait()  # so that several people come back at the same instant
        status, extra, content = self.answers.get(path) or self.respond(path, form)
        raw = [(name.lower().encode(), value.encode()) for name, value in extra.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    def respond(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if path == "/.well-known/openid-configuration":
            return as_json(self.metadata)
        if path == "/jwks":
            return as_json(KeySet(list(self.keys)).as_dict(private=False))
        if path == "/userinfo":
            return as_json(self.userinfo)
        if path == "/par":
            return as_json({"request_uri": REQUEST_URI, "expires_in": 60}, 201)
        assert path == "/token", path
        # The code carries the nonce, so that the provider needs no memory.
        token = {
            "access_token": ACCESS_TOKEN,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self.id_token(form["code"]),
        } | self.token_extra
        return as_json({name: value for name, value in token.items() if value is not ...})

    def paths(self) -> list[str]:
        return [path for path, _headers, _form in self.requests]

    def form_at(self, path: str) -> dict[str, str]:
        """What was last posted there."""
        return next(form for asked, _, form in reversed(self.requests) if asked == path)


def as_json(value: Any, status: int = 200) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def connection(**changes: Any) -> ConnectionConfig:
    """A connection to the provider of this module."""
    given = {
        "issuer": ISSUER,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": REDIRECT_URI,
        "algorithms": ("RS256", "ES256"),
    }
    return ConnectionConfig(**(given | changes))


OURS = new_key("ES256")
OURS_PS256 = new_key("PS256")


def by_key(**changes: Any) -> ConnectionConfig:
    """A connection whose provider knows us by our key."""
    return connection(**{"auth_method": "private_key_jwt", "client_key": OURS.private} | changes)


def fapi(**changes: Any) -> ConnectionConfig:
    """A connection under FAPI 2.0."""
    return by_key(**{"profile": "fapi2", "algorithms": ("ES256", "PS256")} | changes)


def fapi_provider() -> LyingProvider:
    """A provider that does what FAPI 2.0 asks of it."""
    provider = LyingProvider()
    provider.key, provider.header = EC, {"alg": "ES256", "kid": "ec-1"}
    provider.metadata |= {
        "pushed_authorization_request_endpoint": f"{ISSUER}/par",
        "require_pushed_authorization_requests": True,
    }
    return provider


def relying_party(provider: LyingProvider, **changes: Any) -> RelyingParty:
    """A relying party whose network is `provider` and nothing else."""
    return RelyingParty(allow_loopback=False, transport=lambda: network(provider), **changes)


def network(provider: LyingProvider, *, allow_loopback: bool = False) -> httpx2.AsyncBaseTransport:
    """A network on which there is `provider` and nobody else."""
    return GuardedTransport(httpx2.ASGITransport(provider), allow_loopback=allow_loopback)


PENDING = Pending(state="state-1", nonce="nonce-1", code_verifier="v" * 43)


def callback(**changes: Any) -> dict[str, str]:
    given = {"state": PENDING.state, "code": PENDING.nonce, "iss": ISSUER} | changes
    return {name: value for name, value in given.items() if value is not ...}


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
