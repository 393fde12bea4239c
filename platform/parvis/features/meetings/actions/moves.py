"""Moving a question along one of its tracks: checked against the table, journaled, told."""

from typing import Any

import msgspec

from parvis.core import clock, db, events, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Denied
from parvis.core.events import QuestionStateTold
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.features.meetings import states
from parvis.features.meetings.facts import QuestionFacts
from parvis.features.meetings.rules import is_author
from parvis.features.meetings.states import Transition
from parvis.features.meetings.tables import Delivery, Track, Visibility


class NoSuchMove(Conflict):
    """The question is not where this act would start from: someone moved it, or it never was."""

    code = "no_such_move"
    default = N_("This question is at another stage now. Look at it again.")


class Mover(msgspec.Struct, frozen=True, kw_only=True):
    """Who moves a question: a member with what they hold, or a rule by its name."""

    holds: frozenset[str]
    member_id: MemberId | None = None
    rule: str | None = None
    actor: Actor | None = None


def by_actor(actor: Actor, question: QuestionFacts) -> Mover:
    """The actor, with their permissions, and as author where they are."""
    own = {states.AUTHOR} if is_author(actor, question) else set()
    return Mover(holds=actor.permissions | own, member_id=actor.require_member(), actor=actor)


def by_rule(rule: str) -> Mover:
    """A rule, named so that the history can say which."""
    return Mover(holds=frozenset({states.RULE}), rule=rule)


def by_moderator(member_id: MemberId) -> Mover:
    """Whoever took a decision in the review queue, where their right to it was checked."""
    return Mover(holds=frozenset({states.MODERATION}), member_id=member_id)


async def deliver(
    question: QuestionFacts, to: Delivery, by: Mover, reason: str | None = None, **data: Any
) -> QuestionFacts:
    """Move a question on the delivery track and return it there; its visibility stays.

    `reason` is told to the author: a msgid of ours or a person's own words.
    Errors: NoSuchMove (409), Denied (403).
    """
    await _move(question, Track.DELIVERY, to, by, reason=reason, data=data)
    return msgspec.structs.replace(question, delivery=to)


async def show(
    question: QuestionFacts, to: Visibility, by: Mover, reason: str | None = None, **data: Any
) -> QuestionFacts:
    """Move a question on the visibility track and return it there; its delivery stays."""
    await _move(question, Track.VISIBILITY, to, by, reason=reason, data=data)
    return msgspec.structs.replace(question, visibility=to)


async def _move(
    question: QuestionFacts,
    track: Track,
    to: str,
    by: Mover,
    *,
    reason: str | None,
    data: dict[str, Any],
) -> None:
    source = question.delivery if track is Track.DELIVERY else question.visibility
    transition = _allowed(track, source, to, by)
    # The state it was read in is part of the condition: two movers at once are told apart here.
    moved = await db.execute(
        f"UPDATE question SET {track} = $4 WHERE tenant_id = $1 AND id = $2 AND {track} = $3",
        question.id,
        source,
        to,
    )
    if not moved:
        raise NoSuchMove
    event_id = await db.insert(
        "question_event",
        question_id=question.id,
        track=track,
        from_state=source,
        to_state=to,
        by_member=by.member_id,
        by_rule=by.rule,
        reason=reason,
        data=db.jsonb(data),
        at=clock.now(),
    )
    await journal.record(
        by.actor,
        f"question.{track}",
        subject=("question", question.id),
        data={"from": source, "to": to, "rule": by.rule, "member": by.member_id, **data},
    )
    if transition.tells_author:
        await _tell(question, transition, event_id, reason)


def _allowed(track: Track, source: str, to: str, by: Mover) -> Transition:
    transition = states.find(track, source, to)
    if transition is None:
        raise NoSuchMove
    if not by.holds & set(transition.by):
        raise Denied
    return transition


async def _tell(
    question: QuestionFacts, transition: Transition, event_id: Any, reason: str | None
) -> None:
    await events.publish(
        QuestionStateTold(
            question_id=question.id,
            event_id=event_id,
            meeting_id=question.meeting_id,
            meeting_slug=question.meeting_slug,
            member_id=question.author_id,
            number=question.number,
            title=question.title,
            track=transition.track,
            from_state=transition.source,
            to_state=transition.target,
            reason=reason,
        )
    )
