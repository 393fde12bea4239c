"""Domains of a connection: claimed by administrators, shown by DNS, vouched for by the operator."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import dns.rcode
import msgspec
import pytest

from parvis.core import clock, db, jobs
from parvis.features.identity.domains.actions import GRACE, MOST_CHECKS, look_again
from parvis.integrations import dns as lookups
from parvis.settings import Settings
from tests.factories import House, Person
from tests.identity.name_server import NameServer, serving

DOMAIN = "cabinet-virlay.test"


@pytest.fixture(autouse=True)
async def no_domains(orvance: House, ardelune: House) -> None:
    """Begin without the domains that the tenants' files vouch for."""
    for house in (orvance, ardelune):
        async with house.transaction():
            await db.execute("DELETE FROM connection_domain WHERE tenant_id = $1")


@pytest.fixture
async def name_server(settings: Settings) -> AsyncIterator[NameServer]:
    """The name server that look-ups of this process go to."""
    async with serving() as server:
        address = f"127.0.0.1:{server.port}"
        lookups.use(msgspec.structs.replace(settings, dns_resolver=address))
        server.zones.add(DOMAIN)
        yield server
    lookups.use(settings)


@pytest.fixture
async def admin(orvance: House) -> Person:
    return await orvance.person("Aurélie Montferrand", roles=["admin"])


@pytest.fixture
async def connection_id(orvance: House) -> UUID:
    return await connection_of(orvance, "partenaires")


async def connection_of(house: House, slug: str) -> UUID:
    async with house.transaction():
        found = await db.fetch_value(
            "SELECT id FROM connection WHERE tenant_id = $1 AND slug = $2", slug
        )
    return UUID(str(found))


