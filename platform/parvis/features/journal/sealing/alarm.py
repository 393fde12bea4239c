"""The journal verifies itself every night, and raises an alarm where it is not what was sealed."""

import logging

from parvis.core import clock, db, events, jobs, journal
from parvis.core.events_seal import JournalBroken
from parvis.core.ids import TenantId
from parvis.features.journal.sealing.findings import Report
from parvis.features.journal.sealing.verification import verify

log = logging.getLogger(__name__)


@jobs.job("journal.verify", outside=True, every="23 2 * * *")
async def verify_journal(*, tenant_id: TenantId) -> None:
    """Verify all of the journal; tell who reads it, and the log, when it does not hold.

    That it holds is an entry too: its screens say since when nobody knows.
    """
    report = await verify(tenant_id)
    extra = {"tenant": str(tenant_id)}
    if report.is_storage_compared is False:
        log.warning("the journal's anchors could not be compared", extra=extra)
    if report.is_sound:
        log.info("the journal verifies: %d entries", report.size, extra=extra)
        async with db.transaction(tenant_id):
            data = {"by": "parvis", "entries": report.size}
            await journal.record(None, "journal.verified", data=data)
        return
    log.error("THE JOURNAL DOES NOT VERIFY: %s", _first(report), extra=extra)
    async with db.transaction(tenant_id):
        await _raise_alarm(report)


async def _raise_alarm(report: Report) -> None:
    first = report.first
    data = {"by": "parvis", "problems": report.problem_count}
    if first:
        data |= {"fault": first.fault, "position": first.position}
    subject = ("journal_entry", first.entry_id) if first and first.entry_id else None
    await journal.record(None, "journal.alarm", subject=subject, data=data)
    day = clock.now().date()
    await events.publish(JournalBroken(day=day, problems=report.problem_count))


def _first(report: Report) -> str:
    first = report.first
    if first is None:
        return "no problem is known"
    where = f"entry {first.entry_id} at position {first.position}: " if first.entry_id else ""
    return f"{report.problem_count} problems, the first: {where}{first.say('en')}"
