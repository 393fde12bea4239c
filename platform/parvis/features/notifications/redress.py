"""What members are told of their appeals: that they arrived, and that a decision stands.

That one was taken back, the reversal itself tells.
"""

from typing import Any

from parvis.core import i18n
from parvis.core.events_redress import AppealTold
from parvis.core.i18n import N_
from parvis.features.notifications.actions import tell

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


async def tell_appeal(event: AppealTold) -> None:
    """Acknowledge an appeal, or tell its reasoned answer, where the decision stands."""
    if event.outcome == "reversed":
        return
    kind = "appeal_upheld" if event.outcome else "appeal_received"
    await tell(
        event.member_id,
        kind,
        subject=(SUBJECT, event.appeal_id),
        data={"title": event.title, "text": event.text},
        dedupe=f"{kind}/{event.appeal_id}",
    )
