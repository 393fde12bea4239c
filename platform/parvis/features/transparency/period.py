"""The time a report is about: whole days of the tenant's own calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import clock
from parvis.core.errors import Invalid
from parvis.core.i18n import N_

FIRST_YEAR = 2020
LONGEST = timedelta(days=366 * 5)


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From the beginning of `first` to the end of `last`, in the tenant's time zone."""

    first: date
    last: date
    since: datetime
    until: datetime

    @property
    def year(self) -> int | None:
        """The year this is exactly, None for any other stretch of time."""
        whole = (date(self.first.year, 1, 1), date(self.first.year, 12, 31))
        return self.first.year if (self.first, self.last) == whole else None


def period(first: date, last: date, timezone: str) -> Period:
    """Return the days from `first` to `last`. Errors: Invalid, naming the day at fault."""
    if last < first:
        raise Invalid(fields={"last": N_("This day lies before the first one.")})
    if last - first > LONGEST:
        raise Invalid(fields={"last": N_("At most five years at once, please.")})
    if first.year < FIRST_YEAR or last.year > 2199:
        raise Invalid(fields={"first": N_("There is no report of such a day.")})
    zone = ZoneInfo(timezone)
    return Period(
        first=first,
        last=last,
        since=datetime.combine(first, time(), zone).astimezone(UTC),
        until=datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC),
    )


def of_year(year: int, timezone: str) -> Period:
    """Return a calendar year. Errors: as `period`."""
    if not FIRST_YEAR <= year < 2200:
        raise Invalid(fields={"year": N_("There is no report of such a year.")})
    return period(date(year, 1, 1), date(year, 12, 31), timezone)


def asked(*, year: int | None, first: date | None, last: date | None, timezone: str) -> Period:
    """Return what was asked for: some days, a year, or else this year."""
    today = clock.now().astimezone(ZoneInfo(timezone)).date()
    if first or last:
        return period(first or date(today.year, 1, 1), last or today, timezone)
    return of_year(year or today.year, timezone)
