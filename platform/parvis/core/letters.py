"""Mails as they are read: one template a form, plain text and HTML."""

from typing import Any

import msgspec

from parvis.core import addresses, templating
from parvis.core.tenancy import Tenant


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One mail in its two forms."""

    text: str
    html: str


def written(tenant: Tenant, locale: str, *, template: str, view: object) -> Letter:
    """Return a mail of the tenant in the reader's language, from `template`.txt and .html."""
    context: dict[str, Any] = {"tenant": tenant, "site": addresses.site(tenant), "view": view}

    def form(suffix: str) -> str:
        return templating.render(
            theme=tenant.theme,
            locale=locale,
            timezone=tenant.timezone,
            name=f"{template}.{suffix}",
            context=context,
        )

    return Letter(text=form("txt"), html=form("html"))
