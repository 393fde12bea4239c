"""Whether somebody still belongs here: deactivation, and coming back as the same member."""

from uuid import UUID

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.features.identity.revocation import revoke_member

EMERGENCY_ADMINISTRATORS = 2


class LastAdministrator(Conflict):
    """Nobody would be left who can administer the space."""

    code = "last_administrator"
    default = N_(
        "This is the last administrator of the space. First give somebody else the right to "
        "administer it, or have two emergency administrators enrolled."
    )


# Locked in one order: of two administrators who remove each other at once, one comes second.
_LOCK = """
    SELECT FROM role_group
     WHERE tenant_id = $1 AND 'tenant:manage' = ANY (permissions) ORDER BY id FOR UPDATE
"""
_ADMINISTRATORS = """
    SELECT DISTINCT m.id
      FROM role_group g
      JOIN group_member gm ON gm.tenant_id = g.tenant_id AND gm.group_id = g.id
      JOIN member m ON m.tenant_id = gm.tenant_id AND m.id = gm.member_id
     WHERE g.tenant_id = $1 AND 'tenant:manage' = ANY (g.permissions)
       AND gm.community_id IS NULL AND m.state = 'active' AND m.kind = 'person'
"""
_ENROLLED = """
    SELECT count(*) FROM emergency_access
     WHERE tenant_id = $1 AND is_enrolled AND revoked_at IS NULL
"""
_STATE = "SELECT state FROM member WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
_SET_STATE = """
    UPDATE member SET state = $3, deactivated_at = $4 WHERE tenant_id = $1 AND id = $2
"""


async def deactivate(member_id: MemberId, by: Actor | None, reason: str) -> bool:
    """Close the space to a member and end all they have open; False when it was closed already.

    What they wrote stays under their name. `by` is None where Parvis acts on another system's
    word, which `reason` names. Errors: NotFound; LastAdministrator.
    """
    await require_another_administrator(member_id)
    if not await _change_state(member_id, "deactivated"):
        return False
    sessions = await revoke_member(member_id, reason)
    await _record("member.deactivated", member_id, by, reason, sessions=sessions)
    return True


async def reactivate(member_id: MemberId, by: Actor | None, reason: str) -> bool:
    """Open the space to a former member, as the same one; False when it was open. Errors: NotFound.

    Sessions and tokens that were ended stay so.
    """
    if not await _change_state(member_id, "active"):
        return False
    await _record("member.reactivated", member_id, by, reason)
    return True


async def require_another_administrator(member_id: MemberId) -> None:
    """Raise LastAdministrator when without this member nobody could administer the space.

    Until the transaction ends, nobody else can make it so. Two enrolled emergency administrators
    count as a way back. For whoever ends a membership or takes somebody out of a group.
    """
    if await _administrators() == {member_id}:
        await _require_emergency_administrators()


async def require_administrator() -> None:
    """Raise LastAdministrator when after what was just done nobody administers the space."""
    if not await _administrators():
        await _require_emergency_administrators()


async def _administrators() -> set[UUID]:
    await db.fetch(_LOCK)
    return {row["id"] for row in await db.fetch(_ADMINISTRATORS)}


async def _require_emergency_administrators() -> None:
    if await enrolled_emergency_administrators() < EMERGENCY_ADMINISTRATORS:
        raise LastAdministrator


async def enrolled_emergency_administrators() -> int:
    """Return how many people can sign in without any provider."""
    return int(await db.fetch_value(_ENROLLED))


async def _change_state(member_id: MemberId, state: str) -> bool:
    found = await db.fetch_value(_STATE, member_id)
    if found is None:
        raise NotFound
    if found == state:
        return False
    ended_at = clock.now() if state == "deactivated" else None
    await db.execute(_SET_STATE, member_id, state, ended_at)
    return True


async def _record(
    act: str, member_id: MemberId, by: Actor | None, reason: str, **data: int
) -> None:
    said = {"reason": reason, **data} | ({} if by else {"by": reason})
    await journal.record(by, act, subject=("member", member_id), data=said)
