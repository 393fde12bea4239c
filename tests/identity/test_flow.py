"""The whole code flow in memory: what a proper provider gets us, and each way it is refused."""

import base64
import gzip
import hashlib
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt

from parvis.core import clock
from parvis.integrations.login import LoginError, Reason, discovery
from parvis.integrations.login.config import SignedIn

from .lying_provider import (
    ACCESS_TOKEN,
    CLIENT_ID,
    EC,
    ED,
    ISSUER,
    PENDING,
    REDIRECT_URI,
    ROTATED,
    RSA,
    SUBJECT,
    LyingProvider,
    as_json,
    callback,
    connection,
    half_hash,
    query_of,
    relying_party,
)

Lie = Callable[[LyingProvider], Any]


async def sign_in(provider: LyingProvider, **changes: Any) -> SignedIn:
    return await relying_party(provider).complete(connection(), PENDING, callback(**changes))


async def refusal(provider: LyingProvider, **changes: Any) -> tuple[Reason, str]:
    with pytest.raises(LoginError) as caught:
        await sign_in(provider, **changes)
    return caught.value.reason, caught.value.detail


async def test_person_is_sent_to_the_provider_with_pkce_state_and_nonce() -> None:
    provider = LyingProvider()
    url = await relying_party(provider).authorization_url(connection(), PENDING, locale="fr")
    query = query_of(url)
    assert url.startswith(f"{ISSUER}/authorize?")
    assert len(query.pop("code_challenge")) == 43
    assert query == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": "openid profile email",
        "state": PENDING.state,
        "nonce": PENDING.nonce,
        "code_challenge_method": "S256",
        "ui_locales": "fr",
    }


async def test_proper_provider_signs_in_and_id_token_overrules_userinfo() -> None:
    provider = LyingProvider()
    provider.userinfo["email"] = "from-userinfo@example.org"
    provider.claims = {"email": "from-id-token@example.org", "sid": "op-session"}
    signed = await sign_in(provider)
    assert (signed.issuer, signed.sub, signed.op_sid) == (ISSUER, SUBJECT, "op-session")
    assert signed.claims["name"] == "Anna Berliet"
    assert signed.claims["email"] == "from-id-token@example.org"


async def test_token_request_carries_the_verifier_and_authenticates_us() -> None:
    provider = LyingProvider()
    await sign_in(provider)
    _path, headers, form = next(r for r in provider.requests if r[0] == "/token")
    assert form["code_verifier"] == PENDING.code_verifier
    assert form["redirect_uri"] == REDIRECT_URI
    assert headers["authorization"].startswith("Basic ")


async def test_access_token_goes_to_userinfo_only() -> None:
    provider = LyingProvider()
    await sign_in(provider)
    bearers = [path for path, headers, _ in provider.requests if "Bearer" in str(headers)]
    assert bearers == ["/userinfo"]


async def test_private_key_client_signs_a_fresh_assertion_each_time() -> None:
    key = EC.as_dict(private=True, alg="ES256")
    config = connection(auth_method="private_key_jwt", client_key=json.dumps(key))
    provider = LyingProvider()
    party = relying_party(provider)
    for _ in range(2):
        await party.complete(config, PENDING, callback())
    sent = [form["client_assertion"] for path, _h, form in provider.requests if path == "/token"]
    first, second = (jwt.decode(text, EC, algorithms=["ES256"]).claims for text in sent)
    assert first["jti"] != second["jti"]
    assert first["exp"] - first["iat"] == 60
    assert first["aud"] == f"{ISSUER}/token"


async def test_es256_token_and_long_header_are_read() -> None:
    provider = LyingProvider()
    provider.key = EC
    provider.header = {"alg": "ES256", "kid": "ec-1", "x5c": ["A" * 2000], "zz": "unheard of"}
    assert (await sign_in(provider)).sub == SUBJECT


