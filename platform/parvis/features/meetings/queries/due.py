"""The meeting that takes questions now, and until when: beside the home page, at the door."""

import datetime as dt
from functools import partial

import msgspec

from parvis.core import clock, db, formats, i18n
from parvis.core.actor import Actor
from parvis.core.events import DoorNote, DoorOpened, HomeOpened, RailCard
from parvis.core.i18n import N_
from parvis.features.meetings.facts import MeetingFacts, meeting_of, spoken
from parvis.features.meetings.queries.meeting import closing
from parvis.features.meetings.queries.views import Closing


class DueMeeting(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting whose window is open."""

    slug: str
    title: str
    starts_at: dt.datetime
    closes: Closing


async def show_due(event: HomeOpened) -> None:
    """Put a card beside the member's home page while a meeting takes questions."""
    meeting = await _open_meeting(event.actor)
    if meeting is None:
        return
    card = RailCard(
        template="meetings/_due.html",
        strip="meetings/_due_strip.html",
        view=_due(meeting, event.actor.locale),
    )
    event.rail.append(card)


async def show_at_door(event: DoorOpened) -> None:
    """Tell visitors until when a meeting takes questions: its notice is public anyway."""
    actor = event.actor
    meeting = await _open_meeting(actor)
    if meeting is None:
        return
    ends = closing(min(meeting.cure_until, meeting.starts_at), meeting.timezone)
    said = partial(formats.date, style="day", locale=actor.locale, timezone=meeting.timezone)
    note = DoorNote(
        over=i18n.translate(actor.locale, N_("Until {day}"), day=said(ends.last_day or ends.at)),
        title=i18n.translate(actor.locale, N_("Your questions to the board")),
        text=i18n.translate(
            actor.locale,
            N_("{meeting}, on {day}"),
            meeting=spoken(meeting.title, actor.locale),
            day=said(meeting.starts_at),
        ),
    )
    event.notes.append(note)


async def _open_meeting(actor: Actor) -> MeetingFacts | None:
    """Return the next meeting that takes questions now."""
    if not actor.tenant.has_meetings:
        return None
    row = await db.fetch_row(
        "SELECT * FROM meeting WHERE tenant_id = $1 AND state = 'open' AND opens_at <= $2"
        " AND starts_at > $2 ORDER BY starts_at LIMIT 1",
        clock.now(),
    )
    meeting = meeting_of(row) if row else None
    return meeting if meeting and meeting.phase(clock.now()) == "open" else None


def _due(meeting: MeetingFacts, locale: str) -> DueMeeting:
    return DueMeeting(
        slug=meeting.slug,
        title=spoken(meeting.title, locale),
        starts_at=meeting.starts_at,
        closes=closing(min(meeting.cure_until, meeting.starts_at), meeting.timezone),
    )
