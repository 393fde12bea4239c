"""What is sealed for ever holds no word of anybody, and proves the words that are still there."""

import asyncio
import hmac
from hashlib import sha256
from typing import Any

import asyncpg
import pytest

from parvis import cli
from parvis import settings as settings_module
from parvis.core import db
from parvis.features.journal.sealing.seal import seal_now
from parvis.features.moderation.decisions import record
from parvis.settings import Settings
from tests.factories import House
from tests.moderation.conftest import act, claim, hold, items, refusal
from tests.privacy.conftest import CANARY, KEPT, SECRET_WORDS, Life, life  # noqa: F401 -- fixture
from tests.privacy.test_erasure import forget

from .conftest import tamper, verified

# Whoever reads the journal of all tenants: what any member is called, writes or is reached at.
NAMES = """
    SELECT DISTINCT e.act, m.display_name AS told FROM journal_entry e
      JOIN member m ON m.tenant_id = e.tenant_id
       AND position(lower(m.display_name) IN lower(e.data::text)) > 0
"""
ADDRESSES = """
    SELECT DISTINCT e.act, m.email AS told FROM journal_entry e
      JOIN member m ON m.tenant_id = e.tenant_id AND position(m.email IN e.data::text) > 0
"""
WORDS = """
    SELECT DISTINCT e.act, r.title AS told FROM journal_entry e
      JOIN revision r ON r.tenant_id = e.tenant_id
       AND (length(r.title) > 8 AND position(r.title IN e.data::text) > 0
            OR length(r.body) > 8 AND position(left(r.body, 30) IN e.data::text) > 0)
"""
PROVED = """
    SELECT e.act, e.data->>'digest' AS digest, r.title, r.body, r.salt FROM journal_entry e
      JOIN revision r ON r.tenant_id = e.tenant_id AND r.id = (e.data->>'revision')::uuid
     WHERE e.tenant_id = $1 AND r.author_id = $2 AND e.data ? 'digest'
"""


async def told(superuser: asyncpg.Connection) -> list[tuple[Any, ...]]:
    """Return the acts whose entries hold a name, an address or words, and which."""
    return [tuple(row) for sql in (NAMES, ADDRESSES, WORDS) for row in await superuser.fetch(sql)]


async def test_the_journal_of_a_busy_member_tells_none_of_their_words(
    life: Life,  # noqa: F811 -- a fixture
    superuser: asyncpg.Connection,
) -> None:
    entries = await superuser.fetch("SELECT act, data::text AS data FROM journal_entry")
    assert len(entries) > 10
    for entry in entries:
        for word in (CANARY, KEPT, SECRET_WORDS):
            assert word.lower() not in entry["data"].lower(), entry["act"]
    assert await told(superuser) == []


async def test_the_journal_of_the_demonstration_tells_no_words(
    app: object, migrated: Settings, clean: None, monkeypatch: pytest.MonkeyPatch,
    superuser: asyncpg.Connection,
) -> None:  # fmt: skip
    monkeypatch.setattr(settings_module, "load", lambda: migrated)
    before = db._default
    try:
        assert await asyncio.to_thread(cli.main, ["seed", "ateliers-tervallon"]) == 0
    finally:
        db.use(before)
    assert await superuser.fetchval("SELECT count(*) FROM journal_entry") > 100
    assert await told(superuser) == []


async def test_the_search_for_words_finds_them(
    orvance: House, superuser: asyncpg.Connection
) -> None:
    person = await orvance.person("Hélène Marcillat")
    async with orvance.transaction():
        await db.insert(
            "journal_entry", act="tells.all", at=await superuser.fetchval("SELECT now()"),
            data=db.jsonb({"who": f"de {person.name}"}),
        )  # fmt: skip
    assert await told(superuser) == [("tells.all", person.name)]


async def test_forgetting_a_member_leaves_the_proof_and_takes_what_it_was_of(
    life: Life,  # noqa: F811 -- a fixture
    superuser: asyncpg.Connection,
) -> None:
    house = life.house
    await seal_now(house.tenant.id)
    proved = await superuser.fetch(PROVED, house.tenant.id, life.person.id)
    assert {row["act"] for row in proved} >= {"post.published", "comment.published", "post.held"}
    for row in proved:
        text = f"{row['title']}\n\n{row['body']}".encode()
        assert hmac.new(row["salt"], text, sha256).hexdigest() == row["digest"]
    await forget(life, superuser)
    await seal_now(house.tenant.id)
    report = await verified(house)
    assert (report.is_sound, report.problems) == (True, [])
    left = await superuser.fetch(PROVED, house.tenant.id, life.person.id)
    assert len(left) == len(proved)
    erased = [row for row in left if row["salt"] is None]
    assert len(erased) > 3
    assert all(row["digest"] and not row["title"] + row["body"] for row in erased)


async def test_the_reasons_of_a_decision_can_be_proven(
    orvance: House, superuser: asyncpg.Connection
) -> None:
    author = await orvance.person("Georges Malvoisin", communities=["clients-du-cercle"])
    judge = await orvance.person("Ludivine Darcel", roles=["moderator"], capacity="employee")
    await hold(orvance, author)
    [item] = await items(judge)
    answer = await act(judge, await claim(judge, item), "decisions", **refusal())
    assert answer.status_code == 201, answer.text
    row = await superuser.fetchrow(
        "SELECT d.facts, d.text_sent, d.salt, e.data->>'digest' AS digest FROM decision d"
        " JOIN journal_entry e ON e.tenant_id = d.tenant_id AND e.subject_id = d.id"
        " WHERE e.act = 'decision.written'"
    )
    text = record.words(row["facts"], row["text_sent"]).encode()
    assert row["text_sent"]
    assert hmac.new(row["salt"], text, sha256).hexdigest() == row["digest"]


async def test_a_letter_that_is_forgotten_can_no_longer_be_guessed(
    life: Life,  # noqa: F811 -- a fixture
    superuser: asyncpg.Connection,
) -> None:
    await tamper(superuser, "UPDATE decision SET salt = 'x', digest = 'y'")
    await forget(life, superuser)
    rows = await superuser.fetch("SELECT salt, digest FROM decision WHERE text_sent = '…'")
    assert {tuple(row) for row in rows} == {(None, "y")}
