"""Step-up: what we asked of the provider is looked for in what it signed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import json

from parvis.core import clock
from parvis.integrations.login import Ask, LoginError, Reason, SignedIn, Step, freshness
from parvis.integrations.login.idtoken import IdToken

from .lying_provider import (
    PENDING,
    SUBJECT,
    LyingProvider,
    callback,
    connection,
    query_of,
    relying_party,
)

STRONG = ("urn:bank:sca", "urn:bank:card")


async def asked(provider: LyingProvider, **ask: Any) -> dict[str, str]:
    party = relying_party(provider)
    url = await party.authorization_url(connection(), PENDING, locale="fr", ask=Ask(**ask))
    return query_of(url)


async def answered(claims: dict[str, Any], ask: Ask, steps: list[Step] | None = None) -> SignedIn:
    provider = LyingProvider()
    provider.claims = claims
    party = relying_party(provider)
    return await party.complete(connection(), PENDING, callback(), ask=ask, passed=steps)


async def refused(claims: dict[str, Any], ask: Ask) -> tuple[Reason, str]:
    with pytest.raises(LoginError) as caught:
        await answered(claims, ask)
    return caught.value.reason, caught.value.detail


def ago(seconds: float) -> int:
    return int(clock.now().timestamp() - seconds)


async def test_wishes_travel_to_the_provider() -> None:
    query = await asked(
        LyingProvider(),
        max_age=0,
        acr_values=STRONG,
        prompt_login=True,
        login_hint="anna@example.org",
    )
    assert query["max_age"] == "0"
    assert query["acr_values"] == "urn:bank:sca urn:bank:card"
    assert query["prompt"] == "login"
    assert query["login_hint"] == "anna@example.org"
    assert "claims" not in query


async def test_plain_sign_in_wishes_for_nothing() -> None:
    query = await asked(LyingProvider())
    assert not {"max_age", "acr_values", "prompt", "login_hint", "claims"} & set(query)


async def test_acr_is_asked_for_as_essential_where_the_provider_understands() -> None:
    provider = LyingProvider()
    provider.metadata["claims_parameter_supported"] = True
    query = await asked(provider, acr_values=STRONG)
    assert json.decode(query["claims"]) == {
        "id_token": {"acr": {"essential": True, "values": list(STRONG)}}
    }


async def test_fresh_and_strong_sign_in_steps_up() -> None:
    steps: list[Step] = []
    claims = {"auth_time": ago(5), "acr": "urn:bank:card"}
    signed = await answered(claims, Ask(max_age=300, acr_values=STRONG), steps)
    assert (signed.sub, signed.acr) == (SUBJECT, "urn:bank:card")
    assert steps[-3:] == [Step.ID_TOKEN, Step.FRESHNESS, Step.USERINFO]


def test_limit_and_its_leeway_are_fresh_and_a_second_more_is_not() -> None:
    now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    for age in (0, 299, 330):
        freshness.check(identity(now.timestamp() - age), Ask(max_age=300), now)
    with pytest.raises(LoginError, match="not_fresh"):
        freshness.check(identity(now.timestamp() - 331), Ask(max_age=300), now)


def identity(auth_time: float) -> IdToken:
    return IdToken(SUBJECT, {}, sid=None, acr=None, amr=None, auth_time=auth_time)


@pytest.mark.parametrize(
    ("claims", "ask", "expected"),
    [
        ({"auth_time": ...}, Ask(max_age=300), (Reason.CLAIM_MISSING, "auth_time")),
        ({"auth_time": ...}, Ask(max_age=0), (Reason.CLAIM_MISSING, "auth_time")),
        ({"auth_time": 335}, Ask(max_age=300), (Reason.NOT_FRESH, "auth_time")),
        ({"auth_time": 60}, Ask(max_age=0), (Reason.NOT_FRESH, "auth_time")),
        ({"acr": ...}, Ask(acr_values=STRONG), (Reason.ASSURANCE_LOW, "acr")),
        ({"acr": "urn:bank:password"}, Ask(acr_values=STRONG), (Reason.ASSURANCE_LOW, "acr")),
        ({"acr": " ".join(STRONG)}, Ask(acr_values=STRONG), (Reason.ASSURANCE_LOW, "acr")),
        ({"acr": "URN:BANK:SCA"}, Ask(acr_values=STRONG), (Reason.ASSURANCE_LOW, "acr")),
        ({"acr": 2}, Ask(acr_values=("2",)), (Reason.CLAIM_WRONG, "acr")),
        ({"acr": ["urn:bank:sca"]}, Ask(acr_values=STRONG), (Reason.CLAIM_WRONG, "acr")),
    ],
)
async def test_step_up_that_was_not_done_is_refused(
    claims: dict[str, Any], ask: Ask, expected: tuple[Reason, str]
) -> None:
    age = claims.get("auth_time")
    given = claims | ({"auth_time": ago(age)} if isinstance(age, int) else {})
    assert await refused(given, ask) == expected


@pytest.mark.parametrize("later", [40, 10**9, 1e300])
async def test_sign_in_of_tomorrow_is_refused_though_nothing_was_asked(later: float) -> None:
    claims = {"auth_time": clock.now().timestamp() + later}
    assert await refused(claims, Ask()) == (Reason.CLAIM_WRONG, "auth_time")


async def test_sign_in_before_there_were_computers_is_refused() -> None:
    assert await refused({"auth_time": -1}, Ask()) == (Reason.CLAIM_WRONG, "auth_time")


async def test_what_was_not_asked_for_is_not_missed() -> None:
    assert (await answered({"acr": "whatever"}, Ask())).acr == "whatever"
