"""Entries to seal, and what a superuser can do to them behind everybody's back."""

import asyncio
import contextvars
import os
from collections.abc import Coroutine
from typing import Any, TypeVar

import asyncpg

from parvis.core import ids, journal
from parvis.features.journal.sealing.seal import seal_now
from parvis.features.journal.sealing.verification import Report, verify
from parvis.settings import PREFIX, REPOSITORY, Settings
from tests.factories import House

T = TypeVar("T")


async def write(house: House, count: int = 1, act: str = "post.published") -> None:
    """Add entries in one transaction."""
    async with house.transaction():
        for number in range(count):
            await journal.record(None, act, subject=("post", ids.new_id()), data={"n": number})


async def seal(house: House, *batches: int) -> None:
    """Write and seal so many entries, one checkpoint each time."""
    for count in batches:
        await write(house, count)
        await seal_now(house.tenant.id)


async def verified(house: House, **asked: Any) -> Report:
    return await verify(house.tenant.id, **asked)


async def tamper(superuser: asyncpg.Connection, sql: str, *values: Any) -> None:
    """Run `sql` with every guard switched off: what somebody with the database in hand can do."""
    async with superuser.transaction():
        await superuser.execute("SET LOCAL session_replication_role = replica")
        assert await superuser.execute(sql, *values) not in {"UPDATE 0", "DELETE 0", "INSERT 0 0"}


def environment(settings: Settings) -> dict[str, str]:
    """What a process of its own is given: these settings, and nothing of the caller's."""
    given = ("database_url", "operator_database_url", "secret_key", "environment", "s3_endpoint")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    named = {f"{PREFIX}{name.upper()}": str(getattr(settings, name)) for name in given}
    return {**kept, **named, "PYTHONPATH": str(REPOSITORY / "platform")}


async def beside(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` outside the transaction that is open here."""
    return await asyncio.create_task(work, context=contextvars.Context())