def signing_with_eddsa(**claims: Any) -> LyingProvider:
    provider = LyingProvider()
    provider.keys, provider.key = [ED], ED
    provider.header = {"alg": "EdDSA", "kid": "ed-1"}
    provider.claims = claims
    return provider


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # ours is silent, the provider's is not
async def test_eddsa_token_is_read_and_held_to_its_access_token() -> None:
    config = connection(algorithms=("EdDSA",))
    digest = hashlib.sha512(ACCESS_TOKEN.encode()).digest()[:32]
    right = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    provider = signing_with_eddsa(at_hash=right)
    assert (await relying_party(provider).complete(config, PENDING, callback())).sub == SUBJECT
    provider = signing_with_eddsa(at_hash=half_hash(ACCESS_TOKEN))
    with pytest.raises(LoginError, match="claim_wrong: at_hash"):
        await relying_party(provider).complete(config, PENDING, callback())


@pytest.mark.parametrize("bits", [256, 384, 512])
async def test_access_token_is_hashed_as_the_signature_is(bits: int) -> None:
    digest = hashlib.new(f"sha{bits}", ACCESS_TOKEN.encode()).digest()
    provider = LyingProvider()
    provider.header = {"alg": f"RS{bits}", "kid": "rsa-1"}
    half = base64.urlsafe_b64encode(digest[: bits // 16]).rstrip(b"=").decode()
    provider.claims = {"at_hash": half}
    config = connection(algorithms=(f"RS{bits}",))
    assert await relying_party(provider).complete(config, PENDING, callback())
    provider.claims = {"at_hash": half_hash("another token")}
    with pytest.raises(LoginError, match="claim_wrong: at_hash"):
        await relying_party(provider).complete(config, PENDING, callback())


@pytest.mark.parametrize(
    ("userinfo", "id_token", "expected"),
    [
        ({"email": "a@x.org", "email_verified": True}, {}, ("a@x.org", True)),
        ({}, {"email": "b@x.org", "email_verified": True}, ("b@x.org", True)),
        ({"email_verified": True}, {"email": "b@x.org"}, ("b@x.org", None)),
        ({"email": "a@x.org"}, {"email_verified": True}, (None, True)),
        (
            {"email": "a@x.org", "email_verified": True},
            {"email": "b@x.org", "email_verified": False},
            ("b@x.org", False),
        ),
    ],
)
async def test_address_and_its_verification_come_from_one_document(
    userinfo: dict[str, Any], id_token: dict[str, Any], expected: tuple[Any, Any]
) -> None:
    provider = LyingProvider()
    provider.userinfo |= userinfo
    provider.claims = id_token
    claims = (await sign_in(provider)).claims
    assert (claims.get("email"), claims.get("email_verified")) == expected


async def test_signed_userinfo_is_verified() -> None:
    provider = LyingProvider()
    claims = {"sub": SUBJECT, "name": "Anna", "iss": ISSUER, "aud": CLIENT_ID}
    body = provider.sign(claims).encode()
    provider.answers["/userinfo"] = (200, {"Content-Type": "application/jwt"}, body)
    assert (await sign_in(provider)).claims["name"] == "Anna"
    provider.answers["/userinfo"] = (
        200,
        {"Content-Type": "application/jwt"},
        provider.with_broken_signature(claims).encode(),
    )
    assert await refusal(provider) == (Reason.SIGNATURE_WRONG, "")


@pytest.mark.parametrize(
    ("claim", "detail"),
    [({"iss": "https://other.example.org"}, "userinfo iss"), ({"aud": "other"}, "userinfo aud")],
)
async def test_signed_userinfo_of_another_login_is_refused(
    claim: dict[str, str], detail: str
) -> None:
    provider = LyingProvider()
    body = provider.sign({"sub": SUBJECT, "iss": ISSUER, "aud": CLIENT_ID} | claim).encode()
    provider.answers["/userinfo"] = (200, {"Content-Type": "application/jwt"}, body)
    assert await refusal(provider) == (Reason.CLAIM_WRONG, detail)


async def test_provider_without_userinfo_is_enough() -> None:
    provider = LyingProvider()
    del provider.metadata["userinfo_endpoint"]
    assert (await sign_in(provider)).sub == SUBJECT


# Each line: what the ID token says instead, why that is refused, what the log names.
ID_TOKEN_LIES: list[tuple[dict[str, Any], Reason, str]] = [
    ({"iss": "https://other.example.org"}, Reason.CLAIM_WRONG, "iss"),
    ({"iss": ISSUER + "/"}, Reason.CLAIM_WRONG, "iss"),
    ({"iss": ...}, Reason.CLAIM_MISSING, "iss"),
    ({"aud": "another-client"}, Reason.CLAIM_WRONG, "aud"),
    ({"aud": [CLIENT_ID, "another-client"], "azp": CLIENT_ID}, Reason.CLAIM_WRONG, "aud"),
    ({"aud": []}, Reason.CLAIM_WRONG, "aud"),
    ({"aud": ...}, Reason.CLAIM_MISSING, "aud"),
    ({"azp": "another-client"}, Reason.CLAIM_WRONG, "azp"),
    ({"azp": ""}, Reason.CLAIM_WRONG, "azp"),
    ({"nonce": "another-nonce"}, Reason.CLAIM_WRONG, "nonce"),
    ({"nonce": ...}, Reason.CLAIM_MISSING, "nonce"),
    ({"nonce": [PENDING.nonce]}, Reason.CLAIM_WRONG, "nonce"),
    ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, Reason.CLAIM_WRONG, "at_hash"),
    ({"at_hash": ""}, Reason.CLAIM_WRONG, "at_hash"),
    ({"at_hash": 7}, Reason.CLAIM_WRONG, "at_hash"),
    ({"exp": ...}, Reason.CLAIM_MISSING, "exp"),
    ({"exp": int(time.time()) - 31}, Reason.EXPIRED, "exp"),
    ({"exp": "4102444800"}, Reason.CLAIM_WRONG, "exp"),
    ({"exp": True}, Reason.CLAIM_WRONG, "exp"),
    ({"exp": float("nan")}, Reason.CLAIM_WRONG, "exp"),
    ({"exp": float("inf")}, Reason.CLAIM_WRONG, "exp"),
    ({"iat": float("nan")}, Reason.CLAIM_WRONG, "iat"),
    ({"iat": True}, Reason.CLAIM_WRONG, "iat"),
    ({"nbf": float("nan")}, Reason.CLAIM_WRONG, "nbf"),
    ({"auth_time": float("nan")}, Reason.CLAIM_WRONG, "auth_time"),
    ({"at_hash": "é"}, Reason.CLAIM_WRONG, "at_hash"),
    ({"nbf": int(time.time()) + 300}, Reason.CLAIM_WRONG, "nbf"),
    ({"iat": ...}, Reason.CLAIM_MISSING, "iat"),
    ({"iat": int(time.time()) - 700}, Reason.EXPIRED, "iat"),
    ({"iat": int(time.time()) + 120}, Reason.CLAIM_WRONG, "iat"),
    ({"sub": ...}, Reason.CLAIM_MISSING, "sub"),
    ({"sub": None}, Reason.CLAIM_MISSING, "sub"),
    ({"sub": ""}, Reason.CLAIM_WRONG, "sub"),
    ({"sub": 42}, Reason.CLAIM_WRONG, "sub"),
    ({"sub": "s" * 256}, Reason.CLAIM_WRONG, "sub"),
    ({"sub": "anna\x00"}, Reason.CLAIM_WRONG, "sub"),
    ({"sub": "anna\ud800"}, Reason.CLAIM_WRONG, "sub"),
    ({"auth_time": "yesterday"}, Reason.CLAIM_WRONG, "auth_time"),
    ({"sid": "op\x00session"}, Reason.CLAIM_WRONG, "sid"),
    ({"acr": "\ud800"}, Reason.CLAIM_WRONG, "acr"),
    ({"amr": ["pwd", 1]}, Reason.CLAIM_WRONG, "amr"),
    ({"amr": ["pwd", "\x00"]}, Reason.CLAIM_WRONG, "amr"),
    ({"amr": ["pwd", ""]}, Reason.CLAIM_WRONG, "amr"),
    ({"iss": [ISSUER]}, Reason.CLAIM_WRONG, "iss"),
    ({"aud": {CLIENT_ID: 1}}, Reason.CLAIM_WRONG, "aud"),
    ({"iat": "now"}, Reason.CLAIM_WRONG, "iat"),
    ({"nbf": "never"}, Reason.CLAIM_WRONG, "nbf"),
    ({"azp": [CLIENT_ID]}, Reason.CLAIM_WRONG, "azp"),
    ({"acr": ["2"]}, Reason.CLAIM_WRONG, "acr"),
    ({"iat": -(10**400)}, Reason.EXPIRED, "iat"),
    ({"auth_time": True}, Reason.CLAIM_WRONG, "auth_time"),
    ({"amr": "pwd"}, Reason.CLAIM_WRONG, "amr"),
    ({"sid": {"id": 1}}, Reason.CLAIM_WRONG, "sid"),
]


@pytest.mark.parametrize(("claims", "reason", "detail"), ID_TOKEN_LIES)
async def test_lying_id_token_is_refused(
    claims: dict[str, Any], reason: Reason, detail: str
) -> None:
    provider = LyingProvider()
    provider.claims = claims
    assert await refusal(provider) == (reason, detail)


def forged(how: str) -> Lie:
    return lambda provider: setattr(provider, "mint", getattr(provider, how))


def another_key(provider: LyingProvider) -> None:
    provider.key = ROTATED  # signs, under the name of a key that the provider publishes


def unknown_kid(provider: LyingProvider) -> None:
    provider.header = {"alg": "RS256", "kid": "nobody"}


def unpinned(provider: LyingProvider) -> None:
    provider.header = {"alg": "PS256", "kid": "rsa-1"}


def key_of_other_kind(provider: LyingProvider) -> None:
    provider.mint = lambda claims: provider.sign(claims).replace(
        provider.sign(claims).split(".")[0], _header({"alg": "ES256", "kid": "rsa-1"})
    )


def _header(header: dict[str, str]) -> str:
    from .lying_provider import unpadded

    return unpadded(header)


def own_key_in_header(provider: LyingProvider) -> None:
    provider.key = ROTATED
    provider.header |= {"jwk": ROTATED.as_dict(private=False), "jku": "https://evil.example"}


def no_kid(provider: LyingProvider) -> None:
    provider.header = {"alg": "RS256"}  # and two keys are published


def unknown_critical_header(provider: LyingProvider) -> None:
    # By hand: joserfc refuses to write such a header, too.
    provider.mint = lambda claims: ".".join(
        [_header(provider.header | {"crit": ["exp"]}), *provider.sign(claims).split(".")[1:]]
    )


def tells(text: str) -> Lie:
    return lambda provider: setattr(provider, "mint", lambda _claims: text)


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (forged("unsigned"), Reason.ALGORITHM_REFUSED),
        (forged("signed_with_public_key"), Reason.ALGORITHM_REFUSED),
        (forged("with_broken_signature"), Reason.SIGNATURE_WRONG),
        (another_key, Reason.SIGNATURE_WRONG),
        (unknown_kid, Reason.KEY_UNKNOWN),
        (unpinned, Reason.ALGORITHM_REFUSED),
        (own_key_in_header, Reason.SIGNATURE_WRONG),
        (no_kid, Reason.KEY_UNKNOWN),
        (unknown_critical_header, Reason.MALFORMED),
        (key_of_other_kind, Reason.MALFORMED),
        (tells("not a token"), Reason.MALFORMED),
        (tells("a.b.c"), Reason.MALFORMED),
        (tells("é.è.ê"), Reason.MALFORMED),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
async def test_forged_id_token_is_refused(lie: Lie, reason: Reason) -> None:
    provider = LyingProvider()
    lie(provider)
    assert (await refusal(provider))[0] == reason


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"iss": ...}, (Reason.ISSUER_MISSING, "")),
        ({"iss": "https://other.example.org"}, (Reason.ISSUER_WRONG, "")),
        ({"code": ...}, (Reason.CODE_MISSING, "")),
        ({"code": ""}, (Reason.CODE_MISSING, "")),
        ({"error": "access_denied"}, (Reason.PROVIDER_REFUSED, "access_denied")),
        ({"error": "<b>no</b>"}, (Reason.PROVIDER_REFUSED, "")),
        (
            {"error": "access_denied", "iss": "https://other.example.org"},
            (Reason.ISSUER_WRONG, ""),
        ),
    ],
)
async def test_refused_callback_never_reaches_the_token_endpoint(
    changes: dict[str, Any], expected: tuple[Reason, str]
) -> None:
    provider = LyingProvider()
    assert await refusal(provider, **changes) == expected
    assert "/token" not in provider.paths()


