"""The one place where decisions are written down. They are never changed."""

from typing import Any

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.ids import DecisionId
from parvis.features.moderation import statement
from parvis.features.moderation.tables import Action


async def write(
    *, action: Action, actor: Actor | None = None, rule: str | None = None, **columns: Any
) -> DecisionId:
    """Write a decision of a person, or of a rule named `rule`, and return its id.

    The database refuses a restriction whose statement of reasons is not whole.
    """
    defaults: dict[str, Any] = {
        "decided_by": actor.member_id if actor else None,
        "decided_by_rule": rule,
        "source_type": statement.VOLUNTARY,
        "automated_detection": False,
        "automated_decision": statement.NOT_AUTOMATED if actor else statement.FULLY_AUTOMATED,
        "at": clock.now(),
    }
    return DecisionId(await db.insert("decision", action=action, **(defaults | columns)))
