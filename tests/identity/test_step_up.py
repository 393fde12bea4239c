"""Confirming who one is: what asks for it, the way to the provider, and the form that waits."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar

from parvis.core import clock, crypto
from parvis.core.step_up import MINUTES, StepUp
from parvis.features.tenants.document import StepUpTable
from tests.factories import Browser, House, Person

from .conftest import Rows, Visitor
from .lying_provider import LyingProvider, query_of

DECISION = f"/admin/moderation/{uuid4()}/decision"
FORM = {"action": "refuse", "reason": "Ce texte rapporte une rumeur."}
LONG_AGO = timedelta(minutes=MINUTES[StepUp.DECIDE], seconds=1)
SESSIONS = "SELECT * FROM auth_session WHERE tenant_id = $1 ORDER BY id"
EVENTS = "SELECT * FROM auth_event WHERE tenant_id = $1 ORDER BY id"


@pytest.fixture
async def moderator(orvance: House) -> Person:
    return await orvance.person("Ludivine Armagnac", roles=["moderator"])


@pytest.fixture
async def stale(moderator: Person, superuser: asyncpg.Connection) -> Person:
    """A moderator whose sign-in lies too long ago to decide on anything."""
    await superuser.execute("UPDATE auth_session SET auth_time = $1", clock.now() - LONG_AGO)
    return moderator


@pytest.fixture
async def at_provider(provider: LyingProvider, stale: Person) -> Visitor:
    """The same person's browser, with the provider that knows them."""
    provider.userinfo |= {"sub": str(stale.id), "name": stale.name}
    return Visitor(provider, stale.browser)


@pytest.fixture
async def strong(orvance: House, superuser: asyncpg.Connection) -> AsyncIterator[None]:
    """The connection's provider can be strong, and says so in words of its own."""
    await superuser.execute(
        "UPDATE connection SET acr_map = $1", '{"loa:1": "basic", "loa:2": "strong"}'
    )
    yield
    await superuser.execute("UPDATE connection SET acr_map = '{}'")


@pytest.fixture
async def at_strong_provider(strong: None, at_provider: Visitor) -> Visitor:
    """The same where the provider can be strong."""
    return at_provider


def fields_of(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the page's form that leads to `action`."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
    assert form is not None, page.text
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.group())
    return {name: unescape(value) for name, value in found}


async def interrupt(person: Person) -> httpx.Response:
    answer = await person.browser.send_form(DECISION, FORM)
    assert answer.status_code == 403, answer.text
    return answer


async def confirm(visitor: Visitor, page: httpx.Response) -> dict[str, str]:
    """Press the button; return what the provider is asked."""
    answer = await visitor.browser.send_form("/auth/step-up", fields_of(page, "/auth/step-up"))
    assert answer.status_code == 200, answer.text
    pause, _, url = answer.headers["refresh"].partition("; url=")
    assert pause == "0"
    return query_of(url)


def now() -> int:
    return int(clock.now().timestamp())


# --- what asks for it -----------------------------------------------------------------------


async def test_a_recent_sign_in_goes_through(moderator: Person) -> None:
    answer = await moderator.browser.send_form(DECISION, FORM)
    assert answer.status_code == 404  # the handler has looked for the case


@pytest.mark.parametrize(("ago", "status"), [(-1, 404), (1, 403)])
async def test_freshness_ends_at_its_minute(
    moderator: Person, superuser: asyncpg.Connection, ago: int, status: int
) -> None:
    then = clock.now() - timedelta(minutes=MINUTES[StepUp.DECIDE]) - timedelta(seconds=ago)
    await superuser.execute("UPDATE auth_session SET auth_time = $1", then)
    assert (await moderator.browser.send_form(DECISION, FORM)).status_code == status