async def test_issuer_is_compared_even_where_it_is_not_announced() -> None:
    provider = LyingProvider()
    del provider.metadata["authorization_response_iss_parameter_supported"]
    assert (await sign_in(provider, iss=...)).sub == SUBJECT
    assert await refusal(provider, iss="https://other.example.org") == (Reason.ISSUER_WRONG, "")


@pytest.mark.parametrize(
    ("answer", "reason", "detail"),
    [
        (as_json({"error": "invalid_grant"}, 400), Reason.TOKEN_REFUSED, "HTTP 400 invalid_grant"),
        (as_json({"message": "who are you?"}, 401), Reason.TOKEN_REFUSED, "HTTP 401"),
        (as_json({"error": "invalid_grant"}), Reason.TOKEN_REFUSED, "invalid_grant"),
        ((500, {}, b"oops"), Reason.TOKEN_REFUSED, "HTTP 500"),
        ((200, {}, b"<html>"), Reason.TOKEN_REFUSED, "not readable"),
        ((302, {"Location": f"{ISSUER}/jwks"}, b""), Reason.TOKEN_REFUSED, "HTTP 302"),
    ],
)
async def test_token_endpoint_that_refuses_is_believed(
    answer: Any, reason: Reason, detail: str
) -> None:
    provider = LyingProvider()
    provider.answers["/token"] = answer
    assert await refusal(provider) == (reason, detail)


