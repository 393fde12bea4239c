"""Tell a member something, once; and let them mark what they have read."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from parvis.core import clock, db, jobs
from parvis.core.actor import Actor
from parvis.core.ids import MemberId, new_id
from parvis.features.notifications.mail import MAILED, mail_notice
from parvis.features.notifications.tables import Notice

_TELL = """
    INSERT INTO notice (tenant_id, id, member_id, kind, subject_kind, subject_id, data, dedupe,
                        created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (tenant_id, dedupe) DO NOTHING
"""


async def tell(
    member_id: MemberId,
    kind: str,
    *,
    subject: tuple[str, UUID],
    data: Mapping[str, Any],
    dedupe: str,
) -> None:
    """Give a member a notice, and a mail where its kind is mailed, in the open transaction.

    The same `dedupe` is told once, whoever tells it again.
    """
    notice_id = new_id()
    subject_kind, subject_id = subject
    is_new = await db.execute(
        _TELL, notice_id, member_id, kind, subject_kind, subject_id, db.jsonb(data), dedupe,
        clock.now(),
    )  # fmt: skip
    if is_new and kind in MAILED:
        await jobs.enqueue(mail_notice, notice_id=notice_id)


async def mark_read(actor: Actor, notice_id: UUID | None = None) -> None:
    """Mark one of the actor's notices as read, or all of them."""
    mine = (Notice.member_id == actor.require_member()) & Notice.read_at.is_null()
    chosen = mine if notice_id is None else mine & (Notice.id == notice_id)
    await Notice.update({Notice.read_at: clock.now()}).where(chosen)