async def claim(admin: Person, connection_id: UUID, domain: str = DOMAIN) -> dict[str, Any]:
    answer = await admin.browser.call(
        "POST", f"/admin/connections/{connection_id}/domains", {"domain": domain}
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def verify(admin: Person, connection_id: UUID, domain: dict[str, Any]) -> dict[str, Any]:
    path = f"/admin/connections/{connection_id}/domains/{domain['id']}/verification"
    answer = await admin.browser.call("POST", path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_claimed_domain_leads_nowhere_until_its_record_is_there(
    orvance: House, admin: Person, connection_id: UUID, name_server: NameServer
) -> None:
    claimed = await claim(admin, connection_id, " Cabinet-VIRLAY.test. ")
    assert (claimed["domain"], claimed["state"]) == (DOMAIN, "waiting")
    assert claimed["record_name"] == f"_parvis-challenge.{DOMAIN}"
    waiting = await verify(admin, connection_id, claimed)
    assert waiting["state"] == "waiting"
    assert waiting["problem"]
    name_server.records[claimed["record_name"]] = ["v=spf1 -all", claimed["record"]]
    verified = await verify(admin, connection_id, claimed)
    assert (verified["state"], verified["problem"]) == ("verified", "")
    assert name_server.asked == [claimed["record_name"]] * 2


async def test_the_page_shows_the_record_and_verifies(
    orvance: House, admin: Person, connection_id: UUID, name_server: NameServer
) -> None:
    path = f"/admin/sign-in/connections/{connection_id}"
    sent = await admin.browser.send_form(f"{path}/domains", {"domain": DOMAIN})
    assert sent.status_code == 303
    (claimed,) = (
        await admin.browser.call("GET", f"/admin/connections/{connection_id}/domains")
    ).json()
    page = (await admin.browser.get(path)).text
    assert claimed["record"] in page
    name_server.records[claimed["record_name"]] = [claimed["record"]]
    await admin.browser.send_form(f"{path}/domains/{claimed['id']}/verify", {})
    assert claimed["record"] not in (await admin.browser.get(path)).text


async def test_another_claims_record_verifies_nothing(
    orvance: House, ardelune: House, admin: Person, connection_id: UUID, name_server: NameServer
) -> None:
    """A bank's partner publishes one bank's record; another bank cannot make use of it."""
    theirs = await ardelune.person("Ines Kervalec", roles=["admin"])
    their_connection = await connection_of(ardelune, "espace-actionnaire")
    published = await claim(theirs, their_connection)
    name_server.records[published["record_name"]] = [published["record"]]
    mine = await claim(admin, connection_id)
    assert mine["record"] != published["record"]
    assert (await verify(admin, connection_id, mine))["state"] == "waiting"
    assert (await verify(theirs, their_connection, published))["state"] == "verified"


@pytest.mark.parametrize(
    "domain", ["localhost", "192.0.2.1", "a b.test", "-x.test", "https://x.test", "x" * 300, ""]
)
async def test_what_is_no_domain_is_refused(
    admin: Person, connection_id: UUID, domain: str
) -> None:
    answer = await admin.browser.call(
        "POST", f"/admin/connections/{connection_id}/domains", {"domain": domain}
    )
    assert answer.status_code == 422
    assert "domain" in answer.json()["fields"]
    page = await admin.browser.send_form(
        f"/admin/sign-in/connections/{connection_id}/domains", {"domain": domain}
    )
    assert page.status_code == 422
    assert 'id="domain-error"' in page.text


async def test_the_same_domain_twice_is_refused_but_another_connection_may_have_it(
    orvance: House, admin: Person, connection_id: UUID
) -> None:
    await claim(admin, connection_id)
    again = await admin.browser.call(
        "POST", f"/admin/connections/{connection_id}/domains", {"domain": DOMAIN.upper()}
    )
    assert again.status_code == 422
    page = await admin.browser.send_form(
        f"/admin/sign-in/connections/{connection_id}/domains", {"domain": DOMAIN}
    )
    assert page.status_code == 422
    assert 'id="domain-error"' in page.text
    await claim(admin, await connection_of(orvance, "espace-client"))


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.NXDOMAIN, dns.rcode.REFUSED])
async def test_what_the_name_server_says_is_told(
    admin: Person, connection_id: UUID, name_server: NameServer, rcode: dns.rcode.Rcode
) -> None:
    claimed = await claim(admin, connection_id)
    name_server.rcode = rcode
    assert (await verify(admin, connection_id, claimed))["problem"]


async def test_verifying_is_limited(
    admin: Person, connection_id: UUID, name_server: NameServer
) -> None:
    claimed = await claim(admin, connection_id)
    path = f"/admin/connections/{connection_id}/domains/{claimed['id']}/verification"
    with clock.travel(clock.now()):
        for _ in range(MOST_CHECKS):
            await admin.browser.call("POST", path)
        answer = await admin.browser.call("POST", path)
        page = await admin.browser.send_form(
            f"/admin/sign-in/connections/{connection_id}/domains/{claimed['id']}/verify", {}
        )
    assert answer.status_code == 429
    assert page.status_code == 429
    assert "Réessayez" in page.text


async def look(house: House, domain: dict[str, Any]) -> None:
    await jobs.run(look_again, house.tenant.id, domain_id=domain["id"])


async def state_of(admin: Person, connection_id: UUID) -> tuple[str, bool]:
    (domain,) = (
        await admin.browser.call("GET", f"/admin/connections/{connection_id}/domains")
    ).json()
    return domain["state"], bool(domain["problem"])


async def test_a_record_that_is_gone_for_a_week_ends_the_verification(
    orvance: House, admin: Person, connection_id: UUID, name_server: NameServer
) -> None:
    claimed = await claim(admin, connection_id)
    name_server.records[claimed["record_name"]] = [claimed["record"]]
    await verify(admin, connection_id, claimed)
    del name_server.records[claimed["record_name"]]
    for day in range(1, GRACE.days + 1):
        with clock.shift(timedelta(days=day)):
            await look(orvance, claimed)
    assert await state_of(admin, connection_id) == ("verified", True)
    with clock.shift(GRACE + timedelta(days=1)):
        await look(orvance, claimed)
    assert await state_of(admin, connection_id) == ("waiting", True)


