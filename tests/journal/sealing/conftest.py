"""Entries to seal, and what a superuser can do to them behind everybody's back."""

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any, TypeVar

import asyncpg

from parvis.core import ids, journal
from parvis.features.journal.sealing.seal import seal_now
from parvis.features.journal.sealing.verification import Report, verify
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


async def beside(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` outside the transaction that is open here."""
    return await asyncio.create_task(work, context=contextvars.Context())
