"""The deadline engine: from the date of a meeting to moments, with the trace of the count.

Days are counted one by one, away from the meeting; the meeting day itself never counts. Nothing
moves to the next working day. A deadline is the midnight after its last day, so it is exclusive:
what is sent at that very moment is late.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.meetings.calendars import (
    HOLIDAYS_VERSION,
    depends_on_seat,
    holiday_name,
    region_of,
)
from parvis.features.meetings.presets import (
    Addressee,
    Authority,
    Count,
    Kind,
    Preset,
    Rule,
    Texts,
)

# Every calendar of the library has its holidays from 1999 to 2100; beyond, they would be missed.
FIRST_YEAR, LAST_YEAR = 2000, 2099

_A_DAY = dt.timedelta(days=1)

Why = Literal["meeting_day", "business_day", "calendar_day", "weekend", "holiday", "last_day"]


class DateOutOfRange(Invalid):
    code = "date_out_of_range"


class CountedDay(msgspec.Struct, frozen=True):
    """One day that the count passed. `number` is its place among the counted days, from 1.

    A trace ends with the last day (or the record date); it stands there as "last_day" when the
    counted days have to stay free and it is the day before them.
    """

    day: dt.date
    counted: bool
    number: int | None
    why: Why
    holiday: Texts | None = None


class Deadline(msgspec.Struct, frozen=True):
    """A date computed for one meeting in one mode, and how it was found.

    `utc` is exclusive for a deadline or a milestone, the moment itself for a record date.
    `last_day` is the last local day on which one is in time, or the day of the record date.
    """

    id: str
    mode: str
    kind: Kind
    addressee: Addressee
    authority: Authority
    label: Texts
    utc: dt.datetime
    tz: str
    last_day: dt.date
    trace: tuple[CountedDay, ...]
    basis: str
    rules_version: str
    holidays_version: str
    condition: Texts | None = None
    note: Texts | None = None

    @property
    def local(self) -> dt.datetime:
        return self.utc.astimezone(ZoneInfo(self.tz))


class FrozenTrace(msgspec.Struct, frozen=True):
    """What the journal keeps of a count, so that it can be redone with the same rules."""

    days: tuple[CountedDay, ...]
    rules_version: str
    holidays_version: str


def compute_deadlines(
    preset: Preset, meeting_date: dt.date, *, mode: str | None = None, seat: str | None = None
) -> tuple[Deadline, ...]:
    """Return each date of the preset for a meeting, soonest first; of one mode, or of all.

    Shape: one Deadline for each rule in force on the meeting date and each mode that knows it.
    Needs: `seat` as the preset's calendar writes it (France: département number). Presets that
    no seat changes ignore it.
    Errors: UnknownMode, UnknownSeat, DateOutOfRange (422).
    """
    modes = [preset.require_mode(mode)] if mode else [one.id for one in preset.modes]
    _require_known_year(meeting_date)
    found = [
        _deadline(preset, rule, rule_mode, meeting_date, seat)
        for rule in preset.rules
        if rule.holds_on(meeting_date)
        for rule_mode in modes
        if rule_mode in rule.modes
    ]
    return tuple(sorted(found, key=lambda one: one.utc))


def freeze_trace(deadline: Deadline) -> FrozenTrace:
    """Return the trace with the versions it was made with, as `meeting_deadline.trace` keeps it."""
    return FrozenTrace(deadline.trace, deadline.rules_version, deadline.holidays_version)


def seat_matters(preset: Preset) -> bool:
    """Whether any date of the preset depends on where the company has its seat."""
    return any(depends_on_seat(rule.count.calendar) for rule in preset.rules)


def start_of_day(day: dt.date, tz: str) -> dt.datetime:
    """Return the moment a local day begins, in UTC."""
    return dt.datetime.combine(day, dt.time.min, ZoneInfo(tz)).astimezone(dt.UTC)


def end_of_day(day: dt.date, tz: str) -> dt.datetime:
    """Return the local midnight that follows the day, in UTC: the first moment after it."""
    return start_of_day(day + _A_DAY, tz)


def _require_known_year(meeting_date: dt.date) -> None:
    if not FIRST_YEAR <= meeting_date.year <= LAST_YEAR:
        message = N_("Dates can be computed for meetings from {first} to {last}.")
        raise DateOutOfRange(
            message,
            fields={"date": message},
            first=str(FIRST_YEAR),
            last=str(LAST_YEAR),
        )


def _deadline(
    preset: Preset, rule: Rule, mode: str, meeting_date: dt.date, seat: str | None
) -> Deadline:
    trace = _count(rule.count, meeting_date, seat)
    utc = _edge(rule.count, trace[-1].day)
    if rule.count.edge == "start_of_day" and rule.kind != "record_date":
        trace = (*trace, _last_day(trace[-1].day))
    return Deadline(
        id=rule.id,
        mode=mode,
        kind=rule.kind,
        addressee=rule.addressee,
        authority=rule.authority,
        label=rule.label,
        utc=utc,
        tz=rule.count.tz,
        last_day=trace[-1].day,
        trace=trace,
        basis=rule.basis,
        rules_version=preset.rules_version,
        holidays_version=HOLIDAYS_VERSION,
        condition=rule.condition,
        note=rule.note,
    )


def _count(count: Count, meeting_date: dt.date, seat: str | None) -> tuple[CountedDay, ...]:
    region = region_of(count.calendar, seat) if count.calendar else None
    trace = [CountedDay(meeting_date, counted=False, number=None, why="meeting_day")]
    number = 0
    for day in _days_away(meeting_date, count.offset):
        if number == abs(count.offset):
            break
        why, holiday = _reason(count, region, day)
        counts = why in ("business_day", "calendar_day")
        number += counts
        trace.append(CountedDay(day, counts, number if counts else None, why, holiday))
    return tuple(trace)


def _days_away(meeting_date: dt.date, offset: int) -> Iterator[dt.date]:
    step = _A_DAY if offset > 0 else -_A_DAY
    day = meeting_date
    while True:
        day += step
        yield day


def _reason(count: Count, region: str | None, day: dt.date) -> tuple[Why, Texts | None]:
    if count.calendar is None:
        return "calendar_day", None
    if day.isoweekday() > 5:
        return "weekend", None
    holiday = holiday_name(count.calendar, region, day)
    return ("holiday", holiday) if holiday else ("business_day", None)


def _edge(count: Count, day: dt.date) -> dt.datetime:
    return end_of_day(day, count.tz) if count.edge == "end_of_day" else start_of_day(day, count.tz)


def _last_day(day: dt.date) -> CountedDay:
    """Return the day before the one a deadline begins with: of that one nothing is left."""
    return CountedDay(day - _A_DAY, counted=False, number=None, why="last_day")
