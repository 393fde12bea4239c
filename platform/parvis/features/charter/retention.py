"""What was kept as long as the charter says goes: every night, some rows at a time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import cast
from uuid import UUID

import msgspec

from parvis.core import clock, db, events, jobs, journal, tenancy
from parvis.core.retention import RetentionDue
from parvis.features.charter import pacing
from parvis.features.charter.in_force import InForce, in_force
from parvis.features.charter.kinds import pace
from parvis.features.charter.kinds.retention import RetentionRule

EVERY_NIGHT = "17 2 * * *"
# Of each class in one transaction: short enough that nobody waits for it.
MOST = 1000
_HOLDS = """
    SELECT subject_kind, subject_id FROM legal_hold WHERE tenant_id = $1 AND lifted_at IS NULL
"""


class Holds(msgspec.Struct, frozen=True, kw_only=True):
    """What may not be deleted: everything, or what concerns some members and contributions."""

    is_on_all: bool = False
    members: tuple[UUID, ...] = ()
    contributions: tuple[UUID, ...] = ()


@jobs.job("charter.retention", every=EVERY_NIGHT)
async def let_go() -> None:
    """Delete what is due, in one batch a class; when one was full, go on in another transaction."""
    tenant = await tenancy.current_tenant()
    await pacing.forget(clock.now() - pace.LONGEST)
    current = await in_force(tenant)
    holds = await _holds()
    if current is None or holds.is_on_all:
        return
    gone = {name: await _gone(name, period, holds) for name, period in periods(current).items()}
    gone = {name: count for name, count in gone.items() if count}
    if gone:
        await journal.record(
            None, "charter.retention_kept", subject=("charter_version", current.version.id),
            data={"gone": gone},
        )  # fmt: skip
    if any(count >= MOST for count in gone.values()):
        await jobs.enqueue(let_go)


def periods(current: InForce) -> Mapping[str, timedelta]:
    """Return how long each class stays: of two rules, the shorter period."""
    found: dict[str, timedelta] = {}
    for clause in current.charter.document.clauses:
        for placed in clause.rules:
            if placed.rule.kind == "retention":
                for name, period in cast("RetentionRule", placed.rule).periods.items():
                    found[name] = min(period, found.get(name, period))
    return found


async def _holds() -> Holds:
    rows = await db.fetch(_HOLDS)
    by_kind: dict[str, list[UUID]] = {}
    for row in rows:
        by_kind.setdefault(row["subject_kind"], []).append(row["subject_id"])
    return Holds(
        is_on_all="tenant" in by_kind,
        members=tuple(by_kind.get("member", ())),
        contributions=tuple(by_kind.get("contribution", ())),
    )


async def _gone(name: str, period: timedelta, holds: Holds) -> int:
    due = RetentionDue(
        name=name,
        before=clock.now() - period,
        most=MOST,
        members=holds.members,
        contributions=holds.contributions,
    )
    await events.publish(due)
    return sum(due.gone)


_OWN = {
    "rehearsals": """
        DELETE FROM charter_rehearsal WHERE tenant_id = $1 AND id IN (
            SELECT id FROM charter_rehearsal
             WHERE tenant_id = $1 AND done_at < $2 AND NOT asked_by = ANY ($4::uuid[])
             ORDER BY id LIMIT $3)
    """,
    "charter_drafts": """
        DELETE FROM charter_draft WHERE tenant_id = $1 AND id IN (
            SELECT id FROM charter_draft
             WHERE tenant_id = $1 AND updated_at < $2 AND publish_at IS NULL
               AND NOT updated_by = ANY ($4::uuid[])
             ORDER BY id LIMIT $3)
    """,
}


async def let_own_go(due: RetentionDue) -> None:
    """Delete rehearsals that are over, and drafts that nobody touches."""
    if sql := _OWN.get(due.name):
        due.gone.append(await db.execute(sql, due.before, due.most, list(due.members)))
