"""What somebody sends who says that something is illegal here, and what is wrong with it."""

import re

import msgspec

from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.moderation.legal_notices import categories, places

MOST_REASONS = 5000
MOST_LAW = 500
MOST_NAME = 200
MOST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_MISSING = N_("Please fill this in.")


class NoticeInput(msgspec.Struct, frozen=True, kw_only=True):
    """A notice. `category` is a code of the Commission's database.

    `name` and `email` may be absent where the category is the sexual abuse of children.
    """

    addresses: tuple[str, ...] = ()
    category: str | None = None
    reasons: str | None = None
    law: str | None = None
    name: str | None = None
    email: str | None = None
    good_faith: bool = False


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice in which nothing is missing."""

    addresses: tuple[str, ...]
    category: str
    reasons: str
    law: str | None
    name: str | None
    email: str | None


async def checked(given: NoticeInput) -> Notice:
    """Return a complete notice. Errors: Invalid, naming every field at fault at once."""
    addresses = tuple(dict.fromkeys(one.strip() for one in given.addresses if one.strip()))
    errors = {
        "addresses": await _of_addresses(addresses),
        "category": _of_category(given.category),
        "reasons": _of_text(given.reasons, MOST_REASONS),
        "law": _of_length(given.law, MOST_LAW),
        "good_faith": "" if given.good_faith else N_("Please confirm this, or send no notice."),
        **_of_notifier(given),
    }
    if fields := {name: message for name, message in errors.items() if message}:
        raise Invalid(fields=fields)
    return Notice(
        addresses=addresses,
        category=given.category or "",
        reasons=(given.reasons or "").strip(),
        law=_or_none(given.law),
        name=_or_none(given.name),
        email=_or_none(given.email),
    )


async def _of_addresses(addresses: tuple[str, ...]) -> str:
    if not addresses:
        return N_("Give the exact address of the page, as your browser shows it.")
    if len(addresses) > places.MOST_PLACES:
        return N_("At most ten addresses in one notice, please.")
    if any(len(one) > places.LONGEST or "\x00" in one for one in addresses):
        return N_("One of these addresses is too long.")
    known = await places.hosts()
    if not all(places.is_here(one, known) for one in addresses):
        return N_("Each address must be one of this site, one on a line.")
    return ""


def _of_category(category: str | None) -> str:
    if not category:
        return N_("Choose what it is.")
    return "" if category in categories.LABELS else N_("Choose one of the kinds listed.")


def _of_notifier(given: NoticeInput) -> dict[str, str]:
    is_needed = categories.needs_notifier(given.category or "")
    name = _of_length(given.name, MOST_NAME)
    email = _of_length(given.email, MOST_EMAIL)
    if _or_none(given.email) and not _EMAIL.fullmatch((given.email or "").strip()):
        email = N_("This is not an e-mail address.")
    if is_needed:
        name = name or ("" if _or_none(given.name) else _MISSING)
        email = email or ("" if _or_none(given.email) else _MISSING)
    return {"name": name, "email": email}


def _of_text(text: str | None, most: int) -> str:
    return _of_length(text, most) if _or_none(text) else _MISSING


def _of_length(text: str | None, most: int) -> str:
    if text and "\x00" in text:
        return N_("This text holds a character that cannot be stored.")
    return N_("This text is too long.") if text and len(text.strip()) > most else ""


def _or_none(text: str | None) -> str | None:
    return (text or "").strip() or None
