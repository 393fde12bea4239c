"""News of appeals: told to members by notifications, in the transaction in which it happened."""

from datetime import datetime
from uuid import UUID

from parvis.core.events import Event
from parvis.core.ids import DecisionId, MemberId


class AppealTold(Event, frozen=True, kw_only=True):
    """A member's appeal arrived, or was decided.

    `outcome` is None on arrival, else "upheld" or "reversed"; `text` is then the reasoned answer.
    """

    appeal_id: UUID
    decision_id: DecisionId
    member_id: MemberId
    title: str
    outcome: str | None
    text: str | None
    at: datetime
