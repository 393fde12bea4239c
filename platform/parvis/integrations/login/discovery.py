"""What a provider says of itself, checked before anything of it is used."""

from typing import Any

import httpx2
import msgspec

from parvis.integrations.login.config import ConnectionConfig
from parvis.integrations.login.errors import Away, LoginError, Reason
from parvis.integrations.login.transport import check_url


class Metadata(msgspec.Struct, frozen=True):
    """The part of a provider's metadata that sign-in uses, every address of it checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    names_itself: bool = False  # RFC 9207: callbacks carry `iss`
    takes_claims: bool = False
    # None where it does not say how it does PKCE.
    challenge_methods: tuple[str, ...] | None = None
    push_endpoint: str | None = None
    must_push: bool = False  # RFC 9126: it takes no request from a browser


class _Document(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    response_types_supported: list[str]
    code_challenge_methods_supported: tuple[str, ...] | None = None
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    authorization_response_iss_parameter_supported: bool = False
    claims_parameter_supported: bool = False
    pushed_authorization_request_endpoint: str | None = None
    require_pushed_authorization_requests: bool = False


def parse(document: Any, issuer: str, *, allow_loopback: bool) -> Metadata:
    """Return the checked metadata of `issuer`, or raise LoginError naming what is wrong.

    The issuer must be ours byte for byte: a document of another issuer would let that issuer
    sign people in here (OpenID Connect Discovery 1.0, section 4.3).
    """
    try:
        found = msgspec.convert(document, _Document)
    except msgspec.ValidationError as error:
        raise LoginError(Reason.METADATA_INVALID, str(error)) from error
    if found.issuer != issuer:
        raise LoginError(Reason.METADATA_ISSUER)
    if "code" not in found.response_types_supported:
        raise LoginError(Reason.METADATA_INVALID, "response_types_supported")
    metadata = Metadata(
        issuer=found.issuer,
        authorization_endpoint=found.authorization_endpoint,
        token_endpoint=found.token_endpoint,
        jwks_uri=found.jwks_uri,
        userinfo_endpoint=found.userinfo_endpoint,
        end_session_endpoint=found.end_session_endpoint,
        names_itself=found.authorization_response_iss_parameter_supported,
        takes_claims=found.claims_parameter_supported,
        challenge_methods=found.code_challenge_methods_supported,
        push_endpoint=found.pushed_authorization_request_endpoint,
        must_push=found.require_pushed_authorization_requests,
    )
    _check_endpoints(metadata, allow_loopback=allow_loopback)
    return metadata


def _check_endpoints(metadata: Metadata, *, allow_loopback: bool) -> None:
    # Those that the browser follows never pass our transport: they are checked here alone.
    for url in (
        metadata.authorization_endpoint,
        metadata.token_endpoint,
        metadata.jwks_uri,
        metadata.userinfo_endpoint,
        metadata.end_session_endpoint,
        metadata.push_endpoint,
    ):
        if url is not None:
            check_url(url, allow_loopback=allow_loopback)


def suit(metadata: Metadata, connection: ConnectionConfig) -> None:
    """Raise LoginError unless the provider can do what the connection needs of it.

    Without PKCE a stolen code signs its thief in. Some providers do it and never say so: an
    administrator may assume it there, but never against what the provider does say.
    """
    methods = metadata.challenge_methods
    if methods is None and connection.pkce != "assumed":
        raise LoginError(Reason.METADATA_NO_PKCE)
    if methods is not None and "S256" not in methods:
        raise LoginError(Reason.METADATA_NO_PKCE)
    if _must_push(metadata, connection) and metadata.push_endpoint is None:
        raise LoginError(Reason.METADATA_NO_PUSH)


def pushed_to(metadata: Metadata, connection: ConnectionConfig) -> str | None:
    """Return where the request goes before the browser does; None where the browser carries it."""
    return metadata.push_endpoint if _must_push(metadata, connection) else None


def _must_push(metadata: Metadata, connection: ConnectionConfig) -> bool:
    return connection.is_fapi or metadata.must_push


async def fetch_json(client: httpx2.AsyncClient, url: str, invalid: Reason) -> Any:
    """Return the JSON document at `url`; anything but a 200 with JSON is `invalid`."""
    response = await client.get(url, headers={"Accept": "application/json"})
    if response.status_code >= 500 or response.status_code == 429:
        raise Away(invalid, f"HTTP {response.status_code}")
    if response.status_code != 200:
        raise LoginError(invalid, f"HTTP {response.status_code}")
    try:
        return msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        raise LoginError(invalid, "not JSON") from None
