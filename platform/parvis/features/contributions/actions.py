"""Write, revise, show, take down, withdraw: the only ways in which words come and go."""

from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, events, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, NotFound
from parvis.core.events import (
    ContributionDecided,
    ContributionHidden,
    ContributionShown,
    ContributionWithdrawn,
    RevisionHeld,
    RevisionShown,
)
from parvis.core.i18n import N_
from parvis.core.ids import CharterVersionId, ContributionId, RevisionId, new_id
from parvis.features.charter.in_force import in_force
from parvis.features.charter.verdict import Effect, Verdict
from parvis.features.contributions import revisions, rules
from parvis.features.contributions.revisions import Draft
from parvis.features.contributions.rules import Standing


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What became of words: `is_live` is False when a moderator reads them first."""

    id: ContributionId
    revision_id: RevisionId
    is_live: bool


async def write(
    actor: Actor,
    *,
    kind: str,
    place_id: UUID,
    parent_id: UUID | None = None,
    title: str = "",
    body: str,
    verdict: Verdict,
) -> Written:
    """Keep new words under the author's capacity of this moment; show them unless held.

    `kind` is `post`, `comment` or `question`. Spans that the verdict masks are not kept.
    """
    draft = revisions.draft(actor, title, body, verdict, await _charter_version(actor))
    standing = Standing(
        id=ContributionId(new_id()),
        kind=kind,
        author_id=actor.require_member(),
        place_id=place_id,
        parent_id=ContributionId(parent_id) if parent_id else None,
        live_revision_id=None,
        live_number=None,
        newest=0,
    )
    is_live = verdict.effect is not Effect.HOLD
    await revisions.insert_first(standing, draft, is_live=is_live)
    act = f"{kind}.published" if is_live else f"{kind}.held"
    await _record(actor, act, standing, draft)
    if is_live:
        await events.publish(_news(ContributionShown, standing))
    else:
        await events.publish(_held(standing, draft, verdict))
    return Written(id=standing.id, revision_id=draft.id, is_live=is_live)


async def revise(
    actor: Actor,
    contribution_id: UUID,
    *,
    title: str = "",
    body: str,
    verdict: Verdict,
) -> Written:
    """Keep a new revision by the author; readers see it unless it is held.

    A change to what is not live, or whose last change nobody approved, waits for a moderator
    whatever the verdict: an edit is no way around a decision.
    Errors: NotFound, Denied to anyone but the author.
    """
    standing = await rules.lock(contribution_id)
    rules.require_author(actor, standing.author_id)
    draft = revisions.draft(actor, title, body, verdict, await _charter_version(actor))
    is_live = verdict.effect is not Effect.HOLD and not standing.has_unread_change
    await revisions.insert_next(standing, draft, is_live=is_live)
    act = f"{standing.kind}.revised" if is_live else f"{standing.kind}.revision_held"
    await _record(actor, act, standing, draft)
    await events.publish(_shown(standing, draft) if is_live else _held(standing, draft, verdict))
    return Written(id=standing.id, revision_id=draft.id, is_live=is_live)


async def make_live(contribution_id: UUID, revision_id: UUID) -> None:
    """Make readers see this revision, which a moderator approved.

    Errors: NotFound; Conflict when its author has written a newer one since.
    """
    standing = await rules.lock(contribution_id)
    number = await revisions.number_of(contribution_id, revision_id)
    if number is None:
        raise NotFound
    if number != standing.newest:
        raise Conflict(N_("Its author has changed this text since. Read the new one first."))
    await revisions.point(contribution_id, revision_id)
    if standing.live_revision_id is None:
        await events.publish(_news(ContributionShown, standing))


async def restore(contribution_id: UUID, revision_id: UUID) -> bool:
    """Make readers see a revision again whose refusal was taken back; tell whether they now do.

    Newer words that readers see stay. Errors: NotFound, also when its author withdrew it.
    """
    standing = await rules.lock(contribution_id)
    number = await revisions.number_of(contribution_id, revision_id)
    if number is None:
        raise NotFound
    if standing.live_number is not None and standing.live_number >= number:
        return standing.live_number == number
    await revisions.point(contribution_id, revision_id)
    if standing.live_revision_id is None:
        await events.publish(_news(ContributionShown, standing))
    return True


async def take_down(contribution_id: UUID) -> None:
    """Make the contribution invisible to everybody but its author; taking down twice is fine."""
    standing = await rules.lock(contribution_id)
    if standing.live_revision_id is not None:
        await revisions.point(contribution_id, None)
        await events.publish(_news(ContributionHidden, standing))


async def withdraw(actor: Actor, contribution_id: UUID) -> None:
    """Take one's own words back: nobody sees them, and moderators no longer have to.

    Errors: NotFound, Denied to anyone but the author.
    """
    standing = await rules.lock(contribution_id)
    rules.require_author(actor, standing.author_id)
    await db.execute(
        "UPDATE contribution SET live_revision_id = NULL, withdrawn_at = $3"
        " WHERE tenant_id = $1 AND id = $2",
        contribution_id,
        clock.now(),
    )
    if standing.live_revision_id is not None:
        await events.publish(_news(ContributionHidden, standing))
    await events.publish(
        ContributionWithdrawn(
            contribution_id=standing.id, kind=standing.kind, author_id=standing.author_id
        )
    )
    await journal.record(
        actor, f"{standing.kind}.withdrawn", subject=(standing.kind, contribution_id)
    )


async def keep_decision(event: ContributionDecided) -> None:
    """Remember what was decided, for the author to read in place. An escalation decides nothing."""
    if event.action != "escalate":
        await db.execute(
            "UPDATE contribution SET decision = $3 WHERE tenant_id = $1 AND id = $2",
            event.contribution_id,
            event.action,
        )


async def _charter_version(actor: Actor) -> CharterVersionId | None:
    """Words are held to the charter in force when they were written."""
    current = await in_force(actor.tenant)
    return current.version.id if current else None


def _news(kind: type[Any], standing: Standing) -> Any:
    return kind(
        contribution_id=standing.id,
        kind=standing.kind,
        place_id=standing.place_id,
        parent_id=standing.parent_id,
        author_id=standing.author_id,
    )


def _shown(standing: Standing, draft: Draft) -> RevisionShown:
    return RevisionShown(
        contribution_id=standing.id,
        revision_id=draft.id,
        kind=standing.kind,
        author_id=standing.author_id,
    )


def _held(standing: Standing, draft: Draft, verdict: Verdict) -> RevisionHeld:
    return RevisionHeld(
        contribution_id=standing.id,
        revision_id=draft.id,
        kind=standing.kind,
        place_id=standing.place_id,
        author_id=standing.author_id,
        causes=revisions.held_causes(verdict),
        is_edit=standing.live_revision_id is not None,
    )


async def _record(actor: Actor, act: str, standing: Standing, draft: Draft) -> None:
    data = {"revision": draft.id, "digest": draft.digest}
    await journal.record(actor, act, subject=(standing.kind, standing.id), data=data)
