"""The tenant admin's overview, put together by the features that have something to say there."""

from typing import Literal

import msgspec

from parvis.core.actor import Actor
from parvis.core.events import Event

# What a figure or a card wants of its reader: nothing, nothing any more, a look, action.
Tone = Literal["", "ok", "warn", "bad"]


class CardFigure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of a card, written for its reader: "12", "3 h"; `note` says what it means."""

    label: str
    value: str
    note: str = ""
    href: str = ""
    tone: Tone = ""


class CardLine(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a card, and where it leads."""

    text: str
    note: str = ""
    href: str = ""
    tone: Tone = ""


class AdminCard(msgspec.Struct, frozen=True, kw_only=True):
    """What one feature has to say on the overview, in the reader's language.

    Lower places come first; `name` tells cards apart; `icon` is one of the sprite's.
    """

    place: int
    name: str
    title: str
    href: str
    icon: str
    figures: tuple[CardFigure, ...] = ()
    lines: tuple[CardLine, ...] = ()


class AdminHomeOpened(Event, frozen=True, kw_only=True):
    """Somebody opens the tenant admin: features append cards to `cards`.

    Only what `actor` may open, by a few statements on indexes: this is everybody's first screen.
    """

    actor: Actor
    cards: list[AdminCard]


class Insight(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of the tenant's life, kept until it is counted again.

    `unit` is "count", "share" (0 to 1) or "hours"; `of` says of what where a figure has many, by a
    clause's id for example. `among` is over how many people, or decisions of people, it was
    counted: below five it is never shown.
    """

    name: str
    unit: Literal["count", "share", "hours"]
    value: float
    among: int
    of: str = ""


class InsightsCounted(Event, frozen=True, kw_only=True):
    """A worker counts the tenant's insights anew: features append theirs to `found`."""

    found: list[Insight]
