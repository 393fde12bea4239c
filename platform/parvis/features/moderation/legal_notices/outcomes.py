"""A notice is settled by the decision on what it is about; its sender is told."""

from uuid import UUID

from parvis.core import clock, db, jobs
from parvis.features.moderation.legal_notices import mail
from parvis.features.moderation.tables import Action

TRUSTED = "SOURCE_TRUSTED_FLAGGER"
NOTICE = "SOURCE_ARTICLE_16"

_SETTLE = """
    UPDATE legal_notice n SET status = 'decided', decision_id = $3, decided_at = $4
     WHERE n.tenant_id = $1 AND n.status = 'received' AND n.id IN (
           SELECT x.legal_notice_id FROM review_cause x
            WHERE x.tenant_id = $1 AND x.item_id = $2 AND x.source = 'notice')
 RETURNING n.id, n.notifier_email
"""


async def settle(item_id: UUID, decision_id: UUID, action: Action) -> None:
    """Settle the notices of an item with a decision; whoever sent them is told by mail, once.

    An escalation settles nothing. An item without a notice stays as it is.
    """
    if action is Action.ESCALATE:
        return
    for row in await db.fetch(_SETTLE, item_id, decision_id, clock.now()):
        if row["notifier_email"]:
            await jobs.enqueue(mail.tell_outcome, notice_id=row["id"])


_SOURCE = """
    SELECT bool_or(n.is_trusted_flagger) AS is_trusted
      FROM review_cause x
      JOIN legal_notice n ON n.tenant_id = x.tenant_id AND n.id = x.legal_notice_id
     WHERE x.tenant_id = $1 AND x.item_id = $2 AND x.source = 'notice'
"""


async def source_of(item_id: UUID) -> str | None:
    """Return the Commission's code for where an item came from, None when no notice brought it."""
    is_trusted: bool | None = await db.fetch_value(_SOURCE, item_id)
    if is_trusted is None:
        return None
    return TRUSTED if is_trusted else NOTICE
