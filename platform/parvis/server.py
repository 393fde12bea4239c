"""`parvis serve`, `parvis worker`, `parvis migrate`: the processes an operator runs."""

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import msgspec

from parvis import settings as settings_module
from parvis.settings import Settings, SettingsError

log = logging.getLogger("parvis.worker")
# How long the worker rests before it looks for a lost database again.
REST_SECONDS = 2.0


def add_parser(commands: Any) -> None:
    """Register the three commands."""
    serve = commands.add_parser("serve", help="serve the web site and the API")
    serve.add_argument("--workers", type=int, default=2, help="web processes (default 2)")
    serve.set_defaults(run=run_serve)
    worker = commands.add_parser("worker", help="run queued jobs")
    worker.set_defaults(run=run_worker)
    migrate = commands.add_parser("migrate", help="bring the database to the newest schema")
    migrate.set_defaults(run=run_migrate)


def run_serve(arguments: argparse.Namespace) -> int:
    """Serve until told to stop; requests under way are answered first."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    settings = settings_module.load()
    log_as_json(settings)
    Granian(
        "parvis.app:from_environment",
        factory=True,
        address=settings.bind,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=arguments.workers,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=10,
        respawn_failed_workers=True,
    ).serve()
    return 0


def run_worker(_arguments: argparse.Namespace) -> int:
    """Run queued jobs until told to stop; a job under way is finished first."""
    settings = settings_module.load()
    log_as_json(settings)
    asyncio.run(_work(settings))
    return 0


async def _work(settings: Settings) -> None:
    from parvis.app import set_up
    from parvis.core import db, jobs

    set_up(settings)
    database = await db.Database(settings.database_url, settings).start()
    db.use(database)
    told = asyncio.Event()
    _on_signals(told.set)
    try:
        while not told.is_set():
            await run_until(told, jobs.work(settings.database_url))
    finally:
        await database.stop()


async def run_until(told: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do `work` until told to stop; when it ends by itself, say so and return after a rest.

    Procrastinate's worker ends once its database has been away for some seconds.
    """
    running, telling = asyncio.ensure_future(work), asyncio.ensure_future(told.wait())
    await asyncio.wait({running, telling}, return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    (ended,) = await asyncio.gather(running, return_exceptions=True)
    if not told.is_set():
        log.error("the worker ended and starts again", exc_info=ended)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(telling), REST_SECONDS)
    telling.cancel()


def _on_signals(stop: Any) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


def run_migrate(_arguments: argparse.Namespace) -> int:
    """Migrate as the owner, then return 0."""
    from parvis.core import migrate

    settings = settings_module.load()
    if not settings.owner_database_url:
        raise SettingsError("PARVIS_OWNER_DATABASE_URL is needed to migrate")
    asyncio.run(migrate.run(settings.owner_database_url))
    return 0


class JsonLines(logging.Formatter):
    """One JSON object a line: what a log collector reads."""

    KEPT = ("tenant", "act", "status", "ms", "correlation_id")

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{key: getattr(record, key) for key in self.KEPT if hasattr(record, key)},
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(entry).decode()


def log_as_json(settings: Settings) -> None:
    """Send this process's log to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it logs addresses at INFO
