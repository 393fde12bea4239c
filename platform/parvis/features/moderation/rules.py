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
from parvis.features.moderation.tables import Action, Audience, ItemKind, Status, TargetKind

# How long a claim lasts unless the item stays on screen, and how long one may keep it on purpose.
LEASE = timedelta(minutes=10)
HOLD = timedelta(hours=24)

OPEN = frozenset({Status.OPEN, Status.CLAIMED, Status.ESCALATED, Status.WAITING_AUTHOR})

# Who judges what: each audience is whoever holds one permission on the whole tenant.
JUDGES = {
    Audience.MODERATORS: Permission.REVIEW_DECIDE,
    Audience.COMPLIANCE: Permission.NOTICE_DECIDE,
    Audience.TENANT_ADMIN: Permission.TENANT_MANAGE,
}

_WORDS = frozenset({Action.PUBLISH, Action.RETURN, Action.REFUSE, Action.ESCALATE})
_SANCTIONS = frozenset({Action.WARN, Action.READ_ONLY, Action.SUSPEND})
# What can be decided of a target, by what it is; `can` takes away what this item does not admit.
OFFERED = {
    TargetKind.CONTRIBUTION: _WORDS | {Action.REDACT},
    TargetKind.LEGAL_NOTICE: frozenset({Action.DISMISS, Action.ESCALATE}),
    TargetKind.DECISION: frozenset({Action.UPHOLD, Action.REVERSE, Action.ESCALATE}),
    TargetKind.MEMBER: _SANCTIONS | {Action.DISMISS, Action.ESCALATE},
    TargetKind.COMMUNITY: frozenset({Action.DISMISS, Action.ESCALATE}),
}
_JOIN = frozenset({Action.ADMIT, Action.DECLINE, Action.ESCALATE})


class OwnWords(Denied):
    code = "own_words"
    default = N_("Nobody judges their own words: a colleague will.")


class OwnReport(Denied):
    code = "own_report"
    default = N_("You reported this yourself: a colleague will decide.")


class OwnDecision(Denied):
    code = "own_decision"
    default = N_("You took the decision that is contested: a colleague will look at it again.")


class NotOffered(Conflict):
    code = "not_offered"
    default = N_("This is not open to you on this item now.")


class JudgedWords(msgspec.Struct, frozen=True, kw_only=True):
    """The words an item is about."""

    contribution_id: ContributionId
    revision_id: RevisionId
    kind: str
    place_id: UUID
    author_id: MemberId


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item as rules and actions see it. `version` goes up by one with every change.

    `author_id` is whom it concerns: who wrote the words, who asked to join, who is to be
    sanctioned. An appeal has the words that were judged, where there are any.
    """

    id: ReviewItemId
    target_kind: TargetKind
    target_id: UUID
    contribution_id: ContributionId | None
    revision_id: RevisionId | None
    kind: ItemKind
    contribution_kind: str | None
    place_id: Any
    author_id: MemberId | None
    audience: Audience
    status: Status
    due_at: datetime
    version: int
    claimed_by: MemberId | None
    claim_expires_at: datetime | None
    created_at: datetime
    escalated_at: datetime | None
    reporters: tuple[MemberId, ...]
    notifiers: tuple[MemberId, ...]
    first_decider: MemberId | None
    overruled: tuple[MemberId, ...]
    has_notice: bool
    is_live: bool
    judges_live: bool
    has_spans: bool

    @property
    def subject(self) -> tuple[str, UUID]:
        """What the journal calls what is judged: the words where there are any."""
        if self.contribution_kind and self.contribution_id:
            return self.contribution_kind, self.contribution_id
        kind = "request" if self.kind is ItemKind.JOIN else self.target_kind.value
        return kind, self.target_id

    @property
    def words(self) -> JudgedWords:
        """The words that are judged. Errors: NotOffered where the item is about none."""
        if self.contribution_id is None or self.revision_id is None or self.author_id is None:
            raise NotOffered
        return JudgedWords(
            contribution_id=self.contribution_id,
            revision_id=self.revision_id,
            kind=self.contribution_kind or "",
            place_id=self.place_id,
            author_id=self.author_id,
        )

    @property
    def reaches_live_words(self) -> bool:
        """Whether refusing takes down what readers see: it was reported, noticed, or is live."""
        return self.judges_live or self.has_notice or bool(self.reporters)

    @property
    def barred(self) -> tuple[MemberId, ...]:
        """Who judges this never: whom it concerns, who brought it here, who decided before."""
        own = (self.author_id, self.first_decider)
        everybody = (*own, *self.overruled, *self.reporters, *self.notifiers)
        return tuple(member for member in everybody if member is not None)


class Can(msgspec.Struct, frozen=True, kw_only=True):
    """What the server offers this moderator to do with this item now, and nothing else."""

    claim: bool = False
    release: bool = False
    hold: bool = False
    hand_over: bool = False
    actions: tuple[Action, ...] = ()

    @property
    def decide(self) -> bool:
        return bool(self.actions)

    def does(self, action: Action) -> bool:
        """Whether this decision is among what is offered."""
        return action in self.actions


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which items somebody sees: those of their audiences, and those of the places they manage."""

    audiences: tuple[Audience, ...]
    places: tuple[UUID, ...]
    member_id: MemberId

    @property
    def is_local(self) -> bool:
        """Whether these are places alone."""
        return not self.audiences


