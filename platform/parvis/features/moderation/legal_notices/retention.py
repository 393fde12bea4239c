"""Notices decided long ago lose who sent them, and their words: the count and the outcome stay."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from parvis.core import db

_FORGET = """
    UPDATE legal_notice SET reasons = '…', law = NULL, notifier_name = NULL,
           notifier_email = NULL, notifier_hash = NULL, token_sealed = NULL
     WHERE tenant_id = $1 AND id IN (
           SELECT n.id FROM legal_notice n
            WHERE n.tenant_id = $1 AND n.decided_at < $2 AND n.token_sealed IS NOT NULL
              AND NOT EXISTS (SELECT FROM appeal a WHERE a.tenant_id = $1
                                 AND a.legal_notice_id = n.id AND a.outcome IS NULL)
              AND (n.member_id = ANY ($4::uuid[])) IS NOT TRUE
              AND (n.contribution_id = ANY ($5::uuid[])) IS NOT TRUE
            ORDER BY n.decided_at LIMIT $3)
"""


async def forget_notifiers(
    before: datetime,
    *,
    most: int = 500,
    members: Sequence[UUID] = (),
    contributions: Sequence[UUID] = (),
) -> int:
    """Empty at most `most` notices decided before a moment; return how many.

    One whose appeal is not decided yet stays whole, and one that a legal hold protects: by who
    sent it, or by what it is about. The link that was mailed still opens.
    """
    return await db.execute(_FORGET, before, most, list(members), list(contributions))
