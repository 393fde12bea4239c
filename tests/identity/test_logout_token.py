"""What a provider tells us of a session that ended, and each forgery of it (Back-Channel Logout).

Routes and remembered tokens: test_backchannel.py. Here the token alone, in memory.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwt import Token

from parvis.core import clock
from parvis.integrations.login import LoginError, LogoutToken, Reason, logouttoken

from .lying_provider import (
    CLIENT_ID,
    ISSUER,
    LOGOUT_EVENT,
    PENDING,
    ROTATED,
    SUBJECT,
    LyingProvider,
    callback,
    connection,
    fapi,
    fapi_provider,
    relying_party,
)


async def read(token: str, provider: LyingProvider | None = None) -> LogoutToken:
    return await relying_party(provider or LyingProvider()).logout_token(connection(), token)


async def refusal(token: str, provider: LyingProvider | None = None) -> tuple[Reason, str]:
    with pytest.raises(LoginError) as caught:
        await read(token, provider)
    return caught.value.reason, caught.value.detail


async def test_proper_token_says_whose_session_is_over() -> None:
    provider = LyingProvider()
    with clock.travel(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)):
        found = await read(provider.logout_token(jti="once"), provider)
    assert found == LogoutToken(
        issuer=ISSUER,
        sub=SUBJECT,
        sid="op-session",
        jti="once",
        replayable_until=datetime(2026, 11, 22, 9, 5, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("changes", "sub", "sid"),
    [
        ({"sid": ...}, SUBJECT, None),
        ({"sub": ...}, None, "op-session"),
        ({"aud": [CLIENT_ID]}, SUBJECT, "op-session"),
        ({"events": {LOGOUT_EVENT: {}, "urn:other": {}}}, SUBJECT, "op-session"),
        ({"events": {LOGOUT_EVENT: {"why": "user"}}}, SUBJECT, "op-session"),
        ({"unknown": {"deep": [1]}}, SUBJECT, "op-session"),
    ],
)
async def test_either_subject_or_session_will_do_and_unknown_members_pass(
    changes: dict[str, Any], sub: str | None, sid: str | None
) -> None:
    found = await read(LyingProvider().logout_token(**changes))
    assert (found.sub, found.sid) == (sub, sid)


@pytest.mark.parametrize("kind", ["logout+jwt", "LOGOUT+JWT", "application/logout+jwt"])
async def test_both_spellings_of_the_type_are_known(kind: str) -> None:
    assert (await read(LyingProvider().logout_token({"typ": kind}))).sid == "op-session"


NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
LIES: list[tuple[dict[str, Any], Reason, str]] = [
    ({"iss": "https://other.example.org"}, Reason.CLAIM_WRONG, "iss"),
    ({"iss": ISSUER + "/"}, Reason.CLAIM_WRONG, "iss"),
    ({"iss": ...}, Reason.CLAIM_MISSING, "iss"),
    ({"iss": [ISSUER]}, Reason.CLAIM_WRONG, "iss"),
    ({"aud": "another-client"}, Reason.CLAIM_WRONG, "aud"),
    ({"aud": [CLIENT_ID, "another-client"]}, Reason.CLAIM_WRONG, "aud"),
    ({"aud": []}, Reason.CLAIM_WRONG, "aud"),
    ({"aud": ...}, Reason.CLAIM_MISSING, "aud"),
    ({"aud": {CLIENT_ID: 1}}, Reason.CLAIM_WRONG, "aud"),
    ({"iat": ...}, Reason.CLAIM_MISSING, "iat"),
    ({"iat": SECONDS - 301}, Reason.EXPIRED, "iat"),
    ({"iat": SECONDS + 31}, Reason.CLAIM_WRONG, "iat"),
    ({"iat": "now"}, Reason.CLAIM_WRONG, "iat"),
    ({"iat": True}, Reason.CLAIM_WRONG, "iat"),
    ({"iat": math.nan}, Reason.CLAIM_WRONG, "iat"),
    ({"exp": ...}, Reason.CLAIM_MISSING, "exp"),
    ({"exp": SECONDS - 30}, Reason.EXPIRED, "exp"),
    ({"exp": math.inf}, Reason.CLAIM_WRONG, "exp"),
    ({"exp": math.nan}, Reason.CLAIM_WRONG, "exp"),
    ({"exp": "2099"}, Reason.CLAIM_WRONG, "exp"),
    ({"nbf": SECONDS + 31}, Reason.CLAIM_WRONG, "nbf"),
    ({"nbf": "never"}, Reason.CLAIM_WRONG, "nbf"),
    ({"jti": ...}, Reason.CLAIM_MISSING, "jti"),
    ({"jti": ""}, Reason.CLAIM_WRONG, "jti"),
    ({"jti": 7}, Reason.CLAIM_WRONG, "jti"),
    ({"events": ...}, Reason.CLAIM_MISSING, "events"),
    ({"events": {}}, Reason.CLAIM_WRONG, "events"),
    ({"events": [LOGOUT_EVENT]}, Reason.CLAIM_WRONG, "events"),
    ({"events": LOGOUT_EVENT}, Reason.CLAIM_WRONG, "events"),
    ({"events": {LOGOUT_EVENT: True}}, Reason.CLAIM_WRONG, "events"),
    ({"events": {LOGOUT_EVENT: None}}, Reason.CLAIM_WRONG, "events"),
    ({"events": {LOGOUT_EVENT + "/": {}}}, Reason.CLAIM_WRONG, "events"),
    ({"nonce": "nonce-1"}, Reason.CLAIM_WRONG, "nonce"),
    ({"nonce": None}, Reason.CLAIM_WRONG, "nonce"),
    ({"sub": ..., "sid": ...}, Reason.CLAIM_MISSING, "sub or sid"),
    ({"sub": None, "sid": None}, Reason.CLAIM_MISSING, "sub or sid"),
    ({"sub": "", "sid": "op"}, Reason.CLAIM_WRONG, "sub"),
    ({"sub": ["anna"]}, Reason.CLAIM_WRONG, "sub"),
    ({"sub": "s" * 256}, Reason.CLAIM_WRONG, "sub"),
    ({"sid": ""}, Reason.CLAIM_WRONG, "sid"),
    ({"sid": "a\x00b"}, Reason.CLAIM_WRONG, "sid"),
    ({"sid": 7}, Reason.CLAIM_WRONG, "sid"),
]


@pytest.mark.parametrize(("changes", "reason", "detail"), LIES)
def test_token_that_lies_signs_nobody_out(
    changes: dict[str, Any], reason: Reason, detail: str
) -> None:
    with pytest.raises(LoginError) as caught:
        logouttoken.validate(saying(**changes), ISSUER, CLIENT_ID, NOW)
    assert (caught.value.reason, caught.value.detail) == (reason, detail)


def saying(**changes: Any) -> Token:
    """A verified token that is right but for `changes`; ... leaves a claim out."""
    claims = RIGHT | {"sid": "op-session"} | changes
    kept = {name: value for name, value in claims.items() if value is not ...}
    return Token({"alg": "RS256", "typ": "logout+jwt"}, kept)


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": SECONDS - 300},
        {"iat": SECONDS + 30},
        {"exp": SECONDS - 29},
        {"nbf": SECONDS + 30},
        {"sub": "s" * 255},
    ],
)
def test_limits_themselves_are_within(changes: dict[str, Any]) -> None:
    assert logouttoken.validate(saying(**changes), ISSUER, CLIENT_ID, NOW).jti


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "logout", "", "logout+jwt2", ...])
async def test_token_of_another_type_or_of_none_signs_nobody_out(typ: Any) -> None:
    token = LyingProvider().logout_token({} if typ is ... else {"typ": typ})
    assert await refusal(token) == (Reason.CLAIM_WRONG, "typ")


@pytest.mark.parametrize("typ", [None, 7, ["logout+jwt"], {"logout+jwt": 1}])
def test_type_that_is_no_text_is_refused(typ: Any) -> None:
    with pytest.raises(LoginError, match="claim_wrong: typ"):
        logouttoken.validate(Token({"alg": "RS256", "typ": typ}, RIGHT), ISSUER, CLIENT_ID, NOW)


async def test_id_token_is_no_logout_token() -> None:
    provider = LyingProvider()
    claims = provider.standard_claims("nonce-1")
    assert await refusal(provider.sign(claims), provider) == (Reason.CLAIM_WRONG, "typ")
    typed = provider.sign(claims | {"jti": "1"}, {"typ": "logout+jwt"})
    assert (await refusal(typed, provider))[0] == Reason.CLAIM_MISSING
    full = claims | {"jti": "1", "events": {LOGOUT_EVENT: {}}}
    assert await refusal(provider.sign(full, {"typ": "logout+jwt"})) == (
        Reason.CLAIM_WRONG,
        "nonce",
    )


async def test_logout_token_signs_nobody_in() -> None:
    provider = LyingProvider()
    provider.mint = lambda _claims: provider.logout_token()
    with pytest.raises(LoginError, match="claim_missing: nonce"):
        await relying_party(provider).complete(connection(), PENDING, callback())


def unsigned(provider: LyingProvider) -> str:
    return provider.unsigned({"typ": "logout+jwt"})


def confused(provider: LyingProvider) -> str:
    return provider.signed_with_public_key({"typ": "logout+jwt"})


def broken(provider: LyingProvider) -> str:
    return provider.with_broken_signature({"jti": "1"})


def another_key(provider: LyingProvider) -> str:
    provider.key = ROTATED
    return provider.logout_token()


def unpinned(provider: LyingProvider) -> str:
    provider.header = {"alg": "PS256", "kid": "rsa-1"}
    return provider.logout_token()


def unknown_kid(provider: LyingProvider) -> str:
    provider.header = {"alg": "RS256", "kid": "nobody"}
    return provider.logout_token()


def own_key_in_header(provider: LyingProvider) -> str:
    provider.key = ROTATED
    return provider.logout_token(
        {"typ": "logout+jwt", "jwk": ROTATED.as_dict(private=False), "jku": "https://evil.example"}
    )


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (unsigned, Reason.ALGORITHM_REFUSED),
        (confused, Reason.ALGORITHM_REFUSED),
        (broken, Reason.SIGNATURE_WRONG),
        (another_key, Reason.SIGNATURE_WRONG),
        (own_key_in_header, Reason.SIGNATURE_WRONG),
        (unpinned, Reason.ALGORITHM_REFUSED),
        (unknown_kid, Reason.KEY_UNKNOWN),
        (lambda _: "", Reason.MALFORMED),
        (lambda _: "a.b.c", Reason.MALFORMED),
        (lambda _: "x" * 200_000, Reason.MALFORMED),
    ],
)
async def test_forged_token_signs_nobody_out(
    forge: Callable[[LyingProvider], str], reason: Reason
) -> None:
    provider = LyingProvider()
    assert (await refusal(forge(provider), provider))[0] == reason


async def test_fapi_holds_logout_tokens_to_its_algorithms() -> None:
    provider = fapi_provider()
    assert (await relying_party(provider).logout_token(fapi(), provider.logout_token())).sub
    provider = LyingProvider()
    provider.metadata["pushed_authorization_request_endpoint"] = f"{ISSUER}/par"
    with pytest.raises(LoginError, match="algorithm_refused"):
        await relying_party(provider).logout_token(fapi(), provider.logout_token())


RIGHT: dict[str, Any] = {
    "iss": ISSUER,
    "aud": CLIENT_ID,
    "iat": SECONDS,
    "exp": SECONDS + 120,
    "jti": "once",
    "sub": SUBJECT,
    "events": {LOGOUT_EVENT: {}},
}
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from([ISSUER, CLIENT_ID, SECONDS, SECONDS + 300, LOGOUT_EVENT]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*RIGHT, "nonce", "sid", "nbf"]), JUNK, max_size=3),
    st.sampled_from(["logout+jwt", "JWT", None]),
)
def test_no_claims_whatever_end_a_session_unless_all_is_right(
    changes: dict[str, Any], typ: str | None
) -> None:
    claims = RIGHT | changes
    token = Token({"alg": "RS256", "typ": typ}, claims)
    try:
        found = logouttoken.validate(token, ISSUER, CLIENT_ID, NOW)
    except LoginError:
        return
    assert typ == "logout+jwt"
    assert claims["iss"] == ISSUER
    assert claims["aud"] in (CLIENT_ID, [CLIENT_ID])
    assert "nonce" not in claims
    assert isinstance(claims["events"][LOGOUT_EVENT], dict)
    assert SECONDS - 300 <= claims["iat"] <= SECONDS + 30
    assert SECONDS - 30 < claims["exp"] < math.inf
    assert found.jti
    assert found.sub or found.sid
    assert found.replayable_until - NOW <= timedelta(seconds=360)
