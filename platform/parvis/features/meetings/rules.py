"""Who may see a meeting or a question, and do what with it."""

import datetime as dt
from uuid import UUID

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Denied, NotFound
from parvis.core.i18n import N_
from parvis.core.permissions import MEETING_STAFF
from parvis.features.meetings import states
from parvis.features.meetings.facts import (
    MeetingFacts,
    QuestionFacts,
    meeting_of,
    question_of,
)
from parvis.features.meetings.tables import Delivery, Track, Visibility

EDITABLE = frozenset(
    {
        Delivery.SUBMITTED,
        Delivery.ELIGIBILITY_PENDING,
        Delivery.CURABLE,
        Delivery.ELIGIBLE,
        Delivery.ADMITTED_STATUTORY,
        Delivery.ADMITTED_FREE,
        Delivery.TRIAGED,
    }
)


class WindowClosed(Conflict):
    """Nobody can ask now: too early, too late, or the meeting is over."""

    code = "window_closed"
    default = N_("Questions to this meeting are closed.")


class OwnQuestion(Denied):
    code = "own_question"
    default = N_("You asked this question: support from others is what counts.")


class NameNotConfirmed(Denied):
    code = "name_not_confirmed"
    default = N_("Only members whose name is confirmed may support a question.")


async def access_meeting(actor: Actor, slug: str) -> MeetingFacts:
    """Return a meeting the actor may see. Errors: NotFound, also for a draft to non-staff."""
    row = await db.fetch_row("SELECT * FROM meeting WHERE tenant_id = $1 AND slug = $2", slug)
    if row is None or (row["state"] == "draft" and not is_staff(actor)):
        raise NotFound
    return meeting_of(row)


async def access_public_meeting(slug: str) -> MeetingFacts:
    """Return a meeting whose public pages anybody may read. Errors: NotFound."""
    row = await db.fetch_row(
        "SELECT * FROM meeting WHERE tenant_id = $1 AND slug = $2 AND state <> 'draft'", slug
    )
    if row is None:
        raise NotFound
    return meeting_of(row)


async def meeting_by_id(meeting_id: UUID) -> MeetingFacts:
    """Return the meeting of a question that was accessed already."""
    row = await db.fetch_row("SELECT * FROM meeting WHERE tenant_id = $1 AND id = $2", meeting_id)
    if row is None:
        raise NotFound
    return meeting_of(row)


QUESTION = """
    SELECT q.id, q.meeting_id, m.slug AS meeting_slug, q.submission_id, c.author_id, q.number,
           r.title, q.topic, q.channel, q.asked_channel, q.delivery, q.visibility,
           q.support_count, q.cluster_id
      FROM question q
      JOIN meeting m ON m.tenant_id = q.tenant_id AND m.id = q.meeting_id
      JOIN contribution c ON c.tenant_id = q.tenant_id AND c.id = q.id
      CROSS JOIN LATERAL (
            SELECT title FROM revision
             WHERE tenant_id = q.tenant_id AND contribution_id = q.id
             ORDER BY number DESC LIMIT 1) r
     WHERE q.tenant_id = $1
"""


async def find_question(question_id: UUID) -> QuestionFacts | None:
    """Return a question whoever asks, None when there is none: for rules, not for readers."""
    row = await db.fetch_row(f"{QUESTION} AND q.id = $2", question_id)
    return None if row is None else question_of(row)


async def access_question(actor: Actor, question_id: UUID) -> QuestionFacts:
    """Return a question the actor may see: shown to members, their own, or in staff's hands."""
    question = await find_question(question_id)
    if question is None or not can_see(actor, question):
        raise NotFound
    return question


async def access_staff_question(actor: Actor, question_id: UUID) -> QuestionFacts:
    """Return a question for the people who answer it. Errors: Denied, NotFound."""
    require_staff(actor)
    question = await find_question(question_id)
    if question is None:
        raise NotFound
    return question


