"""What a notice says, in its reader's language: the page, the JSON and the mail agree."""

from typing import Any

from parvis.core import i18n
from parvis.core.i18n import N_
from parvis.features.meetings.states import LABELS
from parvis.features.meetings.tables import Track

_DECIDED = {
    "publish": N_("“{title}” is published."),
    "return": N_("“{title}” is returned to you for a change."),
    "refuse": N_("“{title}” is not published."),
    "redact": N_("“{title}” is published with passages masked."),
}
_COMMENTED = N_("{name} commented on “{title}”.")
_ADMITTED = N_("You are now a member of “{title}”.")
_DECLINED = N_("Your request to join “{title}” was declined.")
_MOVED = N_("Your question no. {number}: {state}.")
_ANSWERED = N_("Your question no. {number} has its answer.")
_CORRECTED = N_("The answer to your question no. {number} was corrected.")

_FOLLOWED = N_("{name}, whom you follow, has published a post.")
_FOLLOWED_SEVERAL = N_("{name}, whom you follow, has published several posts.")

_OWN_DATA = {
    "own_data_ready": N_("The copy of your data is ready."),
    "erasure_asked": N_("You asked to be forgotten here."),
}

_PATHS = {
    "member": "/people/",
    "post": "/posts/",
    "comment": "/comments/",
    "question": "/questions/",
}


def headline(kind: str, data: dict[str, Any], locale: str) -> str:
    """Return the one sentence of a notice."""
    if kind == "contribution_decided":
        return i18n.translate(locale, _DECIDED[data["action"]], title=data["title"])
    if kind == "comment_on_post":
        return i18n.translate(locale, _COMMENTED, name=data["name"], title=data["title"])
    if kind == "request_decided" or kind in _OWN_DATA:
        message = _OWN_DATA.get(kind) or (_ADMITTED if data["is_admitted"] else _DECLINED)
        return i18n.translate(locale, message, title=data.get("title"))
    if kind == "followed_published":
        message = _FOLLOWED_SEVERAL if data["is_several"] else _FOLLOWED
        return i18n.translate(locale, message, name=data["name"])
    if kind == "question_moved":
        label = LABELS[Track(data["track"])][data["state"]]
        state = _within(i18n.translate(locale, label))
        return i18n.translate(locale, _MOVED, number=data["number"], state=state)
    message = _CORRECTED if data["is_correction"] else _ANSWERED
    return i18n.translate(locale, message, number=data["number"])


def _within(label: str) -> str:
    """Return a label as it stands inside a sentence."""
    return label[:1].lower() + label[1:]


def path(subject_kind: str, subject_id: Any, data: dict[str, Any]) -> str:
    """Return where the subject of a notice is read."""
    if subject_kind == "community":
        return f"/communities/{data['slug']}"
    if subject_kind == "profile":
        return "/me/profile"
    if subject_kind == "own_data":
        return "/me/data"
    return f"{_PATHS[subject_kind]}{subject_id}"
