"""What communities tell of the space: how many are about business."""

from parvis.core import db
from parvis.core.events_admin import Insight, InsightsCounted

_SHARE = """
    SELECT count(*) FILTER (WHERE kind = 'business')::float8 / count(*) AS share
      FROM community WHERE tenant_id = $1 HAVING count(*) > 0
"""
_PEOPLE = """
    SELECT count(DISTINCT member_id) FROM community_member
     WHERE tenant_id = $1 AND standing = 'member'
"""


async def count(event: InsightsCounted) -> None:
    """Append the share of communities about business, among the people in communities."""
    share = await db.fetch_value(_SHARE)
    if share is not None:
        people = await db.fetch_value(_PEOPLE)
        event.found.append(
            Insight(name="business_communities", unit="share", value=share, among=people)
        )


SUBSCRIPTIONS = ((InsightsCounted, count),)
