"""Clusters: questions of the same content under one answer; each keeps its words and its notice."""

from typing import Annotated

import msgspec
from msgspec import Meta

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid
from parvis.core.i18n import N_
from parvis.features.meetings import rules, states
from parvis.features.meetings.actions import moves
from parvis.features.meetings.actions.holding import Note
from parvis.features.meetings.facts import QuestionFacts, question_of
from parvis.features.meetings.tables import Delivery


class Grouping(msgspec.Struct, frozen=True, kw_only=True):
    """The number of the question whose answer will answer this one too."""

    head: Annotated[int, Meta(ge=1, le=1_000_000)]


async def group(actor: Actor, question: QuestionFacts, given: Grouping) -> QuestionFacts:
    """Let another question's answer answer this one too.

    Errors: Invalid when the other one cannot lead a group; Conflict when this one leads one.
    """
    head = await _head(question, given.head)
    await require_no_followers(question)
    secretary = moves.by_actor(actor, question)
    grouped = await moves.deliver(question, Delivery.CLUSTERED, secretary, cluster=head.id)
    await _join(question, head)
    return grouped


async def ungroup(actor: Actor, question: QuestionFacts, given: Note) -> QuestionFacts:
    """Give a grouped question its own answer again."""
    secretary = moves.by_actor(actor, question)
    moved = await moves.deliver(question, Delivery.TRIAGED, secretary, given.reason)
    await _join(question, None)
    return moved


async def dissolve(head: QuestionFacts, rule: str) -> None:
    """Send every question of the group back to triage, each on its own."""
    for follower in await followers(head):
        await moves.deliver(follower, Delivery.TRIAGED, moves.by_rule(rule))
        await _join(follower, None)


async def followers(head: QuestionFacts) -> list[QuestionFacts]:
    """Return the questions that `head`'s answer answers too, in order of number."""
    rows = await db.fetch(
        f"{rules.QUESTION} AND q.cluster_id = $2 AND q.delivery = ANY($3) ORDER BY q.number",
        head.id,
        [Delivery.CLUSTERED, Delivery.PUBLISHED, Delivery.CORRECTED],
    )
    return [question_of(row) for row in rows]


async def require_no_followers(question: QuestionFacts) -> None:
    """Raise Conflict when other questions wait for this one's answer."""
    if await followers(question):
        raise Conflict(N_("This question leads a group itself. Ungroup the others first."))


async def _head(question: QuestionFacts, number: int) -> QuestionFacts:
    row = await db.fetch_row(
        f"{rules.QUESTION} AND q.meeting_id = $2 AND q.number = $3", question.meeting_id, number
    )
    head = question_of(row) if row else None
    if head is None or head.id == question.id:
        raise Invalid(fields={"head": N_("There is no other question with this number.")})
    if head.cluster_id is not None or head.delivery in states.SETTLED:
        raise Invalid(fields={"head": N_("That question cannot lead a group any more.")})
    return head


async def _join(question: QuestionFacts, head: QuestionFacts | None) -> None:
    await db.execute(
        "UPDATE question SET cluster_id = $3 WHERE tenant_id = $1 AND id = $2",
        question.id,
        head.id if head else None,
    )
