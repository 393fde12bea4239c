"""An untouched journal verifies; whatever a superuser does to it is found, at the right entry."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from parvis.core import clock, db, i18n
from parvis.core.ids import new_id
from parvis.features.journal.sealing import keys, notes, seals
from parvis.features.journal.sealing.canonical import ENTRY_COLUMNS, canonical, of_row
from parvis.features.journal.sealing.findings import SAID, Fault, Problem
from parvis.features.journal.sealing.notes import Head
from parvis.features.journal.sealing.seal import seal_now
from parvis.features.journal.sealing.seals import Checkpoint
from parvis.features.journal.sealing.tree import leaf_hash
from tests.factories import House

from .conftest import seal, tamper, verified, write

# Three checkpoints over 300 entries and the key's own: one tile is complete, one is not.
BATCHES = (100, 150, 50)
SIZE = 301
PLACES = [0, 99, 100, 255, 256, 300]


@pytest.fixture
async def house(orvance: House) -> House:
    """A journal that is sealed to its end."""
    await seal(orvance, *BATCHES)
    assert (await verified(orvance)).is_sound
    return orvance


async def entry_at(house: House, position: int) -> db.Record:
    async with house.transaction():
        row = await db.fetch_row(
            f"SELECT {ENTRY_COLUMNS}, l.entry_id FROM journal_leaf l LEFT JOIN journal_entry e"
            " ON e.tenant_id = l.tenant_id AND e.id = l.entry_id"
            " WHERE l.tenant_id = $1 AND l.position = $2",
            position,
        )
    assert row is not None
    return row


async def first_problem(house: House, **asked: Any) -> Problem:
    report = await verified(house, **asked)
    assert not report.is_sound
    assert report.first is not None
    return report.first


async def test_an_untouched_journal_verifies(house: House) -> None:
    report = await verified(house)
    assert report.is_sound
    assert (report.entries, report.size, report.checkpoints) == (SIZE, SIZE, len(BATCHES))
    assert (report.waiting, report.problem_count, report.first) == (0, 0, None)


async def test_an_empty_journal_verifies(ardelune: House) -> None:
    report = await verified(ardelune)
    assert (report.is_sound, report.entries) == (True, 0)


async def test_an_untouched_journal_verifies_with_as_many_checkpoints_as_entries(
    ardelune: House,
) -> None:
    await seal(ardelune, *[1] * 20)
    report = await verified(ardelune)
    assert (report.is_sound, report.checkpoints) == (True, 20)


@pytest.mark.parametrize("position", PLACES)
@pytest.mark.parametrize(
    "change",
    [
        "data = data || '{\"n\": -1}'",
        "data = '{}'",
        "act = 'post.removed'",
        "at = at + interval '1 microsecond'",
        "actor_id = gen_random_uuid()",
        "subject_id = gen_random_uuid()",
        "subject_kind = NULL",
    ],
)
async def test_a_changed_entry_is_named(
    house: House, superuser: asyncpg.Connection, change: str, position: int
) -> None:
    entry = await entry_at(house, position)
    await tamper(superuser, f"UPDATE journal_entry SET {change} WHERE id = $1", entry["id"])
    found = await first_problem(house)
    assert (found.fault, found.position, found.entry_id) == (
        Fault.ENTRY_ALTERED, position, entry["id"],
    )  # fmt: skip


@pytest.mark.parametrize("position", PLACES)
async def test_a_deleted_entry_is_named(
    house: House, superuser: asyncpg.Connection, position: int
) -> None:
    entry = await entry_at(house, position)
    await tamper(superuser, "DELETE FROM journal_entry WHERE id = $1", entry["id"])
    found = await first_problem(house)
    assert (found.fault, found.position, found.entry_id) == (
        Fault.ENTRY_MISSING, position, entry["id"],
    )  # fmt: skip


async def test_an_entry_deleted_with_its_leaf_leaves_a_gap(
    house: House, superuser: asyncpg.Connection
) -> None:
    entry = await entry_at(house, 42)
    await tamper(superuser, "DELETE FROM journal_leaf WHERE entry_id = $1", entry["id"])
    await tamper(superuser, "DELETE FROM journal_entry WHERE id = $1", entry["id"])
    found = await first_problem(house)
    assert (found.fault, found.position) == (Fault.LEAF_MISSING, 42)


async def test_an_entry_deleted_and_the_others_moved_up_is_found(
    house: House, superuser: asyncpg.Connection
) -> None:
    entry = await entry_at(house, 42)
    await tamper(superuser, "DELETE FROM journal_leaf WHERE entry_id = $1", entry["id"])
    await tamper(superuser, "DELETE FROM journal_entry WHERE id = $1", entry["id"])
    for by, above in ((10_000, 42), (-10_001, 10_000)):  # in two steps: positions are unique
        move = "UPDATE journal_leaf SET position = position + $1 WHERE position > $2"
        await tamper(superuser, move, by, above)
    found = await first_problem(house)
    assert found.position is not None
    assert 42 <= found.position < 100


@pytest.mark.parametrize(("one", "other"), [(10, 20), (10, 210), (98, 99), (260, 270)])
async def test_two_leaves_that_changed_places_are_found(
    house: House, superuser: asyncpg.Connection, one: int, other: int
) -> None:
    swap = "UPDATE journal_leaf SET position = $2 WHERE position = $1"
    for before, after in ((one, 9_999), (other, one), (9_999, other)):
        await tamper(superuser, swap, before, after)
    found = await first_problem(house)
    assert found.fault in {Fault.OUT_OF_ORDER, Fault.LEAF_ALTERED, Fault.ROOT_DIFFERS}
    assert found.position is not None
    assert one <= found.position <= other


async def test_two_entries_that_changed_ids_are_found(
    house: House, superuser: asyncpg.Connection
) -> None:
    one, other = await entry_at(house, 10), await entry_at(house, 20)
    swap = "UPDATE journal_entry SET id = $2 WHERE id = $1"
    between = new_id()
    for before, after in ((one["id"], between), (other["id"], one["id"]), (between, other["id"])):
        await tamper(superuser, swap, before, after)
    found = await first_problem(house)
    assert (found.fault, found.position) == (Fault.ENTRY_ALTERED, 10)


async def test_rows_that_changed_tenants_are_found_in_both(
    house: House, ardelune: House, superuser: asyncpg.Connection
) -> None:
    await seal(ardelune, 30)
    here, there = await entry_at(house, 10), await entry_at(ardelune, 20)
    move = "UPDATE journal_entry SET tenant_id = $2, id = $3 WHERE id = $1"
    between = new_id()
    await tamper(superuser, move, here["id"], ardelune.tenant.id, between)
    await tamper(superuser, move, there["id"], house.tenant.id, here["id"])
    await tamper(superuser, move, between, ardelune.tenant.id, there["id"])
    for tenant, position in ((house, 10), (ardelune, 20)):
        found = await first_problem(tenant)
        assert (found.fault, found.position) == (Fault.ENTRY_ALTERED, position)


async def test_a_row_that_went_to_another_tenant_is_missed_here_and_unsealed_there(
    house: House, ardelune: House, superuser: asyncpg.Connection
) -> None:
    entry = await entry_at(house, 10)
    await tamper(
        superuser, "UPDATE journal_entry SET tenant_id = $2 WHERE id = $1",
        entry["id"], ardelune.tenant.id,
    )  # fmt: skip
    assert (await first_problem(house)).fault is Fault.ENTRY_MISSING
    found = await first_problem(ardelune)
    assert (found.fault, found.entry_id) == (Fault.NEVER_SEALED, entry["id"])


@pytest.mark.parametrize("position", PLACES)
async def test_a_changed_leaf_is_named(
    house: House, superuser: asyncpg.Connection, position: int
) -> None:
    await tamper(
        superuser, "UPDATE journal_leaf SET hash = sha256('x') WHERE position = $1", position
    )
    assert (await first_problem(house)).position == position


@pytest.mark.parametrize("position", [0, 99, 100, 255])
async def test_an_entry_changed_with_its_leaf_is_named_by_its_tile(
    house: House, superuser: asyncpg.Connection, position: int
) -> None:
    await forge_entry(house, superuser, position)
    found = await first_problem(house)
    assert (found.fault, found.position) == (Fault.LEAF_ALTERED, position)


@pytest.mark.parametrize(("position", "first"), [(256, 251), (300, 251)])
async def test_an_entry_changed_with_its_leaf_at_the_end_is_told_with_its_checkpoint(
    house: House, superuser: asyncpg.Connection, position: int, first: int
) -> None:
    await forge_entry(house, superuser, position)
    found = await first_problem(house)
    assert (found.fault, found.position) == (Fault.ROOT_DIFFERS, first)
    assert found.values == {"first": first, "last": SIZE - 1, "number": 3}


async def forge_entry(house: House, superuser: asyncpg.Connection, position: int) -> None:
    entry = await entry_at(house, position)
    await tamper(superuser, "UPDATE journal_entry SET act = 'x' WHERE id = $1", entry["id"])
    changed = await entry_at(house, position)
    forged = leaf_hash(canonical(of_row(house.tenant.id, changed)))
    await tamper(
        superuser, "UPDATE journal_leaf SET hash = $2 WHERE position = $1", position, forged
    )


async def test_a_changed_tile_is_found(house: House, superuser: asyncpg.Connection) -> None:
    await tamper(
        superuser,
        "UPDATE journal_tile SET hashes = overlay(hashes PLACING sha256('x') FROM 7 * 32 + 1)",
    )
    found = await first_problem(house)
    assert (found.fault, found.position) == (Fault.LEAF_ALTERED, 7)


async def test_a_deleted_tile_is_found(house: House, superuser: asyncpg.Connection) -> None:
    await tamper(superuser, "DELETE FROM journal_tile")
    assert (await first_problem(house)).fault is Fault.TILE_MISSING


async def test_entries_cut_off_with_their_leaves_are_missed(
    house: House, superuser: asyncpg.Connection
) -> None:
    cut = "SELECT entry_id FROM journal_leaf WHERE position >= 280"
    await tamper(superuser, f"DELETE FROM journal_entry WHERE id IN ({cut})")
    await tamper(superuser, "DELETE FROM journal_leaf WHERE position >= 280")
    found = await first_problem(house)
    assert (found.fault, found.position, found.values) == (
        Fault.LEAF_MISSING, 280, {"missing": SIZE - 280},
    )  # fmt: skip


async def test_entries_whose_checkpoint_was_cut_off_are_unsigned(
    house: House, superuser: asyncpg.Connection
) -> None:
    await tamper(superuser, "DELETE FROM journal_checkpoint WHERE number = 3")
    found = await first_problem(house)
    assert (found.fault, found.position) == (Fault.LEAVES_UNSIGNED, 251)


async def test_entries_that_were_never_sealed_are_named(
    house: House, superuser: asyncpg.Connection
) -> None:
    entry = await entry_at(house, 42)
    await tamper(
        superuser,
        "INSERT INTO journal_entry (tenant_id, id, act, data, at)"
        " SELECT tenant_id, $2, act, data, at FROM journal_entry WHERE id = $1",
        entry["id"],
        (slipped_in := new_id()),
    )
    found = await first_problem(house)
    assert (found.fault, found.entry_id) == (Fault.NEVER_SEALED, slipped_in)


async def test_an_entry_that_waits_is_sound_for_an_hour(house: House) -> None:
    await write(house)
    report = await verified(house)
    assert (report.is_sound, report.waiting) == (True, 1)
    with clock.travel(clock.now() + timedelta(minutes=61)):
        assert (await first_problem(house)).fault is Fault.WAITS_TOO_LONG


async def test_an_entry_deleted_before_its_seal_is_missed_for_ever(
    house: House, superuser: asyncpg.Connection
) -> None:
    await write(house)
    await tamper(
        superuser,
        "DELETE FROM journal_entry WHERE id IN (SELECT id FROM journal_unsealed)",
    )
    await seal(house, 2)
    assert (await first_problem(house)).fault is Fault.GONE_UNSEALED


async def last_of(house: House) -> Checkpoint:
    async with house.transaction():
        last = await seals.last_checkpoint()
    assert last is not None
    return last


async def test_a_checkpoint_signed_by_another_key_is_found(
    house: House, superuser: asyncpg.Connection
) -> None:
    """Whoever has the database but not the operator's secret."""
    last, forger = await last_of(house), Ed25519PrivateKey.generate()
    head = Head(origin=notes.origin_of(house.tenant.id), size=last.size, root=last.root,
                number=last.number, previous=last.previous, at=last.at)  # fmt: skip
    forged = notes.sign(head, forger)
    await tamper(
        superuser, "UPDATE journal_checkpoint SET note = $2 WHERE id = $1", last.id, forged
    )
    assert (await first_problem(house)).fault is Fault.NOTE_UNSIGNED
    key_id = new_id()
    await tamper(
        superuser,
        "INSERT INTO journal_key (tenant_id, id, name, public_key, private_sealed, created_at)"
        " VALUES ($1, $2, 'forged', $3, '\\x00', now())",
        house.tenant.id, key_id, forger.public_key().public_bytes_raw(),
    )  # fmt: skip
    await tamper(
        superuser, "UPDATE journal_checkpoint SET key_id = $2 WHERE id = $1", last.id, key_id
    )
    found = await first_problem(house)
    assert (found.fault, found.values) == (Fault.KEY_FOREIGN, {"number": last.number})


