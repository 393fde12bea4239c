"""What an appeal does to notices: judged anew, or told that their outcome was taken back."""

from uuid import UUID

import msgspec

from parvis.core import clock, db, jobs
from parvis.core.actor import Actor
from parvis.core.ids import DecisionId
from parvis.features.moderation.actions_intake import Words
from parvis.features.moderation.appeals import rules
from parvis.features.moderation.appeals.rules import Contested
from parvis.features.moderation.legal_notices import actions, mail

_REOPEN = """
    UPDATE legal_notice SET status = 'received', decision_id = NULL, decided_at = NULL,
           told_at = NULL
     WHERE tenant_id = $1 AND decision_id = $2 RETURNING id
"""
_TAKEN_BACK = """
    UPDATE legal_notice SET decision_id = $3, decided_at = $4, told_at = NULL
     WHERE tenant_id = $1 AND decision_id = $2 RETURNING id, notifier_email
"""


async def reopen(actor: Actor, first: Contested) -> None:
    """Bring the notices that a decision had settled back into the queue, due as if new.

    Not before who decided first: where nobody else judges notices, before the tenant admin.
    """
    barred = [one for one in (first.decided_by, first.concerned) if one]
    audience = await rules.audience_of(first, barred)
    for row in await db.fetch(_REOPEN, first.id):
        due_at = actions.due_at(actor, clock.now())
        await actions.queue(row["id"], words_of(first), due_at=due_at, audience=audience)


def words_of(found: Contested) -> Words | None:
    """Return the words a decision was about as the queue takes them, None where it has none."""
    return Words(**msgspec.structs.asdict(found.words)) if found.words else None


async def tell_notifiers(first_id: UUID, decision_id: DecisionId) -> None:
    """Tell who had notified a place that its restriction was taken back."""
    for row in await db.fetch(_TAKEN_BACK, first_id, decision_id, clock.now()):
        if row["notifier_email"]:
            await jobs.enqueue(mail.tell_outcome, notice_id=row["id"])
