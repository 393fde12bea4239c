"""What charters close to a member for now, and which new versions may still wait."""

import msgspec

from parvis.core import db
from parvis.core.actor import Actor, Grace
from parvis.core.ids import CommunityId
from parvis.features.charter import rules, sanctioning
from parvis.features.charter.in_force import (
    InForce,
    charters_of_communities,
    in_force,
    reading,
)
from parvis.features.charter.verdict import Acceptance
from parvis.features.charter.vocabulary import READ

# Notices that show what others wrote. What is decided on a member's own words is always told.
NOT_CLOSED = """
    NOT (n.kind IN ('comment_on_post', 'followed_published') AND EXISTS (
         SELECT FROM contribution c WHERE c.tenant_id = $1 AND c.id = n.subject_id
            AND c.place_id = ANY({closed}::uuid[])))
"""
_UNREAD = f"""
    SELECT count(*) FROM (
        SELECT FROM notice n WHERE n.tenant_id = $1 AND n.member_id = $2 AND n.read_at IS NULL
           AND {NOT_CLOSED.format(closed="$3")} LIMIT 100) unread
"""


async def with_charters(actor: Actor) -> Actor:
    """Return the actor with what charters close to them, and what they may still wait with.

    Reads nothing, and changes nothing, where every charter is accepted.
    """
    if actor.is_emergency:
        return actor
    current = await in_force(actor.tenant)
    graces = (grace_of(current, actor),) if current else ()
    own = await charters_of_communities(actor.tenant)
    unread = frozenset(place for one in own if (place := _closes(one, actor)) is not None)
    # A place that a decision closes shows nothing anywhere either.
    closed = unread | sanctioning.closed_places(actor)
    if not closed and not any(graces):
        return actor
    return msgspec.structs.replace(
        actor,
        closed=closed,
        graces=tuple(grace for grace in graces if grace),
        unread=await _unread(actor, closed),
    )


def grace_of(current: InForce, actor: Actor) -> Grace | None:
    """Return until when the newest version of a charter may wait for this member, if it may."""
    until = current.grace_of(actor)
    if until is None:
        return None
    return Grace(path=current.path, number=current.version.number, until=until)


def _closes(own: InForce, actor: Actor) -> CommunityId | None:
    """Return the community that its charter closes to the actor, else None.

    Who reads nothing there anyway, or not before joining, needs nothing closed.
    """
    if own.community_id not in actor.communities and not own.version.is_open:
        return None
    if own.acceptance_of(actor) is Acceptance.CURRENT and actor.standing.warned_at is None:
        return None
    verdict = rules.verdict_on(actor, own, READ, fields={})
    is_due = any(cause.kind == "acceptance" for cause in verdict.causes)
    return own.community_id if is_due else None


async def _unread(actor: Actor, closed: frozenset[CommunityId]) -> int:
    if not closed or not actor.unread:
        return actor.unread
    async with reading(actor.tenant):
        return int(await db.fetch_value(_UNREAD, actor.require_member(), list(closed)))