async def test_a_key_that_was_exchanged_is_found(
    house: House, superuser: asyncpg.Connection
) -> None:
    """The forger keeps the sealed half, so that something opens, and puts in their own public."""
    last, forger = await last_of(house), Ed25519PrivateKey.generate()
    head = Head(origin=notes.origin_of(house.tenant.id), size=last.size, root=last.root,
                number=last.number, previous=last.previous, at=last.at)  # fmt: skip
    public = forger.public_key().public_bytes_raw()
    await tamper(superuser, "UPDATE journal_key SET public_key = $1", public)
    await tamper(superuser, "UPDATE journal_checkpoint SET note = $2 WHERE id = $1",
                 last.id, notes.sign(head, forger))  # fmt: skip
    report = await verified(house)
    assert {one.fault for one in report.problems} >= {Fault.KEY_FOREIGN, Fault.NOTE_UNSIGNED}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("root = sha256('x')", Fault.NOTE_ALTERED),
        ("size = 250", Fault.NOTE_ALTERED),
        ("at = at + interval '1 second'", Fault.NOTE_ALTERED),
        ("previous = sha256('x')", Fault.NOTE_ALTERED),
        ("note = note || 'x'", Fault.NOTE_ALTERED),
        ("note = replace(note, E'\\n251\\n', E'\\n250\\n'), size = 250", Fault.NOTE_UNSIGNED),
    ],
)
async def test_a_changed_checkpoint_is_found(
    house: House, superuser: asyncpg.Connection, change: str, fault: Fault
) -> None:
    await tamper(superuser, f"UPDATE journal_checkpoint SET {change} WHERE number = 2")
    report = await verified(house)
    assert fault in {one.fault for one in report.problems}


