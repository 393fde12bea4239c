"""The whole way with the demonstration's provider: click a person, be them, leave at both ends."""

import html
import re
from collections.abc import AsyncIterator
from functools import partial
from urllib.parse import urlsplit

import httpx
import httpx2
import pytest
from litestar import Litestar

from parvis.demo import directory_tokens
from parvis.demo.identity_provider import directory
from parvis.demo.identity_provider.app import create_provider
from parvis.demo.identity_provider.calling import caller
from parvis.integrations import login
from parvis.integrations.login.transport import GuardedTransport
from parvis.settings import REPOSITORY, Settings
from tests.factories import House

HELENE = "orvance-helene-marcillat"
LUDIVINE = "orvance-ludivine-darcel"
SABINE = "orvance-sabine-auclerc"
CLIENT = "parvis-banque-orvance"


@pytest.fixture
async def at_the_provider(app: Litestar, settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser at the demonstration's provider, which is also all the network there is."""
    issuer = urlsplit(next(iter(settings.demo_issuers.values())))
    issuers = directory.load(
        REPOSITORY / "tenants",
        address=f"{issuer.scheme}://{issuer.netloc}",
        public_url=settings.public_url,
        secret=lambda _name: "",
        directory_token=partial(directory_tokens.token_of, settings.secret_key),
    )
    await directory_tokens.place(REPOSITORY / "tenants" / "banque-orvance", settings=settings)
    provider = create_provider(issuers, caller(httpx2.ASGITransport(app)))

    def network() -> httpx2.AsyncBaseTransport:
        return GuardedTransport(httpx2.ASGITransport(provider), allow_loopback=True)

    login.use(settings, transport=network)
    base = f"{issuer.scheme}://{issuer.netloc}"
    async with httpx2.AsyncClient(transport=network(), base_url=base) as browser:
        yield browser
    login.use(settings)


async def sign_in(
    house: House, provider: httpx2.AsyncClient, sub: str, slug: str = "espace-client"
) -> str:
    """Walk from our door through the provider and back; return where one arrives."""
    back = await come_back(house, provider, sub, slug)
    assert back.status_code == 303, back.text
    return str(back.headers["location"])


async def come_back(
    house: House, provider: httpx2.AsyncClient, sub: str, slug: str = "espace-client"
) -> httpx.Response:
    """Walk to the provider and be `sub` there; return what our callback answers."""
    start = await house.visitor.get(f"/auth/oidc/{slug}/start?next=/me")
    chooser = await provider.get(start.headers["location"])
    form = re.search(r'action="([^"]+)"', chooser.text)
    assert form, chooser.text
    chosen = await provider.post(chooser.url.join(html.unescape(form[1])), data={"sub": sub})
    return await house.visitor.get(chosen.headers["location"])


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


async def is_inside(house: House) -> bool:
    return (await house.visitor.get("/api/v1/me")).status_code == 200


async def press(provider: httpx2.AsyncClient, path: str, **fields: str) -> None:
    answer = await provider.post(path, data=fields, headers={"origin": str(provider.base_url)})
    assert answer.status_code == 303, answer.text


async def test_portal_without_a_secret_knows_us_by_our_published_key(
    orvance: House, at_the_provider: httpx2.AsyncClient
) -> None:
    assert await sign_in(orvance, at_the_provider, SABINE, "partenaires") == "/me"
    assert (await orvance.visitor.get("/api/v1/me")).json()["name"] == "Sabine Auclerc"


async def test_leaving_at_the_provider_ends_the_session_here(
    orvance: House, at_the_provider: httpx2.AsyncClient
) -> None:
    await sign_in(orvance, at_the_provider, HELENE)
    await press(at_the_provider, f"/espace-client/sign-out/{CLIENT}")
    assert not await is_inside(orvance)


async def test_departure_told_by_the_directory_ends_all_until_the_return(
    orvance: House, at_the_provider: httpx2.AsyncClient
) -> None:
    directory_page = f"/espace-client/directory/{CLIENT}"
    await sign_in(orvance, at_the_provider, HELENE)
    before = (await orvance.visitor.get("/api/v1/me")).json()["id"]
    await press(at_the_provider, directory_page, sub=HELENE, active="no")
    assert not await is_inside(orvance)
    assert (await come_back(orvance, at_the_provider, HELENE)).status_code >= 400
    await press(at_the_provider, directory_page, sub=HELENE, active="yes")
    await sign_in(orvance, at_the_provider, HELENE)
    assert (await orvance.visitor.get("/api/v1/me")).json()["id"] == before
