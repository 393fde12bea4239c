"""What is kept of providers: an hour, a day while they are away, and never a key too long."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from parvis.core import clock
from parvis.integrations.login import LoginError, Reason, RelyingParty, SignedIn, keeping
from parvis.integrations.login.keeping import Kept

from .lying_provider import (
    PENDING,
    ROTATED,
    RSA,
    SUBJECT,
    LyingProvider,
    as_json,
    callback,
    connection,
    network,
    relying_party,
)

HOUR = timedelta(hours=1)
METADATA = "/.well-known/openid-configuration"
# A real key of 1024 bits: within reach of whoever has enough computers.
SHORT = {
    "kty": "RSA",
    "kid": "short",
    "e": "AQAB",
    "n": "tExKa7im75fUumRRhfVy9wG6dzYnhh2xU2G6VcWgGoPTPKiEcv0gFFXEq1uZWbEg2LMqo9kLIfTU2JW9fqiTm1"
    "j-kwdBV8WACoUM9ImbIKm6SJz_ByhD6m-9XbNUQkUfL1h3TRZdD3jamCmxsdTjdPEblKHpt2UHhD_jyXpyz7k",
}


async def sign_in(party: RelyingParty, **changes: Any) -> SignedIn:
    return await party.complete(connection(**changes), PENDING, callback())


async def refusal(party: RelyingParty, **changes: Any) -> tuple[Reason, str]:
    with pytest.raises(LoginError) as caught:
        await sign_in(party, **changes)
    return caught.value.reason, caught.value.detail


def break_documents(provider: LyingProvider, answer: Any) -> None:
    for path in ("/jwks", METADATA):
        provider.answers[path] = answer


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_documents_serve_on_for_a_day_while_the_provider_cannot(status: int) -> None:
    provider = LyingProvider()
    party = relying_party(provider)
    await sign_in(party)
    break_documents(provider, as_json({"error": "busy"}, status))
    for hours in (2, 12, 23.9):
        with clock.shift(hours * HOUR):
            assert (await sign_in(party)).sub == SUBJECT
    with clock.shift(24.1 * HOUR):
        assert await refusal(party) == (Reason.METADATA_INVALID, f"HTTP {status}")
    provider.answers.clear()
    with clock.shift(24.1 * HOUR):
        assert (await sign_in(party)).sub == SUBJECT


async def test_silence_of_the_documents_is_no_news_either() -> None:
    party, is_away = _party_whose_documents_may_be_away(LyingProvider())
    await sign_in(party)
    is_away.set()
    with clock.shift(2 * HOUR):
        assert (await sign_in(party)).sub == SUBJECT


def _party_whose_documents_may_be_away(
    provider: LyingProvider,
) -> tuple[RelyingParty, asyncio.Event]:
    is_away = asyncio.Event()

    class Network(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            if is_away.is_set() and request.url.path in {"/jwks", METADATA}:
                raise httpx2.ConnectError("nobody there")
            return await network(provider).handle_async_request(request)

    return RelyingParty(allow_loopback=False, transport=Network), is_away


async def test_provider_that_was_never_there_is_unreachable() -> None:
    provider = LyingProvider()
    provider.is_away = True
    assert await refusal(relying_party(provider)) == (Reason.UNREACHABLE, "ConnectError")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (as_json({"issuer": "https://other.example.org"}), Reason.METADATA_INVALID),
        ((404, {}, b""), Reason.METADATA_INVALID),
        ((200, {}, b"<html>"), Reason.METADATA_INVALID),
    ],
)
async def test_what_a_provider_says_wrongly_is_not_papered_over(
    answer: Any, reason: Reason
) -> None:
    provider = LyingProvider()
    party = relying_party(provider)
    await sign_in(party)
    provider.answers[METADATA] = answer
    with clock.shift(2 * HOUR):
        assert (await refusal(party))[0] == reason


async def test_issuer_that_changes_its_name_is_refused_though_it_was_known() -> None:
    provider = LyingProvider()
    party = relying_party(provider)
    await sign_in(party)
    provider.metadata["issuer"] = "https://other.example.org"
    with clock.shift(2 * HOUR):
        assert (await refusal(party))[0] == Reason.METADATA_ISSUER


async def test_unknown_key_never_comes_from_what_was_kept() -> None:
    provider = LyingProvider()
    party = relying_party(provider)
    await sign_in(party)
    provider.key, provider.header = ROTATED, {"alg": "RS256", "kid": "rsa-2"}
    provider.answers["/jwks"] = (503, {}, b"")
    with clock.shift(timedelta(minutes=5)):
        assert await refusal(party) == (Reason.KEYS_INVALID, "HTTP 503")
        assert await refusal(party) == (Reason.KEY_UNKNOWN, "")


async def test_withdrawn_key_is_refused_once_the_keys_are_read_again() -> None:
    provider = LyingProvider()
    party = relying_party(provider)
    await sign_in(party)
    provider.keys = [ROTATED]
    with clock.shift(2 * HOUR):
        assert (await refusal(party))[0] == Reason.KEY_UNKNOWN


async def test_two_hundred_forged_keys_cost_the_provider_nothing() -> None:
    provider = LyingProvider()
    party = relying_party(provider)
    await sign_in(party)
    for n in range(200):
        provider.header = {"alg": "RS256", "kid": f"forged-{n}"}
        assert (await refusal(party))[0] == Reason.KEY_UNKNOWN
    assert provider.paths().count("/jwks") == 1


async def test_forged_keys_cost_nothing_while_the_provider_is_away_either() -> None:
    provider = LyingProvider()
    party = relying_party(provider)
    await sign_in(party)
    provider.answers["/jwks"] = (503, {}, b"")
    provider.header = {"alg": "RS256", "kid": "forged"}
    with clock.shift(2 * HOUR):
        for _ in range(20):
            assert (await refusal(party))[0] == Reason.KEY_UNKNOWN
    assert provider.paths().count("/jwks") == 2


async def test_cool_down_can_be_set_for_those_who_cannot_wait() -> None:
    provider = LyingProvider()
    party = relying_party(provider, cool_down=timedelta(0))
    await sign_in(party)
    provider.keys, provider.key = [ROTATED], ROTATED
    provider.header = {"alg": "RS256", "kid": "rsa-2"}
    assert (await sign_in(party)).sub == SUBJECT
    assert provider.paths().count("/jwks") == 2


async def test_slow_document_gives_way_to_the_one_that_was_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "FETCH_SECONDS", 0.01)
    kept: Kept[str] = Kept()

    async def quick() -> str:
        return "kept"

    async def never() -> str:
        await asyncio.sleep(60)
        return "late"

    assert await kept.get("a", quick) == "kept"
    with clock.shift(2 * HOUR):
        assert await kept.get("a", never) == "kept"
    with pytest.raises(TimeoutError):
        await kept.get("b", never)


async def test_many_at_once_ask_once() -> None:
    provider = LyingProvider()
    party = relying_party(provider)
    await asyncio.gather(*(sign_in(party) for _ in range(10)))
    assert provider.paths().count("/jwks") == 1
    assert provider.paths().count(METADATA) == 1


async def test_one_document_serves_connections_that_read_it_differently() -> None:
    provider = LyingProvider()
    del provider.metadata["code_challenge_methods_supported"]
    party = relying_party(provider)
    assert (await sign_in(party, pkce="assumed")).sub == SUBJECT
    assert (await refusal(party))[0] == Reason.METADATA_NO_PKCE
    assert provider.paths().count(METADATA) == 1


@pytest.mark.parametrize("methods", [["plain"], []])
async def test_pkce_is_not_assumed_against_what_the_provider_says(methods: list[str]) -> None:
    provider = LyingProvider()
    provider.metadata["code_challenge_methods_supported"] = methods
    assert (await refusal(relying_party(provider), pkce="assumed"))[0] == Reason.METADATA_NO_PKCE


async def test_assumed_pkce_is_still_done() -> None:
    provider = LyingProvider()
    del provider.metadata["code_challenge_methods_supported"]
    party = relying_party(provider)
    url = await party.authorization_url(connection(pkce="assumed"), PENDING, locale="fr")
    assert "code_challenge_method=S256" in url
    await sign_in(party, pkce="assumed")
    assert provider.form_at("/token")["code_verifier"] == PENDING.code_verifier


async def test_short_key_verifies_nothing() -> None:
    provider = LyingProvider()
    provider.answers["/jwks"] = as_json({"keys": [SHORT | {"kid": "rsa-1"}]})
    assert (await refusal(relying_party(provider)))[0] == Reason.KEYS_INVALID


async def test_short_key_does_not_hide_the_good_ones() -> None:
    provider = LyingProvider()
    provider.answers["/jwks"] = as_json({"keys": [SHORT, RSA.as_dict(private=False)]})
    assert (await sign_in(relying_party(provider))).sub == SUBJECT