async def test_a_checkpoint_that_is_gone_breaks_the_chain(
    house: House, superuser: asyncpg.Connection
) -> None:
    await tamper(superuser, "DELETE FROM journal_checkpoint WHERE number = 2")
    found = await first_problem(house)
    assert (found.fault, found.values) == (Fault.CHAIN_BROKEN, {"number": 3})


async def test_a_signature_after_the_key_was_retired_is_found(
    house: House, superuser: asyncpg.Connection
) -> None:
    """Somebody goes on signing with a key that was taken out of use because it leaked."""
    async with house.transaction():
        await keys.rotate()
    await tamper(
        superuser, "UPDATE journal_key SET retired_at = $1 WHERE retired_at IS NOT NULL",
        clock.now() - timedelta(hours=1),
    )  # fmt: skip
    assert (await first_problem(house)).fault is Fault.KEY_RETIRED


@pytest.mark.parametrize(("start", "walked"), [(1, 301), (100, 201), (249, 201), (300, 50)])
async def test_it_can_begin_at_a_position(house: House, start: int, walked: int) -> None:
    report = await verified(house, from_position=start)
    assert (report.is_sound, report.entries) == (True, walked)


async def test_it_can_begin_at_an_instant(house: House) -> None:
    last = await last_of(house)
    assert (await verified(house, since=last.at - timedelta(days=1))).entries == SIZE
    assert (await verified(house, since=last.at)).entries == 0


