"""What a template can call. Those that depend on the reader look `locale` up in the context."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import urlencode
from zlib import crc32

import msgspec
from babel import Locale
from markupsafe import Markup, escape
from minijinja import pass_state as _pass_state

from parvis.core import clock, formats, i18n
from parvis.core.actor import initials
from parvis.core.assets import STATIC, asset
from parvis.core.i18n import N_
from parvis.core.typography import typeset, typeset_html

if TYPE_CHECKING:
    from minijinja._lowlevel import State

F = TypeVar("F", bound=Callable[..., object])
# minijinja's own stub only knows functions of one argument.
pass_state = cast("Callable[[F], F]", _pass_state)

ICONS = "icons.svg"
TINTS = ("", "2", "3", "4")


class Part(msgspec.Struct, frozen=True):
    """One number of a countdown, with its unit in both forms for the script that counts on."""

    n: int
    unit: str
    one: str
    many: str


class Countdown(msgspec.Struct, frozen=True):
    """What is left until a moment: the parts to draw, and the same in words."""

    parts: tuple[Part, ...]
    text: str
    until: str
    is_over: bool


@pass_state
def gettext(state: State, msgid: str, /, **params: object) -> str:
    """Return the string in the reader's language; HTML given as a parameter stays HTML."""
    return i18n.translate(state.lookup("locale"), msgid, **params)


@pass_state
def ngettext(state: State, singular: str, plural: str, n: int, /, **params: object) -> str:
    """Return the form `n` asks for, in the reader's language; `{n}` is `n`."""
    return i18n.ntranslate(state.lookup("locale"), singular, plural, n, **params)


@pass_state
def date(state: State, value: dt.date, style: formats.DateStyle = "short") -> str:
    """Return a moment in the reader's language and time zone; styles are in formats.date."""
    return formats.date(
        value, style, locale=state.lookup("locale"), timezone=state.lookup("timezone")
    )


@pass_state
def moment(state: State, at: dt.datetime, style: formats.DateStyle = "ago") -> Markup:
    """Return a moment as a <time> element; resting the pointer on it tells the full date."""
    locale, timezone = state.lookup("locale"), state.lookup("timezone")
    return _time_element(at, style, locale, timezone, formats.today(timezone))


@pass_state
def number(state: State, value: float) -> str:
    """Return a number with the separators of the reader's language."""
    return i18n.number(value, state.lookup("locale"))


@pass_state
def countdown(state: State, until: dt.datetime) -> Countdown:
    """Return days and hours left, or hours and minutes on the last day."""
    left, locale = formats.remaining(until), state.lookup("locale")
    parts = (
        _part(left.days, locale, N_("day"), N_("days")),
        _part(left.hours, locale, N_("hour"), N_("hours")),
        _part(left.minutes, locale, N_("minute"), N_("minutes")),
    )
    shown = parts if left.days else parts[1:]
    words = [f"{part.n}\u00a0{part.unit}" for part in shown[:2]]
    text = i18n.translate(locale, N_("{first} and {second}"), first=words[0], second=words[1])
    return Countdown(shown, text, until.astimezone(dt.UTC).isoformat(), left.is_over)


@pass_state
def markdown(state: State, body: str, language: str = "") -> Markup:
    """Return stored, sanitised HTML, typeset; htmx attributes inside it are never obeyed."""
    locale = state.lookup("locale")
    foreign = language and language != locale
    lang = f' lang="{escape(language)}"' if foreign else ""
    shown = typeset_html(body, language or locale)
    return Markup(f'<div class="prose" hx-ignore{lang}>{shown}</div>')  # noqa: S704  -- core/text.py


@pass_state
def typeset_text(state: State, text: str, language: str = "") -> str:
    """Return a stored title or sentence with the spaces its language asks for."""
    locale = language or state.lookup("locale")
    if isinstance(text, Markup):
        return Markup(typeset_html(text, locale))  # noqa: S704  -- as safe as it came
    return typeset(text, locale)


def sentence(text: str) -> str:
    """Return the text with a capital at its start: dates begin small in French."""
    return text[:1].upper() + text[1:]


@pass_state
def hx(state: State, **attributes: object) -> Markup:
    """Return htmx attributes together with the nonce without which hx-csp strips them.

    Underscores become dashes (push_url); a mapping is written as JSON; None is left out.
    """
    written = [
        _attribute(name.replace("_", "-"), value)
        for name, value in attributes.items()
        if value is not None
    ]
    written.append(f'hx-nonce="{state.lookup("nonce")}"')  # ours, and safe in an address
    return Markup(" ".join(written))  # noqa: S704  -- every value is escaped


