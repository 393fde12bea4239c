"""How a question enters: by right or by leave, with what proof of holding. Pure rules."""

import datetime as dt
from typing import Literal

import msgspec

from parvis.core.actor import Actor
from parvis.core.i18n import N_
from parvis.features.meetings.facts import MeetingFacts
from parvis.features.meetings.tables import Channel, Delivery

Holding = Literal["registered", "bearer"]
Late = Literal["late", "no_channel"]

WHY_FREE: dict[str, str] = {
    "late": N_(
        "It reached us after the deadline for written questions, so it goes on as a free question: "
        "the board may answer it, but the law does not oblige it to."
    ),
    "no_channel": N_(
        "The notice of this meeting does not name this platform for written questions, so it goes "
        "on as a free question: the board may answer it, but the law does not oblige it to."
    ),
}
CERTIFICATE_MISSING = N_(
    "The certificate of registration of your shares is missing. Your account keeper issues it."
)
HOLDING_CLAIMED = N_("Your sign-in vouches for your holding.")


class Step(msgspec.Struct, frozen=True):
    """One move that a rule makes on the delivery track, and why."""

    to: Delivery
    rule: str
    reason: str | None = None


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a submission on arrival."""

    channel: Channel
    became_free_because: Late | None
    eligibility: Literal["pending", "curable", "eligible"]
    eligibility_note: str | None
    steps: tuple[Step, ...]


def admit(
    meeting: MeetingFacts,
    actor: Actor,
    asked: Channel,
    holding: Holding | None,
    now: dt.datetime,
) -> Admission:
    """Return the channel and the first moves of a submission sent `now`.

    Nothing is dropped: a written question that comes too late, or where the notice names no
    address here, becomes a free one. The record date plays no part.
    """
    if asked is Channel.FREE:
        return _free(None)
    if meeting.statutory_channel is None:
        return _free("no_channel")
    if not meeting.takes_statutory(now):
        return _free("late")
    return _statutory(actor, holding)


def _free(because: Late | None) -> Admission:
    rule = f"channel.{because or 'free'}"
    return Admission(
        channel=Channel.FREE,
        became_free_because=because,
        eligibility="eligible",
        eligibility_note=None,
        steps=(Step(Delivery.ADMITTED_FREE, rule, WHY_FREE[because] if because else None),),
    )


def _statutory(actor: Actor, holding: Holding | None) -> Admission:
    if holding == "registered" and claims_holding(actor):
        steps = (
            Step(Delivery.ELIGIBLE, "holding.claim", HOLDING_CLAIMED),
            Step(Delivery.ADMITTED_STATUTORY, "channel.statutory"),
        )
        return _by_right("eligible", HOLDING_CLAIMED, steps)
    if holding == "registered":
        return _by_right("pending", None, (Step(Delivery.ELIGIBILITY_PENDING, "holding.register"),))
    missing = Step(Delivery.CURABLE, "holding.certificate", CERTIFICATE_MISSING)
    return _by_right("curable", CERTIFICATE_MISSING, (missing,))


def _by_right(
    eligibility: Literal["pending", "curable", "eligible"],
    note: str | None,
    steps: tuple[Step, ...],
) -> Admission:
    return Admission(
        channel=Channel.STATUTORY,
        became_free_because=None,
        eligibility=eligibility,
        eligibility_note=note,
        steps=steps,
    )


def claims_holding(actor: Actor) -> bool:
    """Whether the firm's own sign-in says that this member holds registered shares."""
    return actor.capacity == "shareholder" and actor.standing.name_is_verified
