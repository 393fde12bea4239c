"""Trying a connection out: the whole way, each check in its place, and nothing changed by it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from parvis.core import clock, db, jobs
from parvis.features.identity.connections.queries_tests import STEPS as WORDS
from parvis.features.identity.connections.testing import STEPS, forget
from parvis.features.identity.reasons import REASONS
from parvis.integrations.login import Reason
from tests.factories import House, Person
from tests.identity.conftest import CLAIMS, SLUG
from tests.identity.lying_provider import LyingProvider, query_of
from tests.identity.ways import connection_of, keep, restore

COUNTS = (
    "SELECT (SELECT count(*) FROM member WHERE tenant_id = $1) AS members,"
    " (SELECT count(*) FROM identity WHERE tenant_id = $1) AS identities,"
    " (SELECT count(*) FROM auth_session WHERE tenant_id = $1) AS sessions,"
    " (SELECT count(*) FROM group_member WHERE tenant_id = $1) AS groups,"
    " (SELECT count(*) FROM name_record WHERE tenant_id = $1) AS names"
)


@pytest.fixture
async def admin(
    orvance: House, provider: LyingProvider, superuser: asyncpg.Connection
) -> AsyncIterator[Person]:
    """An administrator of the bank, at whose provider one can lie."""
    await keep(superuser)
    yield await orvance.person("Aurélie Montferrand", roles=["admin"])
    await restore(superuser)


async def start(admin: Person, connection_id: UUID) -> tuple[str, dict[str, str]]:
    answer = await admin.browser.call("POST", f"/admin/connections/{connection_id}/tests")
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], query_of(answer.json()["url"])


async def run(
    admin: Person, provider: LyingProvider, connection_id: UUID, **changes: Any
) -> dict[str, Any]:
    """Run a test to its end; return its report."""
    test_id, asked = await start(admin, connection_id)
    given = {"state": asked["state"], "code": asked["nonce"], "iss": provider.issuer} | changes
    params = {name: value for name, value in given.items() if value is not ...}
    back = await admin.browser.get(f"/auth/oidc/{SLUG}/callback", params=params)
    assert back.headers["location"] == f"/admin/sign-in/tests/{test_id}", back.text
    return await report(admin, test_id)


async def report(admin: Person, test_id: str) -> dict[str, Any]:
    answer = await admin.browser.call("GET", f"/admin/connection-tests/{test_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def states(found: dict[str, Any]) -> dict[str, str]:
    return {check["step"]: check["state"] for check in found["checks"]}


async def test_everything_passes_and_nothing_is_changed(
    orvance: House, admin: Person, provider: LyingProvider
) -> None:
    connection_id = await connection_of(orvance, SLUG)
    async with orvance.transaction():
        before = await db.fetch_row(COUNTS)
    session = admin.browser.cookies["__Host-sid"]
    found = await run(admin, provider, connection_id)
    assert found["state"] == "passed"
    assert set(states(found).values()) == {"passed"}
    assert list(states(found)) == [step for step in STEPS if step != "pushed"]
    assert {"name": "name", "value": CLAIMS["name"]} in found["claims"]
    becomes = {line["term"]: line["text"] for line in found["becomes"]}
    assert becomes["Nom"] == "Anna Berliet, attestée par Espace client Orvance" or (
        "Anna Berliet" in becomes["Nom"]
    )
    assert becomes["Groupes"] == "moderator"
    async with orvance.transaction():
        assert await db.fetch_row(COUNTS) == before
    assert admin.browser.cookies["__Host-sid"] == session
    assert (await admin.browser.call("GET", "/me")).json()["name"] == "Aurélie Montferrand"


async def test_the_screen_goes_on_to_the_provider_and_shows_the_report(
    orvance: House, admin: Person, provider: LyingProvider
) -> None:
    connection_id = await connection_of(orvance, SLUG)
    sent = await admin.browser.send_form(f"/admin/sign-in/connections/{connection_id}/test", {})
    assert sent.status_code == 200
    asked = query_of(sent.headers["refresh"].removeprefix("0; url="))
    params = {"state": asked["state"], "code": asked["nonce"], "iss": provider.issuer}
    back = await admin.browser.get(f"/auth/oidc/{SLUG}/callback", params=params)
    page = await admin.browser.get(back.headers["location"])
    assert page.status_code == 200
    assert "Anna Berliet" in page.text
    assert provider.issuer in page.text


Case = tuple[str, dict[str, Any], dict[str, Any], str, str]
FAILURES: list[Case] = [
    ("callback", {}, {"iss": "https://autre.test"}, "callback", Reason.ISSUER_WRONG),
    ("no code", {}, {"code": ...}, "callback", Reason.CODE_MISSING),
    ("refused", {}, {"error": "access_denied"}, "callback", Reason.PROVIDER_REFUSED),
    ("no id token", {"token_extra": {"id_token": ...}}, {}, "tokens", Reason.TOKEN_INCOMPLETE),
    ("audience", {"claims": {"aud": "somebody"}}, {}, "id_token", Reason.CLAIM_WRONG),
    ("expired", {"claims": {"exp": 1}}, {}, "id_token", Reason.EXPIRED),
    ("no name", {"userinfo": {"name": ...}}, {}, "profile", Reason.NAME_MISSING),
    ("capacity", {"userinfo": {"capacity": "king"}}, {}, "profile", Reason.CLAIM_WRONG),
]


@pytest.mark.parametrize("case", FAILURES, ids=[case[0] for case in FAILURES])
async def test_the_step_that_fails_says_why_and_those_after_it_are_not_reached(
    orvance: House, admin: Person, provider: LyingProvider, case: Case
) -> None:
    _, lies, changes, step, reason = case
    for name, value in lies.items():
        told = getattr(provider, name) | value
        dropped = ... if name == "userinfo" else object()
        setattr(provider, name, {k: v for k, v in told.items() if v is not dropped})
    found = await run(admin, provider, await connection_of(orvance, SLUG), **changes)
    assert found["state"] == "failed"
    names = list(states(found))
    at = names.index(step)
    assert [states(found)[name] for name in names[:at]] == ["passed"] * at
    assert states(found)[step] == "failed"
    assert {states(found)[name] for name in names[at + 1 :]} <= {"unreached"}
    failed = found["checks"][at]
    assert failed["why"]
    assert failed["expected"]
    async with orvance.transaction():
        rows = await db.fetch("SELECT checks::text AS t FROM connection_test WHERE tenant_id = $1")
    assert reason in rows[0]["t"]


async def test_what_the_admission_would_say_is_shown_without_admitting(
    orvance: House, admin: Person, provider: LyingProvider
) -> None:
    connection_id = await connection_of(orvance, SLUG)
    async with orvance.transaction():
        await db.execute(
            "UPDATE connection SET admission = 'invite_only' WHERE tenant_id = $1 AND id = $2",
            connection_id,
        )
    found = await run(admin, provider, connection_id)
    assert states(found)["admission"] == "failed"
    assert states(found)["profile"] == "passed"
    assert {"name": "sub", "value": CLAIMS["sub"]} in found["claims"]


async def test_a_provider_that_is_away_ends_the_test_before_anybody_leaves(
    orvance: House, admin: Person, provider: LyingProvider
) -> None:
    provider.is_away = True
    connection_id = await connection_of(orvance, SLUG)
    answer = await admin.browser.call("POST", f"/admin/connections/{connection_id}/tests")
    assert answer.json()["url"] is None
    found = await report(admin, answer.json()["id"])
    assert states(found)["metadata"] == "failed"
    sent = await admin.browser.send_form(f"/admin/sign-in/connections/{connection_id}/test", {})
    assert sent.status_code == 303
    assert "/admin/sign-in/tests/" in sent.headers["location"]


async def test_a_shut_connection_can_be_tried_and_stays_shut(
    orvance: House, admin: Person, provider: LyingProvider
) -> None:
    connection_id = await connection_of(orvance, SLUG)
    async with orvance.transaction():
        # The administrator sits here by another way, which asks for no more than freshness.
        await db.execute("UPDATE connection SET acr_map = '{}' WHERE tenant_id = $1")
        await db.execute(
            "UPDATE auth_session SET connection_id = $2 WHERE tenant_id = $1",
            await db.fetch_value(
                "SELECT id FROM connection WHERE tenant_id = $1 AND slug = 'partenaires'"
            ),
        )
        await db.execute(
            "UPDATE connection SET is_enabled = false WHERE tenant_id = $1 AND id = $2",
            connection_id,
        )
    assert (await run(admin, provider, connection_id))["state"] == "passed"
    assert (await orvance.visitor.get(f"/auth/oidc/{SLUG}/start")).status_code == 404


async def test_a_report_is_its_runners_alone_and_gone_after_an_hour(
    orvance: House, ardelune: House, admin: Person, provider: LyingProvider
) -> None:
    found = await run(admin, provider, await connection_of(orvance, SLUG))
    path = f"/admin/connection-tests/{found['id']}"
    colleague = await orvance.person("Odile Fabre", roles=["admin"])
    stranger = await ardelune.person("Ines Kervalec", roles=["admin"])
    for other in (colleague, stranger):
        assert (await other.browser.call("GET", path)).status_code == 404
        page = await other.browser.get(f"/admin/sign-in/tests/{found['id']}")
        assert page.status_code == 404
    with clock.shift(timedelta(minutes=61)):
        async with orvance.transaction():
            await db.execute(
                "UPDATE auth_session SET idle_until = $2 WHERE tenant_id = $1",
                clock.now() + timedelta(minutes=30),
            )
        assert (await admin.browser.call("GET", path)).status_code == 404
        await jobs.run(forget, orvance.tenant.id)
    async with orvance.transaction():
        left = await db.fetch_value("SELECT count(*) FROM connection_test WHERE tenant_id = $1")
    assert left == 0


async def test_claims_are_sealed_where_they_are_kept(
    orvance: House, admin: Person, provider: LyingProvider, superuser: asyncpg.Connection
) -> None:
    await run(admin, provider, await connection_of(orvance, SLUG))
    row = await superuser.fetchrow("SELECT t::text AS t, claims_sealed FROM connection_test t")
    assert CLAIMS["name"] not in row["t"]
    assert CLAIMS["name"].encode() not in row["claims_sealed"]
    journal = await superuser.fetch("SELECT j::text AS t FROM journal_entry j")
    assert any("connection.tested" in line["t"] for line in journal)
    assert not any(CLAIMS["sub"] in line["t"] for line in journal)


async def test_another_browser_cannot_end_a_test(
    orvance: House, admin: Person, provider: LyingProvider
) -> None:
    test_id, asked = await start(admin, await connection_of(orvance, SLUG))
    params = {"state": asked["state"], "code": asked["nonce"], "iss": provider.issuer}
    answer = await orvance.visitor.get(f"/auth/oidc/{SLUG}/callback", params=params)
    assert answer.status_code == 400
    assert "__Host-sid" not in orvance.visitor.cookies
    assert (await report(admin, test_id))["state"] == "begun"


def test_every_step_and_every_reason_has_its_words() -> None:
    assert set(WORDS) == set(STEPS)
    assert set(REASONS) == set(Reason)


# --- the log ---


async def refused(admin: Person, house: House, provider: LyingProvider) -> str:
    """Let a visitor's sign-in fail; return the reference they are told."""
    provider.claims = {"aud": "somebody"}
    started = await house.visitor.get(f"/auth/oidc/{SLUG}/start")
    asked = query_of(started.headers["location"])
    params = {"state": asked["state"], "code": asked["nonce"], "iss": provider.issuer}
    answer = await house.visitor.get(f"/auth/oidc/{SLUG}/callback", params=params)
    assert answer.status_code == 400
    return str(answer.headers["x-correlation-id"])