@pytest.mark.parametrize(
    "missing",
    [
        {"id_token": ...},
        {"access_token": ...},
        {"token_type": ...},
        {"token_type": "DPoP"},
        {"id_token": ["a"]},
        {"access_token": ""},
        {"id_token": ""},
    ],
)
async def test_incomplete_token_answer_is_refused(missing: dict[str, Any]) -> None:
    provider = LyingProvider()
    provider.token_extra = missing
    assert (await refusal(provider))[0] == Reason.TOKEN_INCOMPLETE


async def test_unreadable_lifetime_is_refused_without_a_crash() -> None:
    provider = LyingProvider()
    provider.token_extra = {"expires_in": "soon"}
    assert (await refusal(provider))[0] in {Reason.TOKEN_REFUSED, Reason.ANSWER_UNUSABLE}


@pytest.mark.parametrize(
    ("userinfo", "reason"),
    [
        (as_json({"sub": "somebody-else"}), Reason.USERINFO_SUBJECT),
        (as_json({"name": "Anna"}), Reason.USERINFO_SUBJECT),
        (as_json({"sub": [SUBJECT]}), Reason.USERINFO_SUBJECT),
        (as_json(["sub"]), Reason.ANSWER_UNUSABLE),
        (as_json({"sub": SUBJECT}, 401), Reason.ANSWER_UNUSABLE),
        ((200, {}, b"\xff\xfe"), Reason.ANSWER_UNUSABLE),
    ],
)
async def test_userinfo_of_somebody_else_is_refused(userinfo: Any, reason: Reason) -> None:
    provider = LyingProvider()
    provider.answers["/userinfo"] = userinfo
    assert (await refusal(provider))[0] == reason


