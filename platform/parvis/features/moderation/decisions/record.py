"""The one place where decisions are written down. They are never changed."""

from typing import Any

from parvis.core import clock, crypto, db, journal
from parvis.core.actor import Actor
from parvis.core.ids import DecisionId
from parvis.features.moderation import statement
from parvis.features.moderation.tables import Action


async def write(
    *, action: Action, actor: Actor | None = None, rule: str | None = None, **columns: Any
) -> DecisionId:
    """Write a decision of a person, or of a rule named `rule`, and return its id.

    The journal commits to its facts and its letter, so that they can be proven while they are
    kept. The database refuses a restriction whose statement of reasons is not whole.
    """
    columns |= _commitment(columns)
    defaults: dict[str, Any] = {
        "decided_by": actor.member_id if actor else None,
        "decided_by_rule": rule,
        "source_type": statement.VOLUNTARY,
        "automated_detection": False,
        "automated_decision": statement.NOT_AUTOMATED if actor else statement.FULLY_AUTOMATED,
        "at": clock.now(),
    }
    written = DecisionId(await db.insert("decision", action=action, **(defaults | columns)))
    if digest := columns.get("digest"):
        data = {"to": action, "digest": digest}
        await journal.record(actor, "decision.written", subject=("decision", written), data=data)
    return written


def words(facts: str | None, text_sent: str | None) -> str:
    """Return what a decision's digest is of."""
    return f"{facts or ''}\n\n{text_sent or ''}"


def _commitment(columns: dict[str, Any]) -> dict[str, Any]:
    facts, text_sent = columns.get("facts"), columns.get("text_sent")
    if not (facts or text_sent):
        return {}
    salt, digest = crypto.commit(words(facts, text_sent))
    return {"salt": salt, "digest": digest}
