"""The whole way with the demonstration's provider: click a person, be them, leave at both ends."""

import html
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2
import pytest
from litestar import Litestar

from parvis.demo.identity_provider import directory
from parvis.demo.identity_provider.app import create_provider
from parvis.integrations import login
from parvis.integrations.login.transport import GuardedTransport
from parvis.settings import REPOSITORY, Settings
from tests.factories import House

HELENE = "orvance-helene-marcillat"
LUDIVINE = "orvance-ludivine-darcel"


@pytest.fixture
async def at_the_provider(app: Litestar, settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser at the demonstration's provider, which is also all the network there is."""
    issuer = urlsplit(next(iter(settings.demo_issuers.values())))
    issuers = directory.load(
        REPOSITORY / "tenants",
        address=f"{issuer.scheme}://{issuer.netloc}",
        public_url=settings.public_url,
        secret=lambda _name: "",
    )
    provider = create_provider(issuers)

    def network() -> httpx2.AsyncBaseTransport:
        return GuardedTransport(httpx2.ASGITransport(provider), allow_loopback=True)

    login.use(settings, transport=network)
    async with httpx2.AsyncClient(transport=network()) as browser:
        yield browser
    login.use(settings)


async def sign_in(house: House, provider: httpx2.AsyncClient, sub: str) -> str:
    """Walk from our door through the provider and back; return where one arrives."""
    start = await house.visitor.get("/auth/oidc/espace-client/start?next=/me")
    chooser = await provider.get(start.headers["location"])
    form = re.search(r'action="([^"]+)"', chooser.text)
    assert form, chooser.text
    chosen = await provider.post(chooser.url.join(html.unescape(form[1])), data={"sub": sub})
    back = await house.visitor.get(chosen.headers["location"])
    assert back.status_code == 303, back.text
    return str(back.headers["location"])


async def test_person_clicked_is_signed_in_under_their_name(
    orvance: House, at_the_provider: httpx2.AsyncClient
) -> None:
    assert await sign_in(orvance, at_the_provider, HELENE) == "/me"
    me = (await orvance.visitor.get("/api/v1/me")).json()
    assert me["name"] == "Hélène Marcillat"
    assert me["name_from"] == "Espace client Orvance"
    assert me["capacity_label"].startswith("Cliente et actionnaire depuis")
    assert me["groups"] == []


async def test_moderator_holds_the_group_of_the_claims(
    orvance: House, at_the_provider: httpx2.AsyncClient
) -> None:
    await sign_in(orvance, at_the_provider, LUDIVINE)
    assert (await orvance.visitor.get("/api/v1/me")).json()["groups"] == ["Modération"]


async def test_signing_out_here_signs_out_there_and_comes_back(
    orvance: House, at_the_provider: httpx2.AsyncClient
) -> None:
    await sign_in(orvance, at_the_provider, HELENE)
    left = await orvance.visitor.send_form("/sign-out", {})
    there = await at_the_provider.get(left.headers["refresh"].partition("; url=")[2])
    assert there.headers["location"] == f"https://{orvance.tenant.host}/signed-out"
    assert (await orvance.visitor.get("/me")).headers["location"] == "/sign-in?next=/me"
