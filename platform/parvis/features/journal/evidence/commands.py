"""What `parvis journal proof` does: 0 done, 1 refused, 2 misused."""

import argparse
import asyncio
import sys
from pathlib import Path

from parvis import settings as settings_module
from parvis.core import addresses, crypto, db, operator, tenancy
from parvis.core.crypto import Keyring
from parvis.core.db import Database
from parvis.core.errors import AppError
from parvis.core.i18n import translate
from parvis.features.journal.evidence import proof
from parvis.features.journal.evidence.actions import BROKEN
from parvis.features.journal.evidence.proof import Proof, Wanted
from parvis.features.journal.sealing.seal import seal_now
from parvis.features.journal.sealing.seals import BrokenTreeError
from parvis.features.tenants.actions import find_tenant
from parvis.settings import Settings

DONE, REFUSED, MISUSED = 0, 1, 2


def run_proof(arguments: argparse.Namespace) -> int:
    """Write the proof file of a subject; say on stderr why not."""
    settings, target = settings_module.load(), Path(arguments.output)
    if not settings.operator_database_url:
        return _complain("PARVIS_OPERATOR_DATABASE_URL is not set", MISUSED)
    if target.exists():
        return _complain(f"{target} exists already; nothing was written", REFUSED)
    try:
        made = asyncio.run(_made(arguments, settings))
    except BrokenTreeError:
        return _complain(translate("en", BROKEN), REFUSED)
    except AppError as error:
        said = next(iter(error.fields.values()), error.message)
        return _complain(translate("en", said, **error.data), REFUSED)
    if made is None:
        return _complain(f'there is no tenant "{arguments.tenant}"', MISUSED)
    target.write_bytes(made.content)
    sys.stdout.write(f"{target}: {made.entries} entries, {made.waiting} of them not sealed yet\n")
    return DONE


def _complain(text: str, status: int) -> int:
    sys.stderr.write(f"parvis journal proof: {text}\n")
    return status


async def _made(arguments: argparse.Namespace, settings: Settings) -> Proof | None:
    crypto.use(Keyring(settings.secret_key))
    addresses.use(settings)
    database = await Database(settings.operator_database_url, settings).start()
    db.use(database)
    try:
        tenant_id = await find_tenant(database, arguments.tenant)
        if tenant_id is None:
            return None
        await operator.announce(database, tenant_id, "proved", arguments.reason)
        await seal_now(tenant_id)
        async with database.transaction(tenant_id):
            tenant = await tenancy.current_tenant()
            wanted = Wanted(subject=arguments.subject, words=arguments.words)
            return await proof.make(tenant, wanted, locale=tenant.locales[0])
    finally:
        db.use(None)
        await database.stop()
