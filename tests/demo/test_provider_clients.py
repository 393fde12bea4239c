"""The demonstration's provider: clients that sign, requests that are pushed, names it verified."""

import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from parvis.demo.identity_provider import directory
from parvis.demo.identity_provider.app import create_provider
from parvis.demo.identity_provider.clients import ASSERTION_TYPE
from tests.demo.test_identity_provider import (
    ADDRESS,
    CLIENT,
    HELENE,
    ISSUER,
    REDIRECT,
    TENANTS,
    VERIFIER,
    action_of,
    query,
)

OURS, OTHERS = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
Claims = dict[str, Any]


async def published(method: str, url: str, **_: object) -> tuple[int, Any]:
    """The application's own key set, and nothing else."""
    assert (method, url) == ("GET", "http://banque-orvance.localhost:8000/.well-known/jwks.json")
    return 200, {"keys": [OURS.as_dict(private=False)]}


@pytest.fixture
async def browser() -> AsyncIterator[httpx2.AsyncClient]:
    """A browser at a provider whose client signs."""
    issuers = directory.load(
        TENANTS,
        address=ADDRESS,
        public_url=lambda host: f"http://{host}:8000",
        secret=lambda _name: "",
    )
    clients = issuers["espace-client"].clients
    checked = datetime(2026, 1, 1, tzinfo=UTC)
    verified = directory.Verification(framework="eidas", level="high", at=checked)
    person = msgspec.structs.replace(clients[CLIENT].personas[HELENE], verified=verified)
    clients[CLIENT] = msgspec.structs.replace(
        clients[CLIENT], auth_method="private_key_jwt", personas={HELENE: person}
    )
    transport = httpx2.ASGITransport(create_provider(issuers, published))
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


def assertion(key: ECKey = OURS, **changes: Any) -> dict[str, str]:
    now = int(time.time())
    claims: Claims = {
        "iss": CLIENT, "sub": CLIENT, "aud": f"{ISSUER}/token", "exp": now + 60,
        "jti": str(time.monotonic_ns()),
    } | changes  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    signed = jwt.encode({"alg": "ES256"}, claims, key, algorithms=["ES256"])
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}


async def push(browser: httpx2.AsyncClient, proof: dict[str, str], **changes: str) -> Any:
    return await browser.post("/espace-client/par", data=query(**changes) | proof)


async def test_pushed_request_leads_to_the_person_and_to_tokens(
    browser: httpx2.AsyncClient,
) -> None:
    pushed = await push(browser, assertion(aud=ISSUER))
    assert (pushed.status_code, pushed.json()["expires_in"]) == (201, 60)
    carried = {"client_id": CLIENT, "request_uri": pushed.json()["request_uri"]}
    page = await browser.get("/espace-client/authorize", params=carried)
    chosen = await browser.post(action_of(page), data={"sub": HELENE})
    back = parse_qs(urlsplit(chosen.headers["location"]).query)
    form = {"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": REDIRECT}
    token = await browser.post(
        "/espace-client/token", data=form | {"code_verifier": VERIFIER} | assertion()
    )
    assert token.status_code == 200, token.text
    again = await browser.get("/espace-client/authorize", params=carried)
    assert again.status_code == 404  # once


REFUSED: dict[str, Callable[[], dict[str, str]]] = {
    "another's key": lambda: assertion(OTHERS),
    "another issuer": lambda: assertion(iss="somebody"),
    "another audience": lambda: assertion(aud="https://elsewhere.example"),
    "a list of audiences": lambda: assertion(aud=[f"{ISSUER}/token"]),
    "expired": lambda: assertion(exp=int(time.time()) - 60),
    "good for a day": lambda: assertion(exp=int(time.time()) + 86_400),
    "nameless": lambda: assertion(jti=None),
    "a client nobody knows": lambda: assertion(sub="nobody", iss="nobody"),
    "no token at all": lambda: assertion() | {"client_assertion": "x.y.z"},
    "nothing": dict,
}


@pytest.mark.parametrize("proof", REFUSED.values(), ids=REFUSED.keys())
async def test_proof_that_is_none_is_refused(
    browser: httpx2.AsyncClient, proof: Callable[[], dict[str, str]]
) -> None:
    answer = await push(browser, proof())
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


async def test_assertion_counts_once(browser: httpx2.AsyncClient) -> None:
    proof = assertion()
    assert (await push(browser, proof)).status_code == 201
    assert (await push(browser, proof)).status_code == 401


async def test_client_that_signs_cannot_use_a_secret(browser: httpx2.AsyncClient) -> None:
    basic = httpx2.BasicAuth(CLIENT, "")
    answer = await browser.post("/espace-client/par", data=query(), auth=basic)
    assert answer.json() == {"error": "invalid_client"}


async def test_bad_request_is_refused_when_it_is_pushed(browser: httpx2.AsyncClient) -> None:
    answer = await push(browser, assertion(), code_challenge_method="plain")
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    answer = await push(browser, assertion(), redirect_uri="https://elsewhere.example/")
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


async def test_pushed_request_is_its_clients_alone(browser: httpx2.AsyncClient) -> None:
    uri = (await push(browser, assertion())).json()["request_uri"]
    carried = {"client_id": "parvis-ardelune", "request_uri": uri}
    assert (await browser.get("/espace-client/authorize", params=carried)).status_code == 400


async def verified_claims(browser: httpx2.AsyncClient, **asked: str) -> Any:
    uri = (await push(browser, assertion(), **asked)).json()["request_uri"]
    carried = {"client_id": CLIENT, "request_uri": uri}
    page = await browser.get("/espace-client/authorize", params=carried)
    chosen = await browser.post(action_of(page), data={"sub": HELENE})
    code = parse_qs(urlsplit(chosen.headers["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    token = await browser.post(
        "/espace-client/token", data=form | {"code_verifier": VERIFIER} | assertion()
    )
    headers = {"authorization": f"Bearer {token.json()['access_token']}"}
    return (await browser.get("/espace-client/userinfo", headers=headers)).json()


async def test_verified_name_is_told_only_when_asked_for(browser: httpx2.AsyncClient) -> None:
    assert "verified_claims" not in await verified_claims(browser)
    told = await verified_claims(browser, claims='{"userinfo":{"verified_claims":null}}')
    assert told["verified_claims"]["verification"]["trust_framework"] == "eidas"
    assert told["verified_claims"]["claims"] == {"name": "Hélène Marcillat"}
