"""An entry that claims to be older than the seal before its own was slipped in."""

import datetime as dt

import asyncpg
import pytest

from parvis.core import clock, ids
from parvis.features.journal.sealing import seal as sealing
from parvis.features.journal.sealing.findings import Fault
from parvis.features.journal.sealing.seal import seal_now
from tests.factories import House
from tests.journal.sealing.conftest import seal, verified, write

_SLIP_IN = """
    INSERT INTO journal_entry (tenant_id, id, at, act, subject_kind, subject_id, data)
    VALUES ($1, $2, $3, 'review.decided', 'post', $4, '{}')
"""


async def test_an_entry_slipped_in_with_an_old_time_is_named(
    orvance: House, superuser: asyncpg.Connection
) -> None:
    """No guard is switched off: the trigger queues it, and the house itself seals it."""
    await seal(orvance, 3, 2)
    slipped = ids.new_id()
    await superuser.execute(
        _SLIP_IN, orvance.tenant.id, slipped, clock.now() - dt.timedelta(days=90), ids.new_id()
    )
    await seal_now(orvance.tenant.id)
    await seal(orvance, 2)
    report = await verified(orvance)
    assert [(one.fault, one.entry_id) for one in report.problems] == [(Fault.BACKDATED, slipped)]
    [problem] = (await verified(orvance, from_position=4)).problems
    assert "older than checkpoint" in problem.say("en")


async def test_what_waited_long_for_its_seal_is_sound(orvance: House) -> None:
    """A worker that stood still for a day seals what came in since the last checkpoint."""
    start = clock.now()
    with clock.travel(start - dt.timedelta(days=2)):
        await seal(orvance, 3)
    with clock.travel(start - dt.timedelta(days=1)):
        await write(orvance, 4)
    await seal_now(orvance.tenant.id)
    await seal(orvance, 1)
    assert (await verified(orvance)).is_sound


async def test_a_queue_of_more_than_one_batch_is_sound(
    orvance: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that stood still for days seals what piled up in several batches, all at once."""
    monkeypatch.setattr(sealing, "BATCH", 3)
    start = clock.now()
    for days in (5, 4, 3, 2):
        with clock.travel(start - dt.timedelta(days=days)):
            await write(orvance, 2)
    await seal_now(orvance.tenant.id)
    await seal(orvance, 1)
    report = await verified(orvance)
    assert (report.is_sound, report.checkpoints) == (True, 4)
