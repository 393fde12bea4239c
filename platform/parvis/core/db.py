"""The one door to PostgreSQL: tenant transactions, and statements that name their tenant.

Every statement given to `fetch`, `fetch_row`, `fetch_value` and `execute` takes the current
tenant as $1; the caller's own values start at $2. Row-level security would hide other tenants'
rows without it; the predicate is what sends a statement to one shard (decision 0002).
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any, Self, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from parvis.core.engine import TenantTransaction, current, engine, statement_observer
from parvis.core.errors import Unavailable
from parvis.core.ids import TenantId, new_id
from parvis.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")

Record: TypeAlias = asyncpg.Record
UniqueViolation = asyncpg.UniqueViolationError
PostgresError = asyncpg.PostgresError

# What PostgreSQL being away looks like: the request gets 503, never a half-written answer.
GONE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    # A connection that breaks between two statements: asyncpg is lost in its own states.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.ReadOnlySQLTransactionError,
)


# PostgreSQL gives up a statement by itself; this much later it is taken for stopped or cut off.
GRACE_SECONDS = 0.5


class Database:
    """A pool of connections as one role, and the tenant transactions opened on it."""

    def __init__(self, dsn: str, settings: Settings) -> None:
        self._dsn = dsn
        self._settings = settings
        self._pool: asyncpg.Pool | None = None
        self.engine = engine

    async def start(self) -> Self:
        """Open the pool; raise Unavailable when PostgreSQL does not answer."""
        patience = self._settings.statement_timeout_ms
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=self._settings.database_pool,
            statement_cache_size=self._settings.statement_cache,
            timeout=self._settings.database_wait_seconds,
            command_timeout=patience / 1000 + GRACE_SECONDS,
            # Nothing sets session state, so nothing has to be reset: one round trip less.
            reset=_keep,
            server_settings={
                "application_name": "parvis",
                "statement_timeout": str(patience),
                "idle_in_transaction_session_timeout": "30000",
                # Compiling a short statement costs more than running it; so does planning it again
                # for each execution, which PostgreSQL prefers wherever it cannot foresee a LIMIT.
                "jit": "off",
                "plan_cache_mode": "force_generic_plan",
                # What members read lies in memory or on solid disks: an index is worth its jumps.
                "random_page_cost": "1.1",
            },
        )
        return self

    async def stop(self) -> None:
        """Close the pool, giving running statements five seconds."""
        if self._pool is None:
            return
        try:
            await asyncio.wait_for(self._pool.close(), timeout=5)
        except TimeoutError:
            self._pool.terminate()
        self._pool = None

    async def begin(self, tenant_id: TenantId) -> TenantTransaction:
        """Return an open transaction of `tenant_id`. The caller must end it: commit or rollback."""
        if current.get() is not None:
            raise RuntimeError("a tenant transaction is already open in this task")
        connection = await self._acquire()
        try:
            # One message, one round trip. The id is a UUID, so it cannot carry SQL.
            await connection.execute(
                f"BEGIN; SET LOCAL parvis.tenant_id = '{UUID(str(tenant_id))}'"
            )
        except BaseException:
            await self._release(connection, broken=True)
            raise
        if observe := statement_observer.get():
            connection.add_query_logger(observe)
        return TenantTransaction(connection, tenant_id)

    async def commit(self, opened: TenantTransaction) -> None:
        """Make the transaction durable and give its connection back, even when COMMIT fails."""
        await self._end(opened, "COMMIT")

    async def rollback(self, opened: TenantTransaction) -> None:
        """Undo the transaction and give its connection back."""
        with contextlib.suppress(*GONE):  # a dead connection has rolled back by itself
            # After a timeout asyncpg first waits for its cancellation, as long as that may take.
            async with asyncio.timeout(GRACE_SECONDS):
                await self._end(opened, "ROLLBACK")

    @contextlib.asynccontextmanager
    async def transaction(self, tenant_id: TenantId) -> AsyncIterator[TenantTransaction]:
        """Run the block in a transaction of its own; commit at its end, roll back on an error."""
        try:
            opened = await self.begin(tenant_id)
        except GONE as error:
            raise Unavailable from error
        token = current.set(opened)
        try:
            yield opened
        except BaseException:
            current.reset(token)
            await self.rollback(opened)
            raise
        current.reset(token)
        await self.commit(opened)

    @contextlib.asynccontextmanager
    async def across_tenants(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection without a tenant: it sees the global tables and no tenant's row."""
        try:
            connection = await self._acquire()
        except GONE as error:
            raise Unavailable from error
        broken = True
        try:
            async with connection.transaction():
                yield connection
            broken = False
        finally:
            await self._release(connection, broken=broken)

    async def listen(self, channel: str, callback: Any) -> asyncpg.Connection:
        """Return a connection of its own that calls `callback(payload)` on each notification."""
        connection = await asyncpg.connect(self._dsn, timeout=5)
        await connection.add_listener(channel, lambda *event: callback(event[3]))
        return connection

    async def _acquire(self) -> asyncpg.Connection:
        if self._pool is None:
            raise asyncpg.InterfaceError("the database is not started")
        return await self._pool.acquire(timeout=self._settings.database_wait_seconds)

    async def _end(self, opened: TenantTransaction, how: str) -> None:
        opened.is_open = False
        if observe := statement_observer.get():
            opened.connection.remove_query_logger(observe)
        broken = True
        try:
            status = await opened.connection.execute(how)
            broken = False
        finally:
            await self._release(opened.connection, broken=broken)
        if how == "COMMIT" and status != "COMMIT":
            # PostgreSQL answers ROLLBACK to the COMMIT of a failed transaction.
            raise asyncpg.InFailedSQLTransactionError("the transaction had failed: nothing kept")

    async def _release(self, connection: asyncpg.Connection, *, broken: bool) -> None:
        if broken:
            connection.terminate()
        if self._pool is not None:
            with contextlib.suppress(asyncpg.InterfaceError):
                await self._pool.release(connection)