async def test_who_never_said_when_they_signed_in_is_asked(
    moderator: Person, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("UPDATE auth_session SET auth_time = NULL")
    await interrupt(moderator)


async def test_a_tenant_has_minutes_of_its_own(
    orvance: House, moderator: Person, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("UPDATE auth_session SET auth_time = $1", clock.now() - LONG_AGO)
    directory = orvance.app.state.directory
    known = directory._tenants[orvance.tenant.host]
    settings = msgspec.structs.replace(known.settings, step_up_minutes={"decide": 300})
    directory._tenants[orvance.tenant.host] = msgspec.structs.replace(known, settings=settings)
    try:
        assert (await moderator.browser.send_form(DECISION, FORM)).status_code == 404
    finally:
        directory._tenants[orvance.tenant.host] = known


def test_a_tenants_file_knows_every_kind() -> None:
    assert {field.name for field in msgspec.structs.fields(StepUpTable)} == set(StepUp)


async def test_programs_are_told_what_is_missing(stale: Person) -> None:
    answer = await stale.browser.call("POST", f"/moderation/items/{uuid4()}/decisions", {})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "step_up_required"
    assert problem["max_age"] == MINUTES[StepUp.DECIDE] * 60
    assert problem["assurance"] is None
    assert (await stale.browser.get(problem["step_up_url"])).status_code == 200


async def test_the_apis_document_knows_the_problem(orvance: House) -> None:
    document = (await orvance.visitor.get("/schema/openapi.json")).json()
    assert "StepUpProblem" in document["components"]["schemas"]
    denied = document["components"]["responses"]["Denied"]["content"]["application/problem+json"]
    assert {"$ref": "#/components/schemas/StepUpProblem"} in denied["schema"]["anyOf"]


async def test_a_fragment_gets_the_button_in_place(stale: Person) -> None:
    answer = await stale.browser.send_form(DECISION, FORM, headers={"hx-request": "true"})
    assert answer.status_code == 403
    assert "<html" not in answer.text
    kept = fields_of(answer, "/auth/step-up")["kept"]
    assert ["reason", FORM["reason"]] in msgspec.json.decode(kept)


async def test_visitors_are_not_asked_but_turned_away(orvance: House) -> None:
    assert (await orvance.visitor.send_form(DECISION, FORM)).status_code == 401


# --- there and back -------------------------------------------------------------------------


async def test_a_form_waits_and_is_sent_with_one_click(at_provider: Visitor, stale: Person) -> None:
    page = await interrupt(stale)
    assert "Confirmez que c’est bien vous" in page.text
    asked = await confirm(at_provider, page)
    assert asked["max_age"] == str(MINUTES[StepUp.DECIDE] * 60)
    assert asked["prompt"] == "login"
    at_provider.provider.claims["auth_time"] = now()
    back = await at_provider.come_back(asked)
    assert back.status_code == 303, back.text
    offered = await stale.browser.get(back.headers["location"])
    assert offered.status_code == 200
    assert "Merci, c’est bien vous" in offered.text
    sent = fields_of(offered, DECISION)
    assert {name: sent[name] for name in FORM} == FORM
    assert (await stale.browser.send_form(DECISION, sent)).status_code == 404  # it went through
    again = await stale.browser.get(back.headers["location"])
    assert again.status_code == 200  # reloading the page loses nothing


async def test_the_session_is_a_new_one(
    app: Litestar, at_provider: Visitor, stale: Person, rows: Rows
) -> None:
    asked = await confirm(at_provider, await interrupt(stale))
    at_provider.provider.claims["auth_time"] = now()
    await at_provider.come_back(asked)
    assert at_provider.session != stale.session
    host = str(stale.browser.base_url.host)
    async with Browser.at(app, host, stale.session) as old:
        assert (await old.get("/api/v1/me")).status_code == 401
    before, after = await rows(SESSIONS)
    assert (before["end_reason"], after["ended_at"]) == ("rotated", None)
    assert before["token_hash"] != after["token_hash"] == crypto.digest(at_provider.session)
    (event,) = await rows(EVENTS)
    assert (event["kind"], event["member_id"]) == ("step_up_succeeded", stale.id)
    acts = await rows("SELECT act, data FROM journal_entry WHERE tenant_id = $1 ORDER BY id")
    assert acts[-1]["act"] == "identity.stepped_up"


async def test_a_page_leads_back_to_where_one_was(at_provider: Visitor, stale: Person) -> None:
    page = await stale.browser.get("/auth/step-up?kind=decide&next=/communities")
    asked = await confirm(at_provider, page)
    at_provider.provider.claims["auth_time"] = now()
    assert (await at_provider.come_back(asked)).headers["location"] == "/communities"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil"])
async def test_confirming_leads_nowhere_but_to_this_site(
    at_provider: Visitor, stale: Person, elsewhere: str
) -> None:
    given = {"kind": "decide", "next": elsewhere, "path": elsewhere, "kept": '[["a","b"]]'}
    answer = await stale.browser.send_form("/auth/step-up", given)
    asked = query_of(answer.headers["refresh"].partition("; url=")[2])
    at_provider.provider.claims["auth_time"] = now()
    assert (await at_provider.come_back(asked)).headers["location"] == "/"


async def test_an_unknown_kind_is_refused(stale: Person) -> None:
    assert (await stale.browser.send_form("/auth/step-up", {"kind": "all"})).status_code == 422
    assert (await stale.browser.get("/auth/step-up?kind=all")).status_code in {400, 422}


async def test_strong_is_asked_for_where_the_provider_can_be(
    strong: None, at_provider: Visitor, stale: Person, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("UPDATE auth_session SET auth_time = $1, acr = 'loa:1'", clock.now())
    asked = await confirm(at_provider, await interrupt(stale))
    assert asked["acr_values"] == "loa:2"
    at_provider.provider.claims |= {"auth_time": now(), "acr": "loa:2"}
    back = await at_provider.come_back(asked)
    offered = await stale.browser.get(back.headers["location"])
    sent = fields_of(offered, DECISION)
    assert (await stale.browser.send_form(DECISION, sent)).status_code == 404


async def test_signing_out_while_confirming_leaves_nothing_to_renew(
    at_provider: Visitor, stale: Person, rows: Rows
) -> None:
    asked = await confirm(at_provider, await interrupt(stale))
    await stale.browser.send_form("/sign-out", {})
    at_provider.provider.claims["auth_time"] = now()
    assert (await at_provider.come_back(asked)).status_code == 400
    assert [row["reason"] for row in await rows(EVENTS)][-1] == "session_over"
    assert all(row["ended_at"] for row in await rows(SESSIONS))


Claims = dict[str, Any]


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"auth_time": ...}, "claim_missing"),
        ({"auth_time": -3600 * 5}, "not_fresh"),
        ({"auth_time": 600}, None),
        ({"auth_time": 0, "sub": "somebody-else"}, "other_person"),
        ({"auth_time": 0, "acr": "loa:1"}, "assurance_too_low"),
        ({"auth_time": 0, "acr": ...}, "assurance_too_low"),
    ],
    ids=["no time", "long ago", "in the future", "somebody else", "too weak", "no assurance"],
)
async def test_what_does_not_confirm_changes_nothing_and_loses_nothing(
    at_strong_provider: Visitor, stale: Person, rows: Rows, claims: Claims, reason: str
) -> None:
    at_provider = at_strong_provider
    asked = await confirm(at_provider, await interrupt(stale))
    told = {"acr": "loa:2"} | claims
    if told["auth_time"] is not ...:
        told["auth_time"] += now()
    provider = at_provider.provider
    provider.userinfo["sub"] = told.pop("sub", provider.userinfo["sub"])
    provider.claims |= told
    answer = await at_provider.come_back(asked)
    assert answer.status_code in {400, 403}
    event = (await rows(EVENTS))[-1]
    assert event["kind"] == "step_up_failed"
    assert reason is None or event["reason"] == reason
    assert stale.browser.cookies["__Host-sid"] == stale.session
    (session,) = await rows(SESSIONS)
    assert session["ended_at"] is None
    waiting = re.search(r'href="(/auth/step-up/kept/[^"]+)"', answer.text)
    assert waiting is not None
    offered = await stale.browser.get(waiting.group(1))
    assert FORM["reason"] in offered.text
    await interrupt(stale)  # and it is asked for again


