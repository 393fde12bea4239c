"""Who answers for which step of an answer: never one person for two."""

from typing import Literal
from uuid import UUID

import msgspec

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Denied
from parvis.core.i18n import N_
from parvis.core.ids import AnswerId, QuestionId
from parvis.features.meetings import states
from parvis.features.meetings.actions.moves import NoSuchMove
from parvis.features.meetings.facts import QuestionFacts
from parvis.features.meetings.tables import AnswerState

Step = Literal["drafted", "legal_approved", "board_approved", "published"]


class AnswerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it stands; locked until the transaction ends."""

    id: AnswerId
    question_id: QuestionId
    state: str
    current_version_id: UUID | None
    published_version_id: UUID | None

    @property
    def is_correction(self) -> bool:
        """Whether a wording is online already, so that the question's delivery stays put."""
        return self.published_version_id is not None


class FourEyes(Denied):
    """The same person may not answer for two steps of one answer."""

    code = "four_eyes"
    default = N_("You took part in this answer already. Somebody else has to take this step.")


class StaleVersion(Conflict):
    code = "stale_version"
    default = N_("The answer was changed since you read it. Read the newest version first.")


async def find_answer(question: QuestionFacts) -> AnswerFacts | None:
    """Return the question's own answer, locked, None before anyone wrote one."""
    row = await db.fetch_row(
        "SELECT id, question_id, state, current_version_id, published_version_id FROM answer"
        " WHERE tenant_id = $1 AND question_id = $2 FOR UPDATE",
        question.id,
    )
    return None if row is None else AnswerFacts(**dict(row))


async def require_at(
    actor: Actor, question: QuestionFacts, state: AnswerState, version_id: UUID, step: Step
) -> AnswerFacts:
    """Return the answer if it waits for this step, of this version, by somebody new to it."""
    answer = await find_answer(question)
    is_awaited = question.delivery not in states.UNANSWERED
    if answer is None or answer.state != state or not is_awaited:
        raise NoSuchMove
    require_current(answer, version_id)
    await require_new_hand(actor, answer, step)
    return answer


def require_current(answer: AnswerFacts, version_id: UUID) -> None:
    if answer.current_version_id != version_id:
        raise StaleVersion


async def require_new_hand(actor: Actor, answer: AnswerFacts, step: Step) -> None:
    """Raise FourEyes when the actor holds another step of this answer, in any version."""
    held = await db.fetch_value(
        "SELECT step FROM answer_step WHERE tenant_id = $1 AND answer_id = $2 AND member_id = $3"
        " AND step <> 'returned' AND step <> $4 LIMIT 1",
        answer.id,
        actor.require_member(),
        step,
    )
    if held is not None:
        raise FourEyes


_ACTS = {
    "drafted": "answer.drafted",
    "legal_approved": "answer.approved_legal",
    "board_approved": "answer.approved_board",
    "published": "answer.published",
    "returned": "answer.returned",
}


async def sign(
    actor: Actor, answer: AnswerFacts, version_id: UUID, step: str, **noted: str | None
) -> None:
    """Record who answers for a step; the database refuses a second one by the same person."""
    try:
        await db.insert(
            "answer_step",
            answer_id=answer.id,
            version_id=version_id,
            step=step,
            member_id=actor.require_member(),
            at=clock.now(),
            **noted,
        )
    except db.UniqueViolation:
        raise FourEyes from None
    await journal.record(
        actor,
        _ACTS[step],
        subject=("answer", answer.id),
        data={"version": version_id, **{k: v for k, v in noted.items() if k != "note"}},
    )
