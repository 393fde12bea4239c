"""Requests that we push to the provider ourselves, and sign-in under FAPI 2.0."""

from base64 import b64decode
from typing import Any
from urllib.parse import unquote_plus

import pytest
from joserfc import jwt
from joserfc.jwk import import_key
from msgspec import json

from parvis.integrations import login
from parvis.integrations.login import Ask, ConnectionConfig, LoginError, Reason, Step

from .lying_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    ISSUER,
    OURS,
    OURS_PS256,
    PENDING,
    REDIRECT_URI,
    REQUEST_URI,
    RSA,
    SUBJECT,
    LyingProvider,
    as_json,
    by_key,
    callback,
    connection,
    fapi,
    fapi_provider,
    query_of,
    relying_party,
)


def assertion_of(form: dict[str, str], key: login.NewKey = OURS, alg: str = "ES256") -> Any:
    public = import_key(json.decode(key.public))
    return jwt.decode(form["client_assertion"], public, algorithms=[alg])


async def begin(provider: LyingProvider, config: ConnectionConfig, **ask: Any) -> str:
    party = relying_party(provider)
    return await party.authorization_url(config, PENDING, locale="fr", ask=Ask(**ask))


async def refusal_at_begin(provider: LyingProvider, config: ConnectionConfig) -> LoginError:
    with pytest.raises(LoginError) as caught:
        await begin(provider, config)
    return caught.value


async def test_browser_carries_nothing_but_the_name_of_the_pushed_request() -> None:
    provider = fapi_provider()
    url = await begin(provider, fapi(), max_age=300, login_hint="anna@example.org")
    assert url.startswith(f"{ISSUER}/authorize?")
    assert query_of(url) == {"client_id": CLIENT_ID, "request_uri": REQUEST_URI}
    pushed = provider.form_at("/par")
    assert len(pushed.pop("code_challenge")) == 43
    assert pushed.pop("client_assertion")
    assert pushed == {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": "openid profile email",
        "state": PENDING.state,
        "nonce": PENDING.nonce,
        "code_challenge_method": "S256",
        "ui_locales": "fr",
        "max_age": "300",
        "login_hint": "anna@example.org",
    }


async def test_fapi_sign_in_succeeds_from_push_to_claims() -> None:
    provider, steps = fapi_provider(), []
    party = relying_party(provider)
    await party.authorization_url(fapi(), PENDING, locale="fr", passed=steps)
    assert steps == [Step.METADATA, Step.PUSHED]
    steps.clear()
    signed = await party.complete(fapi(), PENDING, callback(), passed=steps)
    assert signed.sub == SUBJECT
    assert steps == [
        Step.METADATA, Step.CALLBACK, Step.TOKENS, Step.SIGNATURE, Step.ID_TOKEN, Step.USERINFO,
    ]  # fmt: skip


async def test_provider_that_requires_pushed_requests_gets_them_from_any_client() -> None:
    provider = fapi_provider()
    url = await begin(provider, connection())
    assert query_of(url) == {"client_id": CLIENT_ID, "request_uri": REQUEST_URI}
    _path, headers, form = provider.requests[-1]
    assert headers["authorization"].startswith("Basic ")
    assert "client_assertion" not in form


async def test_public_client_pushes_with_its_name_alone() -> None:
    provider = fapi_provider()
    await begin(provider, connection(auth_method="none", client_secret=""))
    _path, headers, form = provider.requests[-1]
    assert "authorization" not in headers
    assert form["client_id"] == CLIENT_ID
    assert form["code_challenge"]


async def test_pushing_is_not_done_where_it_is_only_offered() -> None:
    provider = fapi_provider()
    provider.metadata["require_pushed_authorization_requests"] = False
    assert query_of(await begin(provider, connection()))["nonce"] == PENDING.nonce
    assert "/par" not in provider.paths()


