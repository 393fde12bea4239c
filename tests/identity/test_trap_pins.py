"""Behaviour of libraries that our code steps around; each fails when an upstream changes it."""

import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import httpx2
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExceededSizeError
from joserfc.jws import JWSRegistry

from .lying_provider import EC, RSA, half_hash

SOURCE = Path(__file__).parents[2] / "platform" / "parvis"
CLAIMS = {"iss": "i", "aud": "a", "sub": "s", "exp": 4102444800, "iat": 1}


def test_authlib_client_is_an_httpx2_client() -> None:
    assert issubclass(AsyncOAuth2Client, httpx2.AsyncClient)


def test_pkce_is_silently_left_out_without_the_method() -> None:
    client = AsyncOAuth2Client("id", "secret", redirect_uri="https://x.org/")
    url, _state = client.create_authorization_url("https://id.org/a", code_verifier="v" * 43)
    assert "code_challenge" not in url
    assert create_s256_code_challenge("v" * 43)


def test_algorithms_are_ignored_beside_a_registry() -> None:
    token = jwt.encode({"alg": "PS256"}, CLAIMS, RSA, algorithms=["PS256"])
    registry = JWSRegistry(algorithms=["PS256"])
    assert jwt.decode(token, RSA, algorithms=["RS256"], registry=registry).claims == CLAIMS


def test_no_algorithms_means_the_libraries_own_choice() -> None:
    assert JWSRegistry(algorithms=[]).get_alg("HS256").name == "HS256"


def test_default_header_limit_refuses_a_certificate_chain() -> None:
    token = jwt.encode(
        {"alg": "RS256", "x5c": ["A" * 2000]},
        CLAIMS,
        RSA,
        registry=JWSRegistry(algorithms=["RS256"], strict_check_header=False),
    )
    with pytest.raises(ExceededSizeError):
        jwt.decode(token, RSA, registry=JWSRegistry(algorithms=["RS256"]))


def test_private_key_assertion_repeats_its_jti_once_claims_are_given() -> None:
    method = PrivateKeyJWT("https://id.org/token", claims={}, alg="ES256")

    class Client:
        client_id = "id"
        client_secret = EC

    signed = [method.sign(Client, "https://id.org/token") for _ in range(2)]
    first, second = (jwt.decode(text, EC, algorithms=["ES256"]).claims for text in signed)
    assert first["jti"] == second["jti"]


def test_validate_hooks_work_only_once() -> None:
    options = {"sub": {"validate": lambda _claims, _value: False}}
    CodeIDToken(CLAIMS, {"alg": "RS256"}, options)
    CodeIDToken(CLAIMS, {"alg": "RS256"}, options).validate(now=2)  # no error: the hook is gone


def test_giving_only_the_audience_drops_the_issuer_check() -> None:
    options = {"aud": {"essential": True, "value": "a"}}
    CodeIDToken(CLAIMS | {"iss": "anybody"}, {"alg": "RS256"}, options).validate(now=2)


def test_empty_hash_and_empty_subject_pass_authlib() -> None:
    claims = CLAIMS | {"sub": "", "at_hash": ""}
    parameters = {"access_token": "t"}
    CodeIDToken(claims, {"alg": "RS256"}, {}, parameters).validate(now=2)
    assert half_hash("t")


def test_authlib_neither_encodes_client_ids_nor_secrets() -> None:
    client = ClientAuth("a:b", "c%d", "client_secret_basic")
    _uri, headers, _body = client.prepare("POST", "https://id.org/token", {}, "")
    assert b64decode(headers["Authorization"].removeprefix("Basic ")) == b"a:b:c%d"


async def test_authlib_takes_any_json_object_for_a_token_whatever_its_status() -> None:
    network = httpx2.MockTransport(lambda _request: httpx2.Response(401, json={"message": "no"}))
    async with AsyncOAuth2Client("id", "secret", transport=network) as client:
        assert await client.fetch_token("https://id.org/t", code="c") == {"message": "no"}


def test_max_age_is_asked_for_but_its_age_never_looked_at() -> None:
    claims = CLAIMS | {"auth_time": 1}
    CodeIDToken(claims, {"alg": "RS256"}, {}, {"max_age": 60}).validate(now=4_000_000_000)


def test_neither_deprecated_jose_nor_the_mixin_nor_litestar_sessions_are_used() -> None:
    banned = ("authlib.jose", "OpenIDMixin", "parse_id_token", "litestar.middleware.session")
    found = [
        (path.name, word)
        for path in SOURCE.rglob("*.py")
        for word in banned
        if word in path.read_text()
    ]
    assert found == []


def test_importing_sign_in_warns_of_nothing() -> None:
    command = [sys.executable, "-W", "error", "-c", "import parvis.integrations.login"]
    subprocess.run(command, check=True, cwd=SOURCE.parent)
