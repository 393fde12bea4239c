"""The demonstration's identity provider: the whole code flow in process, and each refusal."""

import base64
import hashlib
import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from parvis.core import clock
from parvis.demo.identity_provider import directory
from parvis.demo.identity_provider.app import create_provider
from parvis.features.identity import connections

TENANTS = Path(__file__).resolve().parents[2] / "tenants"
ADDRESS = "http://127.0.0.1:9"
ISSUER = f"{ADDRESS}/espace-client"
CLIENT = "parvis-banque-orvance"
REDIRECT = "http://banque-orvance.localhost:8000/auth/oidc/espace-client/callback"
SIGNED_OUT = "http://banque-orvance.localhost:8000/signed-out"
HELENE = "orvance-helene-marcillat"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:43]


@pytest.fixture
async def browser() -> AsyncIterator[httpx2.AsyncClient]:
    issuers = directory.load(
        TENANTS,
        address=ADDRESS,
        public_url=lambda host: f"http://{host}:8000",
        secret=lambda name: f"secret of {name}",
    )
    transport = httpx2.ASGITransport(create_provider(issuers))
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


def query(**changes: str | None) -> dict[str, str]:
    usual = {
        "client_id": CLIENT,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "openid profile email",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def action_of(page: httpx2.Response) -> str:
    found = re.search(r'action="([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


async def callback(
    browser: httpx2.AsyncClient, sub: str = HELENE, **changes: str
) -> dict[str, str]:
    page = await browser.get("/espace-client/authorize", params=query(**changes))
    answer = await browser.post(action_of(page), data={"sub": sub})
    assert answer.status_code == 303, answer.text
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def exchange(browser: httpx2.AsyncClient, code: str, **changes: str) -> httpx2.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    client_id = changes.pop("client_id", CLIENT)
    secret = changes.pop("client_secret", "")
    return await browser.post(
        "/espace-client/token", data=form | changes, auth=httpx2.BasicAuth(client_id, secret)
    )


async def claims_of(browser: httpx2.AsyncClient, id_token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set((await browser.get("/espace-client/jwks")).json())
    return dict(jwt.decode(id_token, keys, algorithms=["ES256"]).claims)


async def test_metadata_name_the_issuer_and_s256_alone(browser: httpx2.AsyncClient) -> None:
    found = (await browser.get("/espace-client/.well-known/openid-configuration")).json()
    assert found["issuer"] == ISSUER
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert all(
        value.startswith(ISSUER) for name, value in found.items() if name.endswith("_endpoint")
    )


async def test_code_flow_vouches_for_the_person_clicked(browser: httpx2.AsyncClient) -> None:
    back = await callback(browser)
    assert (back["state"], back["iss"]) == ("state-1", ISSUER)
    token = (await exchange(browser, back["code"])).json()
    claims = await claims_of(browser, token["id_token"])
    half = hashlib.sha256(token["access_token"].encode()).digest()[:16]
    assert (
        claims
        | {
            "iss": ISSUER,
            "sub": HELENE,
            "aud": CLIENT,
            "nonce": "nonce-1",
            "acr": "urn:parvis:demo:loa:1",
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }
        == claims
    )
    assert claims["sid"]
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert claims["auth_time"] <= claims["iat"]
    person = await userinfo(browser, token["access_token"])
    assert person.json()["name"] == "Hélène Marcillat"
    assert person.json()["email_verified"] is True
    assert person.json()["groups"] == []


async def userinfo(browser: httpx2.AsyncClient, access_token: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {access_token}"}
    return await browser.get("/espace-client/userinfo", headers=headers)


async def test_staff_carry_their_groups(browser: httpx2.AsyncClient) -> None:
    back = await callback(browser, sub="orvance-ludivine-darcel")
    token = (await exchange(browser, back["code"])).json()
    person = (await userinfo(browser, token["access_token"])).json()
    assert (person["groups"], person["capacity"]) == (["moderator"], "employee")


async def test_userinfo_keeps_to_the_scope(browser: httpx2.AsyncClient) -> None:
    back = await callback(browser, scope="openid")
    token = (await exchange(browser, back["code"])).json()
    assert (await userinfo(browser, token["access_token"])).json() == {"sub": HELENE}


async def test_stronger_authentication_is_said_only_when_asked(browser: httpx2.AsyncClient) -> None:
    back = await callback(browser, acr_values="urn:parvis:demo:loa:2")
    token = (await exchange(browser, back["code"])).json()
    claims = await claims_of(browser, token["id_token"])
    assert (claims["acr"], claims["amr"]) == ("urn:parvis:demo:loa:2", ["user", "mfa"])


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": REDIRECT + "/"},
        {"redirect_uri": "http://evil.example/auth/oidc/espace-client/callback"},
        {"redirect_uri": REDIRECT.replace("banque-orvance", "ardelune")},
        {"redirect_uri": None},
        {"client_id": "somebody"},
        {"client_id": None},
    ],
)
async def test_unknown_client_or_return_is_never_followed(
    browser: httpx2.AsyncClient, changes: dict[str, str | None]
) -> None:
    answer = await browser.get("/espace-client/authorize", params=query(**changes))
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain", "code_challenge": VERIFIER}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"request_uri": "urn:x"}, "request_not_supported"),
    ],
)
async def test_refused_request_is_told_to_the_client(
    browser: httpx2.AsyncClient, changes: dict[str, str | None], error: str
) -> None:
    answer = await browser.get("/espace-client/authorize", params=query(**changes))
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert answer.status_code == 303
    assert (back["error"], back["iss"], back["state"]) == ([error], [ISSUER], ["state-1"])


