"""What a proof file says of itself: instructions in two languages, and the story in words."""

from pathlib import Path
from uuid import UUID

from markupsafe import escape

from parvis.core import addresses, clock, formats, i18n
from parvis.core.i18n import N_
from parvis.core.tenancy import Tenant
from parvis.features.journal import sentences
from parvis.features.journal.evidence.story import Told

TEXTS = Path(__file__).with_name("texts")
KEYS = "/.well-known/parvis-journal-keys.json"
STYLE = (TEXTS / "story.css").read_text("utf-8")


def files(
    tenant: Tenant, subject: str, told: tuple[Told, ...], named: dict[UUID, str], *, locale: str
) -> dict[str, bytes]:
    """Return README.txt, LISEZMOI.txt and story.html with its style."""
    page = "".join([_head(tenant, subject, locale), *_rows(tenant, told, named, locale), _END])
    return {
        **{name: _text(name, tenant, subject) for name in ("README.txt", "LISEZMOI.txt")},
        "story.html": page.encode(),
        "style.css": STYLE.encode(),
    }


def _text(name: str, tenant: Tenant, subject: str) -> bytes:
    text = (TEXTS / name).read_text("utf-8")
    said = {
        "{house}": tenant.name,
        "{subject}": subject,
        "{made}": f"{clock.now():%Y-%m-%d %H:%M} UTC",
        "{keys}": f"{addresses.site(tenant)}{KEYS}",
    }
    for place, value in said.items():
        text = text.replace(place, value)
    return text.encode()


def _head(tenant: Tenant, subject: str, locale: str) -> str:
    title = i18n.translate(locale, N_("The whole story"))
    columns = (N_("When"), N_("What happened"), N_("File"))
    heads = "".join(f"<th scope=col>{i18n.translate(locale, one)}</th>" for one in columns)
    return (
        f'<!doctype html>\n<html lang="{escape(locale)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="stylesheet" href="style.css"></head><body><main>\n'
        f"<p>{escape(tenant.space)}</p><h1>{title}</h1><p><code>{escape(subject)}</code></p>\n"
        f"<table><thead><tr>{heads}</tr></thead><tbody>\n"
    )


def _rows(tenant: Tenant, told: tuple[Told, ...], named: dict[UUID, str], locale: str) -> list[str]:
    return [
        f"<tr><td>{_when(one, tenant, locale)}</td>"
        f"<td>{escape(sentences.say(one.act, one.actor, one.data, locale))}</td>"
        f'<td><a href="{escape(named[one.id])}">{escape(one.act)}</a></td></tr>\n'
        for one in told
    ]


def _when(one: Told, tenant: Tenant, locale: str) -> str:
    local = formats.date(one.at, "long", locale=locale, timezone=tenant.timezone)
    return f'<time datetime="{one.at:%Y-%m-%dT%H:%M:%SZ}">{escape(local)}</time>'


_END = "</tbody></table></main></body></html>\n"
