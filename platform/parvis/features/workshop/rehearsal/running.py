"""The rehearsal's job: a batch of texts read, judged twice, added up and kept, until none is left.

What was found so far stands in the rehearsal's own row with the place of the next batch: whoever
takes the job over after a crash goes on from there, and of two who have it one steps back.
"""

import asyncio
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, jobs, tenancy
from parvis.core.ids import CommunityId, TenantId
from parvis.features.charter.document import parse
from parvis.features.charter.judge import CompiledCharter, judge, paces_of
from parvis.features.charter.moments import Calendar
from parvis.features.charter.verdict import Effect, Verdict
from parvis.features.tenants.problems import TenantFileError
from parvis.features.workshop import checking
from parvis.features.workshop.rehearsal import words
from parvis.features.workshop.rehearsal.tally import Tally, rehearsed
from parvis.features.workshop.rehearsal.words import Reach, Word
from parvis.features.workshop.rules import FILE, Scope

# Mails wait behind a rehearsal no longer than this: then it queues itself again, behind them.
TURN_SECONDS = 20.0
# Texts judged before others of the same worker get a turn.
AT_ONCE = 25


class Bench(msgspec.Struct, kw_only=True):
    """What words are judged with, and what was found so far.

    `current` is the version that was in force when the rehearsal was asked for.
    """

    id: UUID
    draft: CompiledCharter
    current: CompiledCharter | None
    dates: Calendar
    reach: Reach
    most_published: int
    judged: int
    tally: Tally


@jobs.job("workshop.rehearse", outside=True)
async def rehearse(*, tenant_id: TenantId, rehearsal_id: str) -> None:
    """Go on with a rehearsal; done when it has a result, was called off, or has had its turn."""
    began = time.monotonic()
    async with db.transaction(tenant_id):
        bench = await _set_up(UUID(rehearsal_id))
    while bench is not None:
        async with db.transaction(tenant_id):
            batch = await _next(bench)
        await _judge(bench, batch)
        async with db.transaction(tenant_id):
            if not await _keep(bench, batch):
                return
            if time.monotonic() - began > TURN_SECONDS:
                await jobs.enqueue(rehearse, rehearsal_id=bench.id)
                return


_OPEN = """
    SELECT r.id, r.community_id, r.source, r.days, r.everywhere, r.places, r.asked_at, r.total,
           r.judged, r.work, v.source AS current
      FROM charter_rehearsal r
      LEFT JOIN charter_version v ON v.tenant_id = r.tenant_id AND v.id = r.version_id
     WHERE r.tenant_id = $1 AND r.id = $2 AND r.state IN ('queued', 'running') FOR UPDATE OF r
"""
_START = """
    UPDATE charter_rehearsal SET state = 'running', total = $3 WHERE tenant_id = $1 AND id = $2
"""
_FAIL = """
    UPDATE charter_rehearsal SET state = 'failed', work = NULL, done_at = $3
     WHERE tenant_id = $1 AND id = $2
"""


async def _set_up(rehearsal_id: UUID) -> Bench | None:
    """Return what a rehearsal under way needs; None when it is over, or can be none."""
    row = await db.fetch_row(_OPEN, rehearsal_id)
    if row is None:
        return None
    try:
        bench = await _bench(row)
    except TenantFileError:  # a dated event that the draft names has gone since
        await db.execute(_FAIL, rehearsal_id, clock.now())
        return None
    if row["total"] is None:
        await db.execute(_START, rehearsal_id, await words.count(bench.reach))
    return bench


async def _bench(row: Any) -> Bench:
    community: UUID | None = row["community_id"]
    scope = Scope(
        tenant=await tenancy.current_tenant(),
        community_id=CommunityId(community) if community else None,
        slug=str(community or ""),
    )
    dates = await checking.dates_of(scope)
    is_house = community is None
    draft = parse(row["source"], FILE, dates, of_community=not is_house)
    current = parse(row["current"], FILE, of_community=not is_house) if row["current"] else None
    return Bench(
        id=row["id"],
        draft=checking.ready(scope, draft),
        current=checking.ready(scope, current) if current else None,
        dates=dates,
        reach=Reach(
            since=row["asked_at"] - timedelta(days=row["days"]),
            until=row["asked_at"],
            everywhere=row["everywhere"],
            places=tuple(row["places"]),
            house=is_house,
        ),
        most_published=words.most_published(*(one for one in (draft, current) if one)),
        judged=row["judged"],
        tally=db.from_jsonb(row["work"], Tally) if row["work"] else Tally(),
    )


async def _next(bench: Bench) -> list[Word]:
    """Return the next batch; what follows the last text of one source is the first of the other."""
    tally = bench.tally
    if tally.source == "revision":
        after = (tally.after_at, tally.after_id)
        batch = await words.revisions(bench.reach, after, bench.most_published)
        if batch:
            return batch
        tally.source, tally.after_at, tally.after_id = "profile", None, None
    return await words.profiles(bench.reach, (tally.after_at, tally.after_id))


async def _judge(bench: Bench, batch: list[Word]) -> None:
    tally = bench.tally
    for place, word in enumerate(batch):
        draft, current = _verdict(bench.draft, bench, word, "draft"), Verdict()
        if bench.current is not None:
            current = _verdict(bench.current, bench, word, "now")
        tally.add(word.author, tally.source, word.id, draft, current)
        tally.after_at, tally.after_id = word.at, word.id
        if place % AT_ONCE == 0:
            await asyncio.sleep(0)


def _verdict(charter: CompiledCharter, bench: Bench, word: Word, whose: str) -> Verdict:
    """Return what a charter says of words at the moment at which they were written."""
    keys = paces_of(word.act, charter, bench.dates, word.at)
    names = {key: f"{whose} {word.author} {key}" for key in keys}
    act, paces = word.act, bench.tally.paces
    if keys:
        done = {key: tuple(paces.get(name, ())) for key, name in names.items()}
        act = msgspec.structs.replace(act, paces=done)
    verdict = rehearsed(judge(act, charter, bench.dates, word.at))
    # What was refused has not happened, as far as this charter goes.
    if verdict.effect is not Effect.REFUSE:
        for key, name in names.items():
            paces[name] = [*paces.get(name, ()), word.at][-keys[key] :]
    return verdict


# Of two workers with the same batch, the second finds that it has been counted.
_KEEP = """
    UPDATE charter_rehearsal SET judged = judged + $4, work = $5
     WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND judged = $3
"""
_DONE = """
    UPDATE charter_rehearsal SET state = 'done', result = $4, work = NULL, done_at = $5
     WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND judged = $3
"""


async def _keep(bench: Bench, batch: list[Word]) -> bool:
    """Keep what a batch gave; return whether there may be another."""
    if batch:
        values = (bench.id, bench.judged, len(batch), db.jsonb(bench.tally))
        bench.judged += len(batch)
        return bool(await db.execute(_KEEP, *values))
    result = db.jsonb(bench.tally.result())
    await db.execute(_DONE, bench.id, bench.judged, result, clock.now())
    return False
