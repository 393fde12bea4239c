"""Things that happened, in the order they happened: each under a clock that shows its moment."""

import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from parvis.core import clock

Act = Callable[[], Awaitable[None]]


class Timeline:
    """Plays acts by time. An act may plan later ones; what lies after `now` has not happened."""

    def __init__(self, now: datetime) -> None:
        self.now = now
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
            moment, _, act = heapq.heappop(self._planned)
            with clock.travel(moment):
                await act()
