"""`window`: from one moment to another, acts are read first, refused, or other rules count.

It opens and closes by itself at its instants: every act is judged by the clock and the calendar.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import msgspec

from parvis.features.charter.moments import HOW, Calendar, Moment, moment
from parvis.features.charter.rule import Check, Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Effect
from parvis.features.charter.vocabulary import WRITING

Mode = Literal["premoderate", "read_only", "open"]
Bounds = tuple[datetime, datetime]


class WindowRule(Rule, frozen=True, kw_only=True):
    """`mode`: what becomes of the acts while it is open; `open` means only while it is open.

    `turns_on` and `turns_off` name other rules of the charter as `clause/rule`.
    """

    kind: Literal["window"]
    opens: Any  # a date, a date with its time, or text: moments.moment reads all of them
    closes: Any
    mode: Mode | None = None
    turns_on: tuple[str, ...] = ()
    turns_off: tuple[str, ...] = ()


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A window rule, ready: from `opens` until just before `closes`."""

    placed: PlacedRule
    opens: Moment
    closes: Moment

    @property
    def rule(self) -> WindowRule:
        return cast("WindowRule", self.placed.rule)

    def bounds(self, calendar: Calendar, zone: ZoneInfo) -> Bounds | None:
        """Return its two instants; None while an event has no date, or when they do not follow."""
        opens, closes = self.opens.on(calendar, zone), self.closes.on(calendar, zone)
        if opens is None or closes is None or closes <= opens:
            return None
        return opens, closes

    def is_open(self, calendar: Calendar, zone: ZoneInfo, now: datetime) -> bool:
        bounds = self.bounds(calendar, zone)
        return bounds is not None and bounds[0] <= now < bounds[1]


def windows_of(rules: Iterable[PlacedRule]) -> tuple[Window, ...]:
    """Return the windows among the rules of a sound charter."""
    return tuple(
        Window(placed=placed, opens=opens, closes=closes)
        for placed in rules
        if isinstance(placed.rule, WindowRule)
        and (opens := moment(placed.rule.opens))
        and (closes := moment(placed.rule.closes))
    )


class WindowKind:
    name = "window"
    spec = WindowRule
    default_acts = WRITING

    def complaints(self, rule: WindowRule) -> Iterator[Complaint]:
        for key, written in (("opens", rule.opens), ("closes", rule.closes)):
            if moment(written) is None:
                yield (key,), f'"{written}" is no moment; {HOW}'
        if rule.mode is None and not (rule.turns_on or rule.turns_off):
            yield (), 'a window needs "mode", "turns_on" or "turns_off": what does it change?'
        if rule.mode == "open" and not rule.acts:
            yield ("mode",), 'mode "open" needs "acts": which acts are possible only then?'

    def effects(self, rule: WindowRule) -> tuple[Effect, ...]:
        if rule.mode is None:
            return ()
        return (Effect.HOLD if rule.mode == "premoderate" else Effect.REFUSE,)

    def compile(self, rules: Sequence[PlacedRule]) -> Check:
        windows = windows_of(rules)

        def check(reading: Reading) -> Iterator[Finding]:
            waiting: list[tuple[PlacedRule, datetime | None]] = []
            is_open_somewhere = False
            for window in windows:
                mode = window.rule.mode
                if mode is None or not reading.covers(window.placed):
                    continue
                bounds = window.bounds(reading.calendar, reading.zone)
                is_open = bounds is not None and bounds[0] <= reading.now < bounds[1]
                if mode == "open":
                    is_open_somewhere = is_open_somewhere or is_open
                    waiting.append((window.placed, _ahead(bounds, reading.now)))
                elif is_open and bounds is not None:
                    yield _closed_until(window.placed, mode, bounds[1])
            if not is_open_somewhere:
                yield from _not_open(waiting)

        return check


def _closed_until(placed: PlacedRule, mode: Mode, closes: datetime) -> Finding:
    if mode == "premoderate":
        return Finding(placed, Effect.HOLD)
    return Finding(placed, Effect.REFUSE, next_at=closes)


def _ahead(bounds: Bounds | None, now: datetime) -> datetime | None:
    return bounds[0] if bounds is not None and now < bounds[0] else None


def _not_open(waiting: list[tuple[PlacedRule, datetime | None]]) -> Iterator[Finding]:
    """Yield one finding for acts whose windows are all shut: the next to open, else the last."""
    if waiting:
        ahead = [one for one in waiting if one[1] is not None]
        placed, opens = min(ahead, key=_opening) if ahead else waiting[-1]
        yield Finding(placed, Effect.REFUSE, next_at=opens)


def _opening(one: tuple[PlacedRule, datetime | None]) -> Any:
    return one[1]
