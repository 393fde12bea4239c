"""Until when somebody must have decided, counted in the tenant's working hours."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from parvis.core.tenancy import TenantSettings

DAY = timedelta(days=1)


def due_at(settings: TenantSettings, timezone: str, since: datetime) -> datetime:
    """Return the moment at which the tenant's `review_hours` of work have gone by since `since`.

    Hours outside working days and working hours do not count. What falls on a change of the
    clock is counted on the clock of the wall.
    """
    zone = ZoneInfo(timezone)
    opens, closes = settings.working_hours
    left = timedelta(hours=settings.review_hours)
    at = since.astimezone(zone).replace(tzinfo=None)
    while True:
        begin = datetime.combine(at.date(), time()) + timedelta(hours=opens)
        end = datetime.combine(at.date(), time()) + timedelta(hours=closes)
        at = max(at, begin)
        if at.weekday() in settings.working_days and at < end:
            if left <= end - at:
                return (at + left).replace(tzinfo=zone).astimezone(since.tzinfo)
            left -= end - at
        at = datetime.combine(at.date() + DAY, time())
