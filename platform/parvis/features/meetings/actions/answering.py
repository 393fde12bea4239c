"""An answer on its way: drafted, approved by legal and board, published; never by one person.

Wordings are versions that never change. A correction is a further version on the same way; what
is online stays online until the correction is published beside it.
"""

import hashlib
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, db, text
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid
from parvis.core.i18n import N_
from parvis.core.ids import AnswerId, new_id
from parvis.features.meetings import rules, states
from parvis.features.meetings.actions import moves
from parvis.features.meetings.actions.signing import (
    AnswerFacts,
    find_answer,
    require_at,
    require_current,
    require_new_hand,
    sign,
)
from parvis.features.meetings.facts import QuestionFacts
from parvis.features.meetings.tables import AnswerState, Delivery

ShortNote = Annotated[str, Meta(max_length=2000)]


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A wording in Markdown, and the named person who signs it."""

    body: Annotated[str, Meta(min_length=1, max_length=20_000)]
    signed_by: Annotated[str, Meta(min_length=1, max_length=120)]
    signed_role: Annotated[str, Meta(min_length=1, max_length=160)]
    submit: bool = False


class LegalOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """Legal's word on one version: nothing leaves before the market-abuse question is answered.

    `hold` keeps it in review until a press release has made the information public.
    """

    version_id: UUID
    market_abuse: Literal["public_already", "not_inside", "hold"]
    market_abuse_url: Annotated[str, Meta(max_length=500)] | None = None
    note: ShortNote | None = None


class BoardApproval(msgspec.Struct, frozen=True, kw_only=True):
    """The delegate's approval of one version, and the mandate it rests on."""

    version_id: UUID
    mandate: Annotated[str, Meta(min_length=1, max_length=500)]


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """A version sent back to its drafter, with why."""

    version_id: UUID
    note: Annotated[str, Meta(min_length=1, max_length=2000)]


async def draft(actor: Actor, question: QuestionFacts, given: Draft) -> UUID:
    """Keep a new version of the answer and return its id; `submit` sends it to legal.

    Errors: FourEyes (403) for somebody who approved it before; Conflict while it is in review.
    """
    rules.require(actor, states.DRAFT)
    answer = await find_answer(question)
    if answer is None:
        question = await moves.deliver(question, Delivery.DRAFTING, moves.by_actor(actor, question))
        answer = await _begin(question)
    await require_new_hand(actor, answer, "drafted")
    if question.delivery in states.UNANSWERED:
        raise moves.NoSuchMove
    if answer.state not in (AnswerState.DRAFT, AnswerState.PUBLISHED):
        raise Conflict(N_("This answer is being reviewed. It has to come back before it changes."))
    version_id = await _add_version(actor, answer, given)
    await sign(actor, answer, version_id, "drafted")
    if given.submit:
        await _advance(actor, question, answer, AnswerState.LEGAL_REVIEW, version=version_id)
    return version_id


async def _begin(question: QuestionFacts) -> AnswerFacts:
    answer_id = AnswerId(new_id())
    await db.insert("answer", id=answer_id, question_id=question.id, state=AnswerState.DRAFT)
    return AnswerFacts(
        id=answer_id,
        question_id=question.id,
        state=AnswerState.DRAFT,
        current_version_id=None,
        published_version_id=None,
    )


async def _add_version(actor: Actor, answer: AnswerFacts, given: Draft) -> UUID:
    number: int = await db.fetch_value(
        "SELECT count(*) + 1 FROM answer_version WHERE tenant_id = $1 AND answer_id = $2",
        answer.id,
    )
    version_id = await db.insert(
        "answer_version",
        answer_id=answer.id,
        number=number,
        body=given.body,
        body_html=text.to_html(given.body),
        sha256=hashlib.sha256(given.body.encode()).hexdigest(),
        written_by=actor.require_member(),
        signed_by=given.signed_by,
        signed_role=given.signed_role,
        created_at=clock.now(),
    )
    await db.execute(
        "UPDATE answer SET state = 'draft', current_version_id = $3"
        " WHERE tenant_id = $1 AND id = $2",
        answer.id,
        version_id,
    )
    return version_id


async def approve_legal(
    actor: Actor, question: QuestionFacts, given: LegalOutcome
) -> QuestionFacts:
    """Record legal's outcome; unless it is `hold`, the version goes on to board or publisher.

    Errors: FourEyes (403), StaleVersion (409), Invalid when "already public" names no address.
    """
    rules.require(actor, states.LEGAL)
    answer = await require_at(
        actor, question, AnswerState.LEGAL_REVIEW, given.version_id, "legal_approved"
    )
    url = given.market_abuse_url
    if given.market_abuse == "public_already" and not (url or "").startswith("https://"):
        raise Invalid(
            fields={"market_abuse_url": N_("Please give the https address where it is public.")}
        )
    outcome = {
        "market_abuse": given.market_abuse,
        "market_abuse_url": url if given.market_abuse == "public_already" else None,
        "note": given.note,
    }
    if given.market_abuse == "hold":
        # Not an approval: the same lawyer releases it once the press release is out.
        await sign(actor, answer, given.version_id, "returned", **outcome)
        return question
    await sign(actor, answer, given.version_id, "legal_approved", **outcome)
    meeting = await rules.meeting_by_id(question.meeting_id)
    board = rules.needs_board(meeting, clock.now())
    to = AnswerState.BOARD_REVIEW if board else AnswerState.APPROVED
    return await _advance(actor, question, answer, to, market_abuse=given.market_abuse)


async def approve_board(
    actor: Actor, question: QuestionFacts, given: BoardApproval
) -> QuestionFacts:
    """Record the board delegate's approval with its mandate."""
    rules.require(actor, states.BOARD)
    answer = await require_at(
        actor, question, AnswerState.BOARD_REVIEW, given.version_id, "board_approved"
    )
    await sign(actor, answer, given.version_id, "board_approved", mandate=given.mandate)
    return await _advance(actor, question, answer, AnswerState.APPROVED)


async def send_back(actor: Actor, question: QuestionFacts, given: Return) -> QuestionFacts:
    """Return a version in review to its drafter, with a note.

    Needs: the permission of the step it waits for.
    """
    waits_for = {
        AnswerState.LEGAL_REVIEW: states.LEGAL,
        AnswerState.BOARD_REVIEW: states.BOARD,
        AnswerState.APPROVED: states.PUBLISH,
    }
    answer = await find_answer(question)
    if answer is None or answer.state not in waits_for:
        raise moves.NoSuchMove
    rules.require(actor, waits_for[AnswerState(answer.state)])
    require_current(answer, given.version_id)
    await sign(actor, answer, given.version_id, "returned", note=given.note)
    return await _advance(actor, question, answer, AnswerState.DRAFT, reason=given.note)


_DELIVERY = {
    AnswerState.DRAFT: Delivery.DRAFTING,
    AnswerState.LEGAL_REVIEW: Delivery.LEGAL_REVIEW,
    AnswerState.BOARD_REVIEW: Delivery.BOARD_REVIEW,
}


async def _advance(
    actor: Actor,
    question: QuestionFacts,
    answer: AnswerFacts,
    to: AnswerState,
    *,
    reason: str | None = None,
    **data: object,
) -> QuestionFacts:
    """Put the answer at `to`, and its question with it unless an answer is online already."""
    await db.execute("UPDATE answer SET state = $3 WHERE tenant_id = $1 AND id = $2", answer.id, to)
    target = _DELIVERY.get(to)
    if target is None or answer.is_correction or question.delivery == target:
        return question
    return await moves.deliver(question, target, moves.by_actor(actor, question), reason, **data)