async def test_fapi_pushes_where_it_is_only_offered() -> None:
    provider = fapi_provider()
    provider.metadata["require_pushed_authorization_requests"] = False
    assert "request_uri" in query_of(await begin(provider, fapi()))


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (as_json({"error": "invalid_request"}, 400), "HTTP 400 invalid_request"),
        (as_json({"error": "<b>"}, 401), "HTTP 401"),
        (as_json({"request_uri": REQUEST_URI}, 200), "HTTP 200"),
        ((500, {}, b"oops"), "HTTP 500"),
        ((302, {"Location": f"{ISSUER}/elsewhere"}, b""), "HTTP 302"),
        ((201, {}, b"<html>"), "not readable"),
        (as_json({"expires_in": 60}, 201), "not readable"),
        (as_json({"request_uri": 7}, 201), "not readable"),
        (as_json([REQUEST_URI], 201), "not readable"),
        (as_json({"request_uri": ""}, 201), "request_uri"),
        (as_json({"request_uri": "a\r\nb"}, 201), "request_uri"),
    ],
)
async def test_refused_push_sends_nobody_anywhere(answer: Any, detail: str) -> None:
    provider = fapi_provider()
    provider.answers["/par"] = answer
    error = await refusal_at_begin(provider, fapi())
    assert (error.reason, error.detail) == (Reason.PUSH_REFUSED, detail)


async def test_fapi_without_an_endpoint_to_push_to_is_refused() -> None:
    provider = fapi_provider()
    del provider.metadata["pushed_authorization_request_endpoint"]
    assert (await refusal_at_begin(provider, fapi())).reason == Reason.METADATA_NO_PUSH


async def test_provider_that_requires_pushing_nowhere_is_refused() -> None:
    provider = LyingProvider()
    provider.metadata["require_pushed_authorization_requests"] = True
    assert (await refusal_at_begin(provider, connection())).reason == Reason.METADATA_NO_PUSH


@pytest.mark.parametrize(
    "endpoint", ["http://id.example.org/par", "https://a:b@id.example.org/par", "file:///par"]
)
async def test_endpoint_to_push_to_must_be_reached_safely(endpoint: str) -> None:
    provider = fapi_provider()
    provider.metadata["pushed_authorization_request_endpoint"] = endpoint
    assert (await refusal_at_begin(provider, fapi())).reason == Reason.URL_INSECURE


async def test_fapi_callback_must_name_the_issuer_though_it_was_not_announced() -> None:
    provider = fapi_provider()
    del provider.metadata["authorization_response_iss_parameter_supported"]
    party = relying_party(provider)
    with pytest.raises(LoginError) as caught:
        await party.complete(fapi(), PENDING, callback(iss=...))
    assert caught.value.reason == Reason.ISSUER_MISSING
    assert (await party.complete(fapi(), PENDING, callback())).sub == SUBJECT


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"auth_method": "client_secret_basic"}, "auth_method"),
        ({"auth_method": "none"}, "auth_method"),
        ({"algorithms": ("RS256",)}, "algorithms"),
        ({"algorithms": ("ES256", "RS256")}, "algorithms"),
        ({"algorithms": ("ES384",)}, "algorithms"),
        ({"algorithms": ()}, "algorithms"),
        ({"assertion_algorithm": "RS256"}, "assertion_algorithm"),
        ({"profile": "fapi3"}, "profile"),
    ],
)
async def test_what_fapi_forbids_is_refused_before_anybody_is_sent_away(
    changes: dict[str, Any], field: str
) -> None:
    provider = fapi_provider()
    for attempt in (
        relying_party(provider).check(fapi(**changes)),
        begin(provider, fapi(**changes)),
        relying_party(provider).complete(fapi(**changes), PENDING, callback()),
        relying_party(provider).logout_token(fapi(**changes), provider.logout_token()),
    ):
        with pytest.raises(LoginError) as caught:
            await attempt
        assert (caught.value.reason, caught.value.detail) == (Reason.CONNECTION_INVALID, field)
    assert provider.requests == []


async def test_rs256_token_opens_nothing_under_fapi() -> None:
    provider = fapi_provider()
    provider.key, provider.header = RSA, {"alg": "RS256", "kid": "rsa-1"}
    with pytest.raises(LoginError) as caught:
        await relying_party(provider).complete(fapi(), PENDING, callback())
    assert caught.value.reason == Reason.ALGORITHM_REFUSED


