"""The tenant's dated events, kept in the process: windows of its charters follow them."""

from collections.abc import Mapping
from datetime import datetime

from parvis.core import db
from parvis.core.ids import TenantId
from parvis.core.tenancy import CHANNEL, Tenant
from parvis.features.charter.in_force import reading
from parvis.features.charter.moments import Calendar

# A meeting is an event under its address. Like the places of an act, these are read where higher
# features keep them: a charter speaks of all of them. The meeting's own date comes last and wins.
_EVENTS = """
    SELECT name, at FROM (
        SELECT name, at, 0 AS place FROM calendar_event
         WHERE tenant_id = $1 AND ($2::bool IS FALSE OR source <> 'file')
         UNION ALL
        SELECT slug, starts_at, 1 FROM meeting WHERE tenant_id = $1) found
     ORDER BY place
"""
_TELL = f"SELECT pg_notify('{CHANNEL}', $1::uuid::text)"
NONE: Calendar = {}

# What has changed notifies the tenant directory, which then makes a new Tenant: the events read
# for one Tenant object are right as long as that object is handed out.
_known: dict[TenantId, tuple[Tenant, Calendar]] = {}


async def calendar_of(tenant: Tenant) -> Calendar:
    """Return when each event of the tenant is, by its name.

    Needs no open transaction; opens a short one when something has to be read and none is open.
    """
    cached = _known.get(tenant.id)
    if cached is not None and cached[0] is tenant:
        return cached[1]
    async with reading(tenant):
        calendar = await read_events()
    _known[tenant.id] = (tenant, calendar)
    return calendar


async def read_events(*, without_files: bool = False) -> Mapping[str, datetime]:
    """Return the events as the open transaction sees them; all, or those that no file announced."""
    return {row["name"]: row["at"] for row in await db.fetch(_EVENTS, without_files)}


async def changed() -> None:
    """Tell every process, once this commits, that an event came, went or moved."""
    await db.fetch_value(_TELL)