@pass_state
def csrf_input(state: State) -> Markup:
    """Return the hidden field without which a form's POST is refused."""
    return _csrf_input(state.lookup("csrf_token"))


@pass_state
def script(state: State, path: str, *, module: bool = False) -> Markup:
    """Return the element that loads a script of static/, deferred and held to its hash."""
    file = asset(path)
    element = Markup('<script src="{}" {} nonce="{}" integrity="{}"></script>')
    kind = Markup('type="module"') if module else "defer"
    return element.format(file.url, kind, state.lookup("nonce"), file.integrity)


@pass_state
def logo(state: State) -> Markup:
    """Return the firm's mark, in the colour of the text around it."""
    return _logo(state.lookup("theme").logo.url)


@lru_cache
def icon(name: str, size: str = "") -> Markup:
    """Return an icon of the sprite; it says nothing to a screen reader. size: "" or "s"."""
    file = asset(ICONS)
    if f'id="{name}"'.encode() not in file.content:
        raise LookupError(f"{STATIC / ICONS} has no icon {name!r}")
    css = f"i i--{size}" if size else "i"
    return Markup(
        '<svg class="{}" aria-hidden="true" viewBox="0 0 24 24"><use href="{}#{}"/></svg>'
    ).format(css, file.url, name)


def asset_url(path: str) -> str:
    """Return the address of a file of static/, which changes with its content."""
    return asset(path).url


def url(path: str, **query: object) -> str:
    """Return a path of this site with its query; parameters that are None or empty go."""
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"{path!r} is not a path of this site")
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


@lru_cache(maxsize=4096)
def avatar(name: str, size: str = "") -> Markup:
    """Return the initials of a name on a tint that is always the same. size: "", "s", "xs"."""
    tint = TINTS[crc32(name.encode()) % len(TINTS)]
    css = " ".join(["av", *(f"av--{part}" for part in (tint, size) if part)])
    return Markup('<span class="{}" aria-hidden="true">{}</span>').format(css, initials(name))


def now(hours: float = 0) -> dt.datetime:
    """Return the present moment, or one some hours away."""
    return clock.now() + dt.timedelta(hours=hours)


# `today` is in the key because "yesterday" does not stay true.
@lru_cache(maxsize=8192)
def _time_element(
    at: dt.datetime,
    style: formats.DateStyle,
    locale: str,
    timezone: str,
    today: dt.date,  # noqa: ARG001 -- part of the key that is cached
) -> Markup:
    text = formats.date(at, style, locale=locale, timezone=timezone)
    full = formats.date(at, "long", locale=locale, timezone=timezone)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), full, text
    )


# Every card of a page has its own form, with the same token.
@lru_cache(maxsize=1024)
def _csrf_input(token: str) -> Markup:
    return Markup('<input type="hidden" name="_csrf_token" value="{}">').format(token)


@lru_cache
def _logo(address: str) -> Markup:
    drawn = Markup('<svg aria-hidden="true" viewBox="0 0 32 32"><use href="{}#logo"/></svg>')
    return drawn.format(address)


def language_name(code: str) -> str:
    """Return a language's own name for itself: "Français"."""
    return str(Locale.parse(code).get_display_name(code)).capitalize()


def _part(n: int, locale: str, one: str, many: str) -> Part:
    forms = [i18n.ntranslate(locale, one, many, count) for count in (n, 1, 2)]
    return Part(n, *forms)


def _attribute(name: str, value: object) -> str:
    """One escaped attribute; f-strings, for a page of 20 items writes a hundred of them."""
    if not isinstance(value, str):
        value = json.dumps(value, separators=(",", ":"))
    if value.startswith(("js:", "javascript:")):
        raise ValueError(f"hx-{name} may not hold script")
    return f'hx-{name}="{escape(value)}"'


FUNCTIONS: dict[str, Callable[..., object]] = {
    "_": gettext,
    "ngettext": ngettext,
    "date": date,
    "number": number,
    "countdown": countdown,
    "markdown": markdown,
    "hx": hx,
    "csrf_input": csrf_input,
    "script": script,
    "logo": logo,
    "icon": icon,
    "asset": asset_url,
    "url": url,
    "avatar": avatar,
    "moment": moment,
    "language_name": language_name,
    "now": now,
}
FILTERS: dict[str, Callable[..., object]] = {
    "typeset": typeset_text,
    "initials": initials,
    "sentence": sentence,
}
