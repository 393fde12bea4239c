"""One case as a moderator reads it: the words, why they are here, who wrote them, what happened."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, NotFound
from parvis.core.i18n import N_, translate
from parvis.features.journal import queries as journal
from parvis.features.journal.queries import Entry
from parvis.features.moderation import clauses, queries, queries_context, queries_person, rules
from parvis.features.moderation.clauses import Charter
from parvis.features.moderation.decisions import views
from parvis.features.moderation.decisions.views import DecisionView
from parvis.features.moderation.passages import Span
from parvis.features.moderation.queries import ItemSummary, Person
from parvis.features.moderation.queries_context import Context, Earlier
from parvis.features.moderation.queries_person import Dossier
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
    confidence: float | None
    note: str | None
    at: datetime


class ClauseView(msgspec.Struct, frozen=True, kw_only=True):
    """A clause that a decision may name."""

    id: str
    number: int
    title: str


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One item with all a decision needs; `can` is what the server offers this moderator.

    What is about no words has none: `title` then says what is asked, and `body` is empty.
    """

    item: ItemSummary
    title: str
    body: str
    written_at: datetime
    earlier: Earlier | None
    causes: tuple[CauseView, ...]
    author: Dossier | None
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
           c.parent_id
      FROM revision r
      JOIN contribution c ON c.tenant_id = r.tenant_id AND c.id = r.contribution_id
     WHERE r.tenant_id = $1 AND r.id = $2
"""
_CAUSES = """
    SELECT source, clause_id, rule_id, effect, field, span, confidence, note, at FROM review_cause
     WHERE tenant_id = $1 AND item_id = $2 AND (source NOT IN ('rule', 'label') OR at >= $3)
     ORDER BY id
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
    version_id = words["charter_version_id"] if words else None
    written_at = words["created_at"] if words else item.created_at
    charters = await clauses.charters_of(version_id, written_at, item.place_id)
    shown = await _summary(actor, item, charters)
    title, body = (words["title"], words["body"]) if words else (shown.title, "")
    return CaseView(
        item=shown,
        title=title,
        body=body,
        written_at=written_at,
        earlier=await _earlier(item, title, body),
        causes=await _causes(actor, item, words, charters),
        author=await queries_person.dossier(actor, item, words),
        context=await queries_context.context(item, words["parent_id"] if words else None),
        clauses=clause_views(charters, actor.locale),
        charter_version=charters[0].number if charters else None,
        history=await _history(actor, item),
        decision=await views.last_decision(item.id),
        colleagues=await colleagues(actor, item),
        can=rules.can(actor, item, clock.now()),
    )


async def _earlier(item: Item, title: str, body: str) -> Earlier | None:
    return (
        await queries_context.earlier(item.revision_id, title, body) if item.revision_id else None
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


async def _summary(actor: Actor, item: Item, charters: Sequence[Charter]) -> ItemSummary:
    row = await db.fetch_row(f"{queries.SUMMARY} WHERE i.tenant_id = $1 AND i.id = $2", item.id)
    assert row is not None  # noqa: S101 -- it was loaded in this transaction, and is never deleted
    return queries.summary(row, actor.locale, charters)


async def _causes(
    actor: Actor, item: Item, words: db.Record | None, charters: Sequence[Charter]
) -> tuple[CauseView, ...]:
    since = words["created_at"] if words else item.created_at
    rows = await db.fetch(_CAUSES, item.id, since)
    return tuple(_cause(row, words, charters, actor.locale) for row in rows)


def _cause(
    row: db.Record, words: db.Record | None, charters: Sequence[Charter], locale: str
) -> CauseView:
    clause = clauses.find(charters, row["clause_id"])
    span = db.from_jsonb(row["span"], tuple[int, int]) if row["span"] else None
    field, quoted = row["field"], None
    if words and span and field in ("title", "body"):
        quoted = words[field][slice(*span)]
    return CauseView(
        source=row["source"],
        clause_id=clause.ref if clause else row["clause_id"],
        clause=clause.title_in(locale) if clause else None,
        rule=row["rule_id"],
        effect=row["effect"],
        field=field,
        span=span,
        quoted=quoted,
        confidence=row["confidence"],
        note=row["note"],
        at=row["at"],
    )


def clause_views(charters: Sequence[Charter], locale: str) -> tuple[ClauseView, ...]:
    """Return the clauses that a report or a decision may name, in the order of the charters."""
    return tuple(
        ClauseView(id=clause.ref, number=clause.number, title=clause.title_in(locale))
        for charter in charters
        for clause in charter.clauses
    )
