"""A decision as it is shown: one row, by whom, and what it rests on."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.features.moderation.queries import Person, person


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as it was written down; whom it concerns reads all of it but who decided.

    `decided_by` is None when the rule in `decided_by_rule` decided. `law` is the text of the law
    and why, on a legal ground. `reverses_id` is the decision that this one takes back.
    """

    id: UUID
    item_id: UUID | None
    contribution_id: UUID | None
    revision_id: UUID | None
    member_id: UUID | None
    action: str
    decided_by: Person | None
    decided_by_rule: str | None
    ground: str | None
    clause_id: str | None
    charter_version_id: UUID | None
    law: str | None
    facts: str | None
    statement: dict[str, Any] | None
    text_sent: str | None
    until: datetime | None
    territory: tuple[str, ...]
    redress_until: datetime | None
    reverses_id: UUID | None
    at: datetime


DECISION = """
    SELECT d.id, d.item_id, d.contribution_id, d.revision_id, d.member_id, d.action, d.ground,
           d.clause_id, d.charter_version_id, d.law, d.facts, d.statement, d.text_sent, d.until,
           d.territory, d.redress_until, d.reverses_id, d.at, d.decided_by, d.decided_by_rule,
           m.display_name
      FROM decision d
      LEFT JOIN member m ON m.tenant_id = d.tenant_id AND m.id = d.decided_by
     WHERE d.tenant_id = $1
"""


async def decision(decision_id: UUID) -> DecisionView | None:
    """Return a decision the caller has let the actor see."""
    row = await db.fetch_row(f"{DECISION} AND d.id = $2", decision_id)
    return decision_view(row) if row else None


async def last_decision(item_id: UUID) -> DecisionView | None:
    """Return the newest decision on an item the caller has let the actor see."""
    row = await db.fetch_row(f"{DECISION} AND d.item_id = $2 ORDER BY d.id DESC LIMIT 1", item_id)
    return decision_view(row) if row else None


def decision_view(row: db.Record) -> DecisionView:
    """Build a view from a row of DECISION."""
    values: dict[str, Any] = {
        name: row[name]
        for name in DecisionView.__struct_fields__
        if name in row.keys()  # noqa: SIM118 -- a Record is no mapping of names
    }
    stated = values.pop("statement")
    values |= {
        "decided_by": person(row["decided_by"], row["display_name"]),
        "statement": db.from_jsonb(stated, dict[str, Any]) if stated else None,
        "territory": tuple(row["territory"]),
    }
    return DecisionView(**values)


async def reversal_of(decision_id: UUID) -> DecisionView | None:
    """Return the decision that took this one back, None while it stands."""
    row = await db.fetch_row(f"{DECISION} AND d.reverses_id = $2", decision_id)
    return decision_view(row) if row else None
