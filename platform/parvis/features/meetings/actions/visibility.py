"""Moderation's decisions, heard from the review queue: they move what members see, no more."""

from parvis.core import db
from parvis.core.events import ContributionDecided
from parvis.features.meetings import rules, states
from parvis.features.meetings.actions import moves
from parvis.features.meetings.tables import Track, Visibility

_TARGETS = {
    "publish": Visibility.VISIBLE,
    "return": Visibility.HELD,
    "refuse": Visibility.RESTRICTED,
    "redact": Visibility.VISIBLE_REDACTED,
}
_UNDER_APPEAL = (Visibility.APPEAL, Visibility.UPHELD)


async def follow_decision(event: ContributionDecided) -> None:
    """Move a question's visibility as a moderator decided; its delivery goes on untouched.

    A decision about an edit leaves the question where it is: the words before it stay up.
    """
    target = _TARGETS.get(event.action)
    if event.kind != "question" or target is None:
        return
    question = await rules.find_question(event.contribution_id)
    if question is not None and question.visibility in _UNDER_APPEAL and event.is_reversal:
        target = Visibility.REVERSED
    if question is None or states.find(Track.VISIBILITY, question.visibility, target) is None:
        return
    if target in (Visibility.HELD, Visibility.RESTRICTED) and await _is_live(question.id):
        return
    mover = (
        moves.by_moderator(event.decided_by) if event.decided_by else moves.by_rule("decision.over")
    )
    await moves.show(
        question,
        target,
        mover,
        event.text,
        decision=event.decision_id,
        # Readers of a redacted question get another revision; the board answers this one.
        revision=event.revision_id,
    )


async def _is_live(question_id: object) -> bool:
    live = await db.fetch_value(
        "SELECT live_revision_id IS NOT NULL FROM contribution WHERE tenant_id = $1 AND id = $2",
        question_id,
    )
    return bool(live)