def has_queue(actor: Actor) -> bool:
    """Whether there is a queue for the actor at all."""
    return bool(actor.managed or audiences_of(actor))


def audiences_of(actor: Actor) -> tuple[Audience, ...]:
    """Return the audiences the actor belongs to; an emergency administrator judges nothing."""
    if actor.is_emergency:
        return ()
    return tuple(audience for audience, held in JUDGES.items() if actor.may(held))


def scope_of(actor: Actor) -> Scope:
    """Return what the actor may see of the queue; NotFound when there is no queue for them."""
    if not has_queue(actor):
        raise NotFound
    return Scope(
        audiences=audiences_of(actor),
        places=tuple(actor.managed),
        member_id=actor.require_member(),
    )


# Who decided on the notices of an item before, and was overruled on appeal: these are judged anew.
OVERRULED = """
    SELECT z.decided_by FROM review_cause v
      JOIN review_cause w ON w.tenant_id = $1 AND w.legal_notice_id = v.legal_notice_id
      JOIN decision z ON z.tenant_id = $1 AND z.item_id = w.item_id
      JOIN decision b ON b.tenant_id = $1 AND b.reverses_id = z.id AND b.action = 'reverse'
     WHERE v.tenant_id = $1 AND v.item_id = i.id AND v.source = 'notice'
       AND z.decided_by IS NOT NULL"""
_ITEM = f"""
    SELECT i.id, i.target_kind, i.target_id, i.contribution_id, i.revision_id, i.kind,
           i.contribution_kind, i.place_id, i.author_id, i.audience, i.status, i.due_at, i.version,
           i.claimed_by, i.claim_expires_at, i.created_at, i.escalated_at,
           c.live_revision_id IS NOT NULL AS is_live,
           c.live_revision_id IS NOT DISTINCT FROM i.revision_id
               AND i.revision_id IS NOT NULL AS judges_live,
           ARRAY(SELECT x.reporter_id FROM review_cause x
                  WHERE x.tenant_id = $1 AND x.item_id = i.id
                    AND x.reporter_id IS NOT NULL) AS reporters,
           ARRAY(SELECT n.member_id FROM review_cause x
                   JOIN legal_notice n ON n.tenant_id = x.tenant_id AND n.id = x.legal_notice_id
                  WHERE x.tenant_id = $1 AND x.item_id = i.id
                    AND n.member_id IS NOT NULL) AS notifiers,
           EXISTS (SELECT FROM review_cause x WHERE x.tenant_id = $1 AND x.item_id = i.id
                      AND x.source = 'notice') AS has_notice,
           (SELECT d.decided_by FROM decision d WHERE d.tenant_id = $1
               AND d.id = i.other_target_id AND i.target_kind = 'decision') AS first_decider,
           ARRAY({OVERRULED}) AS overruled,
           EXISTS (SELECT FROM review_cause x
                    WHERE x.tenant_id = $1 AND x.item_id = i.id AND x.span IS NOT NULL
                      AND x.at >= r.created_at) AS has_spans
      FROM review_item i
      LEFT JOIN contribution c ON c.tenant_id = i.tenant_id AND c.id = i.contribution_id
      LEFT JOIN revision r ON r.tenant_id = i.tenant_id AND r.id = i.revision_id
     WHERE i.tenant_id = $1 AND i.id = $2
"""


async def access_item(actor: Actor, item_id: UUID) -> Item:
    """Return an item that the actor may judge.

    Errors: NotFound to who has no queue, and for places and audiences of others; Denied (403) to
    whom it concerns, to whoever reported it, to who took the decision that is contested.
    """
    scope = scope_of(actor)
    row = await db.fetch_row(_ITEM, item_id)
    if row is None or not _is_within(scope, row):
        raise NotFound
    item = msgspec.convert(dict(row), Item)
    if item.author_id == scope.member_id:
        raise OwnWords
    if scope.member_id in (*item.reporters, *item.notifiers):
        raise OwnReport
    if scope.member_id in (item.first_decider, *item.overruled):
        raise OwnDecision
    return item


def _is_within(scope: Scope, row: Any) -> bool:
    # An escalated item has left the community's own managers.
    own = (
        row["place_id"] in scope.places
        and row["audience"] == Audience.MODERATORS
        and row["status"] != Status.ESCALATED
    )
    return own or row["audience"] in scope.audiences


def can(actor: Actor, item: Item, now: datetime | None = None) -> Can:
    """Return what is offered to an actor for whom the item was loaded.

    A decision is offered to the holder of the claim alone. A lease that ran out is still its
    holder's until somebody else takes the item: what they wrote in the meantime is not lost.
    """
    now = now or clock.now()
    if item.status not in OPEN or item.status is Status.WAITING_AUTHOR:
        return Can()
    if item.claimed_by != actor.member_id:
        return Can(claim=not is_leased(item, now))
    return Can(release=True, hold=True, hand_over=True, actions=offered(item))


def offered(item: Item) -> tuple[Action, ...]:
    """Return what whoever holds the item may decide of it, in the order of the enumeration."""
    found = _JOIN if item.kind is ItemKind.JOIN else OFFERED[item.target_kind]
    taken = {
        # A profile's words stand in fields: there is no text to publish with passages masked.
        Action.REDACT: item.has_spans and item.contribution_kind != "profile",
        Action.ESCALATE: item.status is not Status.ESCALATED,
    }
    return tuple(action for action in Action if action in found and taken.get(action, True))


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
