"""Invite people, remind them, take invitations back. Each mail is a way in for one person."""

from datetime import timedelta
from uuid import UUID

from parvis.core import clock, crypto, db, ids, jobs, journal, rates
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid, NotFound
from parvis.core.i18n import N_
from parvis.features.members import inviting, rules_admin
from parvis.features.members.inviting import Invitee, InviteInput
from parvis.features.members.mail import send_invitation

LIFETIME = timedelta(days=14)
RESENT_A_DAY = 5
DAY_SECONDS = 24 * 3600

_IS_MEMBER = """
    SELECT EXISTS (SELECT FROM member
                    WHERE tenant_id = $1 AND lower(email) = $2 AND state = 'active')
"""
# An invitation that ran out makes room for a new one.
_MAKE_ROOM = """
    UPDATE invitation SET revoked_at = $4, token_sealed = NULL
     WHERE tenant_id = $1 AND connection_id = $2 AND email = $3 AND accepted_at IS NULL
       AND revoked_at IS NULL AND expires_at <= $4
"""
_INVITE = """
    INSERT INTO invitation (tenant_id, id, connection_id, email, token_hash, token_sealed, locale,
                            capacity, capacity_label, register_number, firm, groups, communities,
                            invited_by, import_id, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        ON CONFLICT (tenant_id, connection_id, email)
           WHERE accepted_at IS NULL AND revoked_at IS NULL DO NOTHING
 RETURNING id
"""


async def invite(actor: Actor, given: InviteInput) -> UUID:
    """Invite one person: the mail leaves with the transaction. Return the invitation's id.

    Errors: NotFound to who administers nobody; Invalid naming the fields at fault.
    """
    return await invite_checked(actor, inviting.checked(given, await inviting.offers(actor)))


async def invite_checked(actor: Actor, invitee: Invitee, *, import_id: UUID | None = None) -> UUID:
    """Invite a person who was checked. Errors: Invalid when the address is taken."""
    if await db.fetch_value(_IS_MEMBER, invitee.email):
        raise Invalid(fields={"email": N_("A member has this address already.")})
    invitation_id = await _insert(actor, invitee, import_id)
    if invitation_id is None:
        raise Invalid(fields={"email": N_("An invitation to this address is under way already.")})
    await jobs.enqueue(send_invitation, invitation_id=invitation_id)
    data = {"import": str(import_id)} if import_id else {}
    subject = ("invitation", invitation_id)
    await journal.record(actor, "member.invited", subject=subject, data=data)
    return invitation_id


async def _insert(actor: Actor, invitee: Invitee, import_id: UUID | None) -> UUID | None:
    now, token = clock.now(), crypto.token()
    await db.execute(_MAKE_ROOM, invitee.connection_id, invitee.email, now)
    found: UUID | None = await db.fetch_value(
        _INVITE, ids.new_id(), invitee.connection_id, invitee.email, crypto.digest(token),
        _sealed(actor, token), invitee.locale, invitee.capacity, invitee.capacity_label,
        invitee.register_number, invitee.firm, list(invitee.groups), list(invitee.communities),
        actor.require_member(), import_id, now, now + LIFETIME,
    )  # fmt: skip
    return found


def _sealed(actor: Actor, token: str) -> bytes:
    """Keep the token for the mail only: once that is out, nobody can read it any more."""
    return crypto.keyring().seal(actor.tenant.id, token.encode())


_RESEND = """
    UPDATE invitation SET token_hash = $3, token_sealed = $4, expires_at = $5, sent_at = NULL
     WHERE tenant_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL
 RETURNING id
"""
_REVOKE = """
    UPDATE invitation SET revoked_at = $3, token_sealed = NULL
     WHERE tenant_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL
 RETURNING id
"""
_EXISTS = "SELECT EXISTS (SELECT FROM invitation WHERE tenant_id = $1 AND id = $2)"


async def resend(actor: Actor, invitation_id: UUID) -> None:
    """Mail an invitation anew: the earlier link is void, the time runs from now.

    Errors: NotFound; Conflict for one that is used or withdrawn; TooMany after five a day.
    """
    await _require_invitation(actor, invitation_id)
    await rates.spend(
        "invitation.resend", str(invitation_id), limit=RESENT_A_DAY, seconds=DAY_SECONDS
    )
    token = crypto.token()
    values = (crypto.digest(token), _sealed(actor, token), clock.now() + LIFETIME)
    if await db.fetch_value(_RESEND, invitation_id, *values) is None:
        raise Conflict(N_("This invitation was used or withdrawn in the meantime."))
    await jobs.enqueue(send_invitation, invitation_id=invitation_id)
    await journal.record(actor, "member.invited_again", subject=("invitation", invitation_id))


async def revoke(actor: Actor, invitation_id: UUID) -> None:
    """Withdraw an invitation: its link is void from now on.

    Errors: NotFound; Conflict for one that was used or withdrawn.
    """
    await _require_invitation(actor, invitation_id)
    if await db.fetch_value(_REVOKE, invitation_id, clock.now()) is None:
        raise Conflict(N_("This invitation was used or withdrawn in the meantime."))
    await journal.record(actor, "member.invitation_revoked", subject=("invitation", invitation_id))


async def _require_invitation(actor: Actor, invitation_id: UUID) -> None:
    rules_admin.require_manager(actor)
    if not await db.fetch_value(_EXISTS, invitation_id):
        raise NotFound
