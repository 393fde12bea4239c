"""How many members support a question of a meeting: a figure of its page, a few seconds old.

To count different people, every vote of the meeting has to be read: half of the page's time with
a few thousand of them. Everybody is shown the same number, so one reader's count serves the next.
"""

import time

from parvis.core import db
from parvis.core.ids import MeetingId, TenantId

FRESH_SECONDS = 5
MOST_KEPT = 256

_SUPPORTERS = """
    SELECT count(DISTINCT s.member_id)
      FROM question q
      JOIN support s ON s.tenant_id = $1 AND s.question_id = q.id
     WHERE q.tenant_id = $1 AND q.meeting_id = $2
"""
_counted: dict[tuple[TenantId, MeetingId], tuple[float, int]] = {}


async def supporters(meeting_id: MeetingId) -> int:
    """Return how many members had voted in a meeting at most five seconds ago."""
    key, now = (db.current_tenant(), meeting_id), time.monotonic()
    counted_at, count = _counted.get(key, (0.0, 0))
    if key not in _counted or now - counted_at > FRESH_SECONDS:
        count = await db.fetch_value(_SUPPORTERS, meeting_id)
        _counted[key] = (now, count)
        if len(_counted) > MOST_KEPT:
            del _counted[next(iter(_counted))]
    return count