async def test_code_used_twice_is_refused_and_takes_its_token_along(
    browser: httpx2.AsyncClient,
) -> None:
    code = (await callback(browser))["code"]
    first = await exchange(browser, code)
    assert (await userinfo(browser, first.json()["access_token"])).status_code == 200
    second = await exchange(browser, code)
    assert (second.status_code, second.json()) == (400, {"error": "invalid_grant"})
    assert (await userinfo(browser, first.json()["access_token"])).status_code == 401


@pytest.mark.parametrize(
    ("changes", "error", "status"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant", 400),
        ({"code_verifier": CHALLENGE}, "invalid_grant", 400),
        ({"redirect_uri": SIGNED_OUT}, "invalid_grant", 400),
        ({"client_id": "parvis-ardelune"}, "invalid_grant", 400),
        ({"client_secret": "guess"}, "invalid_client", 401),
        ({"client_id": "somebody"}, "invalid_client", 401),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type", 400),
    ],
)
async def test_code_is_worth_nothing_to_others(
    browser: httpx2.AsyncClient, changes: dict[str, str], error: str, status: int
) -> None:
    code = (await callback(browser))["code"]
    answer = await exchange(browser, code, **changes)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert (await exchange(browser, code)).status_code == 200


async def test_code_lives_a_minute(browser: httpx2.AsyncClient) -> None:
    code = (await callback(browser))["code"]
    with clock.shift(timedelta(seconds=61)):
        assert (await exchange(browser, code)).json() == {"error": "invalid_grant"}
    assert (await exchange(browser, code)).status_code == 200


async def test_request_is_answered_once(browser: httpx2.AsyncClient) -> None:
    page = await browser.get("/espace-client/authorize", params=query())
    assert (await browser.post(action_of(page), data={"sub": HELENE})).status_code == 303
    assert (await browser.post(action_of(page), data={"sub": HELENE})).status_code == 404


async def test_person_of_another_tenant_cannot_be_chosen(browser: httpx2.AsyncClient) -> None:
    page = await browser.get("/espace-client/authorize", params=query())
    assert "Royer-Viel" not in page.text
    answer = await browser.post(action_of(page), data={"sub": "ardelune-gaetan-royer-viel"})
    assert answer.status_code == 404


async def test_page_speaks_the_language_asked_for(browser: httpx2.AsyncClient) -> None:
    french = await browser.get("/espace-client/authorize", params=query(ui_locales="fr-CA en"))
    english = await browser.get("/espace-client/authorize", params=query(ui_locales="en"))
    assert "Démonstration seulement" in french.text
    assert "Demonstration only" in english.text
    assert (
        "form-action 'self' http://banque-orvance.localhost:8000"
        in english.headers["content-security-policy"]
    )


async def test_sign_out_returns_to_a_registered_place_only(browser: httpx2.AsyncClient) -> None:
    token = (await exchange(browser, (await callback(browser))["code"])).json()["id_token"]
    asked = {"id_token_hint": token, "post_logout_redirect_uri": SIGNED_OUT, "state": "bye"}
    good = await browser.get("/espace-client/end-session", params=asked)
    assert good.headers["location"] == f"{SIGNED_OUT}?state=bye"
    for wrong in (
        {"post_logout_redirect_uri": "http://evil.example/"},
        {"client_id": "parvis-ardelune"},
        {"id_token_hint": token + "x"},
    ):
        answer = await browser.get("/espace-client/end-session", params=asked | wrong)
        assert "location" not in answer.headers


async def test_keys_are_new_at_each_start(browser: httpx2.AsyncClient) -> None:
    other = httpx2.ASGITransport(create_provider({"espace-client": directory.Issuer("e", "u", {})}))
    async with httpx2.AsyncClient(transport=other, base_url=ADDRESS) as second:
        theirs = (await second.get("/espace-client/jwks")).json()
    ours = (await browser.get("/espace-client/jwks")).json()
    assert ours["keys"][0]["kid"] != theirs["keys"][0]["kid"]
    assert "d" not in ours["keys"][0]


def test_each_demonstration_tenant_has_people_of_every_part() -> None:
    for folder in sorted(path.parent for path in TENANTS.glob("*/tenant.toml")):
        people = directory.personas(folder)
        # Who reads the list sees all of them: few enough to choose from, one for each part.
        assert 9 <= len(people) <= 14
        assert {"moderator", "admin"} <= {group for person in people for group in person.groups}
        assert any(not person.groups for person in people)


def test_wrong_persona_names_file_and_key(tmp_path: Path) -> None:
    (tmp_path / "demo.toml").write_text('format = 1\n[[persona]]\nissuer = "x"\nnick = "y"\n')
    with pytest.raises(directory.DirectoryError, match=r"demo\.toml.*persona"):
        directory.personas(tmp_path)


def test_provider_and_product_mean_the_same_addresses() -> None:
    assert directory.CALLBACK_PATH == connections.CALLBACK_PATH
    assert directory.SIGNED_OUT_PATH == connections.SIGNED_OUT_PATH
