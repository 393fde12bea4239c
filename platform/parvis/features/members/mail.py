"""The mail of an invitation, in the invitee's language, sent once."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db, i18n, jobs, letters, tenancy
from parvis.core.i18n import N_
from parvis.core.ids import TenantId
from parvis.integrations import mail
from parvis.integrations.mail import Mail

SUBJECT = N_("{name} invites you to {space}")


class InvitationMail(msgspec.Struct, frozen=True, kw_only=True):
    """What the mail says: who invites, until when the link holds, and the link's path."""

    inviter: str
    headline: str
    path: str
    expires_at: datetime


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A mail ready to go, and the token it carries, as the database keeps it."""

    mail: Mail
    token_hash: bytes


_UNSENT = """
    SELECT i.email, i.locale, i.token_hash, i.token_sealed, i.expires_at,
           m.display_name AS inviter
      FROM invitation i
      JOIN member m ON m.tenant_id = i.tenant_id AND m.id = i.invited_by
     WHERE i.tenant_id = $1 AND i.id = $2 AND i.sent_at IS NULL AND i.token_sealed IS NOT NULL
       AND i.accepted_at IS NULL AND i.revoked_at IS NULL
"""
_SENT = """
    UPDATE invitation SET sent_at = $4, token_sealed = NULL
     WHERE tenant_id = $1 AND id = $2 AND token_hash = $3
"""


@jobs.job("members.send_invitation", outside=True)
async def send_invitation(*, tenant_id: TenantId, invitation_id: str) -> None:
    """Send an invitation to its address, unless that was done.

    No transaction is open while the mail server is waited for. Should the process end between
    sending and noting it, the mail goes out again with the same link and the same Message-ID.
    """
    async with db.transaction(tenant_id):
        written = await _write(UUID(invitation_id))
    if written is None:
        return
    await mail.mailer().send(written.mail)
    async with db.transaction(tenant_id):
        await db.execute(_SENT, UUID(invitation_id), written.token_hash, clock.now())


async def _write(invitation_id: UUID) -> Written | None:
    row = await db.fetch_row(_UNSENT, invitation_id)
    if row is None:
        return None
    tenant = await tenancy.current_tenant()
    locale = tenant.spoken(row["locale"])
    token = crypto.keyring().open(tenant.id, row["token_sealed"]).decode()
    view = InvitationMail(
        inviter=row["inviter"],
        headline=i18n.translate(locale, SUBJECT, name=row["inviter"], space=tenant.space),
        path=f"/invitation/{token}?lang={locale}",
        expires_at=row["expires_at"],
    )
    letter = letters.written(tenant, locale, template="members/mail/invitation", view=view)
    sent = Mail(
        to=row["email"],
        sender_name=tenant.space,
        subject=view.headline,
        text=letter.text,
        html=letter.html,
        dedupe=f"{tenant.id}/invitation/{row['token_hash'].hex()}",
    )
    return Written(mail=sent, token_hash=row["token_hash"])
