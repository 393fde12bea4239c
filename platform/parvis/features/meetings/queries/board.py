"""The corporate secretary's board: every question by where it waits, and the alarm."""

import datetime as dt

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.db import Record
from parvis.core.i18n import N_
from parvis.core.ids import QuestionId
from parvis.core.permissions import Permission
from parvis.features.meetings import rules, states
from parvis.features.meetings.facts import MeetingFacts, Phase, meeting_of, spoken
from parvis.features.meetings.tables import Delivery

PAGE = 50
MOST_NUMBERS = 200  # an alarm names so many
LANES: dict[str, str] = {
    "holding": N_("Holdings to check"),
    "triage": N_("To sort"),
    "experts": N_("With the experts"),
    "legal": N_("With legal"),
    "board": N_("Before the board"),
    "publish": N_("To publish"),
    "grouped": N_("Grouped questions"),
    "meeting": N_("For the meeting"),
    "settled": N_("Settled"),
}
# Where a question waits when no answer of it is under way.
_LANE_OF: dict[str, str] = {
    Delivery.DRAFT: "triage",
    Delivery.SUBMITTED: "triage",
    Delivery.ELIGIBILITY_PENDING: "holding",
    Delivery.CURABLE: "holding",
    Delivery.ELIGIBLE: "triage",
    Delivery.ADMITTED_STATUTORY: "triage",
    Delivery.ADMITTED_FREE: "triage",
    Delivery.TRIAGED: "triage",
    Delivery.CLUSTERED: "grouped",
    Delivery.ROUTED: "experts",
    Delivery.DRAFTING: "experts",
    Delivery.LEGAL_REVIEW: "legal",
    Delivery.BOARD_REVIEW: "board",
    Delivery.RESERVED_FOR_MEETING: "meeting",
    Delivery.PUBLISHED: "settled",
    Delivery.CORRECTED: "settled",
    Delivery.ANSWERED_ORALLY: "settled",
    Delivery.REFUSED: "settled",
    Delivery.WITHDRAWN: "settled",
    Delivery.INELIGIBLE: "settled",
}


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A group of questions that wait for the same people. `label` is an English msgid."""

    slug: str
    label: str
    count: int


class BoardItem(msgspec.Struct, frozen=True, kw_only=True):
    """A question on the board."""

    id: QuestionId
    number: int
    title: str
    author: str
    topic: str
    channel: str
    delivery: str
    visibility: str
    support_count: int
    asked_at: dt.datetime


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Written questions to which an answer is still owed. `level`: calm, d2, d1, h2 or over."""

    level: str
    until: dt.datetime
    numbers: tuple[int, ...]


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """One lane of a meeting's board; `next_after` is the last number shown, None at the end."""

    slug: str
    title: str
    phase: Phase
    starts_at: dt.datetime
    lanes: tuple[Lane, ...]
    lane: str
    items: tuple[BoardItem, ...]
    next_after: int | None
    alarm: Alarm | None
    can_close: bool


