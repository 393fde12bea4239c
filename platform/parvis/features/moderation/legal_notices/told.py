"""What a notifier is told of a decision: what was done, on which ground, and what they may do."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.i18n import N_, translate
from parvis.features.moderation import clauses, statement

# The same sentence for words that stay and for a place at which there is nothing: what a secret
# place holds is not told to who cannot read it.
_NOTHING = N_(
    "We examined the place you named. Nothing there was changed: either it does not fall under "
    "what you described, or there is nothing of a member at this address."
)
_TAKEN_DOWN = N_("We examined the place you named. It is no longer visible.")
_MASKED = N_("We examined the place you named. Passages of it are no longer visible.")
_TAKEN_BACK = N_(
    "After an appeal the decision was taken back: the place you named is visible again."
)
_MEASURE = N_("We examined the place you named, and took a measure against its author.")
SENTENCES = {
    "refuse": _TAKEN_DOWN,
    "return": _TAKEN_DOWN,
    "redact": _MASKED,
    "publish": _NOTHING,
    "keep": _NOTHING,
    "dismiss": _NOTHING,
    "warn": _MEASURE,
    "read_only": _MEASURE,
    "suspend": _MEASURE,
    "reverse": _TAKEN_BACK,
    "restore": _TAKEN_BACK,
    "lift": _TAKEN_BACK,
}
# After these the notice was followed: there is nothing for its sender to contest.
GRANTED = frozenset({"refuse", "return", "redact", "warn", "read_only", "suspend"})
# After these two people have looked at it: what remains is outside the house.
FINAL = frozenset({"reverse", "restore", "lift"})


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A decision on a notice, in the words of its sender's language."""

    decision_id: UUID
    at: datetime
    sentence: str
    ground: str
    is_granted: bool
    is_final: bool
    contestable_until: datetime


_DECISION = """
    SELECT d.id, d.action, d.at, d.clause_id, d.charter_version_id, d.law, d.redress_until
      FROM decision d WHERE d.tenant_id = $1 AND d.id = $2
"""


async def outcome(decision_id: UUID | None, locale: str) -> Outcome | None:
    """Return what is told of a decision, None while there is none."""
    row = await db.fetch_row(_DECISION, decision_id) if decision_id else None
    if row is None:
        return None
    return Outcome(
        decision_id=row["id"],
        at=row["at"],
        sentence=translate(locale, SENTENCES.get(row["action"], _NOTHING)),
        ground=await _ground(row, locale),
        is_granted=row["action"] in GRANTED,
        is_final=row["action"] in FINAL,
        contestable_until=row["redress_until"] or statement.redress_until(row["at"]),
    )


async def _ground(row: Any, locale: str) -> str:
    if row["law"]:
        return str(row["law"])
    if row["clause_id"] is None or row["charter_version_id"] is None:
        return ""
    charter = (await clauses.charters([row["charter_version_id"]])).get(row["charter_version_id"])
    clause = charter.find(row["clause_id"]) if charter else None
    return clause.title_in(locale) if clause else ""
