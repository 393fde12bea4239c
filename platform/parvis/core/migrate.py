"""Migrations: one Piccolo app, one linear history, and the SQL every tenant table shares."""

import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager

from parvis.core.engine import engine

log = logging.getLogger(__name__)
LOCK = 7_265_001  # any constant: two deployments never migrate at once

POLICY = "tenant_id = NULLIF(current_setting('parvis.tenant_id', true), '')::uuid"
ALL = "SELECT, INSERT, UPDATE, DELETE"
APPEND_ONLY = "SELECT, INSERT"


async def run(owner_dsn: str) -> None:
    """Bring the database to the newest schema, as `parvis_owner`; waits for a run under way."""
    os.environ.setdefault("PICCOLO_CONF", "parvis.piccolo_conf")
    async with _alone(owner_dsn), _engine_at(owner_dsn):
        await ForwardsMigrationManager(
            app_name="parvis", migration_id="all", fake=False, preview=False
        ).run()


@asynccontextmanager
async def _alone(dsn: str) -> AsyncIterator[None]:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        yield
    finally:
        await connection.close()


@asynccontextmanager
async def _engine_at(dsn: str) -> AsyncIterator[None]:
    """Point Piccolo's engine at `dsn` for the block: outside it, the engine reaches nothing."""
    engine.config = {"dsn": dsn}
    try:
        yield
    finally:
        engine.config = {}


async def script(sql: str) -> None:
    """Run statements in the migration's transaction, with time-outs that spare live traffic."""
    running = engine.current_transaction.get()
    if running is None:
        raise RuntimeError("a migration runs inside Piccolo's transaction")
    await running.connection.execute(
        "SET LOCAL lock_timeout = '4s'; SET LOCAL statement_timeout = '60s'"
    )
    await running.connection.execute(sql)


def tenant_table(name: str, columns: str, *, grants: str = ALL) -> str:
    """Return the SQL of a tenant's table: key (tenant_id, id), forced policy, grants.

    Columns written `x_id → table` become composite foreign keys, because checks of foreign
    keys bypass row-level security (decision 0002).
    """
    lines, keys = [], []
    for definition in _definitions(columns):
        column, arrow, target = (part.strip() for part in definition.partition("→"))
        lines.append(column)
        if arrow:
            keys.append(tenant_fk(name, column.split()[0], target))
    body = ",\n    ".join(lines)
    return f"""
CREATE TABLE IF NOT EXISTS {name} (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    {body},
    PRIMARY KEY (tenant_id, id)
);
{enable_rls(name)}
GRANT {grants} ON {name} TO parvis_app;
{"".join(keys)}"""


def _definitions(columns: str) -> Iterator[str]:
    """Yield one definition a line; a line whose parentheses stay open goes on to the next."""
    begun = ""
    for line in columns.splitlines():
        begun = f"{begun} {line.strip()}".strip()
        if begun and begun.count("(") == begun.count(")"):
            yield begun
            begun = ""


def tenant_fk(table: str, column: str, target: str) -> str:
    """Return the SQL of a foreign key that cannot reach another tenant's row, with its index."""
    name = f"{table}_{column}_fkey"
    return f"""
DO $$ BEGIN
    ALTER TABLE {table} ADD CONSTRAINT {name}
        FOREIGN KEY (tenant_id, {column}) REFERENCES {target} (tenant_id, id);
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE INDEX IF NOT EXISTS {table}_{column}_idx ON {table} (tenant_id, {column});
"""


def enable_rls(table: str) -> str:
    """Return the SQL that hides every other tenant's rows, from the owner too."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS one_tenant ON {table};
CREATE POLICY one_tenant ON {table} USING ({POLICY}) WITH CHECK ({POLICY});
"""


async def for_each_tenant(
    fill: Callable[[asyncpg.Connection, UUID], Awaitable[None]],
) -> None:
    """Run `fill` for each tenant: row-level security hides every row from the owner too."""
    running = engine.current_transaction.get()
    if running is None:
        raise RuntimeError("a migration runs inside Piccolo's transaction")
    for row in await running.connection.fetch("SELECT id FROM tenant ORDER BY id"):
        await running.connection.execute(f"SET LOCAL parvis.tenant_id = '{row['id']}'")
        await fill(running.connection, row["id"])
    await running.connection.execute("SET LOCAL parvis.tenant_id = ''")


async def exists(table: str) -> bool:
    """Whether the database has `table`."""
    running = engine.current_transaction.get()
    if running is None:
        raise RuntimeError("a migration runs inside Piccolo's transaction")
    found: bool = await running.connection.fetchval("SELECT to_regclass($1) IS NOT NULL", table)
    return found
