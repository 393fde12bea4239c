"""Claims: who holds an item, for how long, and to whom it goes next."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.moderation import queries_case, rules
from parvis.features.moderation.rules import HOLD, LEASE, Item
from parvis.features.moderation.tables import Status


class SeenInput(msgspec.Struct, frozen=True, kw_only=True):
    """The version of the item that the moderator saw."""

    version: int


class HandOverInput(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to hand the item over to."""

    version: int
    member_id: UUID


async def claim(actor: Actor, item_id: UUID, given: SeenInput) -> Item:
    """Make the actor the holder for ten minutes. Errors: Stale, NotOffered (409)."""
    item = await access_seen(actor, item_id, given.version)
    rules.require(rules.can(actor, item).claim)
    await change(
        actor,
        item,
        status=_held_status(item),
        claimed_by=actor.member_id,
        claim_expires_at=clock.now() + LEASE,
    )
    return await _told(actor, item, "review.claimed")


async def release(actor: Actor, item_id: UUID, given: SeenInput) -> Item:
    """Put an item the actor holds back where everybody may take it. Errors: as claim."""
    item = await access_seen(actor, item_id, given.version)
    rules.require(rules.can(actor, item).release)
    status = Status.OPEN if item.status is Status.CLAIMED else item.status
    await change(actor, item, status=status, claimed_by=None, claim_expires_at=None)
    return await _told(actor, item, "review.released")


async def hold(actor: Actor, item_id: UUID, given: SeenInput) -> Item:
    """Keep an item the actor holds for a day, on screen or not. Errors: as claim."""
    item = await access_seen(actor, item_id, given.version)
    rules.require(rules.can(actor, item).hold)
    await change(actor, item, claim_expires_at=clock.now() + HOLD)
    return await _told(actor, item, "review.held")


async def hand_over(actor: Actor, item_id: UUID, given: HandOverInput) -> Item:
    """Give an item the actor holds to a colleague, for a day. Errors: as claim, and Invalid."""
    item = await access_seen(actor, item_id, given.version)
    rules.require(rules.can(actor, item).hand_over)
    colleagues = await queries_case.colleagues(actor, item)
    if given.member_id not in {colleague.id for colleague in colleagues}:
        raise Invalid(fields={"member_id": N_("Choose a colleague who may judge this.")})
    await change(
        actor,
        item,
        status=_held_status(item),
        claimed_by=given.member_id,
        claim_expires_at=clock.now() + HOLD,
    )
    return await _told(actor, item, "review.handed_over", member=given.member_id)


async def renew(actor: Actor, item_id: UUID) -> datetime:
    """Return until when the actor holds the item: ten minutes from now, or longer if kept.

    Nothing that others see changes, so the version does not. Errors: Stale when somebody else
    holds it or it is decided.
    """
    item = await rules.access_item(actor, item_id)
    until: datetime | None = await db.fetch_value(
        "UPDATE review_item SET claim_expires_at = greatest(claim_expires_at, $4)"
        " WHERE tenant_id = $1 AND id = $2 AND claimed_by = $3"
        " AND status IN ('claimed', 'escalated') RETURNING claim_expires_at",
        item.id,
        actor.member_id,
        clock.now() + LEASE,
    )
    if until is None:
        raise await queries_case.stale(actor, item_id)
    return until


async def access_seen(actor: Actor, item_id: UUID, version: int) -> Item:
    """Return an item the actor may judge, at the version they saw. Errors: Stale (409)."""
    item = await rules.access_item(actor, item_id)
    if item.version != version:
        raise await queries_case.stale(actor, item_id)
    return item


async def change(actor: Actor, item: Item, **columns: Any) -> None:
    """Write columns of an item at the version it was read; of two writers, one gets Stale."""
    names = [f"{name} = ${n}" for n, name in enumerate(columns, start=4)]
    changed = await db.execute(
        f"UPDATE review_item SET version = version + 1, {', '.join(names)}"
        " WHERE tenant_id = $1 AND id = $2 AND version = $3",
        item.id,
        item.version,
        *columns.values(),
    )
    if not changed:
        raise await queries_case.stale(actor, item.id)


def _held_status(item: Item) -> Status:
    return Status.ESCALATED if item.status is Status.ESCALATED else Status.CLAIMED


async def _told(actor: Actor, item: Item, act: str, **data: Any) -> Item:
    await journal.record(actor, act, subject=item.subject, data={"item": item.id, **data})
    return await rules.access_item(actor, item.id)
