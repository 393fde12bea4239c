"""The card beside the home page: the meeting that takes questions now, and until when."""

import datetime as dt

import msgspec

from parvis.core import clock, db
from parvis.core.events import HomeOpened, RailCard
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
    if not event.actor.tenant.has_meetings:
        return
    row = await db.fetch_row(
        "SELECT * FROM meeting WHERE tenant_id = $1 AND state = 'open' AND opens_at <= $2"
        " AND starts_at > $2 ORDER BY starts_at LIMIT 1",
        clock.now(),
    )
    meeting = meeting_of(row) if row else None
    if meeting is None or meeting.phase(clock.now()) != "open":
        return
    card = RailCard(
        template="meetings/_due.html",
        strip="meetings/_due_strip.html",
        view=_due(meeting, event.actor.locale),
    )
    event.rail.append(card)


def _due(meeting: MeetingFacts, locale: str) -> DueMeeting:
    return DueMeeting(
        slug=meeting.slug,
        title=spoken(meeting.title, locale),
        starts_at=meeting.starts_at,
        closes=closing(min(meeting.cure_until, meeting.starts_at), meeting.timezone),
    )
