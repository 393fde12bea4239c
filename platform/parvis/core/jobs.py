"""Queued work: the row is written in the request's own transaction, so it stands or falls with it.

Procrastinate's worker runs the jobs; each opens its own tenant transaction. Jobs run at least
once, so each is idempotent.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import procrastinate
from procrastinate import RetryStrategy

from parvis.core import db
from parvis.core.ids import TenantId

# Eight more tries over about a day: long enough for a mail server's bad night.
RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)
# A worker that was killed stops its heartbeat; what it was doing is then somebody else's.
ABANDONED_SECONDS = 30
EVERY_MINUTE = "* * * * *"

Work = Callable[..., Awaitable[None]]


class Job(msgspec.Struct, frozen=True):
    """A registered piece of work; `is_outside`: it opens its own transactions."""

    name: str
    work: Work
    is_outside: bool = False


JOBS: dict[str, Job] = {}


def job(name: str, *, outside: bool = False) -> Callable[[Work], Job]:
    """Register the decorated function as the work of jobs called `name`.

    It is called with keyword arguments, inside an open transaction of the tenant it was
    enqueued for; an exception rolls that back and the job is tried again with back-off.
    Work that waits for another machine is `outside` instead: it gets `tenant_id` too, and opens
    short transactions of its own around the waiting.
    """

    def register(work: Work) -> Job:
        if name in JOBS:
            raise ValueError(f"job {name} is registered twice")
        JOBS[name] = Job(name, work, outside)
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
        app.task(name=name, retry=RETRY)(_task(registered))
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


def _task(registered: Job) -> Work:
    async def task(*, tenant_id: str, **arguments: Any) -> None:
        await run(registered, TenantId(UUID(tenant_id)), **arguments)

    return task
