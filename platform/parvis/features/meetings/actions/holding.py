"""Proof of holding, as the corporate secretary settles it for a whole submission."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from parvis.core import db
from parvis.core.actor import Actor
from parvis.features.meetings import rules, states
from parvis.features.meetings.actions import moves
from parvis.features.meetings.facts import QuestionFacts, question_of
from parvis.features.meetings.tables import Delivery

Reason = Annotated[str, Meta(min_length=1, max_length=2000)]
_WAITING = (Delivery.ELIGIBILITY_PENDING, Delivery.CURABLE)


class HoldingDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What the secretary finds of a holder's proof. `reason` is told to the holder."""

    outcome: Literal["eligible", "curable", "ineligible"]
    reason: Reason


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A reason its author will read."""

    reason: Reason


async def decide_holding(actor: Actor, question: QuestionFacts, given: HoldingDecision) -> None:
    """Settle, for every question of the submission, whether its author's holding is proven.

    An ineligible question is told why; the secretary may still take it as a free one.
    """
    rules.require(actor, states.TRIAGE)
    waiting = [one for one in await _submitted_with(question) if one.delivery in _WAITING]
    if not waiting:
        raise moves.NoSuchMove
    for one in waiting:
        await _settle(actor, one, given)
    await db.execute(
        "UPDATE submission SET eligibility = $3, eligibility_note = $4"
        " WHERE tenant_id = $1 AND id = $2",
        question.submission_id,
        given.outcome,
        given.reason,
    )


async def _settle(actor: Actor, question: QuestionFacts, given: HoldingDecision) -> None:
    target = Delivery(given.outcome)
    ground = {"ground": "not_a_holder"} if target is Delivery.INELIGIBLE else {}
    secretary = moves.by_actor(actor, question)
    question = await moves.deliver(question, target, secretary, given.reason, **ground)
    if target is Delivery.ELIGIBLE:
        rule = moves.by_rule("channel.statutory")
        await moves.deliver(question, Delivery.ADMITTED_STATUTORY, rule)


async def _submitted_with(question: QuestionFacts) -> list[QuestionFacts]:
    rows = await db.fetch(
        f"{rules.QUESTION} AND q.submission_id = $2 ORDER BY q.number", question.submission_id
    )
    return [question_of(row) for row in rows]


async def admit_as_free(actor: Actor, question: QuestionFacts, given: Note) -> QuestionFacts:
    """Take a question without proven holding as a free one."""
    secretary = moves.by_actor(actor, question)
    moved = await moves.deliver(question, Delivery.ADMITTED_FREE, secretary, given.reason)
    await db.execute(
        "UPDATE question SET channel = 'free', became_free_because = 'not_proven'"
        " WHERE tenant_id = $1 AND id = $2",
        question.id,
    )
    return moved
