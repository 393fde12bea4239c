"""What is decided of a member rather than of words: higher tiers hear it and tell them."""

from datetime import datetime

from parvis.core.events import Event
from parvis.core.ids import DecisionId, MemberId


class MeasureTaken(Event, frozen=True, kw_only=True):
    """A member was given something, or it was lifted: `warn`, `read_only`, `suspend`, `lift`.

    `text` is what the member reads; `until` is None when it has no end, or there is nothing to end.
    """

    decision_id: DecisionId
    member_id: MemberId
    action: str
    text: str
    until: datetime | None
