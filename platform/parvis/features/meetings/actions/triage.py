"""The corporate secretary's part: topics, routing, the meeting itself, refusals."""

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.meetings import rules
from parvis.features.meetings.actions import moves
from parvis.features.meetings.actions.clusters import require_no_followers
from parvis.features.meetings.actions.holding import Note, Reason
from parvis.features.meetings.facts import QuestionFacts
from parvis.features.meetings.tables import Delivery


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    """Under which topic a question goes to the experts; its own when left out."""

    topic: str | None = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A ground of the preset, and the reason as its author will read it."""

    ground: str
    reason: Reason


async def route(actor: Actor, question: QuestionFacts, given: Routing) -> QuestionFacts:
    """Hand a question to the experts under its topic."""
    secretary = moves.by_actor(actor, question)
    topic = given.topic or question.topic
    await _require_known(question, topic)
    if question.delivery in (Delivery.ADMITTED_STATUTORY, Delivery.ADMITTED_FREE):
        question = await moves.deliver(question, Delivery.TRIAGED, secretary, topic=topic)
    routed = await moves.deliver(question, Delivery.ROUTED, secretary, topic=topic)
    await db.execute(
        "UPDATE question SET topic = $3 WHERE tenant_id = $1 AND id = $2", question.id, topic
    )
    return routed


async def _require_known(question: QuestionFacts, topic: str | None) -> None:
    meeting = await rules.meeting_by_id(question.meeting_id)
    if topic is not None and topic not in {one.slug for one in meeting.topics}:
        raise Invalid(fields={"topic": N_("Please choose one of the topics.")})


async def refuse(actor: Actor, question: QuestionFacts, given: Refusal) -> QuestionFacts:
    """Refuse to answer, on a ground the preset knows; the public table of fates will say so.

    Errors: Invalid for another ground; Conflict for the head of a group.
    """
    meeting = await rules.meeting_by_id(question.meeting_id)
    known = {ground.code for ground in meeting.rules.refusals if ground.about == "question"}
    if given.ground not in known:
        raise Invalid(fields={"ground": N_("Please choose one of the grounds the law knows.")})
    await require_no_followers(question)
    return await moves.deliver(
        question,
        Delivery.REFUSED,
        moves.by_actor(actor, question),
        given.reason,
        ground=given.ground,
    )


async def reserve(actor: Actor, question: QuestionFacts, given: Note) -> QuestionFacts:
    """Keep a question for the meeting itself, and tell its author."""
    secretary = moves.by_actor(actor, question)
    return await moves.deliver(question, Delivery.RESERVED_FOR_MEETING, secretary, given.reason)


async def answer_orally(actor: Actor, question: QuestionFacts, given: Note) -> QuestionFacts:
    """Record that a question kept for the meeting was answered in it; the note says how."""
    secretary = moves.by_actor(actor, question)
    return await moves.deliver(question, Delivery.ANSWERED_ORALLY, secretary, given.reason)
