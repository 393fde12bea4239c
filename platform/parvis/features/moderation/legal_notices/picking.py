"""Notices on the desk of whoever judges them: read, and brought to the words they mean."""

from uuid import UUID

from parvis.core.actor import Actor
from parvis.features.moderation import actions as claims
from parvis.features.moderation import rules
from parvis.features.moderation.legal_notices import actions, queries
from parvis.features.moderation.legal_notices.actions import PlaceInput
from parvis.features.moderation.legal_notices.queries import NoticeCase
from parvis.features.moderation.tables import Status, TargetKind


async def notices_of(actor: Actor, item_id: UUID) -> tuple[NoticeCase, ...]:
    """Return the notices of an item. Errors: as rules.access_item."""
    item = await rules.access_item(actor, item_id)
    return await queries.of_item(actor, item.id)


async def desk(actor: Actor, item_id: UUID) -> tuple[tuple[NoticeCase, ...], int]:
    """Return the notices of an item, and its version, 0 where the actor may decide nothing."""
    item = await rules.access_item(actor, item_id)
    version = item.version if rules.can(actor, item).decide else 0
    return await queries.of_item(actor, item.id), version


async def pick(actor: Actor, item_id: UUID, given: PlaceInput) -> UUID:
    """Judge the notice where the words are: its own item closes, that of the words opens.

    Errors: Stale, NotOffered (409) unless the actor holds the item; Invalid for a place at which
    no words of a member stand.
    """
    item = await claims.access_seen(actor, item_id, given.version)
    is_unfound = item.target_kind is TargetKind.LEGAL_NOTICE
    rules.require(is_unfound and rules.can(actor, item).decide)
    found = await actions.pick(actor, item_id, given.address)
    await claims.change(
        actor, item, status=Status.WITHDRAWN, claimed_by=None, claim_expires_at=None
    )
    return found
