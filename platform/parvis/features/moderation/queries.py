"""The queue as moderators read it: lists of items, oldest due first."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, text
from parvis.core.actor import Actor
from parvis.core.errors import BadRequest
from parvis.core.i18n import N_
from parvis.core.pagination import PAGE_SIZE, Page, page_of
from parvis.features.moderation import clauses, rules
from parvis.features.moderation.clauses import Charter, spoken
from parvis.features.moderation.rules import Scope

TITLE_LENGTH = 110
SOON = timedelta(hours=4)


class QueueList(StrEnum):
    """The lists of the queue."""

    OPEN = "open"
    REPORTED = "reported"
    ESCALATED = "escalated"
    MINE = "mine"
    DECIDED = "decided"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A member by name."""

    id: UUID
    name: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where words were written: a community or a meeting."""

    id: UUID
    title: str
    href: str


class ItemSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the queue. `clause` is the title of the first clause a rule named."""

    id: UUID
    kind: str
    target_kind: str
    target_id: UUID
    audience: str
    contribution_id: UUID | None
    contribution_kind: str | None
    title: str
    author: Person | None
    place: Place | None
    status: str
    due_at: datetime
    is_late: bool
    is_soon: bool
    clause: str | None
    reports: int
    claimed_by: Person | None
    claim_expires_at: datetime | None
    outcome: str | None
    created_at: datetime
    decided_at: datetime | None
    version: int


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as it was written down; the author reads all of it but who decided."""

    id: UUID
    item_id: UUID
    contribution_id: UUID
    revision_id: UUID
    action: str
    decided_by: Person
    clause_id: str | None
    facts: str | None
    statement: dict[str, Any] | None
    text_sent: str | None
    at: datetime


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many items each list of work holds, and how many of all are past their due moment."""

    open: int
    reported: int
    escalated: int
    mine: int
    late: int


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """One page of one list, and what the other lists hold."""

    list: QueueList
    counts: Counts
    page: Page[ItemSummary]


_REPORTED = """EXISTS (SELECT FROM review_cause x
              WHERE x.tenant_id = $1 AND x.item_id = i.id AND x.source = 'report')"""
_CONDITIONS = {
    QueueList.OPEN: "i.status IN ('open', 'claimed')",
    QueueList.REPORTED: f"i.status IN ('open', 'claimed') AND {_REPORTED}",
    QueueList.ESCALATED: "i.status = 'escalated'",
    QueueList.MINE: "i.status IN ('claimed', 'escalated') AND i.claimed_by = $4",
    QueueList.DECIDED: "i.status IN ('decided', 'waiting_author')",
}
# $2: the audiences one is in; $3: the places managed; $4: who looks, who judges neither what they
# wrote, nor what they reported, nor what they decided.
IN_SCOPE = """i.tenant_id = $1 AND i.author_id IS DISTINCT FROM $4
       AND NOT EXISTS (SELECT FROM review_cause y
              LEFT JOIN legal_notice o ON o.tenant_id = $1 AND o.id = y.legal_notice_id
              WHERE y.tenant_id = $1 AND y.item_id = i.id
                AND (y.reporter_id = $4 OR o.member_id = $4))
       AND NOT EXISTS (SELECT FROM decision z WHERE i.target_kind = 'decision'
              AND z.tenant_id = $1 AND z.id = i.other_target_id AND z.decided_by = $4)
       AND (i.audience = ANY($2::text[])
            OR (i.place_id = ANY($3::uuid[]) AND i.audience = 'moderators'
                AND i.status <> 'escalated'))"""
SUMMARY = """
    SELECT i.id, i.kind, i.contribution_id, i.contribution_kind, i.status, i.due_at,
           i.claim_expires_at, i.created_at, i.decided_at, i.version, i.place_id,
           i.author_id, a.display_name AS author, i.claimed_by, h.display_name AS holder,
           i.audience, i.target_kind, i.target_id, r.title, r.body, r.charter_version_id,
           k.slug AS community_slug, k.title AS community_title, g.slug AS meeting_slug,
           g.title AS meeting_title,
           (SELECT count(*) FROM review_cause x WHERE x.tenant_id = $1 AND x.item_id = i.id
               AND x.source = 'report') AS reports,
           (SELECT x.clause_id FROM review_cause x WHERE x.tenant_id = $1 AND x.item_id = i.id
               AND x.source = 'rule' AND (r.id IS NULL OR x.at >= r.created_at)
             ORDER BY x.span IS NULL, x.id LIMIT 1) AS clause_id,
           (SELECT d.action FROM decision d WHERE d.tenant_id = $1 AND d.item_id = i.id
             ORDER BY d.id DESC LIMIT 1) AS outcome
      FROM review_item i
      LEFT JOIN revision r ON r.tenant_id = i.tenant_id AND r.id = i.revision_id
      LEFT JOIN member a ON a.tenant_id = i.tenant_id AND a.id = i.author_id
      LEFT JOIN member h ON h.tenant_id = i.tenant_id AND h.id = i.claimed_by
      LEFT JOIN community k ON k.tenant_id = i.tenant_id AND k.id = i.place_id
      LEFT JOIN meeting g ON g.tenant_id = i.tenant_id AND g.id = i.place_id
"""
_COUNTS = f"""
    SELECT count(*) FILTER (WHERE {_CONDITIONS[QueueList.OPEN]}) AS open,
           count(*) FILTER (WHERE {_CONDITIONS[QueueList.REPORTED]}) AS reported,
           count(*) FILTER (WHERE {_CONDITIONS[QueueList.ESCALATED]}) AS escalated,
           count(*) FILTER (WHERE {_CONDITIONS[QueueList.MINE]}) AS mine,
           count(*) FILTER (WHERE i.due_at < $5) AS late
      FROM review_item i
     WHERE {IN_SCOPE} AND i.status IN ('open', 'claimed', 'escalated')
"""


