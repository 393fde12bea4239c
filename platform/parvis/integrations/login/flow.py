"""The code flow: from the address we send the person to, to claims that belong to them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.jwk import KeySet

from parvis.core import clock
from parvis.integrations.login import (
    asking,
    clientauth,
    config,
    discovery,
    freshness,
    idtoken,
    jwks,
    logout,
    logouttoken,
    tokens,
    userinfo,
)
from parvis.integrations.login.callback import code_from
from parvis.integrations.login.config import (
    PLAIN,
    Ask,
    ConnectionConfig,
    Pending,
    SignedIn,
    Step,
)
from parvis.integrations.login.discovery import Metadata
from parvis.integrations.login.errors import LoginError, Reason
from parvis.integrations.login.exchange import TokenAnswer, exchange, only_success
from parvis.integrations.login.idtoken import IdToken
from parvis.integrations.login.keeping import COOL_DOWN, Kept
from parvis.integrations.login.logouttoken import LogoutToken
from parvis.integrations.login.transport import TIMEOUT_SECONDS, MakeTransport, real_transport

# A provider that answers each request in time but drips its bytes must not hold a worker.
TOTAL_SECONDS = 20.0


class RelyingParty:
    """Signs people in at any connection; keeps nothing but providers' metadata and keys."""

    def __init__(
        self,
        *,
        allow_loopback: bool,
        transport: MakeTransport | None = None,
        cool_down: timedelta = COOL_DOWN,
    ) -> None:
        self._allow_loopback = allow_loopback
        self._transport = transport or partial(real_transport, allow_loopback=allow_loopback)
        self._metadata: Kept[Metadata] = Kept(cool_down)
        self._keys: Kept[KeySet] = Kept(cool_down)

    async def check(self, connection: ConnectionConfig) -> Metadata:
        """Return what the provider says of itself, or raise LoginError if nobody may sign in so."""
        config.check(connection)
        async with _in_time():
            return await self._describe(connection)

    async def authorization_url(
        self,
        connection: ConnectionConfig,
        pending: Pending,
        *,
        locale: str,
        ask: Ask = PLAIN,
        passed: list[Step] | None = None,
    ) -> str:
        """Return the address at the provider where the person goes on."""
        steps = [] if passed is None else passed
        async with _in_time(), self._client(connection) as client:
            metadata = await self._describe(connection)
            steps.append(Step.METADATA)
            given = asking.parameters(client, connection, metadata, pending, ask, locale=locale)
            endpoint = discovery.pushed_to(metadata, connection)
            if endpoint is not None:
                _authenticated(client, connection, metadata)
                given = await asking.push(client, connection, endpoint, given)
                steps.append(Step.PUSHED)
        return asking.address(metadata.authorization_endpoint, given)

    async def complete(
        self,
        connection: ConnectionConfig,
        pending: Pending,
        callback: Mapping[str, str],
        *,
        ask: Ask = PLAIN,
        passed: list[Step] | None = None,
    ) -> SignedIn:
        """Return whom the provider vouches for in this callback, or raise LoginError.

        Needs: `pending` found by the callback's own state, in the browser that began; `ask` as it
        was then. Each step is added to `passed` once it has succeeded.
        """
        steps = [] if passed is None else passed
        async with _in_time(), self._client(connection) as client:
            metadata = await self._describe(connection)
            steps.append(Step.METADATA)
            must_name = metadata.names_itself or connection.is_fapi
            code = code_from(callback, metadata.issuer, must_name_issuer=must_name)
            steps.append(Step.CALLBACK)
            _authenticated(client, connection, metadata)
            token = await exchange(client, metadata.token_endpoint, code, pending.code_verifier)
            steps.append(Step.TOKENS)
            identity = await self._identify(connection, metadata, pending, token, steps)
            if freshness.is_asked(ask):
                freshness.check(identity, ask, clock.now())
                steps.append(Step.FRESHNESS)
            claims = await self._userinfo(client, connection, metadata, identity.sub, steps)
        return SignedIn(
            issuer=metadata.issuer,
            sub=identity.sub,
            claims=userinfo.merged(claims, identity.claims),
            id_token=token.id_token,
            op_sid=identity.sid,
            acr=identity.acr,
            amr=identity.amr,
            auth_time=identity.auth_time,
        )

    async def logout_token(self, connection: ConnectionConfig, token: str) -> LogoutToken:
        """Return what the provider's logout token says, or raise LoginError."""
        config.check(connection)
        async with _in_time():
            metadata = await self._describe(connection)
            verified = await self._verify(connection, metadata, token)
        return logouttoken.validate(verified, metadata.issuer, connection.client_id, clock.now())

    async def logout_url(
        self, connection: ConnectionConfig, *, id_token: str, return_to: str
    ) -> str | None:
        """Return where the person also signs out of the provider; None when it offers no such."""
        async with _in_time():
            metadata = await self._describe(connection)
        return logout.url(
            metadata, client_id=connection.client_id, id_token=id_token, return_to=return_to
        )

    async def _describe(self, connection: ConnectionConfig) -> Metadata:
        issuer, allow_loopback = connection.issuer, self._allow_loopback

        async def fetch() -> Metadata:
            address = get_well_known_url(issuer, external=True)
            document = await self._fetch(address, Reason.METADATA_INVALID)
            return discovery.parse(document, issuer, allow_loopback=allow_loopback)

        metadata = await self._metadata.get(issuer, fetch)
        discovery.suit(metadata, connection)
        return metadata

    async def _fetch(self, url: str, invalid: Reason) -> Any:
        # A client of its own: documents are fetched without the person's access token.
        async with httpx2.AsyncClient(**_options(self._transport())) as client:
            return await discovery.fetch_json(client, url, invalid)

    def _client(self, connection: ConnectionConfig) -> AsyncOAuth2Client:
        config.check(connection)
        secret: Any = connection.client_secret
        if connection.auth_method == "private_key_jwt":
            secret = clientauth.signing_key(connection)
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
        client.register_client_auth_method(("client_secret_basic", clientauth.basic))
        client.register_compliance_hook("access_token_response", only_success)
        return client

    async def _identify(
        self,
        connection: ConnectionConfig,
        metadata: Metadata,
        pending: Pending,
        token: TokenAnswer,
        steps: list[Step],
    ) -> IdToken:
        verified = await self._verify(connection, metadata, token.id_token)
        steps.append(Step.SIGNATURE)
        expected = idtoken.Expected(
            issuer=metadata.issuer,
            client_id=connection.client_id,
            nonce=pending.nonce,
            access_token=token.access_token,
        )
        identity = idtoken.validate(verified, expected, clock.now())
        steps.append(Step.ID_TOKEN)
        return identity

    async def _userinfo(
        self,
        client: AsyncOAuth2Client,
        connection: ConnectionConfig,
        metadata: Metadata,
        sub: str,
        steps: list[Step],
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
        claims = userinfo.of_subject(claims, sub)
        steps.append(Step.USERINFO)
        return claims

    async def _verify(
        self, connection: ConnectionConfig, metadata: Metadata, token: str
    ) -> jwt.Token:
        async def fetch() -> KeySet:
            return jwks.parse(await self._fetch(metadata.jwks_uri, Reason.KEYS_INVALID))

        return await jwks.verify(
            self._keys,
            metadata.jwks_uri,
            fetch,
            lambda keys: tokens.decode(token, keys, connection.algorithms),
        )


def _authenticated(
    client: AsyncOAuth2Client, connection: ConnectionConfig, metadata: Metadata
) -> None:
    """Let the client sign its assertions for the audience that this provider expects."""
    audience = clientauth.assertion_audience(connection, metadata.token_endpoint)
    client.register_client_auth_method(clientauth.ShortAssertion(audience))


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
