"""The readable part of the archive: a page without scripts that needs nothing but its style."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from markupsafe import escape

from parvis.core import formats, i18n
from parvis.core.data_rights import OwnDataSection
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.core.tenancy import Tenant
from parvis.core.typography import typeset


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """Whose archive it is, and how it is to be read."""

    tenant: Tenant
    member_id: MemberId
    name: str
    locale: str
    made_at: datetime


def beginning(whose: Whose, sections: Sequence[OwnDataSection]) -> str:
    """Return the page's head, and what it holds."""
    title = _said(whose, N_("Your data: {space}"), space=whose.tenant.space)
    day = formats.date(whose.made_at, "long", locale=whose.locale, timezone=whose.tenant.timezone)
    made = _said(whose, N_("Made on {day}."), day=day)
    links = "".join(
        f'<li><a href="#{escape(one.name)}">{_said(whose, one.title)}</a></li>' for one in sections
    )
    return (
        f'<!doctype html>\n<html lang="{escape(whose.locale)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="stylesheet" href="style.css"></head><body><main>\n'
        f"<h1>{title}</h1><p>{escape(whose.name)}. {made}</p>"
        f"<p>{_said(whose, ABOUT)}</p><nav><ul>{links}</ul></nav>\n"
    )


ABOUT = N_(
    "Everything kept here about you, and nothing about others. The file data.json beside this page "
    "holds the same for programs."
)


def section(name: str, title: str, whose: Whose) -> str:
    """Return how a section begins; `title` is translated already."""
    return f'<section id="{escape(name)}"><h2>{escape(typeset(title, whose.locale))}</h2>\n'


def row(columns: Mapping[str, str], values: Mapping[str, Any], whose: Whose) -> str:
    """Return one row: each heading with its value, empty ones left out."""
    told = "".join(
        f"<div><dt>{escape(columns.get(name, name))}</dt><dd>{_value(value, whose)}</dd></div>"
        for name, value in values.items()
        if value not in (None, "", [], {})
    )
    return f"<dl>{told}</dl>\n"


def section_end(whose: Whose, count: int) -> str:
    """Return how a section ends; one without rows says so."""
    return f"{'' if count else '<p>' + _said(whose, N_('Nothing.')) + '</p>'}</section>\n"


def ending(whose: Whose, files: Sequence[str]) -> str:
    """Return the files beside the page, and its end."""
    links = "".join(f'<li><a href="files/{escape(n)}">{escape(n)}</a></li>' for n in files)
    listed = f"<ul>{links}</ul>" if links else f"<p>{_said(whose, N_('Nothing.'))}</p>"
    title = _said(whose, N_("Files you sent in"))
    return f'<section id="files"><h2>{title}</h2>{listed}</section>\n</main></body></html>\n'


def _value(value: Any, whose: Whose) -> str:
    if isinstance(value, datetime):
        local = formats.date(value, "long", locale=whose.locale, timezone=whose.tenant.timezone)
        return f'<time datetime="{value.isoformat()}">{escape(local)}</time>'
    if isinstance(value, bool):
        return _said(whose, N_("yes") if value else N_("no"))
    if isinstance(value, dict):
        return f"<pre>{escape(json.dumps(value, ensure_ascii=False, indent=1))}</pre>"
    if isinstance(value, list | tuple):
        return str(escape(", ".join(map(str, value))))
    return str(escape(value))


def _said(whose: Whose, msgid: str, **params: object) -> str:
    """Return a string in the reader's language, ready for HTML."""
    return str(escape(typeset(i18n.translate(whose.locale, msgid, **params), whose.locale)))
