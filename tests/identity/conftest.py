"""A provider in place of the network, and the steps of a person who signs in there."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from parvis.core import clock, db
from parvis.core.ids import EPOCH
from parvis.integrations import login
from parvis.settings import Settings
from tests.factories import Browser, House

from .lying_provider import LyingProvider, network, query_of

SLUG = "espace-client"
CLAIMS = {
    "sub": "orvance-anna",
    "name": "Anna Berliet",
    "email": "anna.berliet@exemple.test",
    "email_verified": True,
    "locale": "fr-FR",
    "capacity": "client",
    "capacity_label": "Cliente depuis 2011",
    "groups": ["moderator"],
}


@pytest.fixture
async def provider(
    app: Litestar, settings: Settings, orvance: House
) -> AsyncIterator[LyingProvider]:
    """The bank's client area, answering properly until told otherwise."""
    async with orvance.transaction():
        row = await db.fetch_row(
            "SELECT issuer, client_id FROM connection WHERE tenant_id = $1 AND slug = $2", SLUG
        )
    assert row is not None
    found = LyingProvider(row["issuer"], row["client_id"])
    found.userinfo = dict(CLAIMS)
    login.use(settings, transport=lambda: network(found, allow_loopback=True))
    yield found
    login.use(settings)


class Visitor:
    """A browser at the door, and its way through the provider."""

    def __init__(self, provider: LyingProvider, browser: Browser) -> None:
        self.provider = provider
        self.browser = browser

    async def start(self, slug: str = SLUG, **query: str) -> dict[str, str]:
        """Go to the provider; return what it was asked."""
        answer = await self.browser.get(f"/auth/oidc/{slug}/start", params=query)
        assert answer.status_code == 303, answer.text
        return query_of(answer.headers["location"])

    async def come_back(
        self, asked: dict[str, str], slug: str = SLUG, **changes: Any
    ) -> httpx.Response:
        """Return from the provider. The code carries the nonce, as its memory."""
        given = {"state": asked["state"], "code": asked["nonce"], "iss": self.provider.issuer}
        params = {name: value for name, value in (given | changes).items() if value is not ...}
        return await self.browser.get(f"/auth/oidc/{slug}/callback", params=params)

    async def sign_in(self, next_path: str = "/", **claims: Any) -> httpx.Response:
        """Sign in as the provider's person, with some claims changed."""
        self.provider.userinfo |= claims
        return await self.come_back(await self.start(next=next_path))

    @property
    def session(self) -> str | None:
        return self.browser.cookies.get("__Host-sid")


@pytest.fixture
async def visitor(provider: LyingProvider, orvance: House) -> Visitor:
    """Somebody at the bank's door, with a browser that has never been here."""
    return Visitor(provider, orvance.visitor)


@pytest.fixture
async def another_visitor(
    app: Litestar, provider: LyingProvider, orvance: House
) -> AsyncIterator[Visitor]:
    """Somebody else at the same door."""
    async with Browser.at(app, orvance.tenant.host) as browser:
        yield Visitor(provider, browser)


@pytest.fixture
def young_window() -> Iterator[None]:
    """A half hour has just begun, and with it every window in which tries are counted."""
    half_hour = timedelta(minutes=30)
    with clock.shift(half_hour - (clock.now() - EPOCH) % half_hour):
        yield


Rows = Callable[..., Any]


@pytest.fixture
def rows(orvance: House) -> Rows:
    """Look at the bank's rows as the application may: `await rows(sql, *values)`."""

    async def fetch(sql: str, *values: Any) -> list[dict[str, Any]]:
        async with orvance.transaction():
            return [dict(row) for row in await db.fetch(sql, *values)]

    return fetch
