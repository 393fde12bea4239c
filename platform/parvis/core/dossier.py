"""A member's dossier, put together by the features that know something of them."""

from datetime import datetime

import msgspec

from parvis.core.actor import Actor
from parvis.core.events import Event
from parvis.core.ids import MemberId


class DossierRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a member's dossier: words in the reader's language, and where they lead."""

    at: datetime
    text: str
    note: str = ""
    path: str = ""


class DossierSection(msgspec.Struct, frozen=True, kw_only=True):
    """What one feature knows of a member, newest first; `title` is a msgid, `more` leads to all.

    Lower places come first.
    """

    place: int
    name: str
    title: str
    rows: tuple[DossierRow, ...]
    more: str = ""


class DossierOpened(Event, frozen=True, kw_only=True):
    """An administrator reads a member's dossier: features append what they know to `sections`.

    Only what `actor` may know: nothing of secret places, nothing that a moderator has not shown.
    """

    actor: Actor
    member_id: MemberId
    sections: list[DossierSection]
