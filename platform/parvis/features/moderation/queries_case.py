"""One case as a moderator reads it: the words, why they are here, who wrote them, what happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, text
from parvis.core.actor import Actor
from parvis.core.capacities import role
from parvis.core.errors import Conflict, NotFound
from parvis.core.i18n import N_, translate
from parvis.features.journal import queries as journal
from parvis.features.journal.queries import Entry
from parvis.features.moderation import clauses, queries, rules
from parvis.features.moderation.clauses import Charter, spoken
from parvis.features.moderation.passages import Span
from parvis.features.moderation.queries import DecisionView, ItemSummary, Person
from parvis.features.moderation.rules import Can, Item
from parvis.features.moderation.tables import Audience, Status

REPORT = "content.reported"


class Stale(Conflict):
    """The item changed since it was read: `what` says how, `item` is the fresh case."""

    code = "stale"
    default = N_("This case has changed since you opened it: {what} Nothing of yours was saved.")


class CauseView(msgspec.Struct, frozen=True, kw_only=True):
    """Why the item is here. A report says why, never by whom."""

    source: str
    clause_id: str | None
    clause: str | None
    rule: str | None
    effect: str | None
    field: str | None
    span: Span | None
    quoted: str | None
    note: str | None
    at: datetime


class ClauseView(msgspec.Struct, frozen=True, kw_only=True):
    """A clause that a decision may name."""

    id: str
    number: int
    title: str


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """What a moderator knows of an author. Capacities are those of when the words were written."""

    id: UUID
    name: str
    capacity: str
    capacity_label: str | None
    vouched_by: str | None
    joined_at: datetime
    published: int
    questions: int
    returned: int
    refused: int
    waiting: int


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The post that a comment answers."""

    title: str
    author: str
    href: str


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One item with all a decision needs; `can` is what the server offers this moderator."""

    item: ItemSummary
    title: str
    body: str
    written_at: datetime
    live_body: str | None
    causes: tuple[CauseView, ...]
    author: Dossier
    context: Context | None
    clauses: tuple[ClauseView, ...]
    charter_version: int | None
    history: tuple[Entry, ...]
    decision: DecisionView | None
    colleagues: tuple[Person, ...]
    can: Can

    def spans(self, field: str) -> list[Span]:
        """Return where causes point in `title` or `body`."""
        return [cause.span for cause in self.causes if cause.span and cause.field == field]


_WORDS = """
    SELECT r.title, r.body, r.created_at, r.charter_version_id, r.capacity, r.capacity_label,
           CASE WHEN l.id <> r.id THEN l.body END AS live_body, c.parent_id
      FROM revision r
      JOIN contribution c ON c.tenant_id = r.tenant_id AND c.id = r.contribution_id
      LEFT JOIN revision l ON l.tenant_id = c.tenant_id AND l.id = c.live_revision_id
     WHERE r.tenant_id = $1 AND r.id = $2
"""
_CAUSES = """
    SELECT source, clause_id, rule_id, effect, field, span, note, at FROM review_cause
     WHERE tenant_id = $1 AND item_id = $2 AND (source = 'report' OR at >= $3)
     ORDER BY id
"""
_AUTHOR = """
    SELECT m.id, m.display_name AS name, m.joined_at, n.label,
           (SELECT count(*) FROM contribution c WHERE c.tenant_id = $1 AND c.author_id = m.id
               AND c.live_revision_id IS NOT NULL AND c.kind <> 'profile') AS published,
           (SELECT count(*) FROM contribution c WHERE c.tenant_id = $1 AND c.author_id = m.id
               AND c.live_revision_id IS NOT NULL AND c.kind = 'question') AS questions,
           (SELECT count(*) FROM review_item i WHERE i.tenant_id = $1 AND i.author_id = m.id
               AND i.status NOT IN ('decided', 'withdrawn')) AS waiting,
           (SELECT count(*) FROM decision d JOIN review_item i ON i.tenant_id = d.tenant_id
               AND i.id = d.item_id WHERE d.tenant_id = $1 AND i.author_id = m.id
               AND d.action = 'return') AS returned,
           (SELECT count(*) FROM decision d JOIN review_item i ON i.tenant_id = d.tenant_id
               AND i.id = d.item_id WHERE d.tenant_id = $1 AND i.author_id = m.id
               AND d.action IN ('refuse', 'redact')) AS refused
      FROM member m
      LEFT JOIN connection n ON n.tenant_id = m.tenant_id AND n.slug = m.name_source
                                AND n.name_authority
     WHERE m.tenant_id = $1 AND m.id = $2
"""
_PARENT = """
    SELECT c.id, r.title, r.body, m.display_name AS author
      FROM contribution c
      JOIN revision r ON r.tenant_id = c.tenant_id AND r.id = c.live_revision_id
      JOIN member m ON m.tenant_id = c.tenant_id AND m.id = c.author_id
     WHERE c.tenant_id = $1 AND c.id = $2
"""
_COLLEAGUES = """
    SELECT m.id, m.display_name AS name
      FROM member m
     WHERE m.tenant_id = $1 AND m.state = 'active' AND m.id <> ALL($4::uuid[])
       AND (EXISTS (SELECT FROM group_member x
                      JOIN role_group g ON g.tenant_id = x.tenant_id AND g.id = x.group_id
                     WHERE x.tenant_id = $1 AND x.member_id = m.id AND x.community_id IS NULL
                       AND $5 = ANY(g.permissions))
            OR ($3 AND EXISTS (SELECT FROM community_member y
                     WHERE y.tenant_id = $1 AND y.member_id = m.id AND y.community_id = $2
                       AND y.standing = 'member' AND y.role = 'manager')))
     ORDER BY m.display_name, m.id
     LIMIT 100
