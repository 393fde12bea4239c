"""Which date comes next, and how long is left."""

import datetime as dt
from collections.abc import Iterable
from typing import Protocol, TypeVar

from parvis.core.formats import Remaining


class Moment(Protocol):
    """Anything with an exclusive instant: a computed Deadline, or a stored one."""

    @property
    def utc(self) -> dt.datetime: ...


M = TypeVar("M", bound=Moment)


def next_due(moments: Iterable[M], now: dt.datetime) -> M | None:
    """Return the soonest moment still ahead, None once all have passed."""
    ahead = (one for one in moments if one.utc > now)
    return min(ahead, key=lambda one: one.utc, default=None)


def remaining_until(moment: dt.datetime, now: dt.datetime) -> Remaining:
    """Return whole days, hours and minutes left, rounded down: never more than there is."""
    minutes = max(moment - now, dt.timedelta()) // dt.timedelta(minutes=1)
    return Remaining(minutes // 1440, minutes // 60 % 24, minutes % 60, is_over=now >= moment)
