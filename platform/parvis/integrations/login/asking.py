"""The request that a person carries to the provider, or that we push there ourselves first."""

from typing import Any
from urllib.parse import parse_qsl

import httpx2
import msgspec
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import AsyncOAuth2Client
from msgspec import json

from parvis.integrations.login import verified
from parvis.integrations.login.config import Ask, ConnectionConfig, Pending
from parvis.integrations.login.discovery import Metadata
from parvis.integrations.login.errors import LoginError, Reason
from parvis.integrations.login.exchange import error_of


class _Pushed(msgspec.Struct, frozen=True):
    request_uri: str


def parameters(
    client: AsyncOAuth2Client,
    connection: ConnectionConfig,
    metadata: Metadata,
    pending: Pending,
    ask: Ask,
    *,
    locale: str,
) -> dict[str, str]:
    """Return the parameters of an authorization request."""
    query, _state = client.create_authorization_url(
        "",
        state=pending.state,
        nonce=pending.nonce,
        code_verifier=pending.code_verifier,
        ui_locales=locale,
        **_wishes(ask),
        **_claims(connection, metadata, ask),
    )
    return dict(parse_qsl(query.removeprefix("?")))


def address(endpoint: str, given: dict[str, str]) -> str:
    """Return the provider's address with these parameters, beside any it has of its own."""
    url: str = add_params_to_uri(endpoint, list(given.items()))
    return url


async def push(
    client: AsyncOAuth2Client, connection: ConnectionConfig, endpoint: str, given: dict[str, str]
) -> dict[str, str]:
    """Give the request to the provider as the client it knows; return what the browser carries.

    So nobody reads or changes it on the way (RFC 9126).
    """
    auth = httpx2.USE_CLIENT_DEFAULT
    if connection.auth_method != "none":
        auth = client.client_auth(connection.auth_method)
    response = await client.request("POST", endpoint, data=given, auth=auth, withhold_token=True)
    if response.status_code != 201:
        raise LoginError(Reason.PUSH_REFUSED, error_of(response))
    try:
        pushed = json.decode(response.content, type=_Pushed)
    except msgspec.MsgspecError:
        raise LoginError(Reason.PUSH_REFUSED, "not readable") from None
    if not (pushed.request_uri and pushed.request_uri.isprintable()):
        raise LoginError(Reason.PUSH_REFUSED, "request_uri")
    return {"client_id": connection.client_id, "request_uri": pushed.request_uri}


def _wishes(ask: Ask) -> dict[str, str]:
    wishes = {
        "max_age": None if ask.max_age is None else str(ask.max_age),
        "acr_values": " ".join(ask.acr_values),
        "prompt": "login" if ask.prompt_login else None,
        "login_hint": ask.login_hint,
    }
    return {name: value for name, value in wishes.items() if value}


def _claims(connection: ConnectionConfig, metadata: Metadata, ask: Ask) -> dict[str, str]:
    """Return the `claims` parameter, where the provider understands it.

    Verified names and an essential acr cannot be asked for otherwise, except by a scope that the
    two firms have agreed upon; that one stands in the connection.
    """
    if not metadata.takes_claims:
        return {}
    wanted: dict[str, dict[str, Any]] = {}
    if connection.trust_frameworks:
        place = "userinfo" if metadata.userinfo_endpoint else "id_token"
        wanted.setdefault(place, {}).update(verified.request(connection.trust_frameworks))
    if ask.acr_values:
        acr = {"essential": True, "values": list(ask.acr_values)}
        wanted.setdefault("id_token", {})["acr"] = acr
    return {"claims": json.encode(wanted).decode()} if wanted else {}
