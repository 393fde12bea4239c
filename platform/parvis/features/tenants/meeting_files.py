"""Meetings that a tenant's file announces: opened once, never moved by a file."""

import datetime as dt
from zoneinfo import ZoneInfo

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.tenancy import Tenant
from parvis.features.meetings.actions.schedule import OpenMeeting, announce
from parvis.features.meetings.facts import StatutoryChannel, Topic
from parvis.features.meetings.presets import load_preset
from parvis.features.tenants.document import MeetingPolicyTable, MeetingTable
from parvis.features.tenants.plan import Plan
from parvis.features.tenants.queries import Live
from parvis.features.tenants.strict_toml import Finding


def problems(wanted: Plan, live: Live | None) -> list[Finding]:
    """Return what keeps the file's meetings from standing beside the live ones."""
    policy = wanted.document.meeting_policy
    if policy is None:
        return []
    known = {meeting.slug: meeting for meeting in live.document.meeting} if live else {}
    found: list[Finding] = []
    for n, meeting in enumerate(wanted.document.meeting):
        before = known.get(meeting.slug)
        if before is None:
            zone = ZoneInfo(load_preset(meeting.preset or policy.preset).timezone)
            if dt.datetime.combine(meeting.date, meeting.starts, zone) <= clock.now():
                found.append((("meeting", n, "date"), f"{meeting.date} is in the past"))
        elif (before.date, before.starts) != (meeting.date, meeting.starts):
            text = f"it is called for {before.date}, {before.starts:%H:%M}; move it on screen"
            found.append((("meeting", n, "date"), text))
    return found


async def write_meetings(wanted: Plan, tenant: Tenant) -> None:
    """Open the meetings that do not stand yet; give the others the file's title and place."""
    policy = wanted.document.meeting_policy
    if policy is None:
        return
    rows = await db.fetch("SELECT slug FROM meeting WHERE tenant_id = $1")
    standing = {row["slug"] for row in rows}
    for meeting in wanted.document.meeting:
        if meeting.slug in standing:
            await _rename(meeting, policy)
        else:
            await announce(operator(tenant), announced(meeting, policy))


def announced(meeting: MeetingTable, policy: MeetingPolicyTable) -> OpenMeeting:
    """Return a meeting as its notice announces it: its own keys, then the policy's."""
    return OpenMeeting(
        slug=meeting.slug,
        title=meeting.title,
        meeting_date=meeting.date,
        starts=meeting.starts,
        place=meeting.place or policy.place,
        preset=meeting.preset or policy.preset,
        mode=meeting.mode or policy.mode,
        seat=policy.seat,
        statutory_channel=_channel(policy),
        topics=tuple(Topic(slug=topic.slug, title=topic.title) for topic in policy.topics),
        selection_policy=policy.selection,
        board_review=policy.board_review,
        quiet_until=meeting.quiet_until,
    )


def _channel(policy: MeetingPolicyTable) -> StatutoryChannel | None:
    named = policy.statutory_channel
    if named is None:
        return None
    return StatutoryChannel(reference=named.reference, address=named.address, date=named.date)


def operator(tenant: Tenant) -> Actor:
    """Return who acts when files are applied: no member of the tenant."""
    return Actor(tenant=tenant, locale=tenant.locales[0])


async def _rename(meeting: MeetingTable, policy: MeetingPolicyTable) -> None:
    await db.execute(
        "UPDATE meeting SET title = $3, place = $4 WHERE tenant_id = $1 AND slug = $2",
        meeting.slug,
        db.jsonb(meeting.title),
        db.jsonb(meeting.place or policy.place),
    )
