"""The overview as it is shown: the cards that features gave, and the figures."""

import msgspec

from parvis.core import events
from parvis.core.actor import Actor
from parvis.core.events_admin import AdminCard, AdminHomeOpened
from parvis.features.admin import insights, rules
from parvis.features.admin.insights import Figure


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for the reader, by feature, and how the space is doing.

    `has_insights`: the reader may read figures; there may be none yet.
    """

    cards: tuple[AdminCard, ...]
    figures: tuple[Figure, ...]
    has_insights: bool


async def overview(actor: Actor) -> Overview:
    """Return the overview. Errors: NotFound to who has nothing in the tenant admin."""
    rules.require_overview(actor)
    opened = AdminHomeOpened(actor=actor, cards=[])
    await events.publish(opened)
    return Overview(
        cards=tuple(sorted(opened.cards, key=lambda card: card.place)),
        figures=await insights.figures(actor),
        has_insights=rules.may_read_insights(actor),
    )