METADATA_LIES: list[tuple[dict[str, Any], Reason]] = [
    ({"issuer": "https://other.example.org"}, Reason.METADATA_ISSUER),
    ({"issuer": ISSUER + "/"}, Reason.METADATA_ISSUER),
    ({"code_challenge_methods_supported": ["plain"]}, Reason.METADATA_NO_PKCE),
    ({"code_challenge_methods_supported": ...}, Reason.METADATA_NO_PKCE),
    ({"response_types_supported": ["id_token"]}, Reason.METADATA_INVALID),
    ({"token_endpoint": ...}, Reason.METADATA_INVALID),
    ({"jwks_uri": 7}, Reason.METADATA_INVALID),
    ({"token_endpoint": "http://id.example.org/token"}, Reason.URL_INSECURE),
    ({"authorization_endpoint": "javascript:alert(1)"}, Reason.URL_INSECURE),
    ({"end_session_endpoint": "http://127.0.0.1/end"}, Reason.URL_INSECURE),
    ({"userinfo_endpoint": "https://user:pw@id.example.org/"}, Reason.URL_INSECURE),
    ({"jwks_uri": "file:///etc/passwd"}, Reason.URL_INSECURE),
]


@pytest.mark.parametrize(("changes", "reason"), METADATA_LIES)
async def test_provider_that_describes_itself_wrongly_is_refused(
    changes: dict[str, Any], reason: Reason
) -> None:
    provider = LyingProvider()
    document = provider.metadata | changes
    provider.metadata = {name: value for name, value in document.items() if value is not ...}
    assert (await refusal(provider))[0] == reason


