"""The queue as moderators read it: lists of items, oldest due first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, text
from parvis.core.actor import Actor
from parvis.core.errors import BadRequest
from parvis.core.i18n import N_, translate
from parvis.core.pagination import PAGE_SIZE, Page, page_of
from parvis.features.moderation import clauses, rules
from parvis.features.moderation.clauses import Charter, spoken
from parvis.features.moderation.queries_lists import (
    CONDITIONS,
    WAITING,
    Asked,
    QueueList,
    in_scope,
    narrowed,
    scope_values,
)
from parvis.features.moderation.rules import Scope
from parvis.features.moderation.tables import ItemKind

TITLE_LENGTH = 110
SOON = timedelta(hours=4)


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


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many items each list of work holds, and how many of all are past their due moment."""

    open: int
    reported: int
    escalated: int
    mine: int
    appeals: int
    notices: int
    late: int


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """One page of one list, and what the other lists hold."""

    list: QueueList
    asked: Asked
    counts: Counts
    page: Page[ItemSummary]


SUMMARY = """
    SELECT i.id, i.kind, i.contribution_id, i.contribution_kind, i.status, i.due_at,
           i.claim_expires_at, i.created_at, i.decided_at, i.version, i.place_id,
           i.author_id, a.display_name AS author, i.claimed_by, h.display_name AS holder,
           i.audience, i.target_kind, i.target_id, r.title, r.body, r.charter_version_id,
           k.slug AS community_slug, k.title AS community_title, g.slug AS meeting_slug,
           g.title AS meeting_title, ln.reference,
           i.reports,
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
      LEFT JOIN legal_notice ln ON ln.tenant_id = i.tenant_id AND ln.id = i.other_target_id
"""
# Counted no further than anybody reads: a number above says “1,000 and more”.
MOST_COUNTED = 1000
COUNTED = (
    QueueList.OPEN, QueueList.REPORTED, QueueList.ESCALATED, QueueList.MINE, QueueList.APPEALS,
    QueueList.NOTICES,
)  # fmt: skip


async def queue(
    actor: Actor,
    which: QueueList = QueueList.OPEN,
    *,
    asked: Asked | None = None,
    after: str | None = None,
) -> Queue:
    """Return a page of a list: oldest due first; of decided items, the latest first.

    Errors: NotFound to who has no queue; BadRequest for a bad cursor.
    """
    scope, asked = rules.scope_of(actor), asked or Asked()
    return Queue(
        list=which,
        asked=asked,
        counts=await counts(scope),
        page=await page(actor, which, asked=asked, after=after),
    )


async def counts(scope: Scope) -> Counts:
    """Return what the lists hold for someone with this scope, up to a thousand each."""
    row = await db.fetch_row(_counts(scope), *scope_values(scope), clock.now())
    return msgspec.convert(dict(row or {}), Counts)


def _counts(scope: Scope) -> str:
    wanted = {which.value: CONDITIONS[which] for which in COUNTED}
    wanted["late"] = f"{WAITING} AND i.due_at < $5"
    columns = (
        f"(SELECT count(*) FROM (SELECT FROM review_item i WHERE {in_scope(scope)}"
        f" AND {condition} LIMIT {MOST_COUNTED}) AS counted) AS {name}"
        for name, condition in wanted.items()
    )
    return f"SELECT {', '.join(columns)} WHERE $1::uuid IS NOT NULL"


async def page(
    actor: Actor,
    which: QueueList,
    *,
    asked: Asked,
    after: str | None = None,
    condition: str = "",
    size: int = PAGE_SIZE,
) -> Page[ItemSummary]:
    """Return a page of a list, of those items that `condition` holds for. Errors: as queue."""
    scope = rules.scope_of(actor)
    key = "decided_at" if which is QueueList.DECIDED else "due_at"
    order, beyond = ("DESC", "<") if which is QueueList.DECIDED else ("ASC", ">")
    values: list[Any] = [*scope_values(scope)]
    where = f"{in_scope(scope)} AND {CONDITIONS[which]}{narrowed(asked, values)}{condition}"
    if after:
        # Two plain comparisons: a row-wise one is not leakproof, and would miss the index.
        n = len(values) + 2
        where += f" AND (i.{key} {beyond} ${n} OR (i.{key} = ${n} AND i.id {beyond} ${n + 1}))"
        values += await _cursor(key, after)
    rows = await db.fetch(
        f"{SUMMARY} WHERE {where} ORDER BY i.{key} {order}, i.id {order} LIMIT {size + 1}",
        *values,
    )
    return await _summaries(actor, rows, size)


async def _summaries(actor: Actor, rows: list[db.Record], size: int) -> Page[ItemSummary]:
    versions = {row["charter_version_id"] for row in rows} - {None}
    charters = await clauses.charters(versions)
    return page_of(
        rows,
        size,
        lambda row: summary(row, actor.locale, _of(charters, row["charter_version_id"])),
    )


def _of(charters: dict[UUID, Charter], version_id: UUID | None) -> tuple[Charter, ...]:
    found = charters.get(version_id) if version_id else None
    return (found,) if found else ()


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


def summary(row: db.Record, locale: str, charters: Sequence[Charter]) -> ItemSummary:
    """Build a line of the queue from a row of SUMMARY."""
    clause = clauses.find(charters, row["clause_id"])
    is_open, left = row["decided_at"] is None, row["due_at"] - clock.now()
    plain = (
        "id", "kind", "target_kind", "target_id", "audience", "contribution_id",
        "contribution_kind", "status", "due_at", "reports", "claim_expires_at", "outcome",
        "created_at", "decided_at", "version",
    )  # fmt: skip
    return ItemSummary(
        **{name: row[name] for name in plain},
        title=_title(row, locale),
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


def _title(row: db.Record, locale: str) -> str:
    """Return the title of the words, or how they begin, or what is asked where there are none."""
    if row["body"] is not None:
        return row["title"] or text.excerpt(row["body"], TITLE_LENGTH)
    if row["kind"] == ItemKind.JOIN:
        return translate(locale, N_("Asks to join “{title}”"), title=row["community_title"] or "")
    if row["reference"]:
        return translate(locale, N_("Legal notice {reference}"), reference=row["reference"])
    return row["author"] or ""


def _place(row: db.Record, locale: str) -> Place | None:
    if row["community_slug"]:
        href = f"/communities/{row['community_slug']}"
        return Place(id=row["place_id"], title=row["community_title"], href=href)
    if row["meeting_slug"]:
        title = spoken(db.from_jsonb(row["meeting_title"], dict[str, str]), locale)
        return Place(id=row["place_id"], title=title, href=f"/meetings/{row['meeting_slug']}")
    return None
