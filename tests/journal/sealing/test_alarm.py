"""A broken journal does not stay a secret: the log, the journal, and who reads it are told."""

import logging

import asyncpg
import pytest

from parvis.core import db, jobs
from parvis.features.journal.sealing.alarm import verify_journal
from parvis.features.journal.sealing.seal import seal_now
from tests.factories import House, Person

from .conftest import seal, tamper, verified


@pytest.fixture
async def auditor(orvance: House) -> Person:
    return await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")


@pytest.fixture
async def member(orvance: House) -> Person:
    return await orvance.person("Hélène Marcillat")


async def notices(person: Person) -> list[str]:
    answer = await person.browser.call("GET", "/notifications")
    assert answer.status_code == 200, answer.text
    return [one["headline"] for one in answer.json()["items"]]


async def test_an_untouched_journal_raises_none(
    orvance: House, auditor: Person, caplog: pytest.LogCaptureFixture
) -> None:
    await seal(orvance, 5)
    with caplog.at_level(logging.INFO, "parvis"):
        await jobs.run(verify_journal, orvance.tenant.id)
    assert "the journal verifies" in caplog.text
    assert await notices(auditor) == []


async def test_a_broken_one_is_told_to_who_reads_it(
    orvance: House, auditor: Person, member: Person, superuser: asyncpg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    await seal(orvance, 5)
    entry_id = await superuser.fetchval("SELECT entry_id FROM journal_leaf WHERE position = 2")
    await tamper(superuser, "UPDATE journal_entry SET act = 'x' WHERE id = $1", entry_id)
    for _ in range(2):  # a job may run twice
        await jobs.run(verify_journal, orvance.tenant.id)
    assert str(entry_id) in caplog.text
    [told] = await notices(auditor)
    assert told.startswith("La vérification quotidienne du journal a échoué")
    assert await notices(member) == []
    async with orvance.transaction():
        row = await db.fetch_row(
            "SELECT subject_id, data->>'fault' AS fault, (data->>'position')::int AS position"
            " FROM journal_entry WHERE tenant_id = $1 AND act = 'journal.alarm' LIMIT 1"
        )
    assert row is not None
    assert tuple(row) == (entry_id, "entry_altered", 2)


async def test_the_alarm_is_an_entry_like_any_other(
    orvance: House, auditor: Person, superuser: asyncpg.Connection
) -> None:
    await seal(orvance, 5)
    await tamper(superuser, "UPDATE journal_checkpoint SET note = note || 'x'")
    await jobs.run(verify_journal, orvance.tenant.id)
    await seal_now(orvance.tenant.id)
    assert (await verified(orvance)).waiting == 0
    page = (await auditor.browser.get("/admin/journal?act=journal.alarm")).text
    assert "il n’est plus ce qui avait été scellé" in page
    [told] = (await auditor.browser.call("GET", "/notifications")).json()["items"]
    assert told["path"] == "/admin/journal"