"""


async def case(actor: Actor, item_id: UUID) -> CaseView:
    """Return a case the actor may judge. Errors: as rules.access_item."""
    return await case_of(actor, await rules.access_item(actor, item_id))


async def case_of(actor: Actor, item: Item) -> CaseView:
    """Return the case of an item that was loaded for this actor."""
    words = await db.fetch_row(_WORDS, item.revision_id)
    assert words is not None  # noqa: S101 -- the foreign key keeps it
    charter = await clauses.charter_of(words["charter_version_id"], words["created_at"])
    return CaseView(
        item=await _summary(actor, item, charter),
        title=words["title"],
        body=words["body"],
        written_at=words["created_at"],
        live_body=words["live_body"],
        causes=await _causes(actor, item, words, charter),
        author=await _dossier(actor, item, words),
        context=await _context(words["parent_id"]),
        clauses=clause_views(charter, actor.locale),
        charter_version=charter.number if charter else None,
        history=await _history(actor, item),
        decision=await queries.last_decision(item.id),
        colleagues=await colleagues(actor, item),
        can=rules.can(actor, item, clock.now()),
    )


async def colleagues(actor: Actor, item: Item) -> tuple[Person, ...]:
    """Return whom the actor may hand the item over to: who may judge it, by name."""
    barred = [actor.require_member(), *item.barred]
    is_local = item.audience is Audience.MODERATORS and item.status is not Status.ESCALATED
    judges = rules.JUDGES[item.audience]
    rows = await db.fetch(_COLLEAGUES, item.place_id, is_local, barred, judges)
    return tuple(Person(id=row["id"], name=row["name"]) for row in rows)


async def stale(actor: Actor, item_id: UUID) -> Stale:
    """Return the error that tells who did what to the item meanwhile, with the fresh case."""
    try:
        fresh = await case(actor, item_id)
    except NotFound:  # it was escalated away from a community's manager
        return Stale(what="", who=None, at=None, item=None)
    last = fresh.history[-1] if fresh.history else None
    return Stale(
        what=last.sentence if last else "",
        who=last.actor if last else None,
        at=last.at if last else None,
        item=fresh,
    )


async def _history(actor: Actor, item: Item) -> tuple[Entry, ...]:
    """Return the journal's story of the words, in which no reporter has a name."""
    told = await journal.history(actor, *item.subject)
    return tuple(_nameless(entry, actor.locale) if entry.act == REPORT else entry for entry in told)


def _nameless(entry: Entry, locale: str) -> Entry:
    sentence = translate(locale, N_("Reported by a member."))
    return msgspec.structs.replace(entry, actor=None, actor_id=None, sentence=sentence)


async def _summary(actor: Actor, item: Item, charter: Charter | None) -> ItemSummary:
    row = await db.fetch_row(f"{queries.SUMMARY} WHERE i.tenant_id = $1 AND i.id = $2", item.id)
    assert row is not None  # noqa: S101 -- it was loaded in this transaction, and is never deleted
    return queries.summary(row, actor.locale, charter)


async def _causes(
    actor: Actor, item: Item, words: db.Record, charter: Charter | None
) -> tuple[CauseView, ...]:
    rows = await db.fetch(_CAUSES, item.id, words["created_at"])
    return tuple(_cause(row, words, charter, actor.locale) for row in rows)


def _cause(row: db.Record, words: db.Record, charter: Charter | None, locale: str) -> CauseView:
    clause = charter.find(row["clause_id"]) if charter else None
    span = db.from_jsonb(row["span"], tuple[int, int]) if row["span"] else None
    field = row["field"]
    quoted = words[field][slice(*span)] if span and field in ("title", "body") else None
    return CauseView(
        source=row["source"],
        clause_id=row["clause_id"],
        clause=clause.title_in(locale) if clause else None,
        rule=row["rule_id"],
        effect=row["effect"],
        field=field,
        span=span,
        quoted=quoted,
        note=row["note"],
        at=row["at"],
    )


async def _dossier(actor: Actor, item: Item, words: db.Record) -> Dossier:
    row = await db.fetch_row(_AUTHOR, item.author_id)
    values: dict[str, Any] = dict(row or {})
    label = values.pop("label")
    return Dossier(
        **values,
        capacity=words["capacity"],
        capacity_label=role(words["capacity"], words["capacity_label"], actor.locale),
        vouched_by=spoken(db.from_jsonb(label, dict[str, str]), actor.locale) if label else None,
    )


async def _context(parent_id: UUID | None) -> Context | None:
    row = await db.fetch_row(_PARENT, parent_id) if parent_id else None
    if row is None:
        return None
    title = row["title"] or text.excerpt(row["body"], queries.TITLE_LENGTH)
    return Context(title=title, author=row["author"], href=f"/posts/{row['id']}")


def clause_views(charter: Charter | None, locale: str) -> tuple[ClauseView, ...]:
    """Return the clauses that a report or a decision may name, in the order of the charter."""
    return tuple(
        ClauseView(id=clause.id, number=clause.number, title=clause.title_in(locale))
        for clause in (charter.clauses if charter else ())
    )
