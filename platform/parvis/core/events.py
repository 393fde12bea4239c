"""News between features: a lower tier publishes, higher tiers subscribe, in one transaction."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
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
    """Why the charter held a text: the clause and rule, and where in which field."""

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
    """A moderator decided: `publish`, `return`, `refuse`, `redact` or `escalate`."""

    contribution_id: ContributionId
    revision_id: RevisionId
    decision_id: DecisionId
    action: str
    kind: str
    place_id: Any
    author_id: MemberId
    decided_by: MemberId
    clause_id: str | None = None
    text: str | None = None


class RequestDecided(Event, frozen=True, kw_only=True):
    """Who asked to join a community was let in, or not."""

    request_id: UUID
    community_id: CommunityId
    community_slug: str
    community_title: str
    member_id: MemberId
    is_admitted: bool


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


class OwnDataSection(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing kept about a member: a list in data.json, a table in index.html.

    `columns` names each field of a row and its heading, a msgid. `rows` is read while the archive
    is written, in one transaction, a page at a time: see `own_data.rows` for a plain query.
    """

    name: str
    title: str
    columns: Mapping[str, str]
    rows: AsyncIterator[Mapping[str, Any]]


class OwnDataFile(msgspec.Struct, frozen=True, kw_only=True):
    """A stored object that a member sent: its name in the storage, and in the archive."""

    object_name: str
    file_name: str


class OwnDataAsked(Event, frozen=True, kw_only=True):
    """A member asks for a copy of what is kept about them: features append what they keep.

    Everything about that member and nothing about others: no other's name, nobody's hidden words.
    """

    member_id: MemberId
    sections: list[OwnDataSection]
    files: list[OwnDataFile] = []


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Something that outlives an erasure: what, and why. Both are msgids; {n} is `count`."""

    what: str
    why: str
    count: int


class ErasureWeighed(Event, frozen=True, kw_only=True):
    """A member asks, or has asked, to be forgotten: features say what has to stay.

    They append proofs in words, and to `kept` the contributions whose words cannot go.
    """

    member_id: MemberId
    proofs: list[Proof] = []
    kept: list[ContributionId] = []


class MemberErased(Event, frozen=True, kw_only=True):
    """A member is forgotten: every feature takes away what it keeps of them, or empties it.

    What must stay as a proof stays without words, but for those of the contributions `kept`.
    `name` is what they are called from now on, `email` the address they had. Names of stored
    objects that have to go are appended to `objects`: they are deleted once all this stands.
    """

    member_id: MemberId
    at: datetime
    name: str
    email: str | None = None
    kept: frozenset[ContributionId] = frozenset()
    objects: list[str] = []


class OwnDataTold(Event, frozen=True, kw_only=True):
    """Something happened to a member's own data that they should hear of.

    `kind` is "own_data_ready" for the archive, "erasure_asked" for the wish to be forgotten, which
    somebody else at their browser might have uttered. `subject_id` is that archive's or wish's.
    """

    member_id: MemberId
    kind: str
    subject_id: UUID


class InvitationAccepted(Event, frozen=True, kw_only=True):
    """Somebody came in by an invitation, which opens these communities to them (slugs)."""

    invitation_id: UUID
    member_id: MemberId
    communities: tuple[str, ...]


class DirectoryMatched(Event, frozen=True, kw_only=True):
    """A member signed in whom their provider's directory knows as another one, `stand_in`.

    The directory came later, and could not tell that they were here already.
    """

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
