"""`parvis journal verify` and `keys`, as an operator runs them; and the keys for everybody."""

import asyncio
import base64
import json
import sys
from typing import Any

import asyncpg
import pytest

from parvis.core import db
from parvis.features.journal.sealing import keys, notes, seals
from parvis.settings import Settings
from tests.factories import House

from .conftest import environment, seal, tamper

Run = Any


@pytest.fixture
def run(settings: Settings) -> Run:
    """Run `parvis journal …`: returns (status, stdout, stderr)."""

    async def running(*arguments: str, **changed: str) -> tuple[int | None, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "parvis.cli", "journal", *arguments,
            env=environment(settings) | changed,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    return running


async def test_an_untouched_journal_is_sound(orvance: House, ardelune: House, run: Run) -> None:
    await seal(orvance, 7)
    await seal(ardelune, 3)
    status, out, err = await run("verify")
    assert (status, err) == (0, "")
    assert "banque-orvance: sound. 7 entries under 1 checkpoints, 2 waiting" in out
    assert "ardelune: sound. 3 entries" in out
    assert "ITS ANCHORS WERE NOT COMPARED" in out


async def test_the_first_bad_entry_is_named(
    orvance: House, ardelune: House, run: Run, superuser: asyncpg.Connection
) -> None:
    await seal(orvance, 7)
    entry_id = await superuser.fetchval("SELECT entry_id FROM journal_leaf WHERE position = 4")
    await tamper(superuser, "UPDATE journal_entry SET data = '{}' WHERE id = $1", entry_id)
    status, out, _ = await run("verify", "--tenant", "banque-orvance")
    assert status == 1
    assert f"first: position 4, entry {entry_id}, post.published, 20" in out
    assert "it was altered" in out
    assert "ardelune" not in out
    assert (await run("verify", "--tenant", "ardelune"))[0] == 0


async def test_json_says_the_same(orvance: House, run: Run, superuser: asyncpg.Connection) -> None:
    await seal(orvance, 7)
    [line] = (await run("verify", "--tenant", "banque-orvance", "--json"))[1].splitlines()
    assert (json.loads(line)["is_sound"], json.loads(line)["entries"]) == (True, 7)
    await tamper(superuser, "DELETE FROM journal_entry WHERE act = 'post.published'")
    status, out, _ = await run("verify", "--tenant", "banque-orvance", "--json")
    read = json.loads(out)
    assert (status, read["is_sound"], read["problem_count"]) == (1, False, 7)
    assert (read["first"]["fault"], read["first"]["position"]) == ("entry_missing", 0)


@pytest.mark.parametrize(("start", "entries"), [("10", 11), ("2020-01-01", 21), ("2100-01-01", 0)])
async def test_it_begins_where_it_is_told(
    orvance: House, run: Run, start: str, entries: int
) -> None:
    await seal(orvance, 10, 10)
    status, out, _ = await run("verify", "--tenant", "banque-orvance", "--from", start)
    assert (status, f" {entries} entries" in out) == (0, True), out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "--tenant", "nobody"), 'there is no tenant "nobody"'),
        (("verify", "--from", "yesterday"), "neither a position nor a date"),
        (("keys", "list", "--tenant", "nobody"), 'there is no tenant "nobody"'),
    ],
)
async def test_what_cannot_be_is_said(
    orvance: House, run: Run, arguments: tuple[str, ...], said: str
) -> None:
    status, out, err = await run(*arguments)
    assert (status, out) == (2, "")
    assert said in err


async def test_a_database_that_is_away_is_no_verdict(run: Run, settings: Settings) -> None:
    away = settings.operator_database_url.replace("host=", "host=%2Fnowhere")
    status, out, err = await run("verify", PARVIS_OPERATOR_DATABASE_URL=away)
    assert (status, out) == (1, "")
    assert "the database does not answer" in err


async def test_another_secret_finds_foreign_keys(orvance: House, run: Run) -> None:
    await seal(orvance, 3)
    other = "another key that never sealed anything of this house"
    status, out, _ = await run("verify", "--tenant", "banque-orvance", PARVIS_SECRET_KEY=other)
    assert status == 1
    assert "a key that is not the house’s" in out


async def test_the_tenant_reads_that_its_journal_was_verified(orvance: House, run: Run) -> None:
    auditor = await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")
    await run("verify", "--tenant", "banque-orvance", "--reason", "audit of the year")
    answer = await auditor.browser.call("GET", "/journal?act=operator.verified")
    [entry] = answer.json()["items"]
    assert entry["data"]["reason"] == "audit of the year"


async def test_keys_are_renewed_and_listed(orvance: House, run: Run) -> None:
    await seal(orvance, 3)
    status, out, _ = await run("keys", "rotate", "--tenant", "banque-orvance")
    assert status == 0
    newest, oldest = out.splitlines()
    assert ("retired" in newest, "retired" in oldest) == (False, True)
    assert (await run("keys", "list", "--tenant", "banque-orvance"))[1] == out
    await seal(orvance, 3)
    async with orvance.transaction():
        last = await seals.last_checkpoint()
    assert last is not None
    assert newest.startswith(notes.parse(last.note).key_id.hex())
    assert (await run("verify", "--tenant", "banque-orvance"))[0] == 0


async def test_everybody_may_read_the_keys(orvance: House, ardelune: House) -> None:
    path = "/.well-known/parvis-journal-keys.json"
    answer = await orvance.visitor.get(path)
    assert (answer.status_code, answer.json()["keys"]) == (200, [])
    await seal(orvance, 1)
    async with orvance.transaction():
        await keys.rotate()
        stored = await db.fetch(
            "SELECT public_key FROM journal_key WHERE tenant_id = $1 ORDER BY created_at DESC"
        )
    read = (await orvance.visitor.get(path)).json()
    assert read["origin"] == notes.origin_of(orvance.tenant.id)
    assert [base64.b64decode(key["public_key"]) for key in read["keys"]] == [
        row["public_key"] for row in stored
    ]
    assert [key["retired_at"] is None for key in read["keys"]] == [True, False]
    assert "private" not in json.dumps(read)
    assert (await ardelune.visitor.get(path)).json()["keys"] == []
