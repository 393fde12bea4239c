"""News between features: a lower tier publishes, higher tiers subscribe, in one transaction."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from parvis.core.actor import Actor
from parvis.core.ids import (
    AnswerId,
    CommunityId,
    ContributionId,
    DecisionId,
    MeetingId,
    MemberId,
    QuestionId,
    RevisionId,
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, told inside the transaction in which it happened."""


class HeldCause(msgspec.Struct, frozen=True, kw_only=True):
    """Why the charter held a text: the clause and rule, and where in which field.

    A clause of a community's own charter goes by `<slug>:<clause>`.
    """

    clause: str
    rule: str
    effect: str
    field: str | None = None
    span: tuple[int, int] | None = None


class RevisionHeld(Event, frozen=True, kw_only=True):
    """A revision was written that nobody but its author and the moderators may see yet."""

    contribution_id: ContributionId
    revision_id: RevisionId
    kind: str
    place_id: Any
    author_id: MemberId
    causes: tuple[HeldCause, ...]
    is_edit: bool


class RevisionShown(Event, frozen=True, kw_only=True):
    """Readers see newer words of a contribution than before, which nobody had to approve."""

    contribution_id: ContributionId
    revision_id: RevisionId
    kind: str
    author_id: MemberId


class ContributionShown(Event, frozen=True, kw_only=True):
    """A contribution became visible to everyone who reads its place."""

    contribution_id: ContributionId
    kind: str
    place_id: Any
    parent_id: ContributionId | None
    author_id: MemberId


class ContributionHidden(Event, frozen=True, kw_only=True):
    """A contribution that was visible no longer is: taken down, or withdrawn."""

    contribution_id: ContributionId
    kind: str
    place_id: Any
    parent_id: ContributionId | None
    author_id: MemberId


class ContributionWithdrawn(Event, frozen=True, kw_only=True):
    """Its author took a contribution back."""

    contribution_id: ContributionId
    kind: str
    author_id: MemberId


class ContributionDecided(Event, frozen=True, kw_only=True):
    """It was decided of words: `publish`, `return`, `refuse` or `redact`.

    `is_reversal`: an earlier decision was taken back, and the words are what they were before it.
    `decided_by` is None when a rule decided: the end of a restriction that was for a time.
    """

    contribution_id: ContributionId
    revision_id: RevisionId
    decision_id: DecisionId
    action: str
    kind: str
    place_id: Any
    author_id: MemberId
    decided_by: MemberId | None
    clause_id: str | None = None
    text: str | None = None
    is_reversal: bool = False


class RequestDecided(Event, frozen=True, kw_only=True):
    """Who asked to join a community was let in, or not."""

    request_id: UUID
    community_id: CommunityId
    community_slug: str
    community_title: str
    member_id: MemberId
    is_admitted: bool
    decided_by: MemberId


class QuestionStateTold(Event, frozen=True, kw_only=True):
    """A question before a meeting moved on one of its tracks, and its author is to be told.

    `track` is "delivery" or "visibility"; `reason` is a text for the author, or None.
    """

    question_id: QuestionId
    event_id: UUID
    meeting_id: MeetingId
    meeting_slug: str
    member_id: MemberId
    number: int
    title: str
    track: str
    from_state: str
    to_state: str
    reason: str | None = None


class AnswerPublished(Event, frozen=True, kw_only=True):
    """An answer, or its correction, went online. Told once for each asker it answers."""

    question_id: QuestionId
    answer_id: AnswerId
    version_id: UUID
    meeting_id: MeetingId
    meeting_slug: str
    member_id: MemberId
    number: int
    title: str
    url: str
    is_common: bool
    is_correction: bool


class RailCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature shows beside the home page: its fragments are given this as `card`.

    `template` is drawn in the rail of wide windows, `strip` on top of the page in narrow ones.
    """

    template: str
    strip: str
    view: Any


class HomeOpened(Event, frozen=True, kw_only=True):
    """A member opens the home page: a feature with something due appends a card to `rail`."""

    actor: Actor
    rail: list[RailCard]


class DoorNote(msgspec.Struct, frozen=True, kw_only=True):
    """Something a visitor may know is coming, in their language: a line above, a title, a text."""

    over: str
    title: str
    text: str


class DoorOpened(Event, frozen=True, kw_only=True):
    """A visitor stands at the sign-in page: features append what anybody may know to `notes`."""

    actor: Actor
    notes: list[DoorNote]


class InvitationAccepted(Event, frozen=True, kw_only=True):
    """Somebody came in by an invitation, which opens these communities to them (slugs)."""

    invitation_id: UUID
    member_id: MemberId
    communities: tuple[str, ...]


class DirectoryMatched(Event, frozen=True, kw_only=True):
    """A member signed in whom their provider's directory, come later, knows as `stand_in`."""

    connection_id: UUID
    member_id: MemberId
    stand_in: MemberId


class ConnectionSection(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature adds to a connection's page: words in the reader's language, and a link."""

    title: str
    text: str
    href: str
    action: str
    warns: bool = False


class ConnectionShown(Event, frozen=True, kw_only=True):
    """An administrator reads a connection's page: features append what they keep for it."""

    actor: Actor
    connection_id: UUID
    sections: list[ConnectionSection]


E = TypeVar("E", bound=Event)
Handler = Callable[[Any], Awaitable[None]]
_handlers: dict[type[Event], list[Handler]] = defaultdict(list)


def subscribe(event: type[E], handler: Callable[[E], Awaitable[None]]) -> None:
    """Call `handler` in the publisher's transaction, once, whenever an `event` is published."""
    if handler not in _handlers[event]:
        _handlers[event].append(handler)


async def publish(event: Event) -> None:
    """Run every handler of `event` in order; an error in one undoes the whole transaction."""
    for handler in _handlers[type(event)]:
        await handler(event)