@pytest.mark.parametrize(
    "endpoint",
    [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "end_session_endpoint",
        "pushed_authorization_request_endpoint",
    ],
)
def test_each_address_is_looked_at_before_any_is_used(endpoint: str) -> None:
    document = LyingProvider().metadata | {endpoint: "http://id.example.org/"}
    with pytest.raises(LoginError, match="url_insecure"):
        discovery.parse(document, ISSUER, allow_loopback=False)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((404, {}, b""), Reason.METADATA_INVALID),
        ((301, {"Location": "https://elsewhere.example.org/"}, b""), Reason.METADATA_INVALID),
        ((200, {}, b"{" + b" " * (600 * 1024) + b"}"), Reason.BODY_TOO_LARGE),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"{}")), Reason.BODY_ENCODED),
        ((200, {}, b"\xff\xfe\x00"), Reason.METADATA_INVALID),
    ],
)
async def test_unusable_description_is_refused(answer: Any, reason: Reason) -> None:
    provider = LyingProvider()
    provider.answers["/.well-known/openid-configuration"] = answer
    assert (await refusal(provider))[0] == reason


@pytest.mark.parametrize("status", [201, 203, 404])
async def test_description_counts_only_when_the_provider_says_it_is_one(status: int) -> None:
    provider = LyingProvider()
    provider.answers["/.well-known/openid-configuration"] = as_json(provider.metadata, status)
    assert await refusal(provider) == (Reason.METADATA_INVALID, f"HTTP {status}")


async def test_documents_are_asked_for_as_json() -> None:
    provider = LyingProvider()
    await sign_in(provider)
    asked = {path: headers["accept"] for path, headers, _form in provider.requests}
    assert asked["/.well-known/openid-configuration"] == asked["/jwks"] == "application/json"


