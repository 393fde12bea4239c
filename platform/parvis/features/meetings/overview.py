"""What meetings say on the tenant admin's overview: the next one, and what is still unanswered."""

from datetime import datetime, timedelta

from parvis.core import clock, db, formats, i18n
from parvis.core.actor import Actor
from parvis.core.events_admin import (
    AdminCard,
    AdminHomeOpened,
    CardFigure,
    CardLine,
    Insight,
    InsightsCounted,
)
from parvis.core.i18n import N_
from parvis.core.permissions import MEETING_STAFF
from parvis.features.meetings.facts import MeetingFacts, meeting_of, spoken
from parvis.features.meetings.states import SETTLED

MEETINGS = "/admin/meetings"
YEAR = timedelta(days=365)

_NEXT = """
    SELECT * FROM meeting WHERE tenant_id = $1 AND starts_at > $2 ORDER BY starts_at LIMIT 1
"""
_UNSETTLED = """
    SELECT count(*) FROM question
     WHERE tenant_id = $1 AND meeting_id = $2 AND NOT delivery = ANY ($3::text[])
       AND delivery <> 'draft'
"""
_ANSWERED = """
    SELECT count(*) AS answered, count(DISTINCT s.member_id) AS people,
           percentile_cont(0.5) WITHIN GROUP (
               ORDER BY extract(epoch FROM a.first_online_at - s.received_at)::float8 / 3600)
               AS hours
      FROM answer a
      JOIN question q ON q.tenant_id = a.tenant_id AND q.id = a.question_id
      JOIN submission s ON s.tenant_id = q.tenant_id AND s.id = q.submission_id
     WHERE a.tenant_id = $1 AND a.first_online_at >= $2
"""


async def show(event: AdminHomeOpened) -> None:
    """Append the next meeting, for who works on its questions."""
    actor = event.actor
    if not (actor.tenant.has_meetings and actor.permissions & MEETING_STAFF):
        return
    row = await db.fetch_row(_NEXT, clock.now())
    meeting = meeting_of(row) if row else None
    event.cards.append(
        AdminCard(
            place=20,
            name="meetings",
            title=i18n.translate(actor.locale, N_("Meeting questions")),
            href=f"{MEETINGS}/{meeting.slug}" if meeting else MEETINGS,
            icon="question",
            figures=await _figures(actor, meeting) if meeting else (),
            lines=_lines(actor, meeting),
        )
    )


async def _figures(actor: Actor, meeting: MeetingFacts) -> tuple[CardFigure, ...]:
    waiting = await db.fetch_value(_UNSETTLED, meeting.id, sorted(SETTLED))
    label = i18n.translate(actor.locale, N_("Questions without an answer"))
    return (
        CardFigure(
            label=label, value=i18n.number(waiting, actor.locale), tone="warn" if waiting else "ok"
        ),
    )


def _lines(actor: Actor, meeting: MeetingFacts | None) -> tuple[CardLine, ...]:
    if meeting is None:
        return (CardLine(text=i18n.translate(actor.locale, N_("No meeting is announced."))),)

    def day(at: datetime) -> str:
        return formats.date(at, "deadline", locale=actor.locale, timezone=meeting.timezone)

    told = [CardLine(text=spoken(meeting.title, actor.locale), note=day(meeting.starts_at))]
    if meeting.phase(clock.now()) == "open":
        text = i18n.translate(actor.locale, N_("Questions are taken until {moment}"),
                              moment=day(min(meeting.cure_until, meeting.starts_at)))  # fmt: skip
        told.append(CardLine(text=text))
    return tuple(told)


async def count(event: InsightsCounted) -> None:
    """Append how many questions to meetings were answered online in a year, and how soon."""
    row = await db.fetch_row(_ANSWERED, clock.now() - YEAR)
    if row is None or not row["answered"]:
        return
    people = row["people"]
    event.found.append(
        Insight(name="meeting_answers", unit="count", value=row["answered"], among=people)
    )
    event.found.append(
        Insight(name="meeting_answer", unit="hours", value=row["hours"], among=people)
    )


SUBSCRIPTIONS = ((AdminHomeOpened, show), (InsightsCounted, count))
