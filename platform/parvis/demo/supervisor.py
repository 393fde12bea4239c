"""Runs the whole stack: starts it in order, watches it, and leaves no process behind."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from parvis.demo import announcement, plan, watch
from parvis.demo.announcement import say
from parvis.demo.child import Child
from parvis.demo.identity_provider import directory
from parvis.demo.identity_provider.directory import Issuer
from parvis.demo.lock import FolderLock
from parvis.demo.parts import Parts
from parvis.demo.plan import LOOPBACK, Places, Ports
from parvis.demo.postgres import Postgres
from parvis.demo.running import Running

ROLES = ("parvis_app", "parvis_owner", "parvis_operator")
# How long a run that was killed may take to let go of its ports.
LET_GO_SECONDS = 5.0

T = TypeVar("T")


def run(
    folder: Path, *, tenants: Path, web_port: int | None = None, environment: str = "demo"
) -> None:
    """Run the demonstration over `folder` until told to stop; nothing runs after that.

    Errors: FolderLockedError when it runs already; ChildError, PostgresError or DirectoryError
    when a part cannot start or ends, with everything else stopped.
    """
    places = Places(folder.resolve())
    lock = FolderLock(places.lock)
    try:
        ports = _choose_ports(places, web_port, was_abandoned=lock.was_abandoned)
        kept = plan.keep_secrets(places)
        parts = Parts(Running(), places, ports, kept, tenants, environment)
        asyncio.run(_until_told(_run(parts, lock), parts.running))
    finally:
        lock.release()


def _choose_ports(places: Places, web_port: int | None, *, was_abandoned: bool) -> Ports:
    if was_abandoned:
        say("The last run did not end in order: recovering.")
    patience = LET_GO_SECONDS if was_abandoned else 0.0
    ports, changes = plan.choose_ports(places, web=web_port, patience=patience)
    for change in changes:
        say(change)
    return ports


async def _until_told(work: Coroutine[Any, Any, None], running: Running) -> None:
    """Do `work` until it fails or a signal asks to stop, then stop every part."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        with suppress(asyncio.CancelledError):
            await task
    finally:
        say("Stopping.")
        # Here and not later: threads that wait for a part end only once that part does. Signals
        # that arrive meanwhile find a task that is done.
        running.close()


async def _run(parts: Parts, lock: FolderLock) -> None:
    began = time.monotonic()
    issuers = _issuers(parts)
    product, *stand_ins = await asyncio.gather(
        _product(parts, list(issuers)),
        _timed("object storage", parts.object_storage),
        _timed("identity provider", parts.identity_provider),
        _timed("mail catcher", parts.mail_catcher),
    )
    lock.describe(f"process {os.getpid()}, {_first_address(issuers)}")
    say(announcement.running(issuers.values(), parts.ports, parts.places))
    say(f"Ready after {time.monotonic() - began:.1f} s.")
    await asyncio.gather(
        watch.until_it_ends(product.database),
        *(watch.until_it_ends(part) for part in stand_ins),
        watch.keep_running(product.web, product.start_web, parts.running),
        watch.keep_running(product.worker, product.start_worker, parts.running),
    )


@dataclass(frozen=True)
class Product:
    """Parvis itself on its database, and how to start its processes again."""

    database: Postgres
    web: Child
    worker: Child
    start_web: Callable[[], Child]
    start_worker: Callable[[], Child]


async def _product(parts: Parts, issuers: list[str]) -> Product:
    database = await _timed("database", parts.database)
    settings = plan.settings_of(
        parts.ports,
        parts.secrets,
        databases={role: database.dsn(role) for role in ROLES},
        issuers=issuers,
        tenants=parts.tenants,
        environment=parts.environment,
    )
    await _timed("tenants", lambda: parts.preparation(settings))
    start_web, start_worker = partial(parts.web, settings), partial(parts.worker, settings)
    # One after the other: the first page is wanted soon, and both cores are busy.
    web = await _timed("web", start_web)
    worker = await _timed("worker", start_worker)
    return Product(database, web, worker, start_web, start_worker)


async def _timed(name: str, start: Callable[[], T]) -> T:
    began = time.monotonic()
    started = await asyncio.to_thread(start)
    say(f"  {name:<18} ready after {time.monotonic() - began:.1f} s")
    return started


def _issuers(parts: Parts) -> dict[str, Issuer]:
    """The tenants' issuers, read here too: a wrong file is told before anything starts."""
    return directory.load(
        parts.tenants,
        address=f"http://{LOOPBACK}:{parts.ports.identity}",
        public_url=lambda host: f"http://{host}:{parts.ports.web}",
        secret=lambda _: "",
    )


def _first_address(issuers: dict[str, Issuer]) -> str:
    clients = [client for issuer in issuers.values() for client in issuer.clients.values()]
    return f"{clients[0].url}/" if clients else "no tenant"
