"""The journal's screens say how it is sealed, verify an entry, and raise the alarm."""

from typing import Any

import asyncpg
import pytest

from parvis.core import journal
from parvis.features.journal.sealing.seal import seal_now
from tests.factories import House, Person
from tests.moderation.conftest import publish

PLACE = "clients-du-cercle"


@pytest.fixture
async def auditor(orvance: House) -> Person:
    return await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")


@pytest.fixture
async def author(orvance: House) -> Person:
    return await orvance.person("Georges Malvoisin", communities=[PLACE])


async def entry_of(auditor: Person, act: str = "post.published") -> str:
    answer = await auditor.browser.call("GET", f"/journal?act={act}")
    found: str = answer.json()["items"][0]["id"]
    return found


async def status(auditor: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await auditor.browser.call("GET", "/journal/seal")).json()
    return found


async def test_the_list_tells_how_the_seal_stands(
    orvance: House, author: Person, auditor: Person
) -> None:
    await publish(author, "Bonjour", "Premier message.")
    assert (await status(auditor))["number"] is None
    await seal_now(orvance.tenant.id)
    found = await status(auditor)
    assert (found["number"], found["is_late"]) == (1, False)
    assert found["size"] >= 1
    page = (await auditor.browser.get("/admin/journal")).text
    assert "Dernier point de contrôle" in page
    assert "alert--bad" not in page


async def test_what_waits_too_long_raises_the_alarm(
    orvance: House, author: Person, auditor: Person, superuser: asyncpg.Connection
) -> None:
    await publish(author, "Bonjour", "Premier message.")
    await superuser.execute(
        "UPDATE journal_unsealed SET since = now() - interval '20 minutes' WHERE tenant_id = $1",
        orvance.tenant.id,
    )
    assert (await status(auditor))["is_late"] is True
    page = (await auditor.browser.get("/admin/journal")).text
    assert "attendent leur sceau" in page


async def test_a_verification_that_failed_raises_the_alarm_until_one_succeeds(
    orvance: House, auditor: Person
) -> None:
    for act, is_alarm in (("journal.alarm", True), ("journal.verified", False)):
        async with orvance.transaction():
            await journal.record(None, act, data={"by": "parvis"})
        found = await status(auditor)
        assert (found["failed_at"] is not None) is is_alarm
        page = (await auditor.browser.get("/admin/journal")).text
        assert ("alert--bad" in page) is is_alarm


async def test_an_entry_is_verified_step_by_step(
    orvance: House, author: Person, auditor: Person
) -> None:
    for number in range(5):
        await publish(author, f"Message {number}", "Bonjour à tous.")
    entry = await entry_of(auditor)
    path = f"/journal/{entry}/verification"
    assert (await auditor.browser.call("GET", path)).status_code == 404
    assert "Pas encore scellée" in (await auditor.browser.get(f"/admin/journal/{entry}")).text
    await seal_now(orvance.tenant.id)
    found = (await auditor.browser.call("GET", path)).json()
    assert found["is_leaf_sound"]
    assert found["is_path_sound"]
    assert found["is_signature_sound"]
    assert found["path"][-1]["makes"] == found["root"] == found["checkpoint_root"]
    page = (await auditor.browser.get(f"/admin/journal/{entry}")).text
    assert f"/admin/journal/{entry}/verification" in page
    assert "entrée" in page
    assert found["leaf"] in (await auditor.browser.get(f"/admin{path}")).text


OF_TENANT = "WHERE tenant_id = (SELECT tenant_id FROM journal_entry WHERE id = $1)"
TAMPERED = {
    "UPDATE journal_entry SET act = 'post.held' WHERE id = $1": "is_leaf_sound",
    "UPDATE journal_leaf SET hash = sha256('x') WHERE entry_id = $1": "is_leaf_sound",
    f"UPDATE journal_checkpoint SET root = sha256('x') {OF_TENANT}": "is_path_sound",
    f"UPDATE journal_checkpoint SET note = replace(note, 'number 1', 'number 2') {OF_TENANT}": (
        "is_signature_sound"
    ),
}


@pytest.fixture
async def sealed(orvance: House, author: Person, auditor: Person) -> str:
    """A post's entry, sealed."""
    await publish(author, "Bonjour", "Premier message.")
    await seal_now(orvance.tenant.id)
    return await entry_of(auditor)


@pytest.mark.parametrize(("statement", "part"), TAMPERED.items(), ids=range(len(TAMPERED)))
async def test_what_somebody_changed_in_the_database_does_not_hold(
    sealed: str, auditor: Person, superuser: asyncpg.Connection, statement: str, part: str
) -> None:
    entry = sealed
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute(statement, entry)
    await superuser.execute("SET session_replication_role = origin")
    found = (await auditor.browser.call("GET", f"/journal/{entry}/verification")).json()
    assert found[part] is False
    page = (await auditor.browser.get(f"/admin/journal/{entry}/verification")).text
    assert "ne correspond pas à son sceau" in page


async def test_only_readers_of_the_journal_know_of_its_seal(
    orvance: House, ardelune: House, author: Person, auditor: Person
) -> None:
    await publish(author, "Bonjour", "Premier message.")
    entry = await entry_of(auditor)
    await seal_now(orvance.tenant.id)
    stranger = await ardelune.person("Aude Lanvollon", roles=["admin"], capacity="employee")
    for path in ("/journal/seal", "/journal/operator", f"/journal/{entry}/verification"):
        assert (await author.browser.call("GET", path)).status_code == 404
        assert (await auditor.browser.call("GET", path)).status_code == 200
    for path in (f"/api/v1/journal/{entry}/verification", f"/admin/journal/{entry}"):
        assert (await stranger.browser.get(path)).status_code == 404
    assert (await author.browser.get("/admin/journal/operator")).status_code == 404


async def test_what_the_operator_did_has_a_screen_and_a_filter(
    orvance: House, ardelune: House, author: Person, auditor: Person
) -> None:
    await publish(author, "Bonjour", "Premier message.")
    data = {
        "by": "operator", "reason": "ticket 4711", "os_user": "maude.kerbrat",
        "machine": "ops-1", "db_user": "parvis_operator",
    }  # fmt: skip
    async with orvance.transaction():
        await journal.record(None, "operator.exported", data=data)
        await journal.record(None, "tenant.applied", data={"by": "operator", "changes": ["+ x"]})
    [applied, exported] = (await auditor.browser.call("GET", "/journal/operator")).json()["items"]
    assert (exported["os_user"], exported["reason"]) == ("maude.kerbrat", "ticket 4711")
    assert applied["changes"] == ["+ x"]
    page = (await auditor.browser.get("/admin/journal/operator")).text
    for said in ("maude.kerbrat", "ticket 4711", "L’opérateur a lu les réglages", "+ x"):
        assert said in page
    found = (await auditor.browser.call("GET", "/journal?by=operator")).json()["items"]
    assert [one["act"] for one in found] == ["tenant.applied", "operator.exported"]
    other = await ardelune.person("Aude Lanvollon", roles=["admin"], capacity="employee")
    assert (await other.browser.call("GET", "/journal/operator")).json()["items"] == []
    assert "Aucun opérateur" in (await other.browser.get("/admin/journal/operator")).text


async def test_the_filter_is_a_known_one(auditor: Person) -> None:
    assert (await auditor.browser.call("GET", "/journal?by=nobody")).status_code in (400, 422)
