"""What the calendar's screen shows: events, the windows that follow them, when they switched."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.i18n import N_
from parvis.features.charter import queries
from parvis.features.charter.calendar import read_events
from parvis.features.charter.dates import rules
from parvis.features.charter.in_force import InForce
from parvis.features.charter.moments import Calendar

MODES = {
    "premoderate": N_("what is written is read first"),
    "read_only": N_("nothing is written"),
    "open": N_("possible only meanwhile"),
}
SWITCHES = N_("other rules count, or rest")
SHOWN = 20


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """A dated event; `id` is None for a meeting. `windows` follow it."""

    id: UUID | None
    name: str
    title: str
    at: datetime
    source: str
    windows: tuple[str, ...]
    can_drop: bool


class WindowView(msgspec.Struct, frozen=True, kw_only=True):
    """A window of a charter: when it is open, and what it does. `does` is a msgid."""

    scope: str
    rule: str
    title: str
    path: str
    opens: datetime | None
    closes: datetime | None
    is_open: bool
    does: str


class SwitchView(msgspec.Struct, frozen=True, kw_only=True):
    """A window that opened or closed."""

    rule: str
    is_open: bool
    moment: datetime


class CalendarPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events still to come first, windows, and the last switches."""

    events: tuple[EventView, ...]
    windows: tuple[WindowView, ...]
    switches: tuple[SwitchView, ...]


_EVENTS = """
    SELECT id, name, title, at, source FROM calendar_event WHERE tenant_id = $1
     UNION ALL
    SELECT NULL, slug, title, starts_at, 'meeting' FROM meeting WHERE tenant_id = $1
     ORDER BY at, name
"""
_SWITCHES = f"""
    SELECT clause_id, rule_id, is_open, moment FROM window_switch
     WHERE tenant_id = $1 ORDER BY id DESC LIMIT {SHOWN}
"""


async def calendar_page(actor: Actor) -> CalendarPage:
    """Return the calendar as its keepers see it. Errors: NotFound for who may not."""
    rules.require_keeper(actor)
    found, known = await rules.charters(actor), await read_events()
    return CalendarPage(
        events=await _events(actor, found),
        windows=tuple(view for one in found for view in _windows(one, known, actor.locale)),
        switches=tuple(
            SwitchView(
                rule=f"{row['clause_id']}/{row['rule_id']}",
                is_open=row["is_open"],
                moment=row["moment"],
            )
            for row in await db.fetch(_SWITCHES)
        ),
    )


async def _events(actor: Actor, found: list[InForce]) -> tuple[EventView, ...]:
    return tuple(
        _event(
            row, tuple(rule for one in found for rule in rules.following(one, row["name"])), actor
        )
        for row in await db.fetch(_EVENTS)
    )


def _event(row: db.Record, followers: tuple[str, ...], actor: Actor) -> EventView:
    title = queries.spoken(db.from_jsonb(row["title"], dict[str, str]), actor.locale)
    return EventView(
        id=row["id"],
        name=row["name"],
        title=title or row["name"],
        at=row["at"],
        source=row["source"],
        windows=followers,
        can_drop=row["source"] == "admin" and not followers,
    )


def _windows(current: InForce, known: Calendar, locale: str) -> list[WindowView]:
    now, charter = clock.now(), current.charter
    views = []
    for window in charter.windows:
        bounds = window.bounds(known, charter.zone)
        views.append(
            WindowView(
                scope=current.scope,
                rule=window.placed.name,
                title=queries.spoken(charter.clauses[window.placed.clause].title, locale),
                path=f"{current.path}#{window.placed.clause}",
                opens=bounds[0] if bounds else None,
                closes=bounds[1] if bounds else None,
                is_open=window.is_open(known, charter.zone, now),
                does=MODES.get(window.rule.mode or "", SWITCHES),
            )
        )
    return views
