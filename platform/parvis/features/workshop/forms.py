"""A form as it was sent, with what is wrong with it: what a page shows again."""

from collections.abc import Mapping
from typing import Any

import msgspec

from parvis.core import http, i18n
from parvis.core.errors import AppError
from parvis.core.http import Req
from parvis.features.workshop.checking import Mistake, Unsound


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing, or what was sent and not taken, with why, in the reader's language."""

    fields: Mapping[str, Any] = {}
    errors: Mapping[str, str] = {}
    problem: str = ""
    mistakes: tuple[Mistake, ...] = ()


def again(request: Req, fields: Mapping[str, Any], error: AppError) -> Typed:
    """Return what was written together with what is wrong with it."""
    locale = http.actor_of(request).locale
    mistakes = error.mistakes if isinstance(error, Unsound) else ()
    return Typed(
        fields=fields,
        errors={k: i18n.translate(locale, v, **error.data) for k, v in error.fields.items()},
        problem="" if error.fields else i18n.translate(locale, error.message, **error.data),
        mistakes=mistakes,
    )


async def raw_text(request: Req, name: str) -> str:
    """Return a field as it was typed, with the spaces and lines around it."""
    form = await http.read_form(request)
    value = form.get(name)
    return value if isinstance(value, str) else ""


def texts(fields: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return the languages of one text: the fields `title.fr`, `title.en` as `title`."""
    prefix = f"{name}."
    found = {key.removeprefix(prefix): value for key, value in fields.items()
             if key.startswith(prefix)}  # fmt: skip
    return {locale: value.replace("\r\n", "\n") for locale, value in found.items() if value}
