"""Legal holidays by calendar and seat, from the `holidays` library; nothing is fetched."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.metadata import version

import holidays
import msgspec

from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.meetings.presets import Texts

HOLIDAYS_VERSION = version("holidays")

# Alsace and Moselle kept the holidays of 1871-1918: Good Friday and 26 December. The library
# knows Alsace as one region and the overseas departments by their own number.
_FRENCH_SEATS: dict[str, str | None] = {
    **{f"{number:02}": None for number in range(1, 96) if number != 20},
    **dict.fromkeys(("2A", "2B")),
    **dict.fromkeys(("67", "68"), "6AE"),
    **{code: code for code in ("57", "971", "972", "973", "974", "976")},
}
# A "working day" of the Companies Act follows the part of the kingdom where the company is
# registered (s1173).
_UK_SEATS: dict[str, str | None] = {code: code for code in ("ENG", "WLS", "SCT", "NIR")}


class UnknownSeat(Invalid):
    code = "unknown_seat"


class Calendar(msgspec.Struct, frozen=True):
    """A list of legal holidays. `seats` maps what a firm gives as its seat to a library region.

    `languages` maps our locales to the library's; English stands in for a missing one.
    """

    load: Callable[..., Mapping[dt.date, str]]
    entity: str
    languages: dict[str, str | None]
    seats: dict[str, str | None] = {}
    default_region: str | None = None


_CALENDARS = {
    "fr-legal": Calendar(
        holidays.country_holidays, "FR", {"en": "en_US", "fr": "fr"}, seats=_FRENCH_SEATS
    ),
    "uk-bank": Calendar(
        holidays.country_holidays, "GB", {"en": "en_GB"}, seats=_UK_SEATS, default_region="ENG"
    ),
    "ie-public": Calendar(holidays.country_holidays, "IE", {"en": "en_IE"}),
    "us-federal": Calendar(holidays.country_holidays, "US", {"en": "en_US"}),
    # The closing days of the euro payment system: the one calendar no single country owns.
    "target": Calendar(holidays.financial_holidays, "ECB", {"en": None}),
}


def depends_on_seat(calendar: str | None) -> bool:
    """Whether the holidays of the calendar differ from one seat to another."""
    return calendar is not None and bool(_CALENDARS[calendar].seats)


def region_of(calendar: str, seat: str | None) -> str | None:
    """Return the library's region for a seat; a calendar without regions ignores the seat.

    Errors: UnknownSeat (422), which says what a seat looks like.
    """
    source = _CALENDARS[calendar]
    if not seat or not source.seats:
        return source.default_region
    code = seat.strip().upper().zfill(2)
    if code not in source.seats:
        raise _unknown_seat(seat, source)
    return source.seats[code]


def holiday_name(calendar: str, region: str | None, day: dt.date) -> Texts | None:
    """Return the names of the legal holiday that falls on the day, None on other days."""
    return _holidays(calendar, region, day.year).get(day)


@lru_cache(maxsize=512)
def _holidays(calendar: str, region: str | None, year: int) -> Mapping[dt.date, Texts]:
    source = _CALENDARS[calendar]
    by_locale = {
        locale: source.load(source.entity, subdiv=region, years=year, language=language)
        for locale, language in source.languages.items()
    }
    english = by_locale["en"]
    return {
        day: {locale: by_locale.get(locale, english)[day] for locale in ("en", "fr")}
        for day in sorted(english)
    }


def _unknown_seat(seat: str, source: Calendar) -> UnknownSeat:
    message = (
        N_('The seat "{seat}" is not a French département. Give its number, such as 67, 2A or 971.')
        if source.entity == "FR"
        else N_('The seat "{seat}" is not known. Give one of {known}.')
    )
    return UnknownSeat(message, fields={"seat": message}, seat=seat, known=", ".join(source.seats))
