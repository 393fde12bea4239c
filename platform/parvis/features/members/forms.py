"""A form as it was sent, with what is wrong with it: what an administrator's page shows again."""

from collections.abc import Mapping
from typing import Any

import msgspec

from parvis.core import http, i18n
from parvis.core.errors import AppError
from parvis.core.http import Req

LISTS = ("groups", "communities")


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing, or what was sent and not taken, with why, in the reader's language."""

    fields: Mapping[str, Any] = {}
    errors: Mapping[str, str] = {}
    problem: str = ""


async def fields_of(request: Req) -> dict[str, Any]:
    """Return the form's fields; of those that may be repeated always a list."""
    fields = await http.form_fields(request)
    for name in LISTS:
        given = fields.get(name, [])
        fields[name] = given if isinstance(given, list) else [given]
    return fields


def again(request: Req, fields: Mapping[str, Any], error: AppError) -> Typed:
    """Return what was written together with what is wrong with it."""
    locale = http.actor_of(request).locale
    return Typed(
        fields=fields,
        errors={k: i18n.translate(locale, v, **error.data) for k, v in error.fields.items()},
        problem="" if error.fields else i18n.translate(locale, error.message, **error.data),
    )
