"""Notices decided long ago lose who sent them, and their words: the count and the outcome stay."""

from datetime import datetime

from parvis.core import db

_FORGET = """
    UPDATE legal_notice SET reasons = '…', law = NULL, notifier_name = NULL,
           notifier_email = NULL, notifier_hash = NULL, token_sealed = NULL
     WHERE tenant_id = $1 AND id IN (
           SELECT n.id FROM legal_notice n
            WHERE n.tenant_id = $1 AND n.decided_at < $2 AND n.token_sealed IS NOT NULL
              AND NOT EXISTS (SELECT FROM appeal a WHERE a.tenant_id = $1
                                 AND a.legal_notice_id = n.id AND a.outcome IS NULL)
            LIMIT 500)
"""


async def forget_notifiers(before: datetime) -> int:
    """Empty at most 500 notices decided before a moment; return how many.

    One whose appeal is not decided yet stays whole. The link that was mailed still opens.
    """
    return await db.execute(_FORGET, before)
