"""What members read of their appeals: the page, the JSON and the mail agree."""

from typing import Any

from parvis.core import i18n
from parvis.core.i18n import N_

PATH = "/me/appeals"
SUBJECT = "appeal"
_ABOUT_WORDS = {
    "appeal_received": N_("Your appeal about “{title}” has arrived."),
    "appeal_upheld": N_("The decision about “{title}” stands."),
}
_ABOUT_ACCOUNT = {
    "appeal_received": N_("Your appeal has arrived."),
    "appeal_upheld": N_("The decision you contested stands."),
}
KINDS = frozenset(_ABOUT_WORDS)


def headline(kind: str, data: dict[str, Any], locale: str) -> str:
    """Return the one sentence of a notice about an appeal."""
    if data.get("title"):
        return i18n.translate(locale, _ABOUT_WORDS[kind], title=data["title"])
    return i18n.translate(locale, _ABOUT_ACCOUNT[kind])
