"""Dated events that a tenant's file announces: windows of the charter follow them."""

import datetime as dt
from zoneinfo import ZoneInfo

from parvis.core import db
from parvis.core.ids import new_id
from parvis.features.charter import calendar
from parvis.features.charter.document import parse
from parvis.features.tenants.charter_file import community_file
from parvis.features.tenants.document import CHARTER_FILE
from parvis.features.tenants.plan import Plan

_EVENT = """
    INSERT INTO calendar_event (tenant_id, id, name, title, at, source)
    VALUES ($1, $2, $3, $4, $5, 'file')
    ON CONFLICT (tenant_id, name) DO UPDATE
       SET title = excluded.title, at = excluded.at, source = 'file'
"""
_DROP = """
    DELETE FROM calendar_event WHERE tenant_id = $1 AND source = 'file' AND NOT name = ANY ($2)
"""


async def require_known_events(wanted: Plan) -> None:
    """Raise TenantFileError when a charter follows an event that nobody has dated.

    Known are the events of the file, and those that were dated on screen.
    """
    document = wanted.document
    zone = ZoneInfo(document.tenant.timezone)
    known = {
        **await calendar.read_events(without_files=True),
        **{one.slug: dt.datetime.combine(one.date, one.starts, zone) for one in document.meeting},
        **{one.name: one.at.replace(tzinfo=zone) for one in document.calendar},
    }
    parse(wanted.charter, wanted.folder / CHARTER_FILE, known)
    for slug, source in wanted.community_charters.items():
        parse(source, community_file(wanted.folder, slug), known, of_community=True)


async def write_calendar(wanted: Plan) -> None:
    """Leave the file's events; those dated on screen stay, unless the file names them too."""
    zone = ZoneInfo(wanted.document.tenant.timezone)
    events = wanted.document.calendar
    await db.execute_many(
        _EVENT,
        [(new_id(), one.name, db.jsonb(one.title), one.at.replace(tzinfo=zone)) for one in events],
    )
    await db.execute(_DROP, [one.name for one in events])
    await calendar.changed()