class ListedMeeting(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting in a list. Staff also read how many written questions wait for an answer."""

    slug: str
    title: str
    phase: Phase
    starts_at: dt.datetime
    questions: int
    open_statutory: int | None


class MeetingList(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant's newest meetings."""

    items: tuple[ListedMeeting, ...]
    can_open: bool


_LANE = """
    CASE WHEN q.delivery = ANY($4) THEN $3::jsonb ->> q.delivery
         WHEN a.state = 'approved' THEN 'publish'
         WHEN a.state = 'board_review' THEN 'board'
         WHEN a.state = 'legal_review' THEN 'legal'
         WHEN a.state = 'draft' THEN 'experts'
         ELSE $3::jsonb ->> q.delivery END
"""
_COUNTS = f"""
    SELECT {_LANE} AS lane, count(*) AS count
      FROM question q
      LEFT JOIN answer a ON a.tenant_id = $1 AND a.question_id = q.id
     WHERE q.tenant_id = $1 AND q.meeting_id = $2
     GROUP BY 1
"""
_ITEMS = f"""
    SELECT q.id, q.number, r.title, m.display_name, q.topic, q.channel, q.delivery, q.visibility,
           q.support_count, c.created_at
      FROM question q
      JOIN contribution c ON c.tenant_id = $1 AND c.id = q.id
      JOIN member m ON m.tenant_id = $1 AND m.id = c.author_id
      JOIN LATERAL (
            SELECT l.title FROM revision l
             WHERE l.tenant_id = $1 AND l.contribution_id = q.id
             ORDER BY l.number DESC LIMIT 1) r ON true
      LEFT JOIN answer a ON a.tenant_id = $1 AND a.question_id = q.id
     WHERE q.tenant_id = $1 AND q.meeting_id = $2 AND {_LANE} = $5 AND q.number > $6
     ORDER BY q.number LIMIT $7
"""


async def board(actor: Actor, meeting: MeetingFacts, lane: str | None, after: int) -> Board:
    """Return one lane of the board: the one asked for, else the actor's own.

    Needs: a part in answering, checked by the caller.
    """
    sorting = (meeting.id, db.jsonb(_LANE_OF), sorted(states.UNANSWERED))
    counts = {row["lane"]: row["count"] for row in await db.fetch(_COUNTS, *sorting)}
    chosen = lane if lane in LANES else _own_lane(actor, counts)
    rows = await db.fetch(_ITEMS, *sorting, chosen, after, PAGE + 1)
    kept = rows[:PAGE]
    return Board(
        slug=meeting.slug,
        title=spoken(meeting.title, actor.locale),
        phase=meeting.phase(clock.now()),
        starts_at=meeting.starts_at,
        lanes=tuple(
            Lane(slug=slug, label=label, count=counts.get(slug, 0)) for slug, label in LANES.items()
        ),
        lane=chosen,
        items=tuple(_item(row, meeting, actor.locale) for row in kept),
        next_after=kept[-1]["number"] if len(rows) > PAGE else None,
        alarm=await _alarm(meeting),
        can_close=actor.may(Permission.MEETING_MANAGE) and meeting.state != "held",
    )


def _own_lane(actor: Actor, counts: dict[str, int]) -> str:
    """Return the lane of what the actor is there for; the first that is not empty."""
    own = {
        "triage": states.TRIAGE,
        "holding": states.TRIAGE,
        "experts": states.DRAFT,
        "legal": states.LEGAL,
        "board": states.BOARD,
        "publish": states.PUBLISH,
    }
    mine = [lane for lane, permission in own.items() if actor.may(permission)]
    return next((lane for lane in mine if counts.get(lane)), mine[0] if mine else "triage")


def _item(row: Record, meeting: MeetingFacts, locale: str) -> BoardItem:
    return BoardItem(
        id=row["id"],
        number=row["number"],
        title=row["title"],
        author=row["display_name"],
        topic=meeting.topic_title(row["topic"], locale),
        channel=row["channel"],
        delivery=row["delivery"],
        visibility=row["visibility"],
        support_count=row["support_count"],
        asked_at=row["created_at"],
    )


async def _alarm(meeting: MeetingFacts) -> Alarm | None:
    numbers = await rules.owed_numbers(meeting)
    if not numbers or meeting.state == "held":
        return None
    return Alarm(
        level=level(meeting.starts_at - clock.now()),
        until=meeting.starts_at,
        numbers=tuple(numbers[:MOST_NUMBERS]),
    )


def level(left: dt.timedelta) -> str:
    """Return how loud the alarm is with this much time left before the meeting."""
    if left <= dt.timedelta():
        return "over"
    steps = (("h2", dt.timedelta(hours=2)), ("d1", dt.timedelta(days=1)))
    for name, bound in (*steps, ("d2", dt.timedelta(days=2))):
        if left <= bound:
            return name
    return "calm"


async def list_meetings(actor: Actor) -> MeetingList:
    """Return the meetings that `actor` may see, the latest first."""
    is_staff = rules.is_staff(actor)
    rows = await db.fetch(
        "SELECT m.*, (SELECT count(*) FROM question q WHERE q.tenant_id = $1"
        " AND q.meeting_id = m.id AND q.channel = 'statutory' AND NOT (q.delivery = ANY($2)))"
        " AS open_statutory FROM meeting m WHERE m.tenant_id = $1 AND (m.state <> 'draft' OR $3)"
        " ORDER BY m.starts_at DESC LIMIT 50",
        sorted(states.SETTLED),
        is_staff,
    )
    return MeetingList(
        items=tuple(_listed(row, actor.locale, is_staff=is_staff) for row in rows),
        can_open=actor.may(Permission.MEETING_MANAGE),
    )


def _listed(row: Record, locale: str, *, is_staff: bool) -> ListedMeeting:
    meeting = meeting_of(row)
    return ListedMeeting(
        slug=meeting.slug,
        title=spoken(meeting.title, locale),
        phase=meeting.phase(clock.now()),
        starts_at=meeting.starts_at,
        questions=meeting.question_count,
        open_statutory=row["open_statutory"] if is_staff else None,
    )


async def staff_board(actor: Actor, slug: str, lane: str | None, after: int) -> Board:
    """Return a lane of a meeting's board. Errors: Denied without a part in answering, NotFound."""
    rules.require_staff(actor)
    return await board(actor, await rules.access_meeting(actor, slug), lane, after)
