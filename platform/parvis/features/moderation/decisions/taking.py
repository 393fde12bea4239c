"""A decision being taken: what was asked, of which item, by whom. No database here."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core.actor import Actor
from parvis.core.ids import DecisionId
from parvis.features.charter.document import Category
from parvis.features.moderation.rules import Item
from parvis.features.moderation.tables import Action

Facts = Annotated[str, Meta(max_length=5000)]
Text = Annotated[str, Meta(max_length=10000)]
Law = Annotated[str, Meta(max_length=500)]
Why = Annotated[str, Meta(max_length=2000)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class GroundKind(StrEnum):
    """What a restriction rests on."""

    CLAUSE = "clause"
    LAW = "law"


class Gravity(StrEnum):
    """How grave what happened is."""

    MINOR = "minor"
    SERIOUS = "serious"
    GRAVE = "grave"


class Intent(StrEnum):
    """What the member meant, as far as one can tell."""

    UNKNOWN = "unknown"
    CARELESS = "careless"
    DELIBERATE = "deliberate"


class DecideInput(msgspec.Struct, frozen=True, kw_only=True):
    """A decision. A restriction needs its ground, and the text that its author will read.

    The ground is a clause of the charter (`clause_id`; `<community>:<clause>` for one of a
    community's own), or the law: then `law` names the text and `law_why` says why it applies.
    `facts` are for the record and hold no personal data; composed when absent. For an
    escalation they are the note to whoever decides. `until` makes a restriction of words
    temporary, `territory` limits it to countries.
    """

    version: int
    action: Action
    clause_id: str | None = None
    ground: GroundKind = GroundKind.CLAUSE
    law: Law | None = None
    law_why: Why | None = None
    category: Category | None = None
    facts: Facts | None = None
    text: Text | None = None
    territory: tuple[Country, ...] = ()
    until: datetime | None = None
    is_manifestly_unfounded: bool = False
    # Of a member's restriction only: the community it is limited to, and what was weighed.
    place_id: UUID | None = None
    gravity: Gravity | None = None
    intent: Intent | None = None
    without_warning: Text | None = None


class Taking(msgspec.Struct, frozen=True, kw_only=True):
    """A decision being taken: checked against what was offered, its item locked and closed.

    `site` is the tenant's public address, `at` the moment of the decision; `source` says by which
    notice it came, None for what moderators and members found.
    """

    actor: Actor
    item: Item
    given: DecideInput
    decision_id: DecisionId
    at: datetime
    site: str
    source: str | None = None
