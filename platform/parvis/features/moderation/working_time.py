"""Until when somebody must have decided, counted in the tenant's working hours."""

import datetime as dt
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from parvis.core.tenancy import TenantSettings
from parvis.features.meetings import calendars

DAY = timedelta(days=1)


def due_at(settings: TenantSettings, timezone: str, since: datetime) -> datetime:
    """Return the moment at which the tenant's `review_hours` of work have gone by since `since`.

    Hours outside working days and working hours do not count, nor legal holidays of the tenant's
    calendar. What falls on a change of the clock is counted on the clock of the wall.
    """
    zone = ZoneInfo(timezone)
    opens, closes = settings.working_hours
    left = timedelta(hours=settings.review_hours)
    at = since.astimezone(zone).replace(tzinfo=None)
    while True:
        begin = datetime.combine(at.date(), time()) + timedelta(hours=opens)
        end = datetime.combine(at.date(), time()) + timedelta(hours=closes)
        at = max(at, begin)
        if works_on(settings, at.date()) and at < end:
            if left <= end - at:
                return (at + left).replace(tzinfo=zone).astimezone(since.tzinfo)
            left -= end - at
        at = datetime.combine(at.date() + DAY, time())


def works_on(settings: TenantSettings, day: dt.date) -> bool:
    """Whether the tenant's moderators work on this day."""
    if day.weekday() not in settings.working_days:
        return False
    if settings.holidays is None:
        return True
    region = _region(settings.holidays, (settings.meeting_policy or {}).get("seat"))
    return calendars.holiday_name(settings.holidays, region, day) is None


def _region(calendar: str, seat: str | None) -> str | None:
    """Return where the firm sits; the meetings' seat may be one of another country's calendar."""
    try:
        return calendars.region_of(calendar, seat)
    except calendars.UnknownSeat:
        return calendars.region_of(calendar, None)
