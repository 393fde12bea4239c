"""Leaving by the demonstration's provider: sign-out told to the application, departures pushed."""

import html
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from parvis.demo.identity_provider import directory
from parvis.demo.identity_provider.app import create_provider
from parvis.demo.identity_provider.calling import CallFailedError
from tests.demo.test_identity_provider import (
    ADDRESS,
    CLIENT,
    HELENE,
    ISSUER,
    SIGNED_OUT,
    TENANTS,
    callback,
    claims_of,
    exchange,
    query,
)

ORIGIN = {"origin": ADDRESS}
DIRECTORY = f"/espace-client/directory/{CLIENT}"


class Application:
    """What the provider calls, and what it answers."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any, str | None]] = []
        self.users: list[dict[str, Any]] = []
        self.status = 200
        self.is_away = False

    async def __call__(
        self, method: str, url: str, *, form: Any = None, json: Any = None, token: str | None = None
    ) -> tuple[int, Any]:
        if self.is_away:
            raise CallFailedError(url)
        self.calls.append((method, url, form or json, token))
        if method == "POST" and url.endswith("/Users"):
            self.users.append(json | {"id": "u1"})
        if method == "PATCH":
            self.users[0]["active"] = json["Operations"][0]["value"]
        return self.status, {"Resources": self.users}


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
async def browser(application: Application) -> AsyncIterator[httpx2.AsyncClient]:
    issuers = directory.load(
        TENANTS,
        address=ADDRESS,
        public_url=lambda host: f"http://{host}:8000",
        secret=lambda _name: "",
        directory_token=lambda tenant, connection: f"{tenant}/{connection}",
    )
    transport = httpx2.ASGITransport(create_provider(issuers, application))
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


async def signed_in(browser: httpx2.AsyncClient) -> dict[str, Any]:
    token = (await exchange(browser, (await callback(browser))["code"])).json()
    return await claims_of(browser, token["id_token"]) | {"token": token["id_token"]}


async def told(browser: httpx2.AsyncClient, application: Application) -> jwt.Token:
    ((method, url, form, _),) = application.calls
    here = "http://banque-orvance.localhost:8000/auth/oidc/espace-client/backchannel"
    assert (method, url) == ("POST", here)
    keys = KeySet.import_key_set((await browser.get("/espace-client/jwks")).json())
    return jwt.decode(form["logout_token"], keys, algorithms=["ES256"])


async def test_leaving_at_the_provider_is_told_to_the_application(
    browser: httpx2.AsyncClient, application: Application
) -> None:
    known = await signed_in(browser)
    page = await browser.get("/espace-client")
    assert "Hélène Marcillat" in page.text
    form = re.search(r'action="(/espace-client/sign-out/[^"]+)"', html.unescape(page.text))
    assert form
    await browser.post(form[1], headers=ORIGIN)
    token = await told(browser, application)
    assert token.header["typ"] == "logout+jwt"
    claims = token.claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, CLIENT, HELENE)
    assert claims["sid"] == known["sid"]
    assert list(claims["events"]) == ["http://schemas.openid.net/event/backchannel-logout"]
    assert "nonce" not in claims
    assert "Hélène Marcillat" not in (await browser.get("/espace-client")).text


async def test_leaving_from_the_application_ends_the_presence_too(
    browser: httpx2.AsyncClient, application: Application
) -> None:
    known = await signed_in(browser)
    query = {"id_token_hint": known["token"], "post_logout_redirect_uri": SIGNED_OUT}
    answer = await browser.get("/espace-client/end-session", params=query)
    assert answer.headers["location"] == SIGNED_OUT
    assert (await told(browser, application)).claims["sid"] == known["sid"]


async def test_application_that_does_not_understand_is_told_of(
    browser: httpx2.AsyncClient, application: Application
) -> None:
    await signed_in(browser)
    application.status = 400
    answer = await browser.post(f"/espace-client/sign-out/{CLIENT}", headers=ORIGIN)
    assert answer.status_code == 502
    application.is_away = True
    await signed_in(browser)
    answer = await browser.post(f"/espace-client/sign-out/{CLIENT}", headers=ORIGIN)
    assert answer.status_code == 502


async def test_whoever_was_here_is_offered_first_and_so_is_a_typed_address(
    browser: httpx2.AsyncClient,
) -> None:
    asked = await query_page(browser)
    assert asked["first"] != "orvance-ludivine-darcel"
    hinted = await query_page(browser, login_hint="Ludivine.Darcel@orvance.example")
    assert hinted["first"] == "orvance-ludivine-darcel"
    await callback(browser, sub="orvance-ludivine-darcel")
    assert (await query_page(browser))["first"] == "orvance-ludivine-darcel"


async def query_page(browser: httpx2.AsyncClient, **changes: str) -> dict[str, str]:
    page = await browser.get("/espace-client/authorize", params=query(**changes))
    return {"first": re.findall(r'name="sub" value="([^"]+)"', page.text)[0]}


async def test_directory_announces_ends_and_takes_back(
    browser: httpx2.AsyncClient, application: Application
) -> None:
    assert "Pas encore annoncé" in (await browser.get(DIRECTORY)).text
    for active in ("yes", "no", "yes"):
        form = {"sub": HELENE, "active": active}
        answer = await browser.post(DIRECTORY, data=form, headers=ORIGIN)
        assert answer.status_code == 303, answer.text
        assert application.users[0]["active"] is (active == "yes")
    assert application.users[0]["externalId"] == HELENE
    assert {token for *_, token in application.calls} == {"banque-orvance/espace-client"}


async def test_directory_says_when_nobody_listens(
    browser: httpx2.AsyncClient, application: Application
) -> None:
    application.status = 401
    assert "ne répond pas" in (await browser.get(DIRECTORY)).text
    form = {"sub": HELENE, "active": "no"}
    assert (await browser.post(DIRECTORY, data=form, headers=ORIGIN)).status_code == 502


@pytest.mark.parametrize("path", [DIRECTORY, f"/espace-client/sign-out/{CLIENT}"])
async def test_no_other_page_can_press_these_buttons(
    browser: httpx2.AsyncClient, application: Application, path: str
) -> None:
    await signed_in(browser)
    form = {"sub": HELENE, "active": "no"}
    for headers in ({}, {"origin": "https://elsewhere.example"}):
        assert (await browser.post(path, data=form, headers=headers)).status_code == 404
    assert application.calls == []


@pytest.mark.parametrize("path", ["/nobody", "/espace-client/directory/nobody"])
async def test_unknown_places_are_not_found(browser: httpx2.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


async def test_pages_let_browsers_say_where_a_form_stood(browser: httpx2.AsyncClient) -> None:
    """With `no-referrer` Chromium sends `Origin: null`, and every button would be refused."""
    for path in ("/espace-client", DIRECTORY):
        assert (await browser.get(path)).headers["referrer-policy"] == "same-origin"
