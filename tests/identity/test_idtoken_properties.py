"""Whatever a provider writes into an ID token, only one that is ours in every point is accepted."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import KeySet
from joserfc.jwt import Token

from parvis.integrations.login import LoginError, idtoken, tokens

from .lying_provider import ACCESS_TOKEN, CLIENT_ID, ISSUER, RSA, SUBJECT, half_hash

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
EXPECTED = idtoken.Expected(
    issuer=ISSUER, client_id=CLIENT_ID, nonce="nonce-1", access_token=ACCESS_TOKEN
)
RIGHT: dict[str, Any] = {
    "iss": ISSUER,
    "sub": SUBJECT,
    "aud": CLIENT_ID,
    "exp": SECONDS + 300,
    "iat": SECONDS,
    "nonce": "nonce-1",
    "azp": CLIENT_ID,
    "at_hash": half_hash(ACCESS_TOKEN),
}
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from([ISSUER, CLIENT_ID, SUBJECT, "nonce-1", SECONDS, SECONDS + 300]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
ABSENT = object()


def is_ours(claims: dict[str, Any]) -> bool:
    """The specification, written a second time and as plainly as possible."""

    def number(name: str) -> float:
        value = claims.get(name)
        if isinstance(value, float):
            return value if math.isfinite(value) else math.nan
        return value if isinstance(value, int) and not isinstance(value, bool) else math.nan

    def optional(name: str, good: bool) -> bool:
        return claims.get(name) is None or good

    sub, sid = claims.get("sub"), claims.get("sid")
    return (
        claims.get("iss") == ISSUER
        and claims.get("aud") in (CLIENT_ID, [CLIENT_ID])
        and claims.get("nonce") == "nonce-1"
        and isinstance(sub, str)
        and 0 < len(sub) <= 255
        and number("exp") + 30 > SECONDS
        and SECONDS - 600 <= number("iat") <= SECONDS + 30
        and optional("sid", isinstance(sid, str) and "\x00" not in sid)
        and optional("azp", claims.get("azp") == CLIENT_ID)
        and optional("at_hash", claims.get("at_hash") == half_hash(ACCESS_TOKEN))
    )


@st.composite
def claim_sets(draw: st.DrawFn) -> dict[str, Any]:
    """The right claims with a few replaced, taken away or added."""
    claims = dict(RIGHT)
    for name in draw(
        st.lists(st.sampled_from([*RIGHT, "auth_time", "amr", "nbf", "sid"]), max_size=3)
    ):
        value = draw(st.just(ABSENT) | JUNK)
        claims.pop(name, None)
        if value is not ABSENT:
            claims[name] = value
    return claims


def accepts(claims: dict[str, Any]) -> bool:
    try:
        idtoken.validate(Token({"alg": "RS256"}, claims), EXPECTED, NOW)
    except LoginError:
        return False
    return True


@settings(max_examples=600, deadline=None)
@given(claim_sets())
def test_no_claims_open_a_session_unless_every_check_holds(claims: dict[str, Any]) -> None:
    if accepts(claims):
        assert is_ours(claims), claims


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*RIGHT, "amr", "acr"]), JUNK, max_size=8))
def test_no_claims_out_of_nothing_open_a_session(claims: dict[str, Any]) -> None:
    if accepts(claims):
        assert is_ours(claims), claims


@pytest.mark.parametrize("name", ["azp", "at_hash", None])
def test_right_claims_are_accepted_with_and_without_the_optional_ones(name: str | None) -> None:
    assert accepts({key: value for key, value in RIGHT.items() if key != name})


@settings(max_examples=200, deadline=None)
@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_text_whatever_passes_for_a_signed_token(text: str) -> None:
    with pytest.raises(LoginError):
        tokens.decode(text, KeySet([RSA]), ("RS256",))


@pytest.mark.parametrize("algorithms", [(), ("none",), ("HS256",), ("RS256", "HS256")])
def test_no_list_of_algorithms_lets_a_shared_secret_sign(algorithms: tuple[str, ...]) -> None:
    with pytest.raises(LoginError, match="connection_invalid: algorithms"):
        tokens.decode("a.b.c", KeySet([RSA]), algorithms)


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": SECONDS - 600},
        {"iat": SECONDS + 30},
        {"iat": SECONDS - 0.5},
        {"exp": SECONDS - 29},
        {"nbf": SECONDS + 30},
        {"nbf": None},
        {"sub": "s" * 255},
        {"auth_time": 0},
        {"auth_time": SECONDS + 30},
        {"azp": None, "at_hash": None, "acr": None, "amr": None, "sid": None},
        {"aud": [CLIENT_ID]},
        {"zz": {"unheard": "of"}},
    ],
)
def test_limits_themselves_are_within(changes: dict[str, Any]) -> None:
    assert idtoken.validate(Token({"alg": "RS256"}, RIGHT | changes), EXPECTED, NOW).sub


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iat": SECONDS - 601}, "token_expired: iat"),
        ({"iat": SECONDS + 31}, "claim_wrong: iat"),
        ({"exp": SECONDS - 30}, "token_expired: exp"),
        ({"nbf": SECONDS + 31}, "claim_wrong: nbf"),
        ({"auth_time": SECONDS + 31}, "claim_wrong: auth_time"),
        ({"auth_time": -1}, "claim_wrong: auth_time"),
    ],
)
def test_one_second_more_is_not(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(LoginError, match=reason):
        idtoken.validate(Token({"alg": "RS256"}, RIGHT | changes), EXPECTED, NOW)
