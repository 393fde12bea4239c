"""Join and leave a community, and let others in."""

from parvis.core import clock, db, events, journal
from parvis.core.actor import Actor
from parvis.core.errors import Denied, NotFound
from parvis.core.events import InvitationAccepted, RequestDecided
from parvis.core.events_communities import RequestEnded, RequestMade
from parvis.core.i18n import N_
from parvis.core.ids import MemberId, new_id
from parvis.features.communities import rules
from parvis.features.communities.rules import Community, Standing

# A second request that arrives meanwhile changes nothing; an invitation is taken up.
_JOIN = """
    INSERT INTO community_member (tenant_id, id, community_id, member_id, standing, joined_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, community_id, member_id) DO UPDATE SET standing = excluded.standing
     WHERE community_member.standing = 'invited'
    RETURNING id
"""
_LEAVE = """
    DELETE FROM community_member WHERE tenant_id = $1 AND community_id = $2 AND member_id = $3
    RETURNING id, standing
"""


_ADMIT = """
    UPDATE community_member SET standing = 'member'
     WHERE tenant_id = $1 AND community_id = $2 AND member_id = $3 AND standing = 'pending'
    RETURNING id
"""
_DECLINE = """
    DELETE FROM community_member
     WHERE tenant_id = $1 AND community_id = $2 AND member_id = $3 AND standing = 'pending'
    RETURNING id
"""


async def join(actor: Actor, community: Community) -> None:
    """Make the actor a member, or someone who asked to be; joining twice changes nothing.

    Errors: Denied where one joins by invitation and has none.
    """
    if community.standing in ("member", "pending"):
        return
    if not rules.can(actor, community).join:
        raise Denied(N_("One joins this community by invitation."))
    standing = _standing_after(community)
    member_id = actor.require_member()
    request_id = await db.fetch_value(
        _JOIN, new_id(), community.id, member_id, standing, clock.now()
    )
    act = "community.joined" if standing == "member" else "community.requested"
    await journal.record(actor, act, subject=("community", community.id))
    if standing == "pending" and request_id is not None:
        await events.publish(
            RequestMade(request_id=request_id, community_id=community.id, member_id=member_id)
        )


async def leave(actor: Actor, community: Community) -> None:
    """End the actor's membership or request; leaving twice changes nothing."""
    if not rules.can(actor, community).leave:
        return
    left = await db.fetch_row(_LEAVE, community.id, actor.require_member())
    await journal.record(actor, "community.left", subject=("community", community.id))
    if left is not None and left["standing"] == "pending":
        await events.publish(RequestEnded(request_id=left["id"]))


async def admit(actor: Actor, community: Community, member_id: MemberId) -> None:
    """Make somebody who asked to join a member.

    Errors: Denied to who does not manage the community, NotFound when nobody asked.
    """
    await _decide(actor, community, member_id, _ADMIT, is_admitted=True)


async def decline(actor: Actor, community: Community, member_id: MemberId) -> None:
    """End somebody's request to join.

    Errors: Denied to who does not manage the community, NotFound when nobody asked.
    """
    await _decide(actor, community, member_id, _DECLINE, is_admitted=False)


_OPEN = """
    INSERT INTO community_member (tenant_id, id, community_id, member_id, standing, joined_at)
    SELECT $1, $4, c.id, $2, 'member', $5
      FROM community c WHERE c.tenant_id = $1 AND c.slug = $3
    ON CONFLICT (tenant_id, community_id, member_id) DO UPDATE SET standing = 'member'
     WHERE community_member.standing <> 'member'
 RETURNING id, community_id
"""


async def open_to_invited(event: InvitationAccepted) -> None:
    """Make who came in by an invitation a member of the communities it opens, if not yet one."""
    for slug in event.communities:
        opened = await db.fetch_row(_OPEN, event.member_id, slug, new_id(), clock.now())
        if opened is not None:
            data = {"by": "invitation", "member": event.member_id}
            subject = ("community", opened["community_id"])
            await journal.record(None, "community.opened_to_invited", subject=subject, data=data)
            await events.publish(RequestEnded(request_id=opened["id"]))


async def _decide(
    actor: Actor, community: Community, member_id: MemberId, sql: str, *, is_admitted: bool
) -> None:
    rules.require_manager(actor, community)
    request_id = await db.fetch_value(sql, community.id, member_id)
    if request_id is None:
        raise NotFound
    await events.publish(
        RequestDecided(
            request_id=request_id,
            community_slug=community.slug,
            community_title=community.title,
            community_id=community.id,
            member_id=member_id,
            is_admitted=is_admitted,
            decided_by=actor.require_member(),
        )
    )
    act = "community.admitted" if is_admitted else "community.declined"
    data = {"member": member_id}
    await journal.record(actor, act, subject=("community", community.id), data=data)


def _standing_after(community: Community) -> Standing:
    is_welcome = community.joining == "free" or community.standing == "invited"
    return "member" if is_welcome else "pending"
