"""The mail of a notice: written in its reader's language, sent once."""

from datetime import timedelta
from uuid import UUID

from parvis.core import clock, db, jobs, letters, tenancy
from parvis.core.ids import TenantId
from parvis.features.notifications import queries
from parvis.integrations import mail
from parvis.integrations.mail import Mail

# Comments are told in the app only: a lively post would fill a mailbox.
MAILED = frozenset(
    {
        "contribution_decided", "measure_taken", "question_moved", "answer_published",
        "own_data_ready", "erasure_asked", "review_digest", "review_overdue", "review_notice",
        "appeal_received", "appeal_upheld", "journal_alarm",
    }
)  # fmt: skip

_UNSENT = """
    SELECT n.id, n.kind, n.subject_kind, n.subject_id, n.data, n.created_at, n.dedupe,
           n.read_at IS NOT NULL AS is_read, m.email, m.display_name, m.locale
      FROM notice n
      JOIN member m ON m.tenant_id = n.tenant_id AND m.id = n.member_id
     WHERE n.tenant_id = $1 AND n.id = $2 AND n.mailed_at IS NULL
       AND m.email IS NOT NULL AND m.state = 'active'
"""
# Longer than a mail server may take to answer: whoever holds the claim then no longer sends.
CLAIM = timedelta(seconds=90)
_CLAIM = """
    UPDATE notice SET mail_claimed_at = $3
     WHERE tenant_id = $1 AND id = $2 AND mailed_at IS NULL
       AND (mail_claimed_at IS NULL OR mail_claimed_at < $4)
"""
_LET_GO = """
    UPDATE notice SET mail_claimed_at = NULL WHERE tenant_id = $1 AND id = $2 AND mailed_at IS NULL
"""
_SENT = "UPDATE notice SET mailed_at = $3 WHERE tenant_id = $1 AND id = $2"


class ClaimedElsewhereError(Exception):
    """Another worker is sending this mail, or was when it ended: look again later."""


@jobs.job("notifications.mail_notice", outside=True)
async def mail_notice(*, tenant_id: TenantId, notice_id: str) -> None:
    """Send a notice to its member's address, unless that was done.

    Whoever sends claims the notice first: of two workers one sends. No transaction is open while
    the mail server is waited for. Should the process end between the server's yes and our note of
    it, the mail goes out again under the same Message-ID, by which servers know it for the same:
    no protocol of mail says more (decision 0029).
    """
    async with db.transaction(tenant_id):
        written = await _write(UUID(notice_id))
        if written is None:
            return
        await _claim(UUID(notice_id))
    try:
        await mail.mailer().send(written)
    except (mail.MailUnavailable, mail.MailRefusedError):
        async with db.transaction(tenant_id):
            await db.execute(_LET_GO, UUID(notice_id))
        raise
    async with db.transaction(tenant_id):
        await db.execute(_SENT, UUID(notice_id), clock.now())


async def _claim(notice_id: UUID) -> None:
    now = clock.now()
    if not await db.execute(_CLAIM, notice_id, now, now - CLAIM):
        raise ClaimedElsewhereError


async def _write(notice_id: UUID) -> Mail | None:
    row = await db.fetch_row(_UNSENT, notice_id)
    if row is None:
        return None
    tenant = await tenancy.current_tenant()
    locale = tenant.spoken(row["locale"])
    view = queries.view(row, locale)
    template = f"notifications/mail/{view.kind}"
    letter = letters.written(tenant, locale, template=template, view=view)
    return Mail(
        to=row["email"],
        to_name=row["display_name"],
        sender_name=tenant.space,
        subject=view.headline,
        text=letter.text,
        html=letter.html,
        dedupe=f"{tenant.id}/{row['dedupe']}",
    )
