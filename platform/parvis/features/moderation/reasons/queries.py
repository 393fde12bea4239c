"""Ready-made reasons as they are listed, and as the decision form offers them."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.features.moderation import clauses
from parvis.features.moderation.reasons import rules
from parvis.features.moderation.tables import RESTRICTIONS, Action

ACTIONS = tuple(action for action in Action if action in RESTRICTIONS)


class ReasonView(msgspec.Struct, frozen=True, kw_only=True):
    """One reason. `clause` is its title, None where the charter in force has it no more."""

    id: UUID
    clause_id: str
    clause: str | None
    action: str
    locale: str
    title: str
    body: str
    updated_by: str | None
    updated_at: datetime


class ReasonChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A reason that fits a decision, as its form offers it."""

    id: UUID
    title: str
    body: str


class Reasons(msgspec.Struct, frozen=True, kw_only=True):
    """All reasons, and what a new one may be about."""

    items: tuple[ReasonView, ...]
    clauses: tuple[tuple[str, str], ...]
    actions: tuple[Action, ...]
    locales: tuple[str, ...]
    can_write: bool


_REASONS = """
    SELECT n.id, n.clause_id, n.action, n.locale, n.title, n.body, n.updated_at,
           m.display_name AS updated_by
      FROM canned_reason n
      LEFT JOIN member m ON m.tenant_id = n.tenant_id AND m.id = n.updated_by
     WHERE n.tenant_id = $1
"""
_OFFERED = """
    SELECT id, title, body FROM canned_reason
     WHERE tenant_id = $1 AND clause_id = $2 AND action = $3 AND locale = $4
     ORDER BY title LIMIT 50
"""


async def reasons(actor: Actor) -> Reasons:
    """Return all reasons, by clause. Errors: NotFound to who neither uses nor writes them."""
    rules.require_reader(actor)
    charter = await clauses.newest()
    named = charter.clauses if charter else ()
    titles = {one.id: f"{one.number}. {one.title_in(actor.locale)}" for one in named}
    rows = await db.fetch(f"{_REASONS} ORDER BY n.clause_id, n.action, n.locale, n.title LIMIT 500")
    return Reasons(
        items=tuple(_view(row, titles) for row in rows),
        clauses=tuple(titles.items()),
        actions=ACTIONS,
        locales=tuple(actor.tenant.locales),
        can_write=rules.may_write(actor),
    )


async def reason(actor: Actor, reason_id: UUID) -> ReasonView:
    """Return one reason. Errors: NotFound."""
    rules.require_reader(actor)
    row = await db.fetch_row(f"{_REASONS} AND n.id = $2", reason_id)
    if row is None:
        raise NotFound
    charter = await clauses.newest()
    named = charter.clauses if charter else ()
    return _view(row, {one.id: one.title_in(actor.locale) for one in named})


async def offered(clause_id: str, action: Action, locale: str) -> tuple[ReasonChoice, ...]:
    """Return the reasons for an action under a clause in a language, by title."""
    rows = await db.fetch(_OFFERED, clause_id, action, locale)
    return tuple(ReasonChoice(id=row["id"], title=row["title"], body=row["body"]) for row in rows)


def _view(row: db.Record, titles: dict[str, str]) -> ReasonView:
    return ReasonView(**dict(row), clause=titles.get(row["clause_id"]))
