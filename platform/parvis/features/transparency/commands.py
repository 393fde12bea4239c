"""What `parvis moderation …` does: 0 done, 1 refused, 2 misused."""

import argparse
import asyncio
import sys

import msgspec

from parvis import settings as settings_module
from parvis.core import operator, tenancy
from parvis.core.db import Database
from parvis.core.errors import AppError, Unavailable
from parvis.features.tenants.actions import find_tenant
from parvis.features.transparency import statements
from parvis.features.transparency.period import period
from parvis.features.transparency.rules import ExportIsOff
from parvis.settings import Settings

DONE, REFUSED, MISUSED = 0, 1, 2


def run(arguments: argparse.Namespace) -> int:
    """Print the statements of a tenant, one call of the Commission's API a line."""
    settings = settings_module.load()
    if not settings.operator_database_url:
        return _refuse("PARVIS_OPERATOR_DATABASE_URL is not set", MISUSED)
    try:
        return asyncio.run(_export(arguments, settings))
    except Unavailable:
        return _refuse("the database does not answer", REFUSED)


async def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    database = await Database(settings.operator_database_url, settings).start()
    try:
        tenant_id = await find_tenant(database, arguments.tenant)
        if tenant_id is None:
            return _refuse(f'there is no tenant "{arguments.tenant}"', MISUSED)
        await operator.announce(database, tenant_id, "statements_exported", arguments.reason)
        async with database.transaction(tenant_id):
            return await _print(arguments)
    finally:
        await database.stop()


async def _print(arguments: argparse.Namespace) -> int:
    tenant = await tenancy.current_tenant()
    if not tenant.settings.exports_statements:
        return _refuse(ExportIsOff.default, REFUSED)
    try:
        span = period(arguments.from_day, arguments.to_day, tenant.timezone)
    except AppError as error:
        return _refuse(" ".join(error.fields.values()), MISUSED)
    async for call in statements.calls(span):
        sys.stdout.write(msgspec.json.encode(call).decode() + "\n")
    return DONE


def _refuse(message: str, status: int) -> int:
    sys.stderr.write(f"parvis moderation: {message}\n")
    return status
