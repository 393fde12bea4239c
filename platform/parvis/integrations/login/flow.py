"""The code flow: from the address we send the person to, to claims that belong to them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2
import msgspec
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from parvis.core import clock
from parvis.integrations.login import discovery, idtoken, jwks, logout, userinfo
from parvis.integrations.login.clientauth import METHODS, ShortAssertion, signing_key
from parvis.integrations.login.errors import LoginError, Reason
from parvis.integrations.login.exchange import TokenAnswer, code_only, exchange, only_success
from parvis.integrations.login.transport import TIMEOUT_SECONDS, MakeTransport, real_transport

# A provider that answers each request in time but drips its bytes must not hold a worker.
TOTAL_SECONDS = 20.0


class ConnectionConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One way in: a provider, and how it knows us."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    algorithms: tuple[str, ...]
    auth_method: str = "client_secret_basic"
    scope: str = "openid profile email"

    def __repr__(self) -> str:
        """Leave the secret out, wherever this ends up printed."""
        return f"ConnectionConfig({self.issuer!r}, {self.client_id!r})"


class Pending(msgspec.Struct, frozen=True):
    """What a sign-in under way has to be answered with."""

    state: str
    nonce: str
    code_verifier: str


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


class RelyingParty:
    """Signs people in at any connection; keeps nothing but providers' metadata and keys."""

    def __init__(
        self,
        *,
        allow_loopback: bool,
        transport: MakeTransport | None = None,
    ) -> None:
        self._transport = transport or partial(real_transport, allow_loopback=allow_loopback)
        self._metadata = discovery.MetadataCache(allow_loopback=allow_loopback)
        self._keys = jwks.KeyCache()

    async def authorization_url(
        self, connection: ConnectionConfig, pending: Pending, *, locale: str
    ) -> str:
        """Return the address at the provider where the person goes on."""
        async with _in_time():
            metadata = await self._describe(connection.issuer)
        async with self._client(connection) as client:
            url, _state = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=pending.state,
                nonce=pending.nonce,
                code_verifier=pending.code_verifier,
                ui_locales=locale,
            )
        return str(url)

    async def complete(
        self, connection: ConnectionConfig, pending: Pending, callback: Mapping[str, str]
    ) -> SignedIn:
        """Return whom the provider vouches for in this callback, or raise LoginError.

        Needs: `pending` found by the callback's own state, in the browser that began.
        """
        async with _in_time(), self._client(connection) as client:
            metadata = await self._describe(connection.issuer)
            code = code_from(callback, metadata)
            token = await exchange(client, metadata.token_endpoint, code, pending.code_verifier)
            identity = await self._identify(connection, metadata, pending, token)
            claims = await self._userinfo(client, connection, metadata, identity.sub)
        return SignedIn(
            issuer=metadata.issuer,
            sub=identity.sub,
            claims=claims | identity.claims,
            id_token=token.id_token,
            op_sid=identity.sid,
            acr=identity.acr,
            amr=identity.amr,
            auth_time=identity.auth_time,
        )

    async def logout_url(
        self, connection: ConnectionConfig, *, id_token: str, return_to: str
    ) -> str | None:
        """Return where the person also signs out of the provider; None when it offers no such."""
        async with _in_time():
            metadata = await self._describe(connection.issuer)
        return logout.url(
            metadata, client_id=connection.client_id, id_token=id_token, return_to=return_to
        )

    async def _describe(self, issuer: str) -> discovery.Metadata:
        return await self._metadata.get(
            issuer, lambda url: self._fetch(url, Reason.METADATA_INVALID)
        )

    async def _fetch(self, url: str, invalid: Reason) -> Any:
        # A client of its own: documents are fetched without the person's access token.
        async with httpx2.AsyncClient(**_options(self._transport())) as client:
            return await discovery.fetch_json(client, url, invalid)

    def _client(self, connection: ConnectionConfig) -> AsyncOAuth2Client:
        if connection.auth_method not in METHODS:
            raise LoginError(Reason.CONNECTION_INVALID, "auth_method")
        secret: Any = connection.client_secret
        if connection.auth_method == "private_key_jwt":
            secret = signing_key(connection.client_secret)
        client = AsyncOAuth2Client(
            connection.client_id,
            secret,
            token_endpoint_auth_method=connection.auth_method,
            scope=connection.scope,
            redirect_uri=connection.redirect_uri,
            code_challenge_method="S256",  # without it PKCE is silently not sent
            leeway=0,  # with the default, access tokens of a minute count as expired
            **_options(self._transport()),
        )
        client.register_client_auth_method(ShortAssertion())
        client.register_compliance_hook("access_token_response", only_success)
        return client

    async def _identify(
        self,
        connection: ConnectionConfig,
        metadata: discovery.Metadata,
        pending: Pending,
        token: TokenAnswer,
    ) -> idtoken.IdToken:
        verified = await self._verify(connection, metadata, token.id_token)
        expected = idtoken.Expected(
            issuer=metadata.issuer,
            client_id=connection.client_id,
            nonce=pending.nonce,
            access_token=token.access_token,
        )
        return idtoken.validate(verified, expected, clock.now())

    async def _userinfo(
        self,
        client: AsyncOAuth2Client,
        connection: ConnectionConfig,
        metadata: discovery.Metadata,
        sub: str,
    ) -> dict[str, Any]:
        if metadata.userinfo_endpoint is None:
            return {}
        try:
            response = await client.get(metadata.userinfo_endpoint)
        except OAuthError as error:  # the access token came expired
            raise LoginError(Reason.ANSWER_UNUSABLE, "userinfo") from error
        signed = userinfo.signed_body(response)
        if signed is not None:
            verified = await self._verify(connection, metadata, signed)
            claims = userinfo.from_signed(verified, metadata.issuer, connection.client_id)
        else:
            claims = userinfo.from_plain(response)
        return userinfo.of_subject(claims, sub)

    async def _verify(
        self, connection: ConnectionConfig, metadata: discovery.Metadata, token: str
    ) -> Any:
        return await self._keys.verify(
            metadata.jwks_uri,
            lambda: self._fetch(metadata.jwks_uri, Reason.KEYS_INVALID),
            lambda keys: idtoken.decode(token, keys, connection.algorithms),
        )


def code_from(callback: Mapping[str, str], metadata: discovery.Metadata) -> str:
    """Return the code of a callback whose state was already found to be ours.

    The issuer is looked at before anything else it says (RFC 9207): an error of another
    provider is no more ours than a code of it.
    """
    issuer = callback.get("iss")
    if issuer is None and metadata.names_itself:
        raise LoginError(Reason.ISSUER_MISSING)
    if issuer is not None and issuer != metadata.issuer:
        raise LoginError(Reason.ISSUER_WRONG)
    if "error" in callback:
        raise LoginError(Reason.PROVIDER_REFUSED, code_only(callback["error"]))
    if not callback.get("code"):
        raise LoginError(Reason.CODE_MISSING)
    return callback["code"]


def _options(transport: httpx2.AsyncBaseTransport) -> dict[str, Any]:
    return {
        "transport": transport,
        "follow_redirects": False,
        "trust_env": False,
        "timeout": TIMEOUT_SECONDS,
    }


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """Turn a provider that is slow, silent or not speaking HTTP into a LoginError."""
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            yield
    except (TimeoutError, httpx2.TimeoutException) as error:
        raise LoginError(Reason.TOO_SLOW) from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise LoginError(Reason.UNREACHABLE, type(error).__name__) from error
