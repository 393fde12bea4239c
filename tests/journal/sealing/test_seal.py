"""What is committed is sealed once, in one tree a tenant, under a chain of checkpoints."""

import asyncio
import contextvars
from datetime import timedelta
from hashlib import sha256

import asyncpg
import pytest

from parvis.core import clock, crypto, db, jobs, journal
from parvis.features.journal.sealing import keys, notes, proofs, seals, tree
from parvis.features.journal.sealing import seal as sealing
from parvis.features.journal.sealing.canonical import ENTRY_COLUMNS, canonical, of_row
from parvis.features.journal.sealing.findings import Fault
from parvis.features.journal.sealing.seal import seal_journal, seal_now
from parvis.features.journal.sealing.seals import BrokenTreeError, Checkpoint
from tests.factories import House

from .conftest import beside, seal, tamper, verified, write

CHECKPOINTS = f"{seals.CHECKPOINT} ORDER BY number"
LEAVES = f"""
    SELECT l.position, l.hash, {ENTRY_COLUMNS} FROM journal_leaf l
      JOIN journal_entry e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
     WHERE l.tenant_id = $1 ORDER BY l.position
"""


async def checkpoints(house: House) -> list[Checkpoint]:
    async with house.transaction():
        return [Checkpoint(**row) for row in await db.fetch(CHECKPOINTS)]


async def leaves(house: House) -> list[db.Record]:
    async with house.transaction():
        return await db.fetch(LEAVES)


async def test_every_entry_has_its_leaf_in_order_of_time(orvance: House) -> None:
    await seal(orvance, 3, 4)
    rows = await leaves(orvance)
    assert [row["position"] for row in rows] == list(range(len(rows)))
    # The key's own entry came with the first seal, and is in the second.
    assert [row["act"] for row in rows].count("post.published") == 7
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    for row in rows:
        text = canonical(of_row(orvance.tenant.id, row))
        assert row["hash"] == sha256(b"\0" + text).digest()


async def test_checkpoints_sign_the_tree_and_the_checkpoint_before(orvance: House) -> None:
    await seal(orvance, 3, 4)
    hashes = [row["hash"] for row in await leaves(orvance)]
    first, second = await checkpoints(orvance)
    async with orvance.transaction():
        [key] = await keys.public_keys()
    for checkpoint in (first, second):
        signed = notes.parse(checkpoint.note)
        assert notes.is_signed_by(signed, key.public_key)
        assert signed.head.root == checkpoint.root == tree.root_of(hashes[: checkpoint.size])
    assert (first.number, first.previous) == (1, None)
    assert (second.number, second.previous) == (2, sha256(first.note.encode()).digest())
    assert [first.size, second.size] == [3, 8]


async def test_nothing_new_makes_no_checkpoint(orvance: House) -> None:
    await seal(orvance, 1)
    await seal_now(orvance.tenant.id)  # the entry of the key
    before = await checkpoints(orvance)
    assert await seal_now(orvance.tenant.id) == 0
    assert await checkpoints(orvance) == before


async def test_an_entry_put_back_on_the_list_keeps_no_other_from_being_sealed(
    orvance: House,
) -> None:
    await seal(orvance, 2)
    await seal_now(orvance.tenant.id)  # the entry of the key
    sealed = [row["id"] for row in await leaves(orvance)]
    async with orvance.transaction():
        await db.execute(
            "INSERT INTO journal_unsealed (tenant_id, id) SELECT $1, unnest($2::uuid[])", sealed
        )
    await seal(orvance, 1)
    assert [row["id"] for row in await leaves(orvance)][:-1] == sealed
    async with orvance.transaction():
        assert not await db.fetch("SELECT id FROM journal_unsealed WHERE tenant_id = $1")
    assert (await verified(orvance)).is_sound


async def test_an_entry_that_commits_late_is_not_missed(orvance: House) -> None:
    async with orvance.transaction():
        await journal.record(None, "early.written")
        await beside(seal(orvance, 2))
    await seal_now(orvance.tenant.id)
    acts = [row["act"] for row in await leaves(orvance)]
    assert acts.index("early.written") > acts.index("post.published")
    assert (await verified(orvance)).is_sound


async def test_what_is_rolled_back_is_not_sealed(orvance: House) -> None:
    with pytest.raises(ZeroDivisionError):
        async with orvance.transaction():
            await journal.record(None, "never.was")
            raise ZeroDivisionError
    assert await seal_now(orvance.tenant.id) == 0


async def test_long_queues_are_sealed_in_batches(
    orvance: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 100)
    await write(orvance, 350)
    assert await seal_now(orvance.tenant.id) == 351  # the last batch takes the key's entry too
    assert [one.size for one in await checkpoints(orvance)] == [100, 200, 300, 351]


async def test_several_workers_seal_once(orvance: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 50)
    await write(orvance, 400)
    together = [
        asyncio.create_task(seal_now(orvance.tenant.id), context=contextvars.Context())
        for _ in range(4)
    ]
    await asyncio.gather(*together)
    await seal_now(orvance.tenant.id)
    report = await verified(orvance)
    assert (report.is_sound, report.entries, report.waiting) == (True, 401, 0)


