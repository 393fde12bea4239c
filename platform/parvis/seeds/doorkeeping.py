"""Who was invited, who left, for whom somebody speaks: the work of those who look after members."""

from functools import partial
from uuid import UUID

from parvis.core import db
from parvis.core.permissions import Permission
from parvis.features.identity import membership
from parvis.features.members.actions_invite import invite, revoke
from parvis.features.members.inviting import InviteInput
from parvis.seeds.cast import Cast
from parvis.seeds.content import Invitation, Life, Member
from parvis.seeds.timeline import Timeline

# Nobody is written to in the name of the past, and a token that was mailed is not kept.
_MAILED = """
    UPDATE invitation SET sent_at = created_at, token_sealed = NULL
     WHERE tenant_id = $1 AND id = $2
"""


class Doorkeeping:
    """Plays what administrators did about people."""

    def __init__(self, cast: Cast, timeline: Timeline) -> None:
        self._cast = cast
        self._timeline = timeline

    def plan(self, life: Life) -> None:
        """Plan every invitation and every farewell."""
        for guest in life.invitation:
            self._timeline.plan(self._timeline.ago(guest.age), partial(self._invite, guest))
        for member in life.member:
            if member.left is not None:
                self._timeline.plan(self._timeline.ago(member.left), partial(self._part, member))

    async def _invite(self, guest: Invitation) -> None:
        actor = self._cast.holder_of(Permission.MEMBER_MANAGE)
        given = InviteInput(
            email=guest.email,
            connection=guest.connection,
            capacity=guest.capacity or None,
            capacity_label=guest.label or None,
            firm=guest.firm or None,
            register_number=guest.register or None,
            communities=guest.communities,
        )
        invitation_id: UUID = await invite(actor, given)
        await db.execute(_MAILED, invitation_id)
        if guest.withdrawn:
            await revoke(actor, invitation_id)

    async def _part(self, member: Member) -> None:
        actor = self._cast.holder_of(Permission.MEMBER_MANAGE)
        gone = self._cast.actor(member.key).require_member()
        await membership.deactivate(gone, actor, "by_administrator")
