"""A member's own questions with their receipts, and questions like the one being typed."""

import datetime as dt
from uuid import UUID

import msgspec

from parvis.core import db, waiting
from parvis.core.actor import Actor
from parvis.core.db import Record
from parvis.core.errors import NotFound
from parvis.core.ids import QuestionId
from parvis.features.meetings import rules, similar, states
from parvis.features.meetings.facts import MeetingFacts
from parvis.features.meetings.queries.meeting import closing
from parvis.features.meetings.queries.questions import QUESTION, view_of
from parvis.features.meetings.queries.views import Closing, QuestionView

MOST_COMPARED = 500


class SimilarQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question already asked that the reader could support instead."""

    id: QuestionId
    number: int
    title: str
    delivery: str
    support_count: int
    supported: bool
    can_support: bool


class SimilarQuestions(msgspec.Struct, frozen=True, kw_only=True):
    """At most three questions like the one being typed, nearest first."""

    items: tuple[SimilarQuestion, ...]


class SubmissionView(msgspec.Struct, frozen=True, kw_only=True):
    """A submission with its receipt. `eligibility_note` says what is missing, until `cure_until`.

    `receipt` is the SHA-256 over numbers, moments and commitments to the words. `usual_wait` is
    how long a moderator usually takes, where one reads before members do.
    """

    id: UUID
    meeting_slug: str
    via: str
    sent_at: dt.datetime
    received_at: dt.datetime
    receipt: str
    eligibility: str
    eligibility_note: str | None
    cure_until: Closing | None
    has_certificate: bool
    questions: tuple[QuestionView, ...]
    usual_wait: str | None = None


class OwnQuestions(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the reader sent to one meeting, newest first."""

    items: tuple[SubmissionView, ...]


_SIMILAR = """
    SELECT q.id, q.number, q.delivery, q.visibility, q.support_count, r.title, c.author_id,
           EXISTS (SELECT FROM support s
                    WHERE s.tenant_id = $1 AND s.question_id = q.id AND s.member_id = $2)
               AS supported
      FROM question q
      JOIN contribution c ON c.tenant_id = $1 AND c.id = q.id
      JOIN revision r ON r.tenant_id = $1 AND r.id = c.live_revision_id
     WHERE q.tenant_id = $1 AND q.meeting_id = $3 AND q.visibility = ANY($4)
     ORDER BY q.support_count DESC, q.id DESC LIMIT $5
"""


async def similar_questions(actor: Actor, meeting: MeetingFacts, title: str) -> SimilarQuestions:
    """Return the live questions of the meeting whose titles share the words of `title`."""
    rows = await db.fetch(
        _SIMILAR, actor.member_id, meeting.id, sorted(states.SHOWN), MOST_COMPARED
    )
    return SimilarQuestions(items=similar.nearest(title, [_similar(row, actor) for row in rows]))


def _similar(row: Record, actor: Actor) -> SimilarQuestion:
    may = actor.standing.name_is_verified and row["author_id"] != actor.member_id
    return SimilarQuestion(
        id=row["id"],
        number=row["number"],
        title=row["title"],
        delivery=row["delivery"],
        support_count=row["support_count"],
        supported=row["supported"],
        can_support=may and row["delivery"] not in states.SETTLED,
    )


async def own_questions(actor: Actor, meeting: MeetingFacts) -> OwnQuestions:
    """Return what the actor sent to the meeting, with receipts."""
    rows = await db.fetch(
        "SELECT * FROM submission WHERE tenant_id = $1 AND member_id = $2 AND meeting_id = $3"
        " ORDER BY id DESC LIMIT 100",
        actor.require_member(),
        meeting.id,
    )
    questions = await db.fetch(
        f"{QUESTION} WHERE q.tenant_id = $1 AND q.submission_id = ANY($3) ORDER BY q.number",
        actor.member_id,
        [row["id"] for row in rows],
    )
    return OwnQuestions(items=tuple(_submission(row, questions, actor, meeting) for row in rows))


async def receipt(actor: Actor, submission_id: UUID) -> SubmissionView:
    """Return one submission of the actor's own, or any one to staff. Errors: NotFound."""
    row = await db.fetch_row(
        "SELECT * FROM submission WHERE tenant_id = $1 AND id = $2", submission_id
    )
    own = row is not None and row["member_id"] == actor.require_member()
    if row is None or not (own or rules.is_staff(actor)):
        raise NotFound
    meeting = await rules.meeting_by_id(row["meeting_id"])
    questions = await db.fetch(
        f"{QUESTION} WHERE q.tenant_id = $1 AND q.submission_id = $3 ORDER BY q.number",
        actor.member_id,
        submission_id,
    )
    found = _submission(row, questions, actor, meeting)
    if not any(question.visibility in ("pending", "held") for question in found.questions):
        return found
    usual = await waiting.usual("question", actor.locale)
    return msgspec.structs.replace(found, usual_wait=usual)


def _submission(
    row: Record, questions: list[Record], actor: Actor, meeting: MeetingFacts
) -> SubmissionView:
    return SubmissionView(
        id=row["id"],
        meeting_slug=meeting.slug,
        via=row["via"],
        sent_at=row["sent_at"],
        received_at=row["received_at"],
        receipt=row["receipt"],
        eligibility=row["eligibility"],
        eligibility_note=row["eligibility_note"],
        cure_until=(
            closing(meeting.cure_until, meeting.timezone)
            if row["eligibility"] == "curable"
            else None
        ),
        has_certificate=row["certificate_key"] is not None,
        questions=tuple(
            view_of(one, actor, meeting) for one in questions if one["submission_id"] == row["id"]
        ),
    )