async def access_own_question(actor: Actor, question_id: UUID) -> QuestionFacts:
    """Return the actor's own question. Errors: NotFound; Denied for one of somebody else's."""
    question = await access_question(actor, question_id)
    if not is_author(actor, question):
        raise Denied(N_("Only its author can change this."))
    return question


def is_staff(actor: Actor) -> bool:
    """Whether the actor has a part in answering questions."""
    return bool(actor.permissions & MEETING_STAFF)


def require_staff(actor: Actor) -> None:
    """Raise Unauthenticated for a visitor, Denied for a member without a part in answering."""
    actor.require_member()
    if not is_staff(actor):
        raise Denied


def require(actor: Actor, permission: str) -> None:
    """Raise Denied unless the actor holds `permission`."""
    actor.require_member()
    if not actor.may(permission):
        raise Denied


def can_see_submission(actor: Actor, member_id: UUID) -> bool:
    """Whether the actor sent it, or checks what was sent."""
    return actor.member_id == member_id or actor.may(states.TRIAGE)


def is_author(actor: Actor, question: QuestionFacts) -> bool:
    return actor.member_id is not None and actor.member_id == question.author_id


def can_see(actor: Actor, question: QuestionFacts) -> bool:
    """Whether the actor may read the question's words."""
    if is_author(actor, question) or is_staff(actor):
        return True
    return question.visibility in states.SHOWN and question.delivery != Delivery.WITHDRAWN


async def owed_numbers(meeting: MeetingFacts) -> list[int]:
    """Return the numbers of written questions to which an answer is still owed, in order."""
    rows = await db.fetch(
        "SELECT number FROM question WHERE tenant_id = $1 AND meeting_id = $2"
        " AND channel = 'statutory' AND NOT (delivery = ANY($3)) ORDER BY number",
        meeting.id,
        sorted(states.SETTLED),
    )
    return [row["number"] for row in rows]


def why_closed(meeting: MeetingFacts, now: dt.datetime) -> str | None:
    """Return why nobody can ask now, None while the window is open."""
    return {
        "open": None,
        "draft": N_("This meeting is not open for questions yet."),
        "before": N_("This meeting is not open for questions yet."),
        "closed": N_("Questions to this meeting are closed."),
        "held": N_("This meeting has been held: questions are closed."),
    }[meeting.phase(now)]


def require_open(meeting: MeetingFacts) -> None:
    """Raise WindowClosed, saying why, unless questions may be put to the meeting now."""
    if reason := why_closed(meeting, clock.now()):
        raise WindowClosed(reason)


def can_support(actor: Actor, question: QuestionFacts) -> bool:
    """Whether the actor's support would be counted."""
    return (
        actor.standing.name_is_verified
        and not is_author(actor, question)
        and question.visibility in states.SHOWN
        and question.delivery not in states.SETTLED
    )


def require_can_support(actor: Actor, question: QuestionFacts) -> None:
    """Raise the error that tells why the actor's support cannot be counted."""
    actor.require_member()
    if is_author(actor, question):
        raise OwnQuestion
    if not actor.standing.name_is_verified:
        raise NameNotConfirmed
    if question.visibility not in states.SHOWN or question.delivery in states.SETTLED:
        raise Conflict(N_("This question takes no more support."))


def can_edit(actor: Actor, question: QuestionFacts) -> bool:
    """Whether its author may still change the words: before anyone answers, or when asked to."""
    was_asked = question.visibility == Visibility.HELD and question.delivery != Delivery.WITHDRAWN
    return is_author(actor, question) and (question.delivery in EDITABLE or was_asked)


def can_withdraw(actor: Actor, question: QuestionFacts) -> bool:
    """Whether its author may take it back: until legal has approved an answer."""
    found = states.find(Track.DELIVERY, question.delivery, Delivery.WITHDRAWN)
    return is_author(actor, question) and found is not None


def needs_board(meeting: MeetingFacts, now: dt.datetime) -> bool:
    """Whether a board delegate approves answers: by the firm's choice, or in a quiet period."""
    is_quiet = meeting.quiet_until is not None and now < meeting.quiet_until
    return meeting.board_review or is_quiet
