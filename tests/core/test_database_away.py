"""A database that is gone or silent: an answer within seconds, in the firm's clothes."""

import os
import signal
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from litestar import Litestar, get
from litestar.middleware import DefineMiddleware

from parvis.core import db, problems
from parvis.core.db import Database
from parvis.core.middleware import TenantMiddleware, finish_headers
from parvis.core.tenancy import TenantDirectory
from parvis.settings import Settings
from tests.factories import Browser

HOST = "ardelune.localhost"


@get("/waits")
async def waits() -> str:
    """Stop the very process of PostgreSQL that serves this request, then ask it something."""
    stopped.append(await db.fetch_value("SELECT pg_backend_pid() WHERE $1::uuid IS NOT NULL"))
    os.kill(stopped[-1], signal.SIGSTOP)
    await db.fetch_value("SELECT 1 WHERE $1::uuid IS NOT NULL")
    return "never"


@get("/reads")
async def reads() -> int:
    return int(await db.fetch_value("SELECT 1 WHERE $1::uuid IS NOT NULL"))


stopped: list[int] = []


@pytest.fixture
async def impatient(migrated: Settings, app: Litestar) -> AsyncIterator[Database]:
    """A database of its own whose statements may take a tenth of a second."""
    database = Database(
        migrated.database_url, msgspec.structs.replace(migrated, statement_timeout_ms=100)
    )
    await database.start()
    yield database
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)
    stopped.clear()
    await database.stop()


@pytest.fixture
async def small(impatient: Database) -> Litestar:
    """Two routes behind the real middleware."""
    small = Litestar(
        [waits, reads],
        middleware=[DefineMiddleware(TenantMiddleware)],
        exception_handlers={Exception: problems.render_error},
        before_send=[finish_headers],
        openapi_config=None,
        logging_config=None,
    )
    small.state.database = impatient
    small.state.directory = TenantDirectory(impatient)
    small.state.render_error = problems.render_error
    return small


async def test_a_silent_database_is_a_503_soon_and_holds_no_connection(small: Litestar) -> None:
    async with Browser.at(small, HOST) as browser:
        began = time.monotonic()
        answer = await browser.get("/waits")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert time.monotonic() - began < 3
        assert (await browser.get("/reads")).status_code == 200


async def test_the_page_wears_the_firms_clothes_when_the_directory_is_empty(
    small: Litestar, impatient: Database
) -> None:
    async with Browser.at(small, HOST) as browser:
        assert (await browser.get("/reads")).status_code == 200
        await impatient.stop()
        small.state.directory.forget()  # as when the connection that listens is lost
        answer: Any = await browser.get("/reads")
    assert answer.status_code == 503
    assert "Ardelune" in answer.text