async def test_a_step_up_is_used_once(at_provider: Visitor, stale: Person) -> None:
    asked = await confirm(at_provider, await interrupt(stale))
    at_provider.provider.claims["auth_time"] = now()
    assert (await at_provider.come_back(asked)).status_code == 303
    assert (await at_provider.come_back(asked)).status_code == 400


# --- the form that waits --------------------------------------------------------------------


async def waiting_form(visitor: Visitor, person: Person) -> str:
    asked = await confirm(visitor, await interrupt(person))
    visitor.provider.claims["auth_time"] = now()
    location: str = (await visitor.come_back(asked)).headers["location"]
    return location


async def test_a_form_waits_for_its_sender_alone(
    orvance: House, at_provider: Visitor, stale: Person
) -> None:
    path = await waiting_form(at_provider, stale)
    somebody = await orvance.person("Ilyes Ferrand", roles=["moderator"])
    assert (await somebody.browser.get(path)).status_code == 404
    assert (await orvance.visitor.get(path)).headers["location"].startswith("/sign-in")
    with clock.shift(timedelta(minutes=10, seconds=1)):
        assert (await stale.browser.get(path)).status_code == 404


async def test_a_waiting_form_is_no_way_in(at_provider: Visitor, stale: Person) -> None:
    path = await waiting_form(at_provider, stale)
    handle = path.rpartition("/")[2]
    answer = await at_provider.come_back({"state": handle, "nonce": ""}, code="x")
    assert answer.status_code == 400


