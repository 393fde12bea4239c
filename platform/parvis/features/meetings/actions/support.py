"""Support: one vote a verified member, counted in the question's own row."""

import msgspec

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.ids import QuestionId, new_id
from parvis.features.meetings import rules
from parvis.features.meetings.facts import QuestionFacts


class Supported(msgspec.Struct, frozen=True, kw_only=True):
    """How a question's support stands, and whether the actor's is in it."""

    question_id: QuestionId
    support_count: int
    supported: bool


# The count changes in the statement that changes the rows, so it is right whoever else votes.
_ADD = """
    WITH added AS (
        INSERT INTO support (tenant_id, id, question_id, member_id, at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, question_id, member_id) DO NOTHING
        RETURNING 1)
    UPDATE question SET support_count = support_count + (SELECT count(*) FROM added)
     WHERE tenant_id = $1 AND id = $3
    RETURNING support_count, (SELECT count(*) FROM added) AS changed
"""
_REMOVE = """
    WITH gone AS (
        DELETE FROM support WHERE tenant_id = $1 AND question_id = $2 AND member_id = $3
        RETURNING 1)
    UPDATE question SET support_count = support_count - (SELECT count(*) FROM gone)
     WHERE tenant_id = $1 AND id = $2
    RETURNING support_count, (SELECT count(*) FROM gone) AS changed
"""


async def add(actor: Actor, question: QuestionFacts) -> Supported:
    """Count the actor's support once; a second time changes nothing.

    Errors: OwnQuestion, NameNotConfirmed (403); Conflict when no more support is taken.
    """
    rules.require_can_support(actor, question)
    values = (new_id(), question.id, actor.require_member(), clock.now())
    return await _count(actor, question, "question.supported", _ADD, values, supported=True)


async def remove(actor: Actor, question: QuestionFacts) -> Supported:
    """Take the actor's support back; without one nothing changes."""
    rules.require_can_support(actor, question)
    values = (question.id, actor.require_member())
    return await _count(actor, question, "question.unsupported", _REMOVE, values, supported=False)


async def _count(
    actor: Actor,
    question: QuestionFacts,
    act: str,
    sql: str,
    values: tuple[object, ...],
    *,
    supported: bool,
) -> Supported:
    row = await db.fetch_row(sql, *values)
    count = row["support_count"] if row else question.support_count
    if row and row["changed"]:
        await journal.record(actor, act, subject=("question", question.id))
    return Supported(question_id=question.id, support_count=count, supported=supported)
