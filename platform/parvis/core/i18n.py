"""The visible strings of Parvis: English in the source, one folder a further language.

English text is the message id. `locale/<language>/<feature>.po` holds the translations, one file
a feature, kept by hand; all files of a language are read once and merged. A string is marked
with `_()` or `ngettext()` in templates and with `N_()` in Python, where it is translated only
when the reader's language is known.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from babel import numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from markupsafe import Markup, escape

from parvis.core.typography import typeset

SOURCE_LOCALE = "en"
# Dates and numbers in English are for European readers: 28 April, 24-hour clock.
CLDR = {"en": "en_GB"}
LOCALE_FOLDER = Path(__file__).resolve().parent.parent / "locale"


def N_(msgid: str) -> str:  # noqa: N802  (the name gettext tools look for)
    """Mark a string for translation; it is translated where it is shown."""
    return msgid


def translate(locale: str, msgid: str, **params: object) -> str:
    """Return the string in the reader's language, typeset, with `{name}` placeholders filled.

    Whole numbers are written with the language's separators. One parameter that is HTML makes
    the result HTML, in which everything else is escaped.
    """
    text = _text(locale, msgid)
    return _filled(locale, text, params) if params else text


def ntranslate(locale: str, singular: str, plural: str, n: int, **params: object) -> str:
    """Return the form of the string that `n` asks for in the reader's language; `{n}` is `n`."""
    if not params:
        return _counted(locale, singular, plural, n)
    return _filled(locale, _plural_text(locale, singular, plural, n), {"n": n, **params})


def locales() -> tuple[str, ...]:
    """Return every language Parvis speaks, the source language first."""
    folders = sorted(path.name for path in LOCALE_FOLDER.iterdir() if path.is_dir())
    return (SOURCE_LOCALE, *(name for name in folders if name != SOURCE_LOCALE))


def negotiate(accept_language: str | None, supported: tuple[str, ...]) -> str:
    """Return the supported language a browser likes best, the first supported one by default."""
    for tag in _by_preference(accept_language or ""):
        language = tag.partition("-")[0]
        for candidate in (tag, language):
            if candidate in supported:
                return candidate
    return supported[0]


def _by_preference(header: str) -> list[str]:
    weighted: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, quality = part.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if weight > 0:
            weighted.append((weight, tag.strip().lower()))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]


def _filled(locale: str, text: str, params: dict[str, object]) -> str:
    shown = {
        name: number(value, locale) if type(value) is int else value
        for name, value in params.items()
    }
    for value in shown.values():
        if hasattr(value, "__html__"):
            return _html(text, shown)
    return text.format(**shown)


def _html(text: str, params: dict[str, object]) -> Markup:
    # Markup.format does the same, ten times slower: Python's own formatter, field by field.
    escaped = {name: str(escape(value)) for name, value in params.items()}
    return Markup(str(escape(text)).format(**escaped))  # noqa: S704  -- all of it is escaped


@lru_cache(maxsize=2048)
def number(value: float, locale: str) -> str:
    """Return a number with the language's separators: "1 204", "1,204"."""
    return numbers.format_decimal(value, locale=CLDR.get(locale, locale))


@lru_cache(maxsize=8192)
def _text(locale: str, msgid: str) -> str:
    return typeset(_catalogue(locale).gettext(msgid), locale)


@lru_cache(maxsize=4096)
def _plural_text(locale: str, singular: str, plural: str, n: int) -> str:
    return typeset(_catalogue(locale).ngettext(singular, plural, n), locale)


# "3 comments": the strings that every card of a page has.
@lru_cache(maxsize=4096)
def _counted(locale: str, singular: str, plural: str, n: int) -> str:
    return _filled(locale, _plural_text(locale, singular, plural, n), {"n": n})


@lru_cache
def _catalogue(locale: str) -> Translations:
    files = sorted((LOCALE_FOLDER / locale).glob("*.po"))
    # The first file gives the plural rule; an empty catalogue would bring the English one.
    first, *others = [_read(path, locale) for path in files] or [Translations()]
    for other in others:
        first.merge(other)
    return first


def _read(path: Path, locale: str) -> Translations:
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return Translations(compiled)
