"""A worker killed while it seals leaves nothing half: real processes, `kill -9`."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import asyncpg

from parvis.core import jobs
from parvis.features.journal.sealing.seal import seal_journal, seal_now
from parvis.settings import Settings
from tests.factories import House

from .conftest import environment, verified

ENTRIES = 6_000
FILL = """
    INSERT INTO journal_entry (tenant_id, id, act, data, at)
    SELECT $1, gen_random_uuid(), 'post.published', '{}', now() FROM generate_series(1, $2::int)
"""


@contextlib.asynccontextmanager
async def worker(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """`parvis worker`, as an operator runs it; killed at the end if it is still there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "parvis.cli", "worker",
        env=environment(settings),
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def sealed_of(superuser: asyncpg.Connection, house: House) -> int:
    size = await superuser.fetchval(
        "SELECT max(size) FROM journal_checkpoint WHERE tenant_id = $1", house.tenant.id
    )
    return int(size or 0)


async def seal_more_than(superuser: asyncpg.Connection, house: House, before: int) -> None:
    async with asyncio.timeout(120):  # a worker starts in two seconds, on an idle machine
        while await sealed_of(superuser, house) <= before:  # noqa: ASYNC110 -- another process seals
            await asyncio.sleep(0.005)


async def test_a_worker_killed_while_it_seals_leaves_nothing_half(
    orvance: House, settings: Settings, superuser: asyncpg.Connection
) -> None:
    for _ in range(3):
        before = await sealed_of(superuser, orvance)
        await superuser.execute(FILL, orvance.tenant.id, ENTRIES)
        async with orvance.transaction():
            await jobs.enqueue(seal_journal)
        async with worker(settings) as running:
            await seal_more_than(superuser, orvance, before)
            running.kill()
        report = await verified(orvance)
        assert (report.is_sound, report.problems) == (True, [])
        assert report.waiting > 0, "it was killed too late to be in the middle of something"
        await superuser.execute("DELETE FROM procrastinate_jobs")
    await seal_now(orvance.tenant.id)
    report = await verified(orvance)
    written = await superuser.fetchval(
        "SELECT count(*) FROM journal_entry WHERE tenant_id = $1", orvance.tenant.id
    )
    assert (report.is_sound, report.entries, report.waiting) == (True, written, 0)
    assert written > 3 * ENTRIES


async def test_two_workers_seal_once(
    orvance: House, settings: Settings, superuser: asyncpg.Connection
) -> None:
    await superuser.execute(FILL, orvance.tenant.id, ENTRIES)
    async with orvance.transaction():
        for _ in range(4):
            await jobs.enqueue(seal_journal)
    async with worker(settings), worker(settings):
        await seal_more_than(superuser, orvance, ENTRIES - 1)
    report = await verified(orvance)
    assert (report.is_sound, report.entries) == (True, report.size)
    assert report.size >= ENTRIES
