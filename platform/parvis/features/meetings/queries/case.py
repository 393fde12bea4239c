"""One question as the people who answer it see it: words, holding, story, answer, what is next."""

import datetime as dt
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.db import Record
from parvis.core.errors import NotFound
from parvis.core.i18n import N_
from parvis.features.meetings import rules, states
from parvis.features.meetings.facts import MeetingFacts, QuestionFacts, spoken
from parvis.features.meetings.queries.meeting import topics_of
from parvis.features.meetings.queries.questions import question_view
from parvis.features.meetings.queries.story import Move, moves_of
from parvis.features.meetings.queries.views import QuestionView, TopicView
from parvis.features.meetings.rules_case import CaseCan, can_on
from parvis.features.meetings.tables import AnswerState, Track, Visibility

STATES: dict[str, str] = {
    AnswerState.DRAFT: N_("Being drafted"),
    AnswerState.LEGAL_REVIEW: N_("Waits for legal"),
    AnswerState.BOARD_REVIEW: N_("Waits for the board’s delegate"),
    AnswerState.APPROVED: N_("Approved, waits for publication"),
    AnswerState.PUBLISHED: N_("Online"),
}
STEPS: dict[str, str] = {
    "drafted": N_("Drafted"),
    "legal_approved": N_("Approved by legal"),
    "board_approved": N_("Approved for the board"),
    "published": N_("Published"),
    "returned": N_("Sent back"),
    "hold": N_("Held until a press release"),
}


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """A ground on which the preset lets a question be refused."""

    code: str
    text: str


class HoldingView(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the asker's holding."""

    submission_id: UUID
    eligibility: str
    note: str | None
    has_certificate: bool
    sent_at: dt.datetime
    receipt: str


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One wording of the answer."""

    id: UUID
    number: int
    body: str
    body_html: str
    sha256: str
    signed_by: str
    signed_role: str
    written_by: str
    created_at: dt.datetime
    is_online: bool


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """Who answered for what, of which version. `label` is an English msgid."""

    step: str
    label: str
    version: int
    by: str
    at: dt.datetime
    mandate: str | None
    market_abuse: str | None
    market_abuse_url: str | None
    note: str | None


class AnswerCase(msgspec.Struct, frozen=True, kw_only=True):
    """The answer with all its wordings and steps, newest wording first."""

    state: str
    state_label: str
    url: str | None
    first_online_at: dt.datetime | None
    versions: tuple[VersionView, ...]
    steps: tuple[StepView, ...]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one question for those who answer it."""

    question: QuestionView
    meeting_slug: str
    meeting_title: str
    delivery_label: str
    visibility_label: str
    holding: HoldingView
    moves: tuple[Move, ...]
    answer: AnswerCase | None
    topics: tuple[TopicView, ...]
    grounds: tuple[Ground, ...]
    can: CaseCan


_ANSWER = "SELECT * FROM answer WHERE tenant_id = $1 AND question_id = $2"
_AS_SENT = """
    SELECT r.title, r.body_html FROM question_event e
      JOIN revision r ON r.tenant_id = $1 AND r.id = (e.data ->> 'revision')::uuid
     WHERE e.tenant_id = $1 AND e.question_id = $2 AND e.to_state = 'visible_redacted'
     ORDER BY e.id DESC LIMIT 1
"""
_VERSIONS = """
    SELECT v.*, m.display_name FROM answer_version v
      JOIN member m ON m.tenant_id = $1 AND m.id = v.written_by
     WHERE v.tenant_id = $1 AND v.answer_id = $2 ORDER BY v.number DESC
"""
_STEPS = """
    SELECT s.*, v.number, m.display_name FROM answer_step s
      JOIN answer_version v ON v.tenant_id = $1 AND v.id = s.version_id
      JOIN member m ON m.tenant_id = $1 AND m.id = s.member_id
     WHERE s.tenant_id = $1 AND s.answer_id = $2 ORDER BY s.id
"""


async def case(actor: Actor, question: QuestionFacts) -> Case:
    """Return the case of a question to which staff's access was granted."""
    meeting = await rules.meeting_by_id(question.meeting_id)
    view = await question_view(actor, meeting, question.id)
    if view is None:
        raise NotFound
    if view.visibility == Visibility.VISIBLE_REDACTED:
        view = await _unredacted(view)
    answer = await db.fetch_row(_ANSWER, question.answer_owner)
    steps = await db.fetch(_STEPS, answer["id"]) if answer else []
    return Case(
        question=view,
        meeting_slug=meeting.slug,
        meeting_title=spoken(meeting.title, actor.locale),
        delivery_label=states.LABELS[Track.DELIVERY][view.delivery],
        visibility_label=states.LABELS[Track.VISIBILITY][view.visibility],
        holding=await _holding(question),
        moves=await moves_of(actor, question),
        answer=await _answer(answer, steps) if answer else None,
        topics=topics_of(meeting, actor.locale),
        grounds=_grounds(meeting, actor.locale),
        can=can_on(actor, question, answer["state"] if answer else None, _own(actor, steps)),
    )


async def _unredacted(view: QuestionView) -> QuestionView:
    """Return the question in the words that were sent: the board answers those."""
    row = await db.fetch_row(_AS_SENT, view.id)
    if row is None:
        return view
    return msgspec.structs.replace(view, title=row["title"], body_html=row["body_html"])


async def _holding(question: QuestionFacts) -> HoldingView:
    row = await db.fetch_row(
        "SELECT * FROM submission WHERE tenant_id = $1 AND id = $2", question.submission_id
    )
    if row is None:
        raise NotFound
    return HoldingView(
        submission_id=row["id"],
        eligibility=row["eligibility"],
        note=row["eligibility_note"],
        has_certificate=row["certificate_key"] is not None,
        sent_at=row["sent_at"],
        receipt=row["receipt"],
    )


async def _answer(row: Record, steps: list[Record]) -> AnswerCase:
    versions = await db.fetch(_VERSIONS, row["id"])
    return AnswerCase(
        state=row["state"],
        state_label=STATES[row["state"]],
        url=row["url"],
        first_online_at=row["first_online_at"],
        versions=tuple(_version(one, row["published_version_id"]) for one in versions),
        steps=tuple(_step(one) for one in steps),
    )


def _version(row: Record, online: UUID | None) -> VersionView:
    plain = ("id", "number", "body", "body_html", "sha256", "signed_by", "signed_role")
    return VersionView(
        **{name: row[name] for name in plain},
        written_by=row["display_name"],
        created_at=row["created_at"],
        is_online=row["id"] == online,
    )


def _step(row: Record) -> StepView:
    is_hold = row["market_abuse"] == "hold"
    return StepView(
        step=row["step"],
        label=STEPS["hold" if is_hold else row["step"]],
        version=row["number"],
        by=row["display_name"],
        at=row["at"],
        mandate=row["mandate"],
        market_abuse=row["market_abuse"],
        market_abuse_url=row["market_abuse_url"],
        note=row["note"],
    )


def _own(actor: Actor, steps: list[Record]) -> set[str]:
    return {row["step"] for row in steps if row["member_id"] == actor.member_id}


def _grounds(meeting: MeetingFacts, locale: str) -> tuple[Ground, ...]:
    return tuple(
        Ground(code=one.code, text=spoken(dict(one.text), locale))
        for one in meeting.rules.refusals
        if one.about == "question"
    )


async def access_and_load(actor: Actor, question_id: UUID) -> Case:
    """Return a question's case. Errors: Denied without a part in answering, NotFound."""
    return await case(actor, await rules.access_staff_question(actor, question_id))