async def queue(
    actor: Actor, which: QueueList = QueueList.OPEN, *, after: str | None = None
) -> Queue:
    """Return a page of a list: oldest due first; of decided items, the latest first.

    Errors: NotFound to who has no queue; BadRequest for a bad cursor.
    """
    scope = rules.scope_of(actor)
    return Queue(
        list=which,
        counts=await counts(scope),
        page=await _page(actor, scope, which, after),
    )


async def counts(scope: Scope) -> Counts:
    """Return what the lists hold for someone with this scope."""
    row = await db.fetch_row(_COUNTS, *scope_values(scope), clock.now())
    return msgspec.convert(dict(row or {}), Counts)


async def _page(
    actor: Actor, scope: Scope, which: QueueList, after: str | None
) -> Page[ItemSummary]:
    key = "decided_at" if which is QueueList.DECIDED else "due_at"
    order, beyond = ("DESC", "<") if which is QueueList.DECIDED else ("ASC", ">")
    values: list[Any] = [*scope_values(scope)]
    condition = ""
    if after:
        # Two plain comparisons: a row-wise one is not leakproof, and would miss the index.
        condition = f" AND (i.{key} {beyond} $5 OR (i.{key} = $5 AND i.id {beyond} $6))"
        values += await _cursor(key, after)
    rows = await db.fetch(
        f"{SUMMARY} WHERE {IN_SCOPE} AND {_CONDITIONS[which]}{condition}"
        f" ORDER BY i.{key} {order}, i.id {order} LIMIT {PAGE_SIZE + 1}",
        *values,
    )
    versions = {row["charter_version_id"] for row in rows} - {None}
    charters = await clauses.charters(versions)
    return page_of(
        rows,
        PAGE_SIZE,
        lambda row: summary(row, actor.locale, charters.get(row["charter_version_id"])),
    )


async def _cursor(key: str, after: str) -> tuple[datetime, UUID]:
    try:
        item_id = UUID(after)
    except ValueError:
        item_id = UUID(int=0)
    at = await db.fetch_value(
        f"SELECT {key} FROM review_item WHERE tenant_id = $1 AND id = $2", item_id
    )
    if at is None:
        raise BadRequest(N_("The cursor “{cursor}” is not one of ours."), cursor=after)
    return at, item_id


_LAST_DECISION = """
    SELECT d.id, d.item_id, d.contribution_id, d.revision_id, d.action, d.clause_id, d.facts,
           d.statement, d.text_sent, d.at, d.decided_by, m.display_name
      FROM decision d
      JOIN member m ON m.tenant_id = d.tenant_id AND m.id = d.decided_by
     WHERE d.tenant_id = $1 AND d.item_id = $2
     ORDER BY d.id DESC LIMIT 1
"""


async def last_decision(item_id: UUID) -> DecisionView | None:
    """Return the newest decision on an item the caller has let the actor see."""
    row = await db.fetch_row(_LAST_DECISION, item_id)
    if row is None:
        return None
    values = dict(row)
    stated = values.pop("statement")
    by = Person(id=values.pop("decided_by"), name=values.pop("display_name"))
    statement = db.from_jsonb(stated, dict[str, Any]) if stated else None
    return DecisionView(**values, decided_by=by, statement=statement)


def scope_values(scope: Scope) -> tuple[Any, ...]:
    """Return the values of IN_SCOPE, $2 to $4."""
    return list(scope.audiences), list(scope.places), scope.member_id


def summary(row: db.Record, locale: str, charter: Charter | None) -> ItemSummary:
    """Build a line of the queue from a row of SUMMARY."""
    clause = charter.find(row["clause_id"]) if charter else None
    is_open, left = row["decided_at"] is None, row["due_at"] - clock.now()
    plain = (
        "id", "kind", "target_kind", "target_id", "audience", "contribution_id",
        "contribution_kind", "status", "due_at", "reports", "claim_expires_at", "outcome",
        "created_at", "decided_at", "version",
    )  # fmt: skip
    return ItemSummary(
        **{name: row[name] for name in plain},
        title=row["title"] or text.excerpt(row["body"] or "", TITLE_LENGTH),
        author=person(row["author_id"], row["author"]),
        place=_place(row, locale),
        is_late=is_open and left < timedelta(),
        is_soon=is_open and timedelta() <= left < SOON,
        clause=clause.title_in(locale) if clause else None,
        claimed_by=person(row["claimed_by"], row["holder"]),
    )


def person(member_id: UUID | None, name: str | None) -> Person | None:
    """Return a member by name, None for nobody."""
    return Person(id=member_id, name=name) if member_id and name else None


def _place(row: db.Record, locale: str) -> Place | None:
    if row["community_slug"]:
        href = f"/communities/{row['community_slug']}"
        return Place(id=row["place_id"], title=row["community_title"], href=href)
    if row["meeting_slug"]:
        title = spoken(db.from_jsonb(row["meeting_title"], dict[str, str]), locale)
        return Place(id=row["place_id"], title=title, href=f"/meetings/{row['meeting_slug']}")
    return None
