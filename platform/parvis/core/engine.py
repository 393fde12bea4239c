"""The open tenant transaction of a task, and the engine that leads Piccolo to it."""

from contextvars import ContextVar
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine

from parvis.core.ids import TenantId


class TenantTransaction:
    """One open transaction of one tenant; what Piccolo's queries of the task run on."""

    def __init__(self, connection: asyncpg.Connection, tenant_id: TenantId) -> None:
        self.connection = connection
        self.tenant_id = tenant_id
        self.is_open = True


class TenantEngine(PostgresEngine):
    """Piccolo's engine, which reaches PostgreSQL through the open tenant transaction only."""

    async def check_version(self) -> None:
        """Skip Piccolo's own connection at import: `parvis migrate` knows the version it needs."""

    async def prep_database(self) -> None:
        """Create no extension: Parvis needs none."""


# Piccolo asks its engine's context variable for the connection: ours answers.
engine = TenantEngine(config={})
current: ContextVar[TenantTransaction | None] = engine.current_transaction  # type: ignore[assignment]  # Piccolo types its own
# Tests and the bench count and parse what a request ran: asyncpg calls this for every statement.
statement_observer: ContextVar[Any] = ContextVar("statement_observer", default=None)
