"""Queued work: the row is written in the request's own transaction, so it stands or falls with it.

Procrastinate's worker runs the jobs; each opens its own tenant transaction. Jobs run at least
once, so each is idempotent. Periodic work is a job too: at each of its moments one is queued for
every tenant.
"""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import procrastinate
from procrastinate import RetryStrategy

from parvis.core import db
from parvis.core.db import UniqueViolation
from parvis.core.ids import TenantId

# Eight more tries over about a day: long enough for a mail server's bad night.
RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)
# Periodic work is tried twice more within a minute: then its next moment is the next try, and
# a long wait would only keep that one from coming.
RETRY_PERIODIC = RetryStrategy(max_attempts=2, exponential_wait=4)
# A worker that was killed stops its heartbeat; what it was doing is then somebody else's.
ABANDONED_SECONDS = 30
EVERY_MINUTE = "* * * * *"

Work = Callable[..., Awaitable[None]]


class Job(msgspec.Struct, frozen=True):
    """A registered piece of work; `is_outside`: it opens its own transactions.

    `every` is the cron expression, in UTC, at whose moments it is queued for each tenant.
    """

    name: str
    work: Work
    is_outside: bool = False
    every: str | None = None


JOBS: dict[str, Job] = {}


def job(name: str, *, outside: bool = False, every: str | None = None) -> Callable[[Work], Job]:
    """Register the decorated function as the work of jobs called `name`.

    It is called with keyword arguments, inside an open transaction of the tenant it was
    enqueued for; an exception rolls that back and the job is tried again with back-off.
    Work that waits for another machine is `outside` instead: it gets `tenant_id` too, and opens
    short transactions of its own around the waiting.

    With `every`, a cron expression in UTC such as `*/5 * * * *`, it is also queued for each tenant
    at those moments, without arguments. A tenant's job that still waits or runs is not queued a
    second time, and moments that nobody saw are not made up for: such work looks for what is due.
    """

    def register(work: Work) -> Job:
        if name in JOBS:
            raise ValueError(f"job {name} is registered twice")
        JOBS[name] = Job(name, work, outside, every)
        return JOBS[name]

    return register


_DEFER = """
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW($2, $3, 0, NULL, NULL, $4::jsonb || jsonb_build_object('tenant_id', $1::uuid), $5)
    ]::procrastinate_job_to_defer_v1[])
"""


async def enqueue(work: Job, *, at: datetime | None = None, **arguments: UUID | str | int) -> None:
    """Queue `work` for the current tenant; it runs after commit, and never if it rolls back."""
    await db.execute(_DEFER, "default", work.name, db.jsonb(arguments), at)


# One of a kind waits or runs for a tenant; what failed last time gives way to the next try, so
# that the list of failed jobs shows what fails now.
_WANTING = """
    SELECT id FROM tenant t WHERE NOT EXISTS (
        SELECT FROM procrastinate_jobs j
         WHERE j.queueing_lock = $1 || ':' || t.id AND j.status IN ('todo', 'doing'))
     ORDER BY id
"""
_FORGET_FAILED = """
    DELETE FROM procrastinate_jobs
     WHERE queueing_lock = $2 || ':' || $1::uuid AND status = 'failed'
"""
_DEFER_ONE = """
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', $2::text, 0, NULL, $2::text || ':' || $1::uuid,
            jsonb_build_object('tenant_id', $1::uuid), NULL)
    ]::procrastinate_job_to_defer_v1[])
"""


async def enqueue_for_all(work: Job) -> None:
    """Queue `work` for every tenant, except where it waits or runs already."""
    async with db.default().across_tenants() as connection:
        for tenant in await connection.fetch(_WANTING, work.name):
            # Another process was quicker: then it is queued, which is all that is wanted.
            with contextlib.suppress(UniqueViolation):
                async with connection.transaction():
                    await connection.execute(_FORGET_FAILED, tenant["id"], work.name)
                    await connection.execute(_DEFER_ONE, tenant["id"], work.name)


async def run(job: Job, tenant_id: TenantId, **arguments: Any) -> None:
    """Do the work of a job for a tenant, the way the worker does."""
    if job.is_outside:
        await job.work(tenant_id=tenant_id, **arguments)
        return
    async with db.transaction(tenant_id):
        await job.work(**arguments)


def worker_app(dsn: str) -> procrastinate.App:
    """Return the Procrastinate app that runs every registered job."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn))
    for name, registered in JOBS.items():
        retry = RETRY_PERIODIC if registered.every else RETRY
        app.task(name=name, retry=retry)(_task(registered))
        if registered.every:
            _schedule(app, registered, registered.every)
    rescue = app.task(name="jobs.rescue", queueing_lock="jobs.rescue", pass_context=True)(_rescue)
    app.periodic(cron=EVERY_MINUTE)(rescue)
    return app


async def work(dsn: str) -> None:
    """Run queued jobs until cancelled; jobs under way are finished first."""
    async with worker_app(dsn).open_async() as app:
        await app.run_worker_async(
            concurrency=4,
            install_signal_handlers=False,
            fetch_job_polling_interval=2.0,
            delete_jobs="successful",
        )


async def _rescue(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 -- Procrastinate passes it
    """Queue again every job whose worker no longer gives a sign of life."""
    manager = context.app.job_manager
    for abandoned in await manager.get_stalled_jobs(seconds_since_heartbeat=ABANDONED_SECONDS):
        await manager.retry_job(abandoned)


def _schedule(app: procrastinate.App, registered: Job, cron: str) -> None:
    async def for_all(timestamp: int) -> None:  # noqa: ARG001 -- Procrastinate passes it
        await enqueue_for_all(registered)

    name = f"every.{registered.name}"
    task = app.task(name=name, queueing_lock=name)(for_all)
    app.periodic(cron=cron)(task)


def _task(registered: Job) -> Work:
    async def task(*, tenant_id: str, **arguments: Any) -> None:
        await run(registered, TenantId(UUID(tenant_id)), **arguments)

    return task