@pytest.mark.parametrize(
    "keys", [[], {"keys": []}, {"keys": "none"}, {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}]
)
async def test_provider_without_usable_keys_is_refused(keys: Any) -> None:
    provider = LyingProvider()
    provider.answers["/jwks"] = as_json(keys)
    assert (await refusal(provider))[0] == Reason.KEYS_INVALID


async def test_key_meant_for_encryption_signs_nobody_in() -> None:
    provider = LyingProvider()
    key = RSA.as_dict(private=False, use="enc")
    provider.answers["/jwks"] = as_json({"keys": [key, EC.as_dict(private=False)]})
    assert (await refusal(provider))[0] == Reason.KEY_UNKNOWN


async def test_one_unreadable_key_does_not_hide_the_good_ones() -> None:
    provider = LyingProvider()
    good = RSA.as_dict(private=False)
    provider.answers["/jwks"] = as_json({"keys": [{"kty": "PQ"}, {"kty": "RSA"}, 3, good]})
    assert (await sign_in(provider)).sub == SUBJECT


@pytest.mark.parametrize(
    "changes",
    [
        {"algorithms": ()},
        {"algorithms": ("RS256", "HS256")},
        {"algorithms": ("none",)},
        {"auth_method": "client_secret_post"},
        {"auth_method": "private_key_jwt"},
    ],
)
async def test_connection_that_would_be_unsafe_is_refused(changes: dict[str, Any]) -> None:
    party = relying_party(LyingProvider())
    with pytest.raises(LoginError) as caught:
        await party.complete(connection(**changes), PENDING, callback())
    assert caught.value.reason == Reason.CONNECTION_INVALID


async def test_descriptions_and_keys_are_kept_for_an_hour() -> None:
    provider = LyingProvider()
    party = relying_party(provider)
    for _ in range(3):
        await party.complete(connection(), PENDING, callback())
    assert provider.paths().count("/jwks") == 1
    assert provider.paths().count("/.well-known/openid-configuration") == 1
    with clock.travel(clock.now() + timedelta(seconds=3660)):
        await party.complete(connection(), PENDING, callback())
    assert provider.paths().count("/jwks") == 2
    assert provider.paths().count("/.well-known/openid-configuration") == 2


async def test_rotated_key_is_fetched_once_and_forged_kids_fetch_nothing_more() -> None:
    provider = LyingProvider()
    party = relying_party(provider)
    await party.complete(connection(), PENDING, callback())
    provider.keys, provider.key = [ROTATED], ROTATED
    provider.header = {"alg": "RS256", "kid": "rsa-2"}
    with clock.travel(clock.now() + timedelta(seconds=11)):
        await party.complete(connection(), PENDING, callback())
        assert provider.paths().count("/jwks") == 2
        provider.header = {"alg": "RS256", "kid": "forged"}
        for _ in range(5):
            with pytest.raises(LoginError, match="key_unknown"):
                await party.complete(connection(), PENDING, callback())
    assert provider.paths().count("/jwks") == 2


async def test_logout_address_names_the_session_and_where_to_return() -> None:
    provider = LyingProvider()
    party = relying_party(provider)
    url = await party.logout_url(connection(), id_token="abc", return_to="https://x.org/signed-out")
    assert url is not None
    assert url.startswith(f"{ISSUER}/end?")
    assert query_of(url) == {
        "id_token_hint": "abc",
        "client_id": CLIENT_ID,
        "post_logout_redirect_uri": "https://x.org/signed-out",
    }


async def test_provider_without_logout_has_no_logout_address() -> None:
    provider = LyingProvider()
    del provider.metadata["end_session_endpoint"]
    party = relying_party(provider)
    assert await party.logout_url(connection(), id_token="abc", return_to="https://x.org/") is None


def test_printed_connection_does_not_show_its_secret() -> None:
    assert "secret" not in repr(connection())
