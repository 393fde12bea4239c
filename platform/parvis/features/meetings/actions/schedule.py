"""Opening a meeting for questions, with dates computed and frozen, and closing it again."""

import datetime as dt
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid
from parvis.core.i18n import N_
from parvis.core.ids import MeetingId, new_id
from parvis.core.permissions import Permission
from parvis.features.charter import calendar
from parvis.features.meetings import rules
from parvis.features.meetings.deadlines import (
    Deadline,
    compute_deadlines,
    end_of_day,
    freeze_trace,
    start_of_day,
)
from parvis.features.meetings.facts import MeetingFacts, StatutoryChannel, Texts, Topic
from parvis.features.meetings.notice_date import reconcile
from parvis.features.meetings.presets import Preset, load_preset

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class OpenMeeting(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting as its notice announces it. `opens_on` is a local day, today when left out."""

    slug: Annotated[str, Meta(pattern=SLUG, max_length=60)]
    title: Texts
    meeting_date: dt.date
    # Litestar takes a time of day for a duration unless told.
    starts: Annotated[dt.time, Meta(extra_json_schema={"extra": {"format": "time"}})]
    place: Texts
    preset: str
    mode: str | None = None
    seat: str | None = None
    statutory_channel: StatutoryChannel | None = None
    opens_on: dt.date | None = None
    topics: tuple[Topic, ...] = ()
    selection_policy: Texts = {}
    board_review: bool = False
    quiet_until: dt.date | None = None


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Between which moments questions are taken; `warning` is for the issuer."""

    opens_at: dt.datetime
    statutory_until: dt.datetime | None
    free_until: dt.datetime
    warning: str | None


class OpenQuestionsRemain(Conflict):
    """A meeting cannot be closed while a written question waits for its answer."""

    code = "open_questions_remain"
    default = N_("Written questions are still without an answer: {numbers}.")


async def open_meeting(actor: Actor, given: OpenMeeting) -> MeetingId:
    """Make the meeting stand, with every date frozen, and take questions from `opens_on`.

    Needs: "meeting:manage".
    Errors: Denied; Invalid for a date already past, an unknown preset, mode or seat; Conflict
    for a slug in use.
    """
    rules.require(actor, Permission.MEETING_MANAGE)
    return await announce(actor, given)


async def announce(actor: Actor, given: OpenMeeting) -> MeetingId:
    """Do what `open_meeting` does for an operator who applies a tenant's files, a member of none.

    Needs: that the caller has checked who may.
    """
    preset = load_preset(given.preset)
    mode = preset.require_mode(given.mode or preset.default_mode)
    found = compute_deadlines(preset, given.meeting_date, mode=mode, seat=given.seat)
    starts_at = _moment(given.meeting_date, given.starts, preset.timezone)
    if starts_at <= clock.now():
        message = N_("This date is in the past.")
        raise Invalid(fields={"meeting_date": message})
    window = _window(preset, given, found, starts_at)
    meeting_id = await _insert(given, preset, mode, starts_at, window)
    await _freeze(meeting_id, found)
    await _journal_opening(actor, meeting_id, given, window, found)
    await calendar.changed()  # windows of the charter may follow a meeting
    return meeting_id


def _moment(day: dt.date, time: dt.time, tz: str) -> dt.datetime:
    return dt.datetime.combine(day, time, ZoneInfo(tz)).astimezone(dt.UTC)


def _window(
    preset: Preset, given: OpenMeeting, found: tuple[Deadline, ...], starts_at: dt.datetime
) -> Window:
    by_rule = {one.id: one.utc for one in found}
    closes = {one.id: by_rule.get(one.deadline) for one in preset.channels}
    legal, warning = closes.get("statutory"), None
    if legal and given.statutory_channel and given.statutory_channel.until:
        notice = end_of_day(given.statutory_channel.until, preset.timezone)
        accepted = reconcile(legal, notice)
        legal, warning = accepted.accept_until, accepted.warning
    opens = given.opens_on or clock.now().astimezone(ZoneInfo(preset.timezone)).date()
    return Window(
        opens_at=start_of_day(opens, preset.timezone),
        statutory_until=legal,
        # A preset whose mode names no date takes questions until the meeting begins.
        free_until=closes.get("free") or starts_at,
        warning=warning,
    )


async def _insert(
    given: OpenMeeting, preset: Preset, mode: str, starts_at: dt.datetime, window: Window
) -> MeetingId:
    meeting_id = MeetingId(new_id())
    inserted = await db.fetch_row(
        _INSERT,
        meeting_id,
        given.slug,
        db.jsonb(given.title),
        preset.id,
        mode,
        given.seat,
        starts_at,
        given.meeting_date,
        preset.timezone,
        db.jsonb(given.place),
        db.jsonb(given.statutory_channel) if given.statutory_channel else None,
        window.opens_at,
        window.statutory_until,
        window.free_until,
        db.jsonb(given.topics),
        db.jsonb(given.selection_policy),
        given.board_review,
        end_of_day(given.quiet_until, preset.timezone) if given.quiet_until else None,
        clock.now(),
    )
    if inserted is None:
        raise Conflict(N_("A meeting already has this address."))
    return meeting_id


_INSERT = """
    INSERT INTO meeting (tenant_id, id, slug, title, preset, mode, seat, starts_at, meeting_date,
                         timezone, place, statutory_channel, opens_at, statutory_until, free_until,
                         topics, selection_policy, board_review, quiet_until, created_at, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
            $20, 'open')
    ON CONFLICT (tenant_id, slug) DO NOTHING
    RETURNING id
"""


async def _freeze(meeting_id: MeetingId, found: tuple[Deadline, ...]) -> None:
    now = clock.now()
    for one in found:
        await db.insert(
            "meeting_deadline",
            meeting_id=meeting_id,
            rule_id=one.id,
            mode=one.mode,
            local_at=one.local.isoformat(),
            utc_at=one.utc,
            last_day=one.last_day,
            basis=one.basis,
            trace=db.jsonb(freeze_trace(one)),
            rules_version=one.rules_version,
            frozen_at=now,
        )


async def _journal_opening(
    actor: Actor,
    meeting_id: MeetingId,
    given: OpenMeeting,
    window: Window,
    found: tuple[Deadline, ...],
) -> None:
    await journal.record(
        actor,
        "meeting.opened",
        subject=("meeting", meeting_id),
        data={
            "slug": given.slug,
            "preset": given.preset,
            "window": window,
            "deadlines": [
                {"rule": one.id, "utc": one.utc, "basis": one.basis, "trace": freeze_trace(one)}
                for one in found
            ],
        },
    )


async def close_meeting(actor: Actor, meeting: MeetingFacts) -> None:
    """Record that the meeting was held. Errors: OpenQuestionsRemain while law asks for more."""
    rules.require(actor, Permission.MEETING_MANAGE)
    numbers = await rules.owed_numbers(meeting)
    if numbers:
        raise OpenQuestionsRemain(numbers=", ".join(f"n° {number}" for number in numbers))
    await db.execute(
        "UPDATE meeting SET state = 'held' WHERE tenant_id = $1 AND id = $2", meeting.id
    )
    await journal.record(actor, "meeting.held", subject=("meeting", meeting.id))
