"""What a provider says of itself, checked before anything of it is used, and kept for an hour."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2
import msgspec
from authlib.oidc.discovery import get_well_known_url

from parvis.core import clock
from parvis.integrations.login.errors import LoginError, Reason
from parvis.integrations.login.transport import check_url

TIME_TO_LIVE = timedelta(hours=1)


class Metadata(msgspec.Struct, frozen=True):
    """The part of a provider's metadata that sign-in uses, every address of it checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    names_itself: bool = False  # RFC 9207: callbacks carry `iss`


class _Document(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    response_types_supported: list[str]
    code_challenge_methods_supported: list[str] = []
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    authorization_response_iss_parameter_supported: bool = False


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
    if "S256" not in found.code_challenge_methods_supported:
        raise LoginError(Reason.METADATA_NO_PKCE)
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
    )
    _check_endpoints(metadata, allow_loopback=allow_loopback)
    return metadata


def _check_endpoints(metadata: Metadata, *, allow_loopback: bool) -> None:
    # The two that the browser follows never pass our transport: they are checked here alone.
    for url in (
        metadata.authorization_endpoint,
        metadata.token_endpoint,
        metadata.jwks_uri,
        metadata.userinfo_endpoint,
        metadata.end_session_endpoint,
    ):
        if url is not None:
            check_url(url, allow_loopback=allow_loopback)


async def fetch_json(client: httpx2.AsyncClient, url: str, invalid: Reason) -> Any:
    """Return the JSON document at `url`; anything but a 200 with JSON is `invalid`."""
    response = await client.get(url, headers={"Accept": "application/json"})
    if response.status_code != 200:
        raise LoginError(invalid, f"HTTP {response.status_code}")
    try:
        return msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        raise LoginError(invalid, "not JSON") from None


class MetadataCache:
    """Keeps each issuer's metadata for an hour, in this process."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback
        self._kept: dict[str, tuple[datetime, Metadata]] = {}

    async def get(self, issuer: str, fetch: Callable[[str], Awaitable[Any]]) -> Metadata:
        """Return the metadata of `issuer`, asking it through `fetch(url)` when older than that."""
        kept = self._kept.get(issuer)
        if kept is not None and clock.now() - kept[0] < TIME_TO_LIVE:
            return kept[1]
        check_url(issuer, allow_loopback=self._allow_loopback)
        document = await fetch(get_well_known_url(issuer, external=True))
        metadata = parse(document, issuer, allow_loopback=self._allow_loopback)
        self._kept[issuer] = (clock.now(), metadata)
        return metadata
