"""What sign-in is told: the provider and how it knows us, and what this one sign-in asks for."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec

from parvis.integrations.login.errors import LoginError, Reason

# `none` is a public client: PKCE, which is never left out, is its only proof.
METHODS = ("none", "client_secret_basic", "private_key_jwt")
PROFILES = ("standard", "fapi2")
ASSERTION_ALGORITHMS = ("ES256", "PS256", "RS256")

# Symmetric algorithms and `none` can never be pinned: the client secret must not sign people in.
ASYMMETRIC = frozenset(
    f"{family}{size}" for family in ("RS", "PS", "ES") for size in (256, 384, 512)
) | {"EdDSA"}
# FAPI 2.0 Security Profile, section 5.4: RSA with the old padding is not among them.
FAPI_ALGORITHMS = frozenset({"PS256", "ES256", "EdDSA"})


class ConnectionConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One way in: a provider, and how it knows us."""

    issuer: str
    client_id: str
    redirect_uri: str
    algorithms: tuple[str, ...]
    client_secret: str = ""
    client_key: str = ""  # a private JWK with its `kid` and `alg`, for private_key_jwt
    auth_method: str = "client_secret_basic"
    scope: str = "openid profile email"
    profile: str = "standard"
    assertion_algorithm: str = "ES256"
    assertion_audience: str = "token_endpoint"
    pkce: str = "advertised"
    trust_frameworks: tuple[str, ...] = ()

    @property
    def is_fapi(self) -> bool:
        return self.profile == "fapi2"

    def __repr__(self) -> str:
        """Leave the secret and the key out, wherever this ends up printed."""
        return f"ConnectionConfig({self.issuer!r}, {self.client_id!r})"


class Pending(msgspec.Struct, frozen=True):
    """What a sign-in under way has to be answered with."""

    state: str
    nonce: str
    code_verifier: str


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What a sign-in asks for beyond who the person is; verified again when they return.

    `max_age`: seconds since they last proved themselves. `acr_values`: the provider's own words,
    any of which will do. `prompt_login`: they are to prove themselves now, whatever it remembers.
    """

    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    prompt_login: bool = False
    login_hint: str | None = None


PLAIN = Ask()


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A person as a provider vouches for them. `claims`: userinfo, overruled by the ID token."""

    issuer: str
    sub: str
    claims: dict[str, Any]
    id_token: str
    op_sid: str | None
    acr: str | None
    amr: tuple[str, ...] | None
    auth_time: float | None


class Step(StrEnum):
    """What a sign-in passes, in this order; the one after the last is where it failed."""

    METADATA = "metadata"
    PUSHED = "pushed"
    CALLBACK = "callback"
    TOKENS = "tokens"
    SIGNATURE = "signature"
    ID_TOKEN = "id_token"  # noqa: S105 -- the name of a step
    FRESHNESS = "freshness"
    USERINFO = "userinfo"


def complaint(
    *, profile: str, auth_method: str, algorithms: Iterable[str], assertion_algorithm: str
) -> str | None:
    """Return which of these makes a connection unsafe to use, None when none does."""
    pinned = frozenset(algorithms)
    if profile not in PROFILES:
        return "profile"
    if auth_method not in METHODS:
        return "auth_method"
    if not pinned or not ASYMMETRIC.issuperset(pinned):
        return "algorithms"
    if profile == "fapi2":
        return _fapi_complaint(auth_method, pinned, assertion_algorithm)
    return None


def _fapi_complaint(auth_method: str, pinned: frozenset[str], assertion: str) -> str | None:
    if auth_method != "private_key_jwt":
        return "auth_method"
    if not FAPI_ALGORITHMS.issuperset(pinned):
        return "algorithms"
    return None if assertion in FAPI_ALGORITHMS else "assertion_algorithm"


def check(connection: ConnectionConfig) -> None:
    """Raise LoginError when a connection is one that nobody may sign in with."""
    fault = complaint(
        profile=connection.profile,
        auth_method=connection.auth_method,
        algorithms=connection.algorithms,
        assertion_algorithm=connection.assertion_algorithm,
    )
    if fault is not None:
        raise LoginError(Reason.CONNECTION_INVALID, fault)
