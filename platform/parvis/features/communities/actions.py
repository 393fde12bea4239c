"""Join and leave a community."""

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Denied
from parvis.core.i18n import N_
from parvis.core.ids import new_id
from parvis.features.communities import rules
from parvis.features.communities.rules import Community, Standing
from parvis.features.communities.tables import CommunityMember

# A second request that arrives meanwhile changes nothing; an invitation is taken up.
_JOIN = """
    INSERT INTO community_member (tenant_id, id, community_id, member_id, standing, joined_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, community_id, member_id) DO UPDATE SET standing = excluded.standing
     WHERE community_member.standing = 'invited'
"""


async def join(actor: Actor, community: Community) -> None:
    """Make the actor a member, or someone who asked to be; joining twice changes nothing.

    Errors: Denied where one joins by invitation and has none.
    """
    if community.standing in ("member", "pending"):
        return
    if not rules.can(community).join:
        raise Denied(N_("One joins this community by invitation."))
    standing = _standing_after(community)
    await db.execute(_JOIN, new_id(), community.id, actor.require_member(), standing, clock.now())
    act = "community.joined" if standing == "member" else "community.requested"
    await journal.record(actor, act, subject=("community", community.id))


async def leave(actor: Actor, community: Community) -> None:
    """End the actor's membership or request; leaving twice changes nothing."""
    if not rules.can(community).leave:
        return
    await CommunityMember.delete().where(
        CommunityMember.community_id == community.id,
        CommunityMember.member_id == actor.require_member(),
    )
    await journal.record(actor, "community.left", subject=("community", community.id))


def _standing_after(community: Community) -> Standing:
    is_welcome = community.joining == "free" or community.standing == "invited"
    return "member" if is_welcome else "pending"
