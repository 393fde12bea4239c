"""What an operator does to a tenant by a command: in the tenant's journal before it is done."""

import getpass
import os
import platform

from parvis.core import db, journal
from parvis.core.db import Database
from parvis.core.ids import TenantId


async def announce(database: Database, tenant_id: TenantId, act: str, reason: str = "") -> None:
    """Add `operator.<act>` to the tenant's journal, in a transaction of its own.

    It stands whatever becomes of the command; where it cannot be written, nothing is done.
    """
    async with database.transaction(tenant_id):
        data = {"by": "operator", "reason": reason, **await _who()}
        await journal.record(None, f"operator.{act}", subject=("tenant", tenant_id), data=data)


async def _who() -> dict[str, str]:
    """Return by which names the operator is known: to the machine, and to the database."""
    role = await db.fetch_value("SELECT session_user::text FROM tenant WHERE id = $1")
    return {"os_user": _os_user(), "machine": platform.node(), "db_user": str(role)}


def _os_user() -> str:
    """Return who is signed in on the machine; behind `sudo`, who called it."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return str(os.getuid())
