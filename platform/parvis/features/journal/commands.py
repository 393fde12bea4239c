"""What `parvis journal verify` and `parvis journal keys` do: 0 done, 1 refused, 2 misused."""

import argparse
import asyncio
import datetime as dt
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import msgspec

from parvis import settings as settings_module
from parvis.core import crypto, db, operator
from parvis.core.crypto import Keyring, SealError
from parvis.core.db import Database
from parvis.core.errors import Unavailable
from parvis.core.ids import TenantId
from parvis.features.journal.sealing import keys
from parvis.features.journal.sealing.findings import Problem, Report
from parvis.features.journal.sealing.keys import PublicKey
from parvis.features.journal.sealing.verification import verify
from parvis.integrations import storage, timestamping
from parvis.settings import Settings

DONE, REFUSED, MISUSED = 0, 1, 2
MOMENT = "%Y-%m-%d %H:%M:%S UTC"
PROGRESS_EVERY = 10_000


class MisuseError(Exception):
    """The command line asks for something that cannot be."""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Where a verification begins."""

    position: int = 0
    since: dt.datetime | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant that a command is about."""

    id: TenantId
    slug: str


def run_verify(arguments: argparse.Namespace) -> int:
    """Verify one tenant's journal, or all; say on stderr how far it is and what is wrong."""
    return _run("verify", partial(_verify_all, arguments))


def run_keys(arguments: argparse.Namespace) -> int:
    """List or renew a tenant's keys."""
    return _run("keys", partial(_keys, arguments))


def _run(name: str, work: Callable[[Database], Awaitable[int]]) -> int:
    try:
        return asyncio.run(_connected(work))
    except Unavailable:
        return _complain(name, "the database does not answer", REFUSED)
    except SealError:
        return _complain(name, "PARVIS_SECRET_KEY opens no key of this tenant", REFUSED)
    except MisuseError as error:
        return _complain(name, str(error), MISUSED)


def _complain(name: str, text: str, status: int) -> int:
    sys.stderr.write(f"parvis journal {name}: {text}\n")
    return status


async def _connected(work: Callable[[Database], Awaitable[int]]) -> int:
    settings = settings_module.load()
    if not settings.operator_database_url:
        raise MisuseError("PARVIS_OPERATOR_DATABASE_URL is not set")
    crypto.use(Keyring(settings.secret_key))
    storage.use(settings)
    timestamping.use(settings)
    async with _database(settings) as database:
        return await work(database)


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = await Database(settings.operator_database_url, settings).start()
    db.use(database)
    try:
        yield database
    finally:
        db.use(None)
        await database.stop()


async def _verify_all(arguments: argparse.Namespace, database: Database) -> int:
    start, is_sound = _start(arguments.start), True
    for tenant in await _tenants(database, arguments.tenant):
        await operator.announce(database, tenant.id, "verified", arguments.reason)
        report = await verify(
            tenant.id, from_position=start.position, since=start.since, tell=_progress(tenant.slug)
        )
        lines = [_as_json(tenant.slug, report)] if arguments.json else _as_text(tenant.slug, report)
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
        is_sound &= report.is_sound
    return DONE if is_sound else REFUSED


def _start(given: str | None) -> Start:
    if given is None:
        return Start()
    if given.isdecimal():
        return Start(position=int(given))
    try:
        since = dt.datetime.fromisoformat(given)
    except ValueError:
        raise MisuseError(f'"{given}" is neither a position nor a date (2026-11-22)') from None
    return Start(since=since if since.tzinfo else since.replace(tzinfo=dt.UTC))


async def _tenants(database: Database, slug: str | None) -> list[Asked]:
    async with database.across_tenants() as connection:
        rows = await connection.fetch("SELECT id, slug FROM tenant ORDER BY slug")
    found = [Asked(id=row["id"], slug=row["slug"]) for row in rows if slug in (None, row["slug"])]
    if slug and not found:
        raise MisuseError(f'there is no tenant "{slug}"')
    return found


def _progress(slug: str) -> Callable[[int, int], None]:
    told = 0

    def tell(done: int, of: int) -> None:
        nonlocal told
        if done - told >= PROGRESS_EVERY:
            told = done
            sys.stderr.write(f"{slug}: {done:,} of {of:,}\n")

    return tell


def _as_text(slug: str, report: Report) -> list[str]:
    first = report.first
    if first is None:
        return [f"{slug}: sound. {_figures(report)}"]
    others = [one for one in report.problems if one is not first]
    return [
        f"{slug}: NOT SOUND, {report.problem_count} problems. {_figures(report)}",
        f"  first: {_line(first)}",
        *(f"  also: {_line(one)}" for one in others),
        *(["  and more"] if report.problem_count > len(report.problems) else []),
    ]


def _figures(report: Report) -> str:
    compared = {
        None: "no object storage to compare with",
        False: "the object storage could not be reached: ITS ANCHORS WERE NOT COMPARED",
        True: f"{report.objects} anchors in the storage ({report.locked_objects} locked)",
    }
    return (
        f"{report.entries:,} entries under {report.checkpoints:,} checkpoints, {report.waiting:,}"
        f" waiting; {compared[report.is_storage_compared]}, {report.timestamps} time-stamps."
    )


def _line(problem: Problem) -> str:
    where = [] if problem.position is None else [f"position {problem.position}"]
    if problem.entry_id:
        where.append(f"entry {problem.entry_id}")
    if problem.act and problem.at:
        where.append(f"{problem.act}, {problem.at.astimezone(dt.UTC):{MOMENT}}")
    said = problem.say("en")
    return f"{', '.join(where)}: {said}" if where else said


def _as_json(slug: str, report: Report) -> str:
    first = report.first
    whole: dict[str, Any] = msgspec.to_builtins(report) | {
        "tenant": slug,
        "is_sound": report.is_sound,
        "first": None if first is None else msgspec.to_builtins(first) | {"said": first.say("en")},
    }
    return msgspec.json.encode(whole).decode()


async def _keys(arguments: argparse.Namespace, database: Database) -> int:
    [tenant] = await _tenants(database, arguments.tenant)
    act = "seal_keys_read" if arguments.what == "list" else "seal_keys_rotated"
    await operator.announce(database, tenant.id, act, arguments.reason)
    async with database.transaction(tenant.id):
        if arguments.what == "rotate":
            await keys.rotate()
        for key in await keys.public_keys():
            sys.stdout.write(f"{_key_line(key)}\n")
    return DONE


def _key_line(key: PublicKey) -> str:
    until = f"\tretired {key.retired_at:{MOMENT}}" if key.retired_at else ""
    return f"{key.name}\t{key.vkey}\tsigns from {key.created_at:{MOMENT}}{until}"
