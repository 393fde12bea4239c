"""What `parvis tenant …` does: 0 done, 1 refused, 2 misused."""

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from parvis import settings as settings_module
from parvis.core import crypto, operator
from parvis.core.crypto import Keyring, SealError
from parvis.core.db import Database
from parvis.core.errors import Unavailable
from parvis.features.tenants import emergency_commands, key_commands, queries
from parvis.features.tenants.actions import Applied, apply_plan, find_tenant
from parvis.features.tenants.export import write_files
from parvis.features.tenants.plan import Plan, plans, sound_documents
from parvis.features.tenants.problems import ApplyRefusedError, TenantFileError, hint
from parvis.features.tenants.starter import write_starter
from parvis.settings import PREFIX, REPOSITORY, Settings

DONE, REFUSED, MISUSED = 0, 1, 2
EMERGENCY = {"add": "emergency_given", "list": "emergency_read", "revoke": "emergency_taken"}
SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


class MisuseError(Exception):
    """The command line asks for something that cannot be."""


Command = Callable[[argparse.Namespace], int]


def run(arguments: argparse.Namespace) -> int:
    """Run the chosen command; say on stderr what is wrong: 1 refused, 2 misused."""
    command: Command = COMMANDS[arguments.command]
    try:
        return command(arguments)
    except (TenantFileError, ApplyRefusedError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    except Unavailable:
        sys.stderr.write("parvis tenant: the database does not answer\n")
        return REFUSED
    except SealError:
        sys.stderr.write(
            "parvis tenant: PARVIS_SECRET_KEY holds no key that opens this tenant's secrets\n"
        )
        return REFUSED
    except MisuseError as error:
        sys.stderr.write(f"parvis tenant: {error}\n")
        return MISUSED


def run_new(arguments: argparse.Namespace) -> int:
    slug: str = arguments.slug
    if not SLUG.fullmatch(slug):
        raise MisuseError(f'"{slug}" is no slug: small letters, digits and single hyphens')
    folder = (arguments.to or _place("tenants")) / slug
    if folder.exists():
        raise ApplyRefusedError(f"{folder} exists already; nothing was written")
    write_starter(
        folder, name=arguments.name or slug.replace("-", " ").title(), theme=arguments.theme
    )
    sys.stdout.write(f"{folder}: change what is marked with <-, then\n")
    sys.stdout.write(f"  parvis tenant verify {folder}\n  parvis tenant apply {folder}\n")
    return DONE


def run_verify(arguments: argparse.Namespace) -> int:
    for parsed in sound_documents(_folders(arguments.paths), themes=_place("themes")):
        sys.stdout.write(f"{parsed.file.parent}: sound\n")
    return DONE


def run_apply(arguments: argparse.Namespace) -> int:
    folders, settings = _folders(arguments.paths), _settings()
    # All are checked before the first is written.
    return asyncio.run(_apply_all(plans(folders, settings), settings, arguments))


async def _apply_all(wanted: list[Plan], settings: Settings, arguments: argparse.Namespace) -> int:
    act = "previewed" if arguments.dry_run else "applied"
    for plan in wanted:
        slug = plan.document.tenant.slug
        is_told = await _with_database(settings, partial(_tell, slug, act, arguments.reason))
        preview = await apply_plan(plan, settings=settings, dry_run=True)
        _show(preview)
        if not preview.changes or arguments.dry_run:
            continue
        if not arguments.yes and not _is_agreed(preview.slug):
            sys.stdout.write("Nothing was written.\n")
            return REFUSED
        await apply_plan(plan, settings=settings)
        if not is_told:  # nobody could be told of what made them
            await _with_database(settings, partial(_tell, slug, act, arguments.reason))
        sys.stdout.write(f"{slug}: applied\n")
    return DONE


async def _tell(slug: str, act: str, reason: str, database: Database) -> bool:
    """Announce a command to the tenant; return whether there is one."""
    tenant_id = await find_tenant(database, slug)
    if tenant_id is not None:
        await operator.announce(database, tenant_id, act, reason)
    return tenant_id is not None


def _show(preview: Applied) -> None:
    if not preview.changes:
        sys.stdout.write(f"{preview.slug}: nothing to change\n")
    for change in preview.changes:
        sys.stdout.write(f"{change}\n")


def _is_agreed(slug: str) -> bool:
    """Ask where somebody can answer; a script that calls the command has decided already."""
    if not sys.stdin.isatty():
        return True
    return input(f"Apply this to {slug}? [y/N] ").strip().lower() in {"y", "yes", "o", "oui"}


def run_export(arguments: argparse.Namespace) -> int:
    settings = _settings()
    live = asyncio.run(_with_database(settings, partial(_live, arguments, settings)))
    folder = (arguments.to or Path(settings.tenants_dir)) / arguments.slug
    for file in write_files(folder, live):
        sys.stdout.write(f"{file}\n")
    return DONE


async def _live(
    arguments: argparse.Namespace, settings: Settings, database: Database
) -> queries.Live:
    slug: str = arguments.slug
    tenant_id = await find_tenant(database, slug)
    if tenant_id is None:
        known = [tenant.slug for tenant in await queries.tenants(database)]
        raise MisuseError(f'there is no tenant "{slug}"{hint(slug, known)}')
    await operator.announce(database, tenant_id, "exported", arguments.reason)
    async with database.transaction(tenant_id):
        live = await queries.live_tenant(Keyring(settings.secret_key), settings.demo_issuers)
    if live is None:
        raise MisuseError(f'the tenant "{slug}" went away')
    return live


def run_list(_arguments: argparse.Namespace) -> int:
    settings = _settings()
    for tenant in asyncio.run(_with_database(settings, queries.tenants)):
        sys.stdout.write(f"{tenant.slug}\t{tenant.name}\t{' '.join(tenant.hosts)}\n")
    return DONE


def run_keys(arguments: argparse.Namespace) -> int:
    settings = _settings()
    for line in asyncio.run(_with_database(settings, partial(_keys, arguments, settings))):
        sys.stdout.write(f"{line}\n")
    return DONE


async def _keys(arguments: argparse.Namespace, settings: Settings, database: Database) -> list[str]:
    tenant_id = await find_tenant(database, arguments.slug)
    if tenant_id is None:
        raise MisuseError(f'there is no tenant "{arguments.slug}"')
    act = "keys_read" if arguments.what == "list" else "keys_rotated"
    await operator.announce(database, tenant_id, act, arguments.reason)
    keyring = Keyring(settings.secret_key)
    async with database.transaction(tenant_id):
        if arguments.what == "list":
            return await key_commands.listed()
        return await key_commands.rotated(keyring, arguments.algorithm, at_once=arguments.at_once)


def run_emergency(arguments: argparse.Namespace) -> int:
    settings = _settings()
    for line in asyncio.run(_with_database(settings, partial(_emergency, arguments, settings))):
        sys.stdout.write(f"{line}\n")
    return DONE


async def _emergency(
    arguments: argparse.Namespace, settings: Settings, database: Database
) -> list[str]:
    tenant_id = await find_tenant(database, arguments.slug)
    if tenant_id is None:
        raise MisuseError(f'there is no tenant "{arguments.slug}"')
    await operator.announce(database, tenant_id, EMERGENCY[arguments.what], arguments.reason)
    crypto.use(Keyring(settings.secret_key))
    async with database.transaction(tenant_id):
        return await emergency_commands.run(arguments, settings)


async def _with_database(settings: Settings, work: Callable[[Database], Awaitable[Any]]) -> Any:
    database = await Database(settings.operator_database_url, settings).start()
    try:
        return await work(database)
    finally:
        await database.stop()


def _place(name: str) -> Path:
    """Return the folder of tenants or themes without asking for settings of a database."""
    return Path(os.environ.get(f"{PREFIX}{name.upper()}_DIR", REPOSITORY / name))


def _settings() -> Settings:
    settings = settings_module.load()
    if not settings.operator_database_url:
        raise MisuseError("PARVIS_OPERATOR_DATABASE_URL is not set")
    return settings


def _folders(paths: list[Path]) -> list[Path]:
    """Return the folders of the given paths; a path may name the folder or its tenant.toml."""
    folders = [path.parent if path.suffix == ".toml" else path for path in paths]
    for folder in folders:
        if not folder.is_dir():
            raise MisuseError(f"{folder} is no folder")
    return folders


COMMANDS: dict[str, Command] = {
    "new": run_new,
    "verify": run_verify,
    "apply": run_apply,
    "export": run_export,
    "list": run_list,
    "keys": run_keys,
    "emergency": run_emergency,
}