@pytest.mark.parametrize(
    ("config", "audience"),
    [
        (by_key(), f"{ISSUER}/token"),
        (by_key(assertion_audience="issuer"), ISSUER),
        (fapi(), ISSUER),
        (fapi(assertion_audience="token_endpoint"), ISSUER),
    ],
    ids=["token endpoint", "issuer", "fapi", "fapi, whatever else was chosen"],
)
async def test_assertion_is_for_one_audience_at_every_endpoint(
    config: ConnectionConfig, audience: str
) -> None:
    provider = fapi_provider()
    await begin(provider, config)
    await relying_party(provider).complete(config, PENDING, callback())
    for path in ("/par", "/token"):
        assert assertion_of(provider.form_at(path)).claims["aud"] == audience


async def test_assertion_lives_a_minute_names_its_key_and_is_never_the_same() -> None:
    provider = fapi_provider()
    for _ in range(2):
        await begin(provider, fapi())
        await relying_party(provider).complete(fapi(), PENDING, callback())
    shown = [
        assertion_of(form) for path, _, form in provider.requests if path in {"/par", "/token"}
    ]
    assert len({one.claims["jti"] for one in shown}) == len(shown) == 4
    for one in shown:
        assert one.claims["exp"] - one.claims["iat"] == 60
        assert one.claims["iss"] == one.claims["sub"] == CLIENT_ID
        assert one.header["kid"] == OURS.kid


async def test_assertion_is_signed_with_the_algorithm_of_the_connection() -> None:
    provider = fapi_provider()
    config = fapi(assertion_algorithm="PS256", client_key=OURS_PS256.private)
    await begin(provider, config)
    assert assertion_of(provider.form_at("/par"), OURS_PS256, "PS256").header["alg"] == "PS256"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "not JSON",
        "[]",
        '{"kty": "oct", "k": "c2VjcmV0IG9mIG1hbnkgYnl0ZXM", "alg": "HS256"}',
        '{"kty": "oct", "k": "c2VjcmV0IG9mIG1hbnkgYnl0ZXM", "alg": "ES256"}',
        OURS.public,
        OURS_PS256.private,
        OURS.private.replace('"ES256"', '"ES384"'),
    ],
    ids=[
        "none",
        "no JSON",
        "no object",
        "symmetric",
        "dressed up",
        "public",
        "another algorithm's",
        "other alg",
    ],
)
async def test_unusable_key_of_ours_is_refused(key: str) -> None:
    error = await refusal_at_begin(LyingProvider(), by_key(client_key=key))
    assert (error.reason, error.detail) == (Reason.CONNECTION_INVALID, "client key")


async def test_secret_arrives_whatever_signs_it_is_made_of() -> None:
    provider, secret = LyingProvider(), "50% é+:/ ñ"
    config = connection(client_secret=secret)
    await relying_party(provider).complete(config, PENDING, callback())
    header = next(h["authorization"] for path, h, _ in provider.requests if path == "/token")
    name, _, shown = b64decode(header.removeprefix("Basic ")).decode().partition(":")
    assert (unquote_plus(name), unquote_plus(shown)) == (CLIENT_ID, secret)


def test_printing_shows_neither_secret_nor_private_key() -> None:
    private = json.decode(OURS.private)["d"]
    for printed in (repr(by_key()), repr(connection()), repr(OURS)):
        assert private not in printed
        assert CLIENT_SECRET not in printed


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"auth_method": "none"}, None),
        ({"algorithms": ["EdDSA"]}, None),
        ({"auth_method": "client_secret_post"}, "auth_method"),
        ({"algorithms": []}, "algorithms"),
        ({"algorithms": ["HS256"]}, "algorithms"),
        ({"algorithms": ["RS256", "none"]}, "algorithms"),
        ({"profile": ""}, "profile"),
    ],
)
def test_form_and_file_learn_which_field_makes_a_connection_unsafe(
    changes: dict[str, Any], fault: str | None
) -> None:
    given = {
        "profile": "standard",
        "auth_method": "client_secret_basic",
        "algorithms": ["RS256"],
        "assertion_algorithm": "RS256",
    }
    assert login.complaint(**(given | changes)) == fault


def test_keys_are_made_for_each_algorithm_and_for_signing_only() -> None:
    assert login.ASSERTION_ALGORITHMS == ("ES256", "PS256", "RS256")
    for key, alg in ((OURS, "ES256"), (OURS_PS256, "PS256")):
        public = json.decode(key.public)
        assert (public["use"], public["alg"], public["kid"]) == ("sig", alg, key.kid)
