"""Checkpoints against their anchors: what the storage and the time-stamps say is still so."""

import re
from collections.abc import AsyncIterator, Iterable
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.errors import AppError
from parvis.core.ids import TenantId
from parvis.features.journal.sealing import anchors
from parvis.features.journal.sealing.findings import Fault, Problem, Report
from parvis.features.journal.sealing.seals import Checkpoint
from parvis.integrations import storage, timestamping
from parvis.integrations.timestamping import TimestampError

PAGE = 500
_NAME = re.compile(r".*/(\d+)-(\d+)-[0-9a-f]{64}\.txt")

_NOTES = """
    SELECT number, size, note FROM journal_checkpoint
     WHERE tenant_id = $1 AND number = ANY($2::bigint[])
"""
_ANCHORS = f"""
    SELECT a.id, a.kind, a.reference, a.token, a.chain, a.locked_until, c.number, c.note
      FROM journal_anchor a
      JOIN journal_checkpoint c ON c.tenant_id = a.tenant_id AND c.id = a.checkpoint_id
     WHERE a.tenant_id = $1 AND a.id > $2 ORDER BY a.id LIMIT {PAGE}
"""


class Kept(msgspec.Struct, frozen=True, order=True):
    """A checkpoint as the name of its object in the storage tells it."""

    number: int
    size: int
    name: str


async def check(tenant_id: TenantId, last: Checkpoint | None, report: Report) -> None:
    """Compare every checkpoint that is anchored with its anchor."""
    names = await _names(tenant_id, report)
    if names is not None:
        await _check_objects(tenant_id, names, last, report)
    async for row in _anchors(tenant_id):
        if row["kind"] == "timestamp":
            _check_timestamp(row, report)
        elif names is not None and row["reference"] not in names:
            _add(report, Fault.ANCHOR_MISSING, row["number"])
        elif names is not None:
            report.locked_objects += row["locked_until"] is not None


async def _names(tenant_id: TenantId, report: Report) -> frozenset[str] | None:
    if not storage.is_configured():
        return None
    try:
        names = await storage.storage().names(tenant_id, anchors.FOLDER)
    except AppError:
        report.is_storage_compared = False
        return None
    report.is_storage_compared = True
    return names


async def _check_objects(
    tenant_id: TenantId, names: Iterable[str], last: Checkpoint | None, report: Report
) -> None:
    kept = sorted(_kept(names))
    report.objects = len(kept)
    for some in (kept[n : n + PAGE] for n in range(0, len(kept), PAGE)):
        async with db.transaction(tenant_id):
            rows = await db.fetch(_NOTES, [one.number for one in some])
        expected = {
            row["number"]: anchors.name_of(row["number"], row["size"], row["note"]) for row in rows
        }
        for one in some:
            if one.number > (last.number if last else 0):
                size = last.size if last else 0
                values = {"number": one.number, "size": one.size}
                report.add(Problem(fault=Fault.ANCHOR_AHEAD, position=size, values=values))
            elif expected.get(one.number) != one.name:
                _add(report, Fault.ANCHOR_DIFFERS, one.number)


def _kept(names: Iterable[str]) -> Iterable[Kept]:
    for name in names:
        if match := _NAME.fullmatch(name):
            yield Kept(int(match[1]), int(match[2]), name)


async def _anchors(tenant_id: TenantId) -> AsyncIterator[db.Record]:
    after: UUID | None = UUID(int=0)
    while after:
        async with db.transaction(tenant_id):
            rows = await db.fetch(_ANCHORS, after)
        for row in rows:
            yield row
        after = rows[-1]["id"] if len(rows) == PAGE else None


def _check_timestamp(row: db.Record, report: Report) -> None:
    authority = timestamping.authority()
    # What is configured is trusted, what lies in the database only where there is nothing else.
    trusted = authority.certificates if authority else row["chain"] or ""
    try:
        timestamping.check(row["token"] or b"", row["note"].encode(), trusted)
    except TimestampError as error:
        _add(report, Fault.TIMESTAMP_WRONG, row["number"], why=str(error))
    else:
        report.timestamps += 1


def _add(report: Report, fault: Fault, number: int, **values: str) -> None:
    report.add(Problem(fault=fault, values={"number": number, **values}))
