"""Who sees which item of the queue, and what the server offers them to do with it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Denied, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import ContributionId, MemberId, ReviewItemId, RevisionId
from parvis.core.permissions import Permission
from parvis.features.moderation.tables import Action, ItemKind, Status

# How long a claim lasts unless the item stays on screen, and how long one may keep it on purpose.
LEASE = timedelta(minutes=10)
HOLD = timedelta(hours=24)

OPEN = frozenset({Status.OPEN, Status.CLAIMED, Status.ESCALATED, Status.WAITING_AUTHOR})


class OwnWords(Denied):
    code = "own_words"
    default = N_("Nobody judges their own words: a colleague will.")


class OwnReport(Denied):
    code = "own_report"
    default = N_("You reported this yourself: a colleague will decide.")


class NotOffered(Conflict):
    code = "not_offered"
    default = N_("This is not open to you on this item now.")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item as rules and actions see it. `version` goes up by one with every change."""

    id: ReviewItemId
    contribution_id: ContributionId
    revision_id: RevisionId
    kind: ItemKind
    contribution_kind: str
    place_id: Any
    author_id: MemberId
    status: Status
    due_at: datetime
    version: int
    claimed_by: MemberId | None
    claim_expires_at: datetime | None
    created_at: datetime
    reporters: tuple[MemberId, ...]
    is_live: bool
    has_spans: bool

    @property
    def subject(self) -> tuple[str, UUID]:
        """What the journal calls the words that are judged."""
        return self.contribution_kind, self.contribution_id


class Can(msgspec.Struct, frozen=True, kw_only=True):
    """What the server offers this moderator to do with this item now, and nothing else."""

    claim: bool = False
    release: bool = False
    hold: bool = False
    hand_over: bool = False
    publish: bool = False
    return_: bool = msgspec.field(default=False, name="return")
    refuse: bool = False
    redact: bool = False
    escalate: bool = False

    @property
    def decide(self) -> bool:
        return self.publish

    def does(self, action: Action) -> bool:
        """Whether this decision is among what is offered."""
        name = "return_" if action is Action.RETURN else action.value
        return bool(getattr(self, name))


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which items a moderator sees: all of the tenant's, or those of the places they manage."""

    everywhere: bool
    places: tuple[UUID, ...]
    member_id: MemberId


def scope_of(actor: Actor) -> Scope:
    """Return what the actor may see of the queue; NotFound when there is no queue for them."""
    everywhere = actor.may(Permission.REVIEW_DECIDE)
    if not everywhere and not actor.managed:
        raise NotFound
    return Scope(
        everywhere=everywhere, places=tuple(actor.managed), member_id=actor.require_member()
    )


_ITEM = """
    SELECT i.id, i.contribution_id, i.revision_id, i.kind, i.contribution_kind, i.place_id,
           i.author_id, i.status, i.due_at, i.version, i.claimed_by, i.claim_expires_at,
           i.created_at, c.live_revision_id IS NOT NULL AS is_live,
           ARRAY(SELECT x.reporter_id FROM review_cause x
                  WHERE x.tenant_id = $1 AND x.item_id = i.id
                    AND x.reporter_id IS NOT NULL) AS reporters,
           EXISTS (SELECT FROM review_cause x
                    WHERE x.tenant_id = $1 AND x.item_id = i.id AND x.span IS NOT NULL
                      AND x.at >= r.created_at) AS has_spans
      FROM review_item i
      JOIN contribution c ON c.tenant_id = i.tenant_id AND c.id = i.contribution_id
      JOIN revision r ON r.tenant_id = i.tenant_id AND r.id = i.revision_id
     WHERE i.tenant_id = $1 AND i.id = $2
"""


async def access_item(actor: Actor, item_id: UUID) -> Item:
    """Return an item that the actor may judge.

    Errors: NotFound to who has no queue, and for places others manage; Denied (403) to the
    author of the words and to whoever reported them.
    """
    scope = scope_of(actor)
    row = await db.fetch_row(_ITEM, item_id)
    if row is None or not _is_within(scope, row):
        raise NotFound
    item = msgspec.convert(dict(row), Item)
    if item.author_id == scope.member_id:
        raise OwnWords
    if scope.member_id in item.reporters:
        raise OwnReport
    return item


def _is_within(scope: Scope, row: Any) -> bool:
    # An escalated item has left the community's own managers.
    own = row["place_id"] in scope.places and row["status"] != Status.ESCALATED
    return scope.everywhere or own


def can(actor: Actor, item: Item, now: datetime | None = None) -> Can:
    """Return what is offered to an actor for whom the item was loaded.

    A decision is offered to the holder of the claim alone. A lease that ran out is still its
    holder's until somebody else takes the item: what they wrote in the meantime is not lost.
    """
    now = now or clock.now()
    if item.status not in OPEN or item.status is Status.WAITING_AUTHOR:
        return Can()
    is_mine = item.claimed_by == actor.member_id
    if not is_mine:
        return Can(claim=not is_leased(item, now))
    return Can(
        release=True,
        hold=True,
        hand_over=True,
        publish=True,
        return_=True,
        refuse=True,
        # A profile's words stand in fields: there is no text to publish with passages masked.
        redact=item.has_spans and item.contribution_kind != "profile",
        escalate=item.status is not Status.ESCALATED,
    )


def is_leased(item: Item, now: datetime) -> bool:
    """Whether somebody holds the item at this moment."""
    return (
        item.claimed_by is not None
        and item.claim_expires_at is not None
        and item.claim_expires_at > now
    )


def require(offered: bool) -> None:  # noqa: FBT001 -- its only question
    """Raise NotOffered (409) unless the server offered this action."""
    if not offered:
        raise NotOffered
