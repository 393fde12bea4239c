"""Decisions of the whole tenant, newest first, and one of them with its whole record."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import db, pagination, text
from parvis.core.actor import Actor
from parvis.core.pagination import Page
from parvis.features.journal import queries as journal
from parvis.features.journal.queries import Entry
from parvis.features.moderation import clauses
from parvis.features.moderation.decisions import rules, views
from parvis.features.moderation.decisions.about import STANDS
from parvis.features.moderation.decisions.views import DecisionView
from parvis.features.moderation.queries import Person, person
from parvis.features.moderation.tables import SANCTIONS, Action

TITLE_LENGTH = 90
_OF_MEMBERS = frozenset({"member.sanctioned", "member.sanction_lifted"})


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for. `since` and `until` are days of the tenant's calendar, both included."""

    action: Action | None = None
    clause: str | None = None
    decided_by: UUID | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == Search()


class DecisionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. `title` names the words, empty for a decision about a member."""

    id: UUID
    at: datetime
    action: str
    decided_by: Person | None
    decided_by_rule: str | None
    member: Person | None
    title: str
    clause_id: str | None
    clause: str | None
    law: str | None
    until: datetime | None
    is_reversed: bool


class DecisionPage(msgspec.Struct, frozen=True, kw_only=True):
    """One decision with its record and its story; `can_reverse` is what is offered now."""

    decision: DecisionView
    line: DecisionLine
    clause_text: str | None
    clause_path: str | None
    reversed_by: DecisionView | None
    place_id: UUID | None
    words_path: str | None
    history: tuple[Entry, ...]
    can_reverse: bool


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the filters of the list offer."""

    deciders: tuple[Person, ...]
    clauses: tuple[tuple[str, str], ...]


# Not those about the reader: who decided about them is not theirs to know.
_LINES = f"""
    SELECT d.id, d.at, d.action, d.decided_by, b.display_name AS decider, d.decided_by_rule,
           coalesce(d.member_id, c.author_id) AS member_id, m.display_name AS member,
           r.title, r.body, d.clause_id, d.charter_version_id, d.law, d.until, c.kind,
           d.contribution_id, NOT ({STANDS}) AS is_reversed,
           (SELECT s.place_id FROM sanction s WHERE s.tenant_id = $1 AND s.decision_id = d.id)
               AS place_id
      FROM decision d
      LEFT JOIN contribution c ON c.tenant_id = $1 AND c.id = d.contribution_id
      LEFT JOIN revision r ON r.tenant_id = $1 AND r.id = d.revision_id
      LEFT JOIN member b ON b.tenant_id = $1 AND b.id = d.decided_by
      LEFT JOIN member m ON m.tenant_id = $1 AND m.id = coalesce(d.member_id, c.author_id)
     WHERE d.tenant_id = $1 AND d.member_id IS DISTINCT FROM $2
       AND c.author_id IS DISTINCT FROM $2
"""
_PAGE = f"""
    {_LINES} AND d.id < $3
       AND ($4::text IS NULL OR d.action = $4) AND ($5::text IS NULL OR d.clause_id = $5)
       AND ($6::uuid IS NULL OR d.decided_by = $6)
       AND ($7::timestamptz IS NULL OR d.at >= $7) AND ($8::timestamptz IS NULL OR d.at < $8)
     ORDER BY d.id DESC LIMIT $9
"""
_DECIDERS = """
    SELECT DISTINCT m.id, m.display_name AS name
      FROM (SELECT decided_by FROM decision WHERE tenant_id = $1 AND decided_by IS NOT NULL
             ORDER BY id DESC LIMIT 1000) d
      JOIN member m ON m.tenant_id = $1 AND m.id = d.decided_by
     ORDER BY name LIMIT 100
"""


async def decisions(
    actor: Actor, search: Search, *, after: str | None = None, limit: int | None = None
) -> Page[DecisionLine]:
    """Return a page of decisions. Errors: NotFound to who reads none; BadRequest for a cursor."""
    rules.require_reader(actor)
    size = pagination.bounded(limit)
    zone = actor.tenant.timezone
    rows = await db.fetch(
        _PAGE,
        actor.member_id,
        pagination.before(after),
        search.action,
        search.clause,
        search.decided_by,
        _start(search.since, zone),
        _start(search.until + timedelta(days=1) if search.until else None, zone),
        size + 1,
    )
    charters = await clauses.charters({row["charter_version_id"] for row in rows} - {None})
    return pagination.page_of(rows, size, lambda row: _line(row, charters, actor.locale))


async def page(actor: Actor, decision: DecisionView) -> DecisionPage:
    """Return a decision that was loaded for this actor, with its record and its story."""
    row = await db.fetch_row(f"{_LINES} AND d.id = $3", actor.member_id, decision.id)
    assert row is not None  # noqa: S101 -- it was loaded in this transaction
    versions = [decision.charter_version_id] if decision.charter_version_id else []
    charters = await clauses.charters(versions)
    charter = charters.get(row["charter_version_id"])
    clause = charter.find(decision.clause_id) if charter else None
    back = await views.reversal_of(decision.id)
    return DecisionPage(
        decision=decision,
        line=_line(row, charters, actor.locale),
        clause_text=clause.text_in(actor.locale) if clause else None,
        clause_path=f"{charter.path}#{clause.id}" if charter and clause else None,
        reversed_by=back,
        place_id=row["place_id"],
        words_path=_words_path(row),
        history=await _history(actor, row),
        can_reverse=back is None and await rules.can_reverse(actor, decision, row["place_id"]),
    )


async def choices(actor: Actor) -> Choices:
    """Return who decided lately, and the clauses of the charter in force."""
    rows = await db.fetch(_DECIDERS)
    charter = await clauses.newest()
    named = charter.clauses if charter else ()
    return Choices(
        deciders=tuple(Person(id=row["id"], name=row["name"]) for row in rows),
        clauses=tuple((one.id, f"{one.number}. {one.title_in(actor.locale)}") for one in named),
    )


async def _history(actor: Actor, row: db.Record) -> tuple[Entry, ...]:
    if row["action"] in SANCTIONS or row["contribution_id"] is None:
        told = await journal.history(actor, "member", row["member_id"])
        return tuple(entry for entry in told if entry.act in _OF_MEMBERS)
    return tuple(await journal.history(actor, row["kind"], row["contribution_id"]))


def _line(row: Any, charters: dict[UUID, clauses.Charter], locale: str) -> DecisionLine:
    charter = charters.get(row["charter_version_id"])
    clause = charter.find(row["clause_id"]) if charter else None
    plain = ("id", "at", "action", "decided_by_rule", "clause_id", "law", "until", "is_reversed")
    return DecisionLine(
        **{name: row[name] for name in plain},
        decided_by=person(row["decided_by"], row["decider"]),
        member=person(row["member_id"], row["member"]),
        title=row["title"] or text.excerpt(row["body"] or "", TITLE_LENGTH),
        clause=clause.title_in(locale) if clause else None,
    )


def _words_path(row: Any) -> str | None:
    # A profile has no page of its own words; moderators read them in the case.
    folders = {"post": "/posts/", "comment": "/comments/", "question": "/questions/"}
    folder = folders.get(row["kind"] or "")
    return f"{folder}{row['contribution_id']}" if folder else None


def _start(day: date | None, timezone: str) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(timezone)) if day else None
