"""Windows of a charter together: which rules sleep meanwhile, and which windows collide."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import combinations
from zoneinfo import ZoneInfo

from parvis.features.charter.kinds.window import Window, windows_of
from parvis.features.charter.moments import Calendar
from parvis.features.charter.rule import Complaint, KeyPath, PlacedRule
from parvis.features.charter.vocabulary import ACTS, act_matches
from parvis.features.tenants.problems import hint

# What makes the charter itself, or a window: nothing may switch these.
NEVER_SWITCHED = frozenset(("acceptance", "real_name", "retention", "window"))
_ZONE = ZoneInfo("UTC")
# Any date serves to compare two moments that follow the same event.
_SOME_DAY = datetime(2000, 6, 15, 12, tzinfo=UTC)


def asleep(
    windows: Iterable[Window], calendar: Calendar, zone: ZoneInfo, now: datetime
) -> frozenset[str]:
    """Return the rules that do not count now: turned off, or waiting for a window to open."""
    waiting: set[str] = set()
    woken: set[str] = set()
    off: set[str] = set()
    for window in windows:
        waiting.update(window.rule.turns_on)
        if window.is_open(calendar, zone, now):
            woken.update(window.rule.turns_on)
            off.update(window.rule.turns_off)
    return frozenset((waiting - woken) | off)


def complaints(
    rules: list[tuple[KeyPath, PlacedRule]], calendar: Calendar | None
) -> Iterator[Complaint]:
    """Yield what is wrong with a charter's windows together: names, events, overlaps.

    Without a calendar, moments that follow different events are not compared.
    """
    known = {placed.name: placed for _, placed in rules}
    placed_windows = [(path, one) for path, rule in rules for one in windows_of([rule])]
    for path, window in placed_windows:
        yield from _switched(path, window, known)
        if calendar is not None:
            yield from _events(path, window, calendar)
        yield from _order(path, window, calendar or {})
    for (_, first), (path, second) in combinations(placed_windows, 2):
        if _collide(first, second) and _overlap(first, second, calendar or {}):
            both = f'"{second.placed.name}" overlaps with "{first.placed.name}"'
            yield path, f"the window {both}, which does the same: end one before the other begins"


def _switched(path: KeyPath, window: Window, known: dict[str, PlacedRule]) -> Iterator[Complaint]:
    rule = window.rule
    for key, names in (("turns_on", rule.turns_on), ("turns_off", rule.turns_off)):
        for place, name in enumerate(names):
            if name not in known:
                text = f'there is no rule "{name}" to switch{hint(name, known)}'
                yield (*path, key, place), text
            elif known[name].rule.kind in NEVER_SWITCHED:
                text = f'"{name}" is of kind "{known[name].rule.kind}", which no window switches'
                yield (*path, key, place), text
    for name in sorted(set(rule.turns_on) & set(rule.turns_off)):
        yield path, f'"{name}" cannot be turned on and off by one window'


def _events(path: KeyPath, window: Window, calendar: Calendar) -> Iterator[Complaint]:
    for key, one in (("opens", window.opens), ("closes", window.closes)):
        if one.event is not None and one.event not in calendar:
            yield (
                (*path, key),
                f'the calendar has no event "{one.event}"{hint(one.event, calendar)}',
            )


def _order(path: KeyPath, window: Window, calendar: Calendar) -> Iterator[Complaint]:
    dated = _dated([window], calendar)
    if dated is not None and window.bounds(dated, _ZONE) is None:
        yield (*path, "closes"), f'the window "{window.placed.name}" closes before it opens'


def _collide(first: Window, second: Window) -> bool:
    """Whether two windows do the same thing to the same acts, or switch the same rule."""
    one, other = first.rule, second.rule
    if {*one.turns_on, *one.turns_off} & {*other.turns_on, *other.turns_off}:
        return True
    return (
        one.mode is not None
        and one.mode == other.mode
        and _meet(one.places, other.places)
        and _meet(one.people, other.people)
        and any(_covers(first, act) and _covers(second, act) for act in ACTS)
    )


def _meet(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not one or not other or not set(one).isdisjoint(other)


def _covers(window: Window, act: str) -> bool:
    return any(act_matches(pattern, act) for pattern in window.placed.acts)


def _overlap(first: Window, second: Window, calendar: Calendar) -> bool:
    dated = _dated([first, second], calendar)
    if dated is None:
        return False
    one, other = first.bounds(dated, _ZONE), second.bounds(dated, _ZONE)
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]


def _dated(windows: list[Window], calendar: Calendar) -> Calendar | None:
    """Return a calendar by which these windows can be compared; None when there is none."""
    moments = [one for window in windows for one in (window.opens, window.closes)]
    events = {one.event for one in moments if one.event is not None}
    missing = events - calendar.keys()
    if not missing:
        return calendar
    if len(missing) == 1 and all(one.event in missing for one in moments):
        return dict.fromkeys(missing, _SOME_DAY)
    return None
