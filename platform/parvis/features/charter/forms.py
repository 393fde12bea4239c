"""A form of the charter's screens as it was sent, with what is wrong with it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from parvis.core import http, i18n
from parvis.core.errors import AppError
from parvis.core.http import Req


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing, or what was sent and not taken, with why, in the reader's language."""

    fields: Mapping[str, Any] = {}
    errors: Mapping[str, str] = {}
    problem: str = ""


def again(request: Req, fields: Mapping[str, Any], error: AppError) -> Typed:
    """Return what was written together with what is wrong with it."""
    locale = http.actor_of(request).locale
    return Typed(
        fields=fields,
        errors={k: i18n.translate(locale, v, **error.data) for k, v in error.fields.items()},
        problem="" if error.fields else i18n.translate(locale, error.message, **error.data),
    )
