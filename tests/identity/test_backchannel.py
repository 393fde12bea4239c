"""A provider says that a session is over: what ends, what does not, and who is not believed."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from parvis.core import clock, db
from parvis.features.identity.auth_log import MOST_FAILURES
from tests.factories import House

from .conftest import SLUG, Rows, Visitor

PATH = f"/auth/oidc/{SLUG}/backchannel"
SESSIONS = "SELECT * FROM auth_session WHERE tenant_id = $1 ORDER BY id"
EVENTS = "SELECT * FROM auth_event WHERE tenant_id = $1 ORDER BY id"


async def tell(house: House, token: str, path: str = PATH, **more: Any) -> httpx.Response:
    """Post a logout token as a provider does: no cookie, no form token."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=house.app), base_url=f"https://{house.tenant.host}"
    ) as provider:
        return await provider.post(path, data={"logout_token": token}, **more)


async def running(rows: Rows) -> list[str | None]:
    """The provider's session ids of the sessions that still run."""
    return [row["op_sid"] for row in await rows(SESSIONS) if row["ended_at"] is None]


@pytest.fixture
async def both(visitor: Visitor, another_visitor: Visitor) -> list[Visitor]:
    """One person in two browsers, each with a session of its own at the provider."""
    visitor.provider.claims["sid"] = "desk"
    await visitor.sign_in()
    another_visitor.provider.claims["sid"] = "phone"
    await another_visitor.sign_in()
    return [visitor, another_visitor]


async def test_a_session_ends_and_the_other_stays(
    both: list[Visitor], orvance: House, rows: Rows
) -> None:
    sub = both[0].provider.userinfo["sub"]
    answer = await tell(orvance, both[0].provider.logout_token(sid="desk", sub=sub))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert await running(rows) == ["phone"]
    assert (await both[0].browser.get("/api/v1/me")).status_code == 401
    assert (await both[1].browser.get("/api/v1/me")).status_code == 200
    ended = (await rows(SESSIONS))[0]
    assert ended["end_reason"] == "ended_by_provider"
    told = [row["kind"] for row in await rows(EVENTS)]
    assert told[-2:] == ["sessions_ended", "backchannel_logout"]


async def test_a_session_alone_names_no_person(
    both: list[Visitor], orvance: House, rows: Rows
) -> None:
    await tell(orvance, both[0].provider.logout_token(sid="phone", sub=...))
    assert await running(rows) == ["desk"]


async def test_a_person_without_a_session_ends_all(
    both: list[Visitor], orvance: House, rows: Rows
) -> None:
    sub = both[0].provider.userinfo["sub"]
    await tell(orvance, both[0].provider.logout_token(sid=..., sub=sub))
    assert await running(rows) == []


async def test_a_session_whose_id_was_never_told_ends_with_its_person(
    visitor: Visitor, orvance: House, rows: Rows
) -> None:
    await visitor.sign_in()
    sub = visitor.provider.userinfo["sub"]
    await tell(orvance, visitor.provider.logout_token(sid="unheard of", sub=sub))
    assert await running(rows) == []


async def test_nobody_else_is_signed_out(both: list[Visitor], orvance: House, rows: Rows) -> None:
    provider = both[0].provider
    for said in ({"sid": "desk", "sub": "somebody"}, {"sid": ..., "sub": "somebody"}):
        assert (await tell(orvance, provider.logout_token(**said))).status_code == 200
    assert await running(rows) == ["desk", "phone"]


async def test_a_token_counts_once(both: list[Visitor], orvance: House, rows: Rows) -> None:
    token = both[0].provider.logout_token(sid="desk", sub=...)
    assert (await tell(orvance, token)).status_code == 200
    both[0].provider.claims["sid"] = "desk"
    await both[0].sign_in()
    again = await tell(orvance, token)
    assert (again.status_code, again.headers["cache-control"]) == (400, "no-store")
    assert sorted(map(str, await running(rows))) == ["desk", "phone"]
    assert (await rows(EVENTS))[-1]["reason"] == "token_replayed"


async def test_ids_of_tokens_are_forgotten_when_they_cannot_come_again(
    both: list[Visitor], orvance: House, rows: Rows
) -> None:
    await tell(orvance, both[0].provider.logout_token(sid="desk", sub=...))
    with clock.shift(timedelta(hours=1)):
        await tell(orvance, both[0].provider.logout_token(sid="phone", sub=...))
    assert len(await rows("SELECT id FROM logout_token WHERE tenant_id = $1")) == 1


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "é", "x" * 40_000], ids=["none", "x", "dots", "accent", "long"]
)
async def test_what_is_no_token_is_refused(
    both: list[Visitor], orvance: House, rows: Rows, token: str
) -> None:
    answer = await tell(orvance, token)
    assert (answer.status_code, answer.content) == (400, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert await running(rows) == ["desk", "phone"]
    assert (await rows(EVENTS))[-1]["kind"] == "backchannel_refused"


async def test_an_id_token_signs_nobody_out(
    both: list[Visitor], orvance: House, rows: Rows
) -> None:
    assert (await tell(orvance, both[0].provider.id_token("nonce"))).status_code == 400
    assert await running(rows) == ["desk", "phone"]


async def test_a_body_that_is_no_form_is_refused(visitor: Visitor, orvance: House) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=orvance.app), base_url=f"https://{orvance.tenant.host}"
    ) as provider:
        assert (await provider.post(PATH, json={"logout_token": "x"})).status_code == 400
        assert (await provider.post(PATH)).status_code == 400


async def test_the_log_cannot_be_filled_by_tokens_that_are_none(
    visitor: Visitor, orvance: House, rows: Rows, young_window: None
) -> None:
    for _ in range(MOST_FAILURES + 5):
        assert (await tell(orvance, "none")).status_code == 400
    assert len(await rows("SELECT id FROM auth_event WHERE tenant_id = $1")) == MOST_FAILURES


async def test_unknown_and_closed_connections_believe_nobody(
    visitor: Visitor, orvance: House, superuser: Any
) -> None:
    token = visitor.provider.logout_token()
    assert (await tell(orvance, token, "/auth/oidc/nowhere/backchannel")).status_code == 400
    await superuser.execute("UPDATE connection SET is_enabled = false WHERE slug = $1", SLUG)
    try:
        assert (await tell(orvance, token)).status_code == 400
    finally:
        await superuser.execute("UPDATE connection SET is_enabled = true WHERE slug = $1", SLUG)


async def test_another_tenant_keeps_its_sessions(
    both: list[Visitor], orvance: House, ardelune: House
) -> None:
    """The same provider may serve two firms; each is told of its own."""
    at_ardelune = await ardelune.person()
    sub = both[0].provider.userinfo["sub"]
    async with ardelune.transaction():
        await db.execute(
            "UPDATE auth_session SET issuer = $2, sub = $3, op_sid = 'desk' WHERE tenant_id = $1",
            both[0].provider.issuer, sub,
        )  # fmt: skip
    await tell(orvance, both[0].provider.logout_token(sid="desk", sub=sub))
    assert (await at_ardelune.browser.get("/api/v1/me")).status_code == 200
