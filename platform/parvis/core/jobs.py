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

RETRY = RetryStrategy(max_attempts=8, exponential_wait=5)

Work = Callable[..., Awaitable[None]]
JOBS: dict[str, Work] = {}


class Job(msgspec.Struct, frozen=True):
    """A registered piece of work."""

    name: str
    work: Work


def job(name: str) -> Callable[[Work], Job]:
    """Register the decorated function as the work of jobs called `name`.

    It is called with keyword arguments, inside an open transaction of the tenant it was
    enqueued for; an exception rolls that back and the job is tried again with back-off.
    """

    def register(work: Work) -> Job:
        if name in JOBS:
            raise ValueError(f"job {name} is registered twice")
        JOBS[name] = work
        return Job(name, work)

    return register


_DEFER = """
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW($2, $3, 0, NULL, NULL, $4::jsonb || jsonb_build_object('tenant_id', $1::uuid), $5)
    ]::procrastinate_job_to_defer_v1[])
"""


async def enqueue(work: Job, *, at: datetime | None = None, **arguments: UUID | str | int) -> None:
    """Queue `work` for the current tenant; it runs after commit, and never if it rolls back."""
    await db.execute(_DEFER, "default", work.name, db.jsonb(arguments), at)


async def _run(work: Work, tenant_id: str, arguments: dict[str, Any]) -> None:
    async with db.transaction(TenantId(UUID(tenant_id))):
        await work(**arguments)


def worker_app(dsn: str) -> procrastinate.App:
    """Return the Procrastinate app that runs every registered job."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn))
    for name, work in JOBS.items():
        app.task(name=name, retry=RETRY)(_task(work))
    return app


def _task(work: Work) -> Work:
    async def task(*, tenant_id: str, **arguments: Any) -> None:
        await _run(work, tenant_id, arguments)

    return task
