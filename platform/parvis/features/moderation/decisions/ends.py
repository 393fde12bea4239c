"""Restrictions for a time end at their instant, by a decision of their own."""

from parvis.core import clock, db, jobs
from parvis.features.moderation import reversal
from parvis.features.moderation.decisions.about import STANDS

RULE = "restriction.until"
_REASON = "The restriction was for a time, which is over."
_BATCH = 100
_OVER = f"""
    SELECT d.id FROM decision d
     WHERE d.tenant_id = $1 AND d.until <= $2 AND d.action IN ('refuse', 'redact') AND {STANDS}
     ORDER BY d.until LIMIT {_BATCH}
"""


@jobs.job("moderation.end_restrictions", every="* * * * *")
async def end_restrictions() -> None:
    """Show again the words whose restriction is over, and tell their authors.

    Sanctions need none of this: who asks is judged by what holds at that moment.
    """
    for row in await db.fetch(_OVER, clock.now()):
        await reversal.reverse(None, row["id"], rule=RULE, reason=_REASON)