async def test_tenants_have_trees_of_their_own(orvance: House, ardelune: House) -> None:
    await seal(orvance, 5)
    await seal(ardelune, 2)
    assert [one.size for one in await checkpoints(orvance)] == [5]
    assert [one.size for one in await checkpoints(ardelune)] == [2]
    assert notes.parse((await checkpoints(ardelune))[0].note).head.origin.endswith(
        str(ardelune.tenant.id)
    )


async def test_the_worker_seals_every_minute(orvance: House, settings, superuser) -> None:
    await write(orvance, 2)
    await jobs.enqueue_for_all(seal_journal)
    async with jobs.worker_app(settings.database_url).open_async() as worker:
        await worker.run_worker_async(
            wait=False, install_signal_handlers=False, listen_notify=False
        )
    assert (await checkpoints(orvance))[0].size == 2
    assert seal_journal.every == "* * * * *"


async def test_proofs_verify_wherever_the_entry_stands(orvance: House) -> None:
    """More than two tiles: complete ones and the ragged end both take part."""
    await seal(orvance, 300, 299, 1, 40)
    hashes = [row["hash"] for row in await leaves(orvance)]
    sizes = [one.size for one in await checkpoints(orvance)]
    async with orvance.transaction():
        assert await proofs.root_at(sizes[-1]) == tree.root_of(hashes)
        for position in (0, 1, 255, 256, 300, 511, 512, 599, sizes[-1] - 1):
            leaf = await seals.sealed(await _entry_at(position))
            assert leaf is not None
            over = await seals.checkpoint_over(position)
            assert over is not None
            for size, root in ((over.size, over.root), (sizes[-1], tree.root_of(hashes))):
                proof = await proofs.inclusion_proof(size, position)
                assert tree.verify_inclusion(leaf.hash, position, size, proof, root)
        for first in (1, 255, 256, 257, *sizes):
            grown = await proofs.consistency_proof(first, sizes[-1])
            roots = tree.root_of(hashes[:first]), tree.root_of(hashes)
            assert tree.verify_consistency(first, sizes[-1], grown, *roots)


async def _entry_at(position: int):
    return await db.fetch_value(
        "SELECT entry_id FROM journal_leaf WHERE tenant_id = $1 AND position = $2", position
    )


async def test_an_entry_that_waits_has_no_place_yet(orvance: House) -> None:
    await write(orvance)
    async with orvance.transaction():
        entry_id = await db.fetch_value("SELECT id FROM journal_entry WHERE tenant_id = $1")
        assert await seals.sealed(entry_id) is None
        assert await seals.checkpoint_over(0) is None


async def test_a_new_key_signs_and_the_old_one_still_verifies(orvance: House) -> None:
    await seal(orvance, 2)
    async with orvance.transaction():
        made = await keys.rotate()
    await seal(orvance, 2)
    first, second = await checkpoints(orvance)
    assert (first.key_id != made.id, second.key_id) == (True, made.id)
    async with orvance.transaction():
        newest, oldest = await keys.public_keys()
    assert (newest.retired_at, oldest.retired_at is None) == (None, False)
    assert notes.is_signed_by(notes.parse(first.note), oldest.public_key)
    assert notes.is_signed_by(notes.parse(second.note), newest.public_key)
    assert (await verified(orvance)).is_sound
    told = [row for row in await leaves(orvance) if row["act"] == "journal.key_made"]
    assert newest.name in told[-1]["data"]


async def test_after_a_rotation_older_secrets_of_the_operator_may_go(
    orvance: House, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = "another key of the operator, in front of the one before"
    await seal(orvance, 2)
    monkeypatch.setattr(crypto, "_ring", crypto.Keyring(f"{new},{settings.secret_key}"))
    async with orvance.transaction():
        await keys.rotate()
    monkeypatch.setattr(crypto, "_ring", crypto.Keyring(new))
    await seal(orvance, 2)
    report = await verified(orvance)
    assert (report.is_sound, report.checkpoints) == (True, 2)


@pytest.mark.parametrize(
    ("back", "told"), [(timedelta(minutes=30), []), (timedelta(days=900), [Fault.BACKDATED])]
)
async def test_a_clock_that_was_set_back_does_not_take_the_journal_back(
    orvance: House, back: timedelta, told: list[Fault]
) -> None:
    await seal(orvance, 1)
    with clock.travel(clock.now() - back):
        await seal(orvance, 1)
    first, second = await checkpoints(orvance)
    assert second.at == first.at
    # An entry that says it is years old is told, whoever set the clock.
    assert {one.fault for one in (await verified(orvance)).problems} == set(told)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE journal_leaf SET hash = sha256('x') WHERE position = 299",
        "DELETE FROM journal_leaf WHERE position = 299",
        "UPDATE journal_tile SET root = sha256('x')",
        "DELETE FROM journal_tile",
    ],
)
async def test_nothing_is_signed_over_a_tree_that_was_tampered_with(
    orvance: House, superuser: asyncpg.Connection, damage: str
) -> None:
    await seal(orvance, 300)
    await tamper(superuser, damage)
    before = await checkpoints(orvance)
    with pytest.raises(BrokenTreeError):
        await seal(orvance, 1)
    assert await checkpoints(orvance) == before


async def test_the_seal_cannot_be_changed_by_the_application(orvance: House) -> None:
    await seal(orvance, 300)
    for table in ("journal_leaf", "journal_tile", "journal_checkpoint"):
        for change in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with orvance.transaction():
                    await db.execute(f"{change} WHERE tenant_id = $1")
