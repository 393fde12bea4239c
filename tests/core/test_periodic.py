"""Periodic work is queued for every tenant, once, and what failed does not pile up."""

import asyncio
import contextvars
import time

import pytest

from parvis.core import clock, db, jobs
from parvis.core.jobs import Job

NAME = "tests.tick"


@jobs.job(NAME, every="*/5 * * * *")
async def tick() -> None:
    await db.insert("journal_entry", act="ticked", data="{}", at=clock.now())


@jobs.job("tests.stumble", every="0 3 * * *")
async def stumble() -> None:
    raise ZeroDivisionError


async def run_worker(settings, *deferred: str) -> None:
    async with jobs.worker_app(settings.database_url).open_async() as worker:
        for name in deferred:
            await worker.tasks[name].defer_async(timestamp=0)
        for _ in deferred or ("what waits",):
            await worker.run_worker_async(
                wait=False, install_signal_handlers=False, listen_notify=False
            )


async def queued(superuser, work: Job) -> list:
    return await superuser.fetch(
        "SELECT status::text, args->>'tenant_id' AS tenant FROM procrastinate_jobs"
        " WHERE task_name = $1 ORDER BY id",
        work.name,
    )


async def test_the_work_is_done_for_every_tenant(orvance, ardelune, settings, superuser) -> None:
    await run_worker(settings, f"every.{NAME}")
    rows = await superuser.fetch("SELECT tenant_id FROM journal_entry WHERE act = 'ticked'")
    tenants = await superuser.fetch("SELECT id FROM tenant")
    # At least once each: the worker itself may find that a moment has come in the meantime.
    assert {row["tenant_id"] for row in rows} == {row["id"] for row in tenants}
    assert {orvance.tenant.id, ardelune.tenant.id} <= {row["tenant_id"] for row in rows}


async def test_what_waits_or_runs_is_not_queued_again(orvance, superuser) -> None:
    await jobs.enqueue_for_all(tick)
    await superuser.execute(
        "UPDATE procrastinate_jobs SET status = 'doing' WHERE args->>'tenant_id' = $1",
        str(orvance.tenant.id),
    )
    before = await queued(superuser, tick)
    await jobs.enqueue_for_all(tick)
    assert await queued(superuser, tick) == before
    assert {row["status"] for row in before} == {"todo", "doing"}


async def test_two_processes_at_once_queue_one(orvance, superuser) -> None:
    both = [
        asyncio.create_task(jobs.enqueue_for_all(tick), context=contextvars.Context())
        for _ in range(2)
    ]
    await asyncio.gather(*both)
    tenants = [row["tenant"] for row in await queued(superuser, tick)]
    assert len(tenants) == len(set(tenants)) > 1


async def test_the_next_try_takes_the_place_of_one_that_failed(orvance, superuser) -> None:
    await jobs.enqueue_for_all(stumble)
    await superuser.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    await jobs.enqueue_for_all(stumble)
    assert {row["status"] for row in await queued(superuser, stumble)} == {"todo"}


async def test_a_failure_gives_up_within_the_minute(orvance, settings, superuser) -> None:
    await jobs.enqueue_for_all(stumble)
    for _ in range(3):
        await superuser.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
        await run_worker(settings)
    latest = await superuser.fetchval("SELECT max(scheduled_at) FROM procrastinate_jobs")
    assert latest.timestamp() < time.time() + 60
    assert {row["status"] for row in await queued(superuser, stumble)} == {"failed"}


async def test_every_moment_that_is_registered_is_one(settings) -> None:
    app = jobs.worker_app(settings.database_url)
    scheduled = app.periodic_registry.periodic_tasks.values()
    for task in scheduled:
        assert task.croniter.get_next(float) > 0
    assert {f"every.{NAME}", "every.tests.stumble"} <= {task.task.name for task in scheduled}


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        jobs.job(NAME, every="* * * * *")(tick.work)