async def test_what_is_before_the_beginning_is_taken_for_good_unless_the_tree_is_not(
    house: House, superuser: asyncpg.Connection
) -> None:
    entry = await entry_at(house, 10)
    await tamper(superuser, "UPDATE journal_entry SET act = 'x' WHERE id = $1", entry["id"])
    assert (await verified(house, from_position=251)).is_sound
    await tamper(superuser, "UPDATE journal_leaf SET hash = sha256('x') WHERE position = 10")
    assert (await verified(house, from_position=100)).first.fault is Fault.TREE_BROKEN


async def test_later_entries_are_named_after_a_gap_too(
    house: House, superuser: asyncpg.Connection
) -> None:
    await tamper(superuser, "DELETE FROM journal_leaf WHERE position = 10")
    late = await entry_at(house, 270)
    await tamper(superuser, "UPDATE journal_entry SET act = 'x' WHERE id = $1", late["id"])
    report = await verified(house)
    assert [one.position for one in report.problems if one.position is not None] == [10, 270]


async def test_only_so_many_problems_are_kept(house: House, superuser: asyncpg.Connection) -> None:
    await tamper(superuser, "UPDATE journal_entry SET act = 'x'")
    report = await verified(house)
    assert (len(report.problems), report.problem_count) == (20, SIZE)
    assert report.first.position == 0


async def test_it_tells_how_far_it_is(house: House) -> None:
    told: list[tuple[int, int]] = []
    await verified(house, tell=lambda done, of: told.append((done, of)))
    assert told
    assert {of for _, of in told} == {SIZE}
    assert [done for done, _ in told] == sorted(done for done, _ in told)


async def test_sealing_goes_on_while_it_verifies(house: House) -> None:
    await write(house, 5)
    report = await verified(house, tell=lambda *_: None)
    await seal_now(house.tenant.id)
    assert report.is_sound
    assert (await verified(house)).size == SIZE + 5


@pytest.mark.parametrize("fault", list(Fault))
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_fault_is_said_in_words(fault: Fault, locale: str) -> None:
    values = dict.fromkeys(
        ("first", "last", "number", "missing", "index", "level", "count", "size"), 7
    )
    said = Problem(fault=fault, values={**values, "why": "x"}).say(locale)
    assert "{" not in said
    assert (said == i18n.translate("en", SAID[fault], **values, why="x")) == (locale == "en")
