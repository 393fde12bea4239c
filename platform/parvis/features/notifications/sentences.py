"""What a notice says, in its reader's language: the page, the JSON and the mail agree."""

from typing import Any

from parvis.core import i18n
from parvis.core.i18n import N_
from parvis.features.meetings.states import LABELS
from parvis.features.meetings.tables import Track
from parvis.features.notifications import sentences_redress, sentences_review, sentences_seal

_DECIDED = {
    "publish": N_("“{title}” is published."),
    "return": N_("“{title}” is returned to you for a change."),
    "refuse": N_("“{title}” is not published."),
    "redact": N_("“{title}” is published with passages masked."),
    "restore": N_("The decision about “{title}” has been taken back."),
}
_MEASURES = {
    "warn": N_("You have received a warning."),
    "read_only": N_("You may read here, but not write for a time."),
    "suspend": N_("Your access has been suspended for a time."),
    "lift": N_("The measure taken about you has been lifted."),
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

_PLACES = {
    "profile": "/me/profile",
    "own_data": "/me/data",
    sentences_redress.SUBJECT: sentences_redress.PATH,
    sentences_seal.SUBJECT: sentences_seal.PATH,
}
_PATHS = {
    "member": "/people/",
    "post": "/posts/",
    "comment": "/comments/",
    "question": "/questions/",
    "decision": "/decisions/",
}


def headline(kind: str, data: dict[str, Any], locale: str) -> str:
    """Return the one sentence of a notice."""
    if kind in sentences_review.KINDS:
        return sentences_review.headline(kind, data, locale)
    if kind == sentences_seal.KIND:
        return sentences_seal.headline(locale)
    if kind in sentences_redress.KINDS:
        return sentences_redress.headline(kind, data, locale)
    if kind == "question_moved":
        label = LABELS[Track(data["track"])][data["state"]]
        state = _within(i18n.translate(locale, label))
        return i18n.translate(locale, _MOVED, number=data["number"], state=state)
    # Each sentence takes from the notice what it names.
    return i18n.translate(locale, _message(kind, data), **_named(data))


def _message(kind: str, data: dict[str, Any]) -> str:
    by_kind = {
        "contribution_decided": lambda: _DECIDED[data["action"]],
        "measure_taken": lambda: _MEASURES[data["action"]],
        "comment_on_post": lambda: _COMMENTED,
        "request_decided": lambda: _ADMITTED if data["is_admitted"] else _DECLINED,
        "followed_published": lambda: _FOLLOWED_SEVERAL if data["is_several"] else _FOLLOWED,
        "answer_published": lambda: _CORRECTED if data["is_correction"] else _ANSWERED,
    }
    return _OWN_DATA.get(kind) or by_kind[kind]()


def _named(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("title", "name", "number") if data.get(name) is not None}


def _within(label: str) -> str:
    """Return a label as it stands inside a sentence."""
    return label[:1].lower() + label[1:]


def path(subject_kind: str, subject_id: Any, data: dict[str, Any]) -> str:
    """Return where the subject of a notice is read."""
    if subject_kind == "community":
        return f"/communities/{data['slug']}"
    if subject_kind in _PLACES:
        return _PLACES[subject_kind]
    if subject_kind == "review":
        return sentences_review.path(data)
    return f"{_PATHS[subject_kind]}{subject_id}"
