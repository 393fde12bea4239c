"""Appeals as whoever sent them follows them, and as whoever judges them reads them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db, pagination
from parvis.core.actor import Actor
from parvis.core.pagination import Page
from parvis.features.moderation import clauses
from parvis.features.moderation.appeals import rules
from parvis.features.moderation.appeals.rules import Contested


class AppealView(msgspec.Struct, frozen=True, kw_only=True):
    """One of a member's appeals; `answer` is the reasoned decision on it."""

    id: UUID
    decision_id: UUID
    action: str
    title: str
    text: str
    filed_at: datetime
    outcome: str | None
    answer: str | None
    decided_at: datetime | None


class ContestForm(msgspec.Struct, frozen=True, kw_only=True):
    """The decision that a member is about to contest."""

    decision_id: UUID
    action: str
    title: str
    text_sent: str | None
    at: datetime
    until: datetime
    is_open: bool
    is_filed: bool


class AppealCase(msgspec.Struct, frozen=True, kw_only=True):
    """An appeal for whoever judges it, beside the decision it contests."""

    id: UUID
    party: str
    text: str
    filed_at: datetime
    action: str
    clause: str | None
    law: str | None
    facts: str | None
    text_sent: str | None
    decided_at: datetime


_TITLE = "coalesce(nullif(r.title, ''), left(r.body, 80), '')"
_MINE = f"""
    SELECT a.id, a.decision_id, d.action, {_TITLE} AS title, a.text, a.filed_at, a.outcome,
           o.text_sent AS answer, a.decided_at
      FROM appeal a
      JOIN decision d ON d.tenant_id = a.tenant_id AND d.id = a.decision_id
      LEFT JOIN revision r ON r.tenant_id = d.tenant_id AND r.id = d.revision_id
      LEFT JOIN decision o ON o.tenant_id = a.tenant_id AND o.id = a.outcome_decision_id
     WHERE a.tenant_id = $1 AND a.member_id = $2 AND a.id < $3
     ORDER BY a.id DESC LIMIT {pagination.PAGE_SIZE + 1}
"""


async def my_appeals(actor: Actor, *, after: str | None = None) -> Page[AppealView]:
    """Return a page of the actor's appeals, newest first."""
    rows = await db.fetch(_MINE, actor.require_member(), pagination.before(after))
    return pagination.page_of(rows, pagination.PAGE_SIZE, _view)


def _view(row: Any) -> AppealView:
    return msgspec.convert(dict(row), AppealView)


_FORM = f"""
    SELECT {_TITLE} AS title, EXISTS (SELECT FROM appeal a WHERE a.tenant_id = $1
               AND a.decision_id = d.id AND a.member_id = $3) AS is_filed
      FROM decision d
      LEFT JOIN revision r ON r.tenant_id = d.tenant_id AND r.id = d.revision_id
     WHERE d.tenant_id = $1 AND d.id = $2
"""


async def contest_form(actor: Actor, decision_id: UUID) -> ContestForm:
    """Return what the form shows. Errors: as rules.access_decision."""
    found = await rules.access_decision(actor, decision_id)
    row = await db.fetch_row(_FORM, decision_id, actor.require_member())
    assert row is not None  # noqa: S101 -- loaded a moment ago, and never deleted
    return ContestForm(
        decision_id=found.id,
        action=found.action,
        title=row["title"],
        text_sent=found.text_sent,
        at=found.at,
        until=found.until,
        is_open=_is_open(found),
        is_filed=row["is_filed"],
    )


def _is_open(found: Contested) -> bool:
    try:
        rules.require_open(found)
    except (rules.TooLate, rules.AlreadyReversed):
        return False
    return True


_OF_ITEM = """
    SELECT a.id, CASE WHEN a.member_id IS NULL THEN 'notifier' ELSE 'member' END AS party, a.text,
           a.filed_at, d.action, d.clause_id, d.charter_version_id, d.law, d.facts, d.text_sent,
           d.at AS decided_at
      FROM review_item i
      JOIN appeal a ON a.tenant_id = i.tenant_id AND a.decision_id = i.other_target_id
      JOIN decision d ON d.tenant_id = a.tenant_id AND d.id = a.decision_id
     WHERE i.tenant_id = $1 AND i.id = $2 AND i.target_kind = 'decision'
     ORDER BY a.id
"""


async def of_item(actor: Actor, item_id: UUID) -> tuple[AppealCase, ...]:
    """Return the appeals of an item that the actor may judge."""
    rows = await db.fetch(_OF_ITEM, item_id)
    versions = {row["charter_version_id"] for row in rows} - {None}
    charters = await clauses.charters(versions)
    return tuple(_case(row, charters, actor.locale) for row in rows)


def _case(row: Any, charters: dict[UUID, clauses.Charter], locale: str) -> AppealCase:
    values = dict(row)
    charter = charters.get(values.pop("charter_version_id"))
    clause = charter.find(values.pop("clause_id")) if charter else None
    return AppealCase(**values, clause=clause.title_in(locale) if clause else None)
