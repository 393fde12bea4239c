"""Acts of the journal as sentences. An act without one is still shown, by its name.

The words stand in `wording`, by area: a new act goes into the module of its area.
"""

from typing import Any

from parvis.core import i18n
from parvis.features.journal.wording import (
    charter,
    contributions,
    house,
    meetings,
    moderation,
    people,
    provisioning,
    redress,
    seals,
    sign_in,
)

# What no member did.
HOUSE = "Parvis"

_AREAS = (
    charter,
    contributions,
    house,
    meetings,
    moderation,
    people,
    provisioning,
    redress,
    seals,
    sign_in,
)

SENTENCES: dict[str, str] = {act: said for area in _AREAS for act, said in area.SENTENCES.items()}
# What entries are about, by kind.
SUBJECTS: dict[str, str] = {kind: name for area in _AREAS for kind, name in area.SUBJECTS.items()}


def name_subject(kind: str | None, locale: str) -> str | None:
    """Return what an entry is about in the reader's language: its kind where that has no name."""
    return i18n.translate(locale, SUBJECTS[kind]) if kind in SUBJECTS else kind


def say(act: str, who: str | None, data: dict[str, Any], locale: str) -> str:
    """Return an entry in the reader's language: the sentence of its act, or the act's name."""
    name = who or HOUSE
    known = SENTENCES.get(f"{act}:{data.get('to')}") or SENTENCES.get(act)
    return i18n.translate(locale, known, who=name) if known else f"{name}: {act}"