async def test_the_log_tells_the_reason_of_a_reference_in_the_readers_language(
    orvance: House, admin: Person, provider: LyingProvider
) -> None:
    reference = await refused(admin, orvance, provider)
    await refused(admin, orvance, provider)
    found = (await admin.browser.call("GET", f"/admin/sign-in-log?reference={reference}")).json()
    (line,) = found["items"]
    assert (line["reason"], line["is_failure"]) == (Reason.CLAIM_WRONG, True)
    assert line["detail"]["detail"] == "aud"
    english = await orvance.person("Karen Webb", roles=["admin"], locale="en")
    (said,) = (
        await english.browser.call("GET", f"/admin/sign-in-log?reference={reference}")
    ).json()["items"]
    assert said["why"] == REASONS[Reason.CLAIM_WRONG]
    assert said["why"] != line["why"]
    page = await admin.browser.get("/admin/sign-in/log", params={"reference": reference})
    assert reference in page.text
    assert "somebody" not in page.text


async def test_the_log_is_narrowed_by_connection_kind_and_day(
    orvance: House, admin: Person, provider: LyingProvider
) -> None:
    await refused(admin, orvance, provider)
    used, other = await connection_of(orvance, SLUG), await connection_of(orvance, "partenaires")

    async def count(**query: Any) -> int:
        answer = await admin.browser.call("GET", "/admin/sign-in-log", params=query)
        assert answer.status_code == 200, answer.text
        return len(answer.json()["items"])

    today = clock.now().date().isoformat()
    long_ago = "2020-01-01"
    assert await count(connection=str(used)) == 1
    assert await count(connection=str(other)) == 0
    assert await count(kind="sign_in_failed") == 1
    assert await count(kind="sign_in_succeeded") == 0
    assert await count(failures="true") == 1
    assert await count(to_day=long_ago) == 0
    assert await count(from_day=long_ago) == 1
    assert await count(reference="inconnue") == 0
    assert today
    bad = await admin.browser.call("GET", "/admin/sign-in-log?kind=anything")
    assert bad.status_code == 400


async def test_the_log_has_pages_and_is_each_tenants_own(
    orvance: House, ardelune: House, admin: Person, provider: LyingProvider
) -> None:
    async with orvance.transaction():
        for _ in range(60):
            await db.insert(
                "auth_event", kind="sign_in_failed", reason="state_unknown", at=clock.now(),
                correlation_id="abc", detail="{}",
            )  # fmt: skip
    first = (await admin.browser.call("GET", "/admin/sign-in-log")).json()
    after = first["next_after"]
    second = (await admin.browser.call("GET", f"/admin/sign-in-log?after={after}")).json()
    assert (len(first["items"]), len(second["items"]), second["next_after"]) == (50, 10, None)
    assert not {one["id"] for one in first["items"]} & {one["id"] for one in second["items"]}
    page = await admin.browser.get("/admin/sign-in/log")
    assert "after=" in page.text
    stranger = await ardelune.person("Ines Kervalec", roles=["admin"])
    assert (await stranger.browser.call("GET", "/admin/sign-in-log")).json()["items"] == []
