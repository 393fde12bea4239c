"""Put an event into the calendar, move it, take it off."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import new_id
from parvis.features.charter import calendar, windows
from parvis.features.charter.dates import rules
from parvis.features.charter.document import placed_rules
from parvis.features.charter.in_force import InForce
from parvis.features.charter.moments import EVENT_NAME, Calendar

Name = Annotated[str, Meta(pattern=f"^(?=.*[a-z]){EVENT_NAME}$", max_length=60)]
Title = Annotated[str, Meta(min_length=1, max_length=200)]
TAKEN_BY_MEETING = N_("A meeting has this name, and its date already.")
TAKEN_BY_FILE = N_("The house’s files date this event: it is changed there.")
MISSING_TITLE = N_("Please give the title in every language of the space.")
FOLLOWED = N_("The window “{rule}” of the charter follows this event.")
OVERLAPPING = N_("With this date, windows of the charter would overlap or close before they open.")


class EventInput(msgspec.Struct, frozen=True, kw_only=True):
    """An event as an administrator dates it; `at` with its offset, `title` by locale."""

    name: Name
    title: dict[str, Title]
    at: Annotated[datetime, Meta(tz=True)]


async def date_event(actor: Actor, given: EventInput) -> UUID:
    """Put an event into the calendar, or move it there; windows follow at once.

    Errors: NotFound for who may not; Invalid for a name that a meeting or a file has, a title
    that is missing in a language, and a date that windows cannot follow.
    """
    rules.require_keeper(actor)
    if set(given.title) != set(actor.tenant.locales):
        raise Invalid(fields={"title": MISSING_TITLE})
    await _require_free(given.name)
    await _require_followed(actor, given)
    event_id = await db.fetch_value(_UPSERT, new_id(), given.name, db.jsonb(given.title), given.at)
    await journal.record(
        actor, "calendar.event_dated", subject=("calendar_event", event_id),
        data={"name": given.name, "at": given.at},
    )  # fmt: skip
    await calendar.changed()
    return UUID(str(event_id))


_UPSERT = """
    INSERT INTO calendar_event (tenant_id, id, name, title, at, source)
    VALUES ($1, $2, $3, $4, $5, 'admin')
    ON CONFLICT (tenant_id, name) DO UPDATE SET title = excluded.title, at = excluded.at
    RETURNING id
"""
_SOURCES = """
    SELECT source FROM calendar_event WHERE tenant_id = $1 AND name = $2
     UNION ALL SELECT 'meeting' FROM meeting WHERE tenant_id = $1 AND slug = $2
"""


async def _require_free(name: str) -> None:
    sources = {row["source"] for row in await db.fetch(_SOURCES, name)}
    if "meeting" in sources:
        raise Invalid(fields={"name": TAKEN_BY_MEETING})
    if "file" in sources:
        raise Invalid(fields={"name": TAKEN_BY_FILE})


async def _require_followed(actor: Actor, given: EventInput) -> None:
    """Raise Invalid when a charter would have a complaint that it does not have today."""
    before = await calendar.read_events()
    after = {**before, given.name: given.at}
    for current in await rules.charters(actor):
        if _complaints(current, after) - _complaints(current, before):
            raise Invalid(fields={"at": OVERLAPPING})


def _complaints(current: InForce, known: Calendar) -> set[str]:
    found = windows.complaints(placed_rules(current.charter.document), known)
    return {text for _, text in found}


async def drop_event(actor: Actor, event_id: UUID) -> None:
    """Take an event off the calendar.

    Errors: NotFound for one that is not there; Conflict while a charter follows it, and for one
    that a file announces.
    """
    rules.require_keeper(actor)
    row = await db.fetch_row(
        "SELECT name, source FROM calendar_event WHERE tenant_id = $1 AND id = $2", event_id
    )
    if row is None:
        raise NotFound
    if row["source"] != "admin":
        raise Conflict(TAKEN_BY_FILE)
    for current in await rules.charters(actor):
        for window in rules.following(current, row["name"]):
            raise Conflict(FOLLOWED, rule=window)
    await db.execute("DELETE FROM calendar_event WHERE tenant_id = $1 AND id = $2", event_id)
    await journal.record(
        actor, "calendar.event_dropped", subject=("calendar_event", event_id),
        data={"name": row["name"]},
    )  # fmt: skip
    await calendar.changed()
