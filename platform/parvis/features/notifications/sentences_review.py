"""What those who judge are told: how much waits, and since when. Never a word of anybody."""

from datetime import datetime
from typing import Any

from parvis.core import formats, i18n
from parvis.core.i18n import N_

KINDS = frozenset({"review_digest", "review_overdue", "review_notice"})

_NOTICE = N_("A legal notice has come in.")
_OLDEST = N_("The oldest was due {when}.")
_OLDEST_AHEAD = N_("The oldest is due {when}.")
# What a digest counts, in the order of the lists.
_COUNTED = (
    ("open", N_("To look at: {n}")),
    ("reported", N_("Reported: {n}")),
    ("escalated", N_("Escalated: {n}")),
    ("mine", N_("In your hands: {n}")),
    ("appeals", N_("Appeals: {n}")),
    ("notices", N_("Legal notices: {n}")),
    ("late", N_("Past their time: {n}")),
)


def headline(kind: str, data: dict[str, Any], locale: str) -> str:
    """Return the one sentence of a notice to somebody who judges."""
    if kind == "review_notice":
        return i18n.translate(locale, _NOTICE)
    if kind == "review_overdue":
        return i18n.ntranslate(
            locale,
            "{n} case of the moderation is past its time.",
            "{n} cases of the moderation are past their time.",
            data["count"],
        )
    return i18n.ntranslate(
        locale, "{n} case waits in moderation.", "{n} cases wait in moderation.", data["count"]
    )


def detail(kind: str, data: dict[str, Any], locale: str) -> str | None:
    """Return what stands below it: the counts of the lists, and the oldest due moment."""
    if kind not in KINDS or "oldest_due" not in data:
        return None
    due = datetime.fromisoformat(data["oldest_due"])
    when = formats.date(due, "long", locale=locale, timezone=data["timezone"])
    oldest = _OLDEST if kind == "review_overdue" or data.get("late") else _OLDEST_AHEAD
    lines = [
        i18n.translate(locale, text, n=data[name]) for name, text in _COUNTED if data.get(name)
    ]
    return "\n".join([*lines, i18n.translate(locale, oldest, when=when)])


def path(data: dict[str, Any]) -> str:
    """Return the list it is about."""
    return f"/admin/moderation?list={data['list']}" if data.get("list") else "/admin/moderation"
