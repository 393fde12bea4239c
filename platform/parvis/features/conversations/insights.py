"""What conversations tell of the space: whether questions find an answer, and how soon."""

from datetime import timedelta

from parvis.core import clock, db
from parvis.core.events_admin import Insight, InsightsCounted
from parvis.core.ids import first_id_of

LATELY = timedelta(days=30)

# An answer is a comment that readers see, by somebody else than who asked. Ids are in order of
# time, so the last thirty days are the end of an index.
_ANSWERED = """
    SELECT count(*) AS asked, count(first_at) AS answered, count(DISTINCT author_id) AS people,
           count(DISTINCT author_id) FILTER (WHERE first_at IS NOT NULL) AS served,
           percentile_cont(0.5) WITHIN GROUP (
               ORDER BY extract(epoch FROM first_at - created_at)::float8 / 3600)
               FILTER (WHERE first_at IS NOT NULL) AS hours
      FROM (SELECT q.author_id, q.created_at,
                   (SELECT min(a.created_at) FROM contribution a
                     WHERE a.tenant_id = $1 AND a.parent_id = q.id
                       AND a.live_revision_id IS NOT NULL
                       AND a.author_id <> q.author_id) AS first_at
              FROM post p
              JOIN contribution q ON q.tenant_id = p.tenant_id AND q.id = p.id
             WHERE p.tenant_id = $1 AND p.id >= $2 AND p.post_kind = 'question'
               AND q.live_revision_id IS NOT NULL) AS questions
"""


async def count(event: InsightsCounted) -> None:
    """Append how many questions were answered, and how soon half of them were."""
    row = await db.fetch_row(_ANSWERED, first_id_of(clock.now() - LATELY))
    if row is None or not row["asked"]:
        return
    event.found.append(
        Insight(
            name="answered_questions",
            unit="share",
            value=row["answered"] / row["asked"],
            among=row["people"],
        )
    )
    if row["hours"] is not None:
        event.found.append(
            Insight(name="first_answer", unit="hours", value=row["hours"], among=row["served"])
        )


SUBSCRIPTIONS = ((InsightsCounted, count),)
