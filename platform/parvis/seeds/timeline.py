"""Things that happened, in the order they happened: each under a clock that shows its moment."""

import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parvis.core import clock

Act = Callable[[], Awaitable[None]]

# People write between a quarter past seven and a quarter past eleven in the evening.
WAKES = timedelta(hours=7, minutes=15)
SLEEPS = timedelta(hours=23, minutes=15)
DAY = timedelta(days=1)


class Timeline:
    """Plays acts by time. An act may plan later ones; what lies after `now` has not happened.

    `moment` is that of the act being played, as it was planned: plan from it, not from the clock.
    """

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now = now
        self.moment = now
        self._zone = zone
        self._planned: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def plan(self, moment: datetime, act: Act) -> None:
        """Let `act` happen at `moment`; acts of one moment happen in the order of planning."""
        if moment <= self.now:
            heapq.heappush(self._planned, (moment, next(self._order), act))

    async def play(self) -> None:
        """Let everything planned happen, oldest first."""
        while self._planned:
            self.moment, _, act = heapq.heappop(self._planned)
            with clock.travel(awake(self.moment, self.now, self._zone)):
                await act()


def awake(moment: datetime, now: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment of the same day at which people are up; order is kept, none is after `now`.

    The whole day is pressed into the hours of waking; today, into those that are over.
    """
    local = moment.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = min(now.astimezone(zone) - midnight, DAY)
    sleeps = min(SLEEPS, ends)
    if sleeps <= WAKES:
        return moment
    return midnight + WAKES + (sleeps - WAKES) * ((local - midnight) / ends)
