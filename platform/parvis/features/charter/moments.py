"""Moments and lengths of time as charter files write them: dates, dated events, offsets."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

Calendar = Mapping[str, datetime]

EVENT_NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_LENGTH = re.compile(r"(\d{1,4}) (minute|hour|day|week|month|year)s?")
# A sign stands between spaces: names of events hold hyphens themselves.
_RELATIVE = re.compile(rf"({EVENT_NAME})(?: ([+-]) (\d{{1,4}}) (minute|hour|day|week)s?)?")
_MINUTES = {"minute": 1, "hour": 60}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
HOW = (
    "a moment is a date (2027-03-01), a date with its time, or an event of the calendar: "
    '"results-h1", "results-h1 - 15 days", "general-meeting + 2 hours"'
)


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A point in time: a date of its own, or one that follows an event. Days keep the hour."""

    at: datetime | date | None = None
    event: str | None = None
    days: int = 0
    minutes: int = 0

    def on(self, calendar: Calendar, zone: ZoneInfo) -> datetime | None:
        """Return the instant, or None while the calendar does not know the event."""
        base = self.at if self.event is None else calendar.get(self.event)
        if base is None:
            return None
        if not isinstance(base, datetime):
            base = datetime.combine(base, time())
        local = base.replace(tzinfo=zone) if base.tzinfo is None else base.astimezone(zone)
        # Days are those of the house's own clock, hours those that pass.
        moved = (local + timedelta(days=self.days)).astimezone(_UTC)
        return moved + timedelta(minutes=self.minutes)


_UTC = ZoneInfo("UTC")


def moment(written: Any) -> Moment | None:
    """Return what a file writes as a moment, or None when it is none."""
    if isinstance(written, date):  # a datetime is one too
        return Moment(at=written)
    if not isinstance(written, str):
        return None
    return _dated(written) or _relative(written)


def _dated(written: str) -> Moment | None:
    try:
        return Moment(at=date.fromisoformat(written))
    except ValueError:
        pass
    try:
        return Moment(at=datetime.fromisoformat(written))
    except ValueError:
        return None


def _relative(written: str) -> Moment | None:
    found = _RELATIVE.fullmatch(written)
    # Digits alone are a date gone wrong, not an event.
    if found is None or not re.search("[a-z]", found[1]):
        return None
    event, sign, amount, unit = found.groups()
    steps = int(amount or 0) * (-1 if sign == "-" else 1)
    return Moment(
        event=event,
        days=steps * _DAYS.get(unit or "", 0),
        minutes=steps * _MINUTES.get(unit or "", 0),
    )


def length(written: str) -> timedelta | None:
    """Return `10 minutes`, `6 months` as a length of time, None for what is none or nothing.

    A month counts 30 days, a year 365.
    """
    found = _LENGTH.fullmatch(written)
    if found is None or int(found[1]) == 0:
        return None
    amount, unit = int(found[1]), found[2]
    if unit in _MINUTES:
        return timedelta(minutes=amount * _MINUTES[unit])
    return timedelta(days=amount * _DAYS[unit])
