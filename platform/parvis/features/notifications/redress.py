"""What members are told of their appeals: that they arrived, and that a decision stands.

That one was taken back, the reversal itself tells.
"""

from parvis.core.events_redress import AppealTold
from parvis.features.notifications.actions import tell
from parvis.features.notifications.sentences_redress import SUBJECT


async def tell_appeal(event: AppealTold) -> None:
    """Acknowledge an appeal, or tell its reasoned answer, where the decision stands."""
    if event.outcome == "reversed":
        return
    kind = "appeal_upheld" if event.outcome else "appeal_received"
    await tell(
        event.member_id,
        kind,
        subject=(SUBJECT, event.appeal_id),
        data={"title": event.title, "text": event.text},
        dedupe=f"{kind}/{event.appeal_id}",
    )
