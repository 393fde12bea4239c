"""What somebody who answers may do next with one question."""

import msgspec

from parvis.core.actor import Actor
from parvis.features.meetings import states
from parvis.features.meetings.facts import QuestionFacts
from parvis.features.meetings.tables import AnswerState, Track


class CaseCan(msgspec.Struct, frozen=True, kw_only=True):
    """What the actor may do next. `barred` says that four eyes keep them from the next step."""

    decide_holding: bool
    admit_as_free: bool
    route: bool
    group: bool
    ungroup: bool
    refuse: bool
    reserve: bool
    answer_orally: bool
    draft: bool
    approve_legal: bool
    approve_board: bool
    publish: bool
    send_back: bool
    barred: bool


_NEXT_STEP: dict[str, tuple[str, str]] = {
    AnswerState.LEGAL_REVIEW: ("legal_approved", states.LEGAL),
    AnswerState.BOARD_REVIEW: ("board_approved", states.BOARD),
    AnswerState.APPROVED: ("published", states.PUBLISH),
}


def can_on(
    actor: Actor, question: QuestionFacts, state: str | None, own_steps: set[str]
) -> CaseCan:
    """Return what the tables of transitions, the permissions and four eyes leave to the actor.

    `state` is the answer's, None before anyone wrote one; `own_steps` those the actor took of it.
    """
    held = own_steps - {"returned"}
    step, permission = _NEXT_STEP.get(state or "", ("drafted", states.DRAFT))
    turn = actor.may(permission) and question.delivery not in states.UNANSWERED
    barred = turn and bool(held - {step})
    reachable = states.targets(Track.DELIVERY, question.delivery, actor.permissions)
    own_answer = question.cluster_id is None
    in_review = state in _NEXT_STEP
    may_draft = step == "drafted" and turn and not barred and own_answer
    return CaseCan(
        decide_holding="eligible" in reachable,
        admit_as_free="admitted_free" in reachable,
        route="triaged" in reachable or "routed" in reachable,
        group="clustered" in reachable,
        ungroup=not own_answer and "triaged" in reachable,
        refuse="refused" in reachable,
        reserve="reserved_for_meeting" in reachable,
        answer_orally="answered_orally" in reachable,
        draft=may_draft and (state is not None or "drafting" in reachable),
        approve_legal=step == "legal_approved" and turn and not barred,
        approve_board=step == "board_approved" and turn and not barred,
        publish=step == "published" and turn and not barred,
        send_back=in_review and turn,
        barred=barred,
    )