async def test_name_servers_that_do_not_answer_prove_nothing(
    orvance: House, admin: Person, connection_id: UUID, name_server: NameServer
) -> None:
    claimed = await claim(admin, connection_id)
    name_server.records[claimed["record_name"]] = [claimed["record"]]
    await verify(admin, connection_id, claimed)
    name_server.rcode = dns.rcode.SERVFAIL
    for day in (1, 30):
        with clock.shift(timedelta(days=day)):
            await look(orvance, claimed)
    assert await state_of(admin, connection_id) == ("verified", True)


async def test_a_record_that_comes_back_is_as_if_nothing_was(
    orvance: House, admin: Person, connection_id: UUID, name_server: NameServer
) -> None:
    claimed = await claim(admin, connection_id)
    records = name_server.records
    records[claimed["record_name"]] = [claimed["record"]]
    await verify(admin, connection_id, claimed)
    kept = records.pop(claimed["record_name"])
    with clock.shift(timedelta(days=6)):
        await look(orvance, claimed)
    records[claimed["record_name"]] = kept
    with clock.shift(timedelta(days=7)):
        await look(orvance, claimed)
    records.clear()
    with clock.shift(timedelta(days=13, hours=23)):
        await look(orvance, claimed)
    assert await state_of(admin, connection_id) == ("verified", True)


async def test_the_daily_look_is_one_however_often_it_was_queued(
    orvance: House, admin: Person, connection_id: UUID, name_server: NameServer
) -> None:
    claimed = await claim(admin, connection_id)
    name_server.records[claimed["record_name"]] = [claimed["record"]]
    await verify(admin, connection_id, claimed)
    await verify(admin, connection_id, claimed)
    before = len(name_server.asked)
    with clock.shift(timedelta(days=1)):
        await look(orvance, claimed)
        await look(orvance, claimed)
    assert len(name_server.asked) == before + 1


async def test_a_removed_domain_is_not_looked_at(
    orvance: House, admin: Person, connection_id: UUID, name_server: NameServer
) -> None:
    claimed = await claim(admin, connection_id)
    path = f"/admin/connections/{connection_id}/domains/{claimed['id']}"
    assert (await admin.browser.call("DELETE", path)).status_code == 204
    assert (await admin.browser.call("DELETE", path)).status_code == 404
    await look(orvance, claimed)
    assert name_server.asked == []


async def test_the_operators_word_needs_no_record(
    orvance: House, admin: Person, connection_id: UUID, name_server: NameServer
) -> None:
    claimed = await claim(admin, connection_id)
    async with orvance.transaction():
        await db.execute(
            "UPDATE connection_domain SET verified_by = 'operator', verified_at = now()"
            " WHERE tenant_id = $1"
        )
    path = f"/admin/connections/{connection_id}/domains/{claimed['id']}/verification"
    assert (await admin.browser.call("POST", path)).status_code == 404
    await look(orvance, claimed)
    assert await state_of(admin, connection_id) == ("vouched", False)
    assert name_server.asked == []


async def test_each_step_is_journaled(
    orvance: House, admin: Person, connection_id: UUID, name_server: NameServer
) -> None:
    claimed = await claim(admin, connection_id)
    name_server.records[claimed["record_name"]] = [claimed["record"]]
    await verify(admin, connection_id, claimed)
    await admin.browser.call(
        "DELETE", f"/admin/connections/{connection_id}/domains/{claimed['id']}"
    )
    async with orvance.transaction():
        rows = await db.fetch(
            "SELECT act, data FROM journal_entry WHERE tenant_id = $1 AND act LIKE 'domain.%'"
            " ORDER BY id"
        )
    assert [row["act"] for row in rows] == ["domain.claimed", "domain.verified", "domain.removed"]
    assert claimed["record"] not in str([row["data"] for row in rows])
