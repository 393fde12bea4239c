"""What time does to the queue: leases that ran out are put back, what is overdue goes up.

Nothing is ever published or rejected by itself.
"""

from uuid import UUID

from parvis.core import clock, db, events, jobs, journal, tenancy
from parvis.core.events_review import JudgeTold
from parvis.features.moderation import recipients
from parvis.features.moderation.rules import HOLD, LEASE
from parvis.features.moderation.tables import Audience

_BATCH = 500
# A lease that ran out stays its holder's a little longer: they may be writing the last line.
_PUT_BACK = """
    UPDATE review_item SET status = CASE WHEN status = 'claimed' THEN 'open' ELSE status END,
           claimed_by = NULL, claim_expires_at = NULL, version = version + 1
     WHERE tenant_id = $1 AND claimed_by IS NOT NULL AND claim_expires_at <= $2
       AND status IN ('claimed', 'escalated')
    RETURNING id, kind, target_kind, target_id, contribution_kind, contribution_id
"""
# Somebody at work on it is left to finish, for a day at most. What already went up stays where it
# is; those who can see it are told all the same.
_OVERDUE = """
    SELECT id FROM review_item
     WHERE tenant_id = $1 AND status IN ('open', 'claimed', 'escalated') AND due_at < $2
       AND overdue_at IS NULL
       AND (claimed_by IS NULL OR claim_expires_at <= $2 OR due_at < $3)
     ORDER BY due_at, id LIMIT $4
       FOR UPDATE SKIP LOCKED
"""
_ESCALATE = """
    UPDATE review_item SET status = 'escalated', claimed_by = NULL, claim_expires_at = NULL,
           escalated_at = coalesce(escalated_at, $3), overdue_at = $3, version = version + 1
     WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
    RETURNING id, kind, target_kind, target_id, contribution_kind, contribution_id, audience,
              due_at, author_id
"""


@jobs.job("moderation.time_outs", every="*/5 * * * *")
async def time_outs() -> None:
    """Put back what nobody works on any more, and escalate what is past its time."""
    await put_back()
    await escalate()


async def put_back() -> int:
    """Open again the items whose lease ran out; return how many they were."""
    rows = await db.fetch(_PUT_BACK, clock.now() - LEASE)
    for row in rows:
        await journal.record(
            None, "review.lease_ended", subject=_subject(row), data={"item": row["id"]}
        )
    return len(rows)


async def escalate() -> int:
    """Hand up what is past its due moment, and tell those who judge it; return how many."""
    now = clock.now()
    due = await db.fetch(_OVERDUE, now, now - HOLD, _BATCH)
    rows = await db.fetch(_ESCALATE, [row["id"] for row in due], now) if due else []
    for row in rows:
        await journal.record(
            None,
            "review.timed_out",
            subject=_subject(row),
            data={"item": row["id"], "due": row["due_at"]},
        )
    await _tell(rows)
    return len(rows)


async def _tell(rows: list[db.Record]) -> None:
    """Tell each judge once of all that went past its time in this run."""
    timezone = (await tenancy.current_tenant()).timezone if rows else ""
    for judge in await recipients.judges() if rows else ():
        theirs = [
            row
            for row in rows
            if judge.judges_for(Audience(row["audience"])) and row["author_id"] != judge.member_id
        ]
        if not theirs:
            continue
        oldest = min(theirs, key=lambda row: (row["due_at"], row["id"]))
        await events.publish(
            JudgeTold(
                member_id=judge.member_id,
                kind="review_overdue",
                subject_id=oldest["id"],
                data={
                    "count": len(theirs),
                    "oldest_due": oldest["due_at"].isoformat(),
                    "timezone": timezone,
                },
                dedupe=f"review-overdue/{judge.member_id}/{oldest['id']}",
            )
        )


def _subject(row: db.Record) -> tuple[str, UUID]:
    if row["contribution_kind"]:
        return row["contribution_kind"], row["contribution_id"]
    kind = "request" if row["kind"] == "join" else row["target_kind"]
    return kind, row["target_id"]


_ITEM = "SELECT audience, author_id FROM review_item WHERE tenant_id = $1 AND id = $2"


@jobs.job("moderation.tell_notice")
async def tell_notice(*, item_id: str, notice_id: str) -> None:
    """Tell those who judge legal notices, at once, that one came in; telling twice says it once."""
    row = await db.fetch_row(_ITEM, UUID(item_id))
    if row is None:
        return
    for judge in await recipients.judges():
        if judge.judges_for(Audience(row["audience"])) and row["author_id"] != judge.member_id:
            await events.publish(
                JudgeTold(
                    member_id=judge.member_id,
                    kind="review_notice",
                    subject_id=UUID(item_id),
                    data={},
                    dedupe=f"review-notice/{judge.member_id}/{notice_id}",
                )
            )