async def test_what_waits_is_sealed(at_provider: Visitor, stale: Person, rows: Rows) -> None:
    await waiting_form(at_provider, stale)
    (row,) = await rows("SELECT * FROM login_transaction WHERE tenant_id = $1")
    assert row["purpose"] == "kept"
    assert b"rumeur" not in row["form_sealed"]


async def test_a_form_beyond_measure_is_not_kept(provider: LyingProvider, stale: Person) -> None:
    kept = msgspec.json.encode([["body", "é" * 40_000]]).decode()
    given = {"kind": "decide", "path": DECISION, "kept": kept}
    assert (await stale.browser.send_form("/auth/step-up", given)).status_code == 413


async def test_a_form_with_a_file_goes_back_to_its_page(stale: Person) -> None:
    host = stale.browser.base_url
    answer = await stale.browser.post(
        DECISION,
        data={**FORM, "_csrf_token": await stale.browser.token()},
        files={"list": ("people.csv", b"a;b")},
        headers={"referer": f"{host}/admin/moderation?which=mine"},
    )
    assert answer.status_code == 403
    fields = fields_of(answer, "/auth/step-up")
    assert (fields["kept"], fields["next"]) == ("", "/admin/moderation?which=mine")


async def test_the_provider_being_away_is_said_on_a_page(
    settings: Any, at_provider: Visitor, stale: Person
) -> None:
    from parvis.integrations import login

    from .lying_provider import network

    page = await interrupt(stale)
    away = LyingProvider(at_provider.provider.issuer)
    away.answers["/.well-known/openid-configuration"] = (503, {}, b"")
    login.use(settings, transport=lambda: network(away, allow_loopback=True))
    fields = fields_of(page, "/auth/step-up")
    answer = await stale.browser.send_form("/auth/step-up", fields)
    assert answer.status_code == 502
    assert (await stale.browser.get("/api/v1/me")).status_code == 200
