"""How long words of a kind wait for a decision; never told of fewer than five people."""

from datetime import timedelta

from parvis.core import db
from parvis.core.events_review import WaitAsked

FEWEST_PEOPLE = 5

_USUAL = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM l.waited)::float8)
               AS seconds,
           count(DISTINCT l.author_id) AS people
      FROM (SELECT d.at - i.created_at AS waited, i.author_id
              FROM decision d
              JOIN review_item i ON i.tenant_id = d.tenant_id AND i.id = d.item_id
             WHERE d.tenant_id = $1 AND i.contribution_kind = $2
               AND i.kind IN ('new', 'edit', 'profile')
               AND d.action IN ('publish', 'return', 'refuse', 'redact')
             ORDER BY d.id DESC LIMIT 50) AS l
"""


async def tell_usual(event: WaitAsked) -> None:
    """Append the median wait of the last fifty decisions of this kind, where five people wrote."""
    row = await db.fetch_row(_USUAL, event.kind)
    if row is not None and row["people"] >= FEWEST_PEOPLE:
        event.usual.append(timedelta(seconds=row["seconds"]))