async def _keep(_connection: asyncpg.Connection) -> None:
    """Leave a returned connection as it is."""


_default: Database | None = None


def use(database: Database | None) -> None:
    """Make `database` the one that `transaction()` opens on, in this process."""
    global _default  # noqa: PLW0603 -- one process serves one database
    _default = database


def default() -> Database:
    """Return the process's database, or raise Unavailable."""
    if _default is None:
        raise Unavailable
    return _default


def transaction(tenant_id: TenantId) -> contextlib.AbstractAsyncContextManager[TenantTransaction]:
    """Open a short transaction of `tenant_id` on the process's database."""
    return default().transaction(tenant_id)


@contextlib.asynccontextmanager
async def apart(tenant_id: TenantId) -> AsyncIterator[TenantTransaction]:
    """Run the block in a second transaction that survives the rollback of the one around it."""
    token = current.set(None)
    try:
        async with default().transaction(tenant_id) as opened:
            yield opened
    finally:
        current.reset(token)


def _opened() -> TenantTransaction:
    opened = current.get()
    if opened is None or not opened.is_open:
        raise RuntimeError("no tenant transaction is open")
    return opened


def current_tenant() -> TenantId:
    """Return the tenant of the open transaction."""
    return _opened().tenant_id


async def fetch(sql: str, *values: Any) -> list[Record]:
    """Return the rows of `sql`, where $1 is the current tenant and `values` start at $2."""
    opened = _opened()
    rows: list[Record] = await opened.connection.fetch(sql, opened.tenant_id, *values)
    return rows


async def fetch_row(sql: str, *values: Any) -> Record | None:
    """Return the first row of `sql` or None; $1 is the current tenant."""
    opened = _opened()
    return await opened.connection.fetchrow(sql, opened.tenant_id, *values)


async def fetch_value(sql: str, *values: Any) -> Any:
    """Return the first column of the first row of `sql` or None; $1 is the current tenant."""
    row = await fetch_row(sql, *values)
    return None if row is None else row[0]


async def execute(sql: str, *values: Any) -> int:
    """Run `sql` and return how many rows it touched; $1 is the current tenant."""
    opened = _opened()
    status: str = await opened.connection.execute(sql, opened.tenant_id, *values)
    return int(status.rsplit(" ", 1)[-1]) if status[-1:].isdigit() else 0


async def execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run `sql` once for each of `rows`; $1 is the current tenant."""
    opened = _opened()
    await opened.connection.executemany(sql, [(opened.tenant_id, *row) for row in rows])


async def insert(table: str, **columns: Any) -> UUID:
    """Insert one row of the current tenant and return its id (a fresh one unless given).

    `table` and the column names come from code, never from input.
    """
    columns.setdefault("id", new_id())
    names = ", ".join(columns)
    places = ", ".join(f"${n}" for n in range(2, len(columns) + 2))
    await execute(
        f"INSERT INTO {table} (tenant_id, {names}) VALUES ($1, {places})", *columns.values()
    )
    row_id: UUID = columns["id"]
    return row_id


def jsonb(value: Any) -> str:
    """Return `value` as the text asyncpg expects for a jsonb column."""
    return msgspec.json.encode(value).decode()


def from_jsonb(text: str, shape: type[T]) -> T:
    """Return the value of a jsonb column as `shape`."""
    return msgspec.json.decode(text, type=shape)
