"""Dates and times as a reader of one language in one time zone writes them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from babel import dates

from parvis.core import clock
from parvis.core.i18n import CLDR, N_, translate

DateStyle = Literal["short", "day", "long", "time", "ago", "deadline"]

_AT = N_("{day} at {time}")
_LONG = N_("{day}, {time}")
_DEADLINE = N_("{day} at {time}, {city} time")
_NEAR = {
    0: N_("today at {time}"),
    1: N_("yesterday at {time}"),
    -1: N_("tomorrow at {time}"),
}


class Remaining(NamedTuple):
    """What is left until a moment, largest unit first; all zero once it has passed."""

    days: int
    hours: int
    minutes: int
    is_over: bool


def date(value: dt.date, style: DateStyle, *, locale: str, timezone: str) -> str:
    """Return a date or an aware moment as text in the reader's language and time zone.

    short "14 avril" (the year too unless it is this one); day "mercredi 14 avril";
    long "mercredi 14 avril 2027, 15 h"; time "17 h 40"; ago "hier à 17 h 40";
    deadline "mardi 20 avril 2027 à 12 h, heure de Paris". A plain date has no time part.
    """
    now = today(timezone)
    if not isinstance(value, dt.datetime):
        return _day(value, "long" if style == "deadline" else style, locale, now)
    return _moment(value, style, locale, timezone, now)


def today(timezone: str) -> dt.date:
    """Return the date it is in a time zone."""
    return clock.now().astimezone(ZoneInfo(timezone)).date()


def time_of_day(local: dt.datetime, locale: str) -> str:
    """Return the hour as the language writes it: "17 h 40", "15 h", "17:40"."""
    if not locale.startswith("fr"):
        return f"{local:%H:%M}"
    minutes = f"\u00a0{local.minute:02}" if local.minute else ""
    return f"{local.hour}\u00a0h{minutes}"


def remaining(until: dt.datetime) -> Remaining:
    """Return the days, hours and minutes left, minutes rounded down."""
    seconds = (until - clock.now()).total_seconds()
    minutes = max(int(seconds // 60), 0)
    return Remaining(minutes // 1440, minutes // 60 % 24, minutes % 60, is_over=seconds <= 0)


# The same moments are shown to everybody all day long.
@lru_cache(maxsize=8192)
def _moment(
    value: dt.datetime, style: DateStyle, locale: str, timezone: str, today: dt.date
) -> str:
    local = value.astimezone(ZoneInfo(timezone))
    if style == "time":
        return time_of_day(local, locale)
    if style == "ago":
        return _ago(local, locale, today)
    if style in ("long", "deadline"):
        day, time = _day(local, "long", locale, today), time_of_day(local, locale)
        pattern = _LONG if style == "long" else _DEADLINE
        return translate(locale, pattern, day=day, time=time, city=_city(timezone, locale))
    return _day(local, style, locale, today)


def _ago(local: dt.datetime, locale: str, today: dt.date) -> str:
    distance = (today - local.date()).days
    time = time_of_day(local, locale)
    if distance in _NEAR:
        return translate(locale, _NEAR[distance], time=time)
    if -7 < distance < 7:
        weekday = _pattern(local.date(), "EEEE", locale)
        return translate(locale, _AT, day=weekday, time=time)
    return _day(local, "short", locale, today)


def _day(value: dt.date, style: str, locale: str, today: dt.date) -> str:
    day = value.date() if isinstance(value, dt.datetime) else value
    if style == "long":
        return _pattern(day, "EEEE d MMMM y", locale)
    if style == "day":
        return _pattern(day, "EEEE d MMMM", locale)
    return _pattern(day, "d MMMM" if day.year == today.year else "d MMMM y", locale)


@lru_cache(maxsize=4096)
def _pattern(day: dt.date, pattern: str, locale: str) -> str:
    text = dates.format_date(day, pattern, locale=CLDR.get(locale, locale))
    if locale.startswith("fr"):
        text = text.replace(" 1 ", " 1er ") if day.day == 1 else text
        text = f"1er{text[1:]}" if text.startswith("1 ") else text
    return text.replace(f"{day.day} ", f"{day.day}\u00a0", 1)


@lru_cache
def _city(timezone: str, locale: str) -> str:
    zone = dates.get_timezone(timezone)
    return dates.get_timezone_location(zone, locale=CLDR.get(locale, locale), return_city=True)
