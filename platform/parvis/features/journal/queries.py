"""The journal as it is read: pages of entries, one entry, the story of a subject."""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db, pagination
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.pagination import Page
from parvis.features.journal import rules, sentences
from parvis.features.journal.search import Search, Where, subject_of, where

PAGE_SIZE = 50
STORY_LENGTH = 500
MOST_PEOPLE = 50


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. `sentence` says it in the reader's language; `actor` is None for Parvis."""

    id: UUID
    at: dt.datetime
    act: str
    sentence: str
    actor_id: UUID | None
    actor: str | None
    subject_kind: str | None
    subject_id: UUID | None
    subject_name: str | None
    data: dict[str, Any]

    @property
    def subject(self) -> str:
        return f"{self.subject_kind}:{self.subject_id}" if self.subject_id else ""


_ENTRIES = """
    SELECT e.id, e.at, e.act, e.actor_id, m.display_name AS actor, e.subject_kind, e.subject_id,
           e.data
      FROM journal_entry e
      LEFT JOIN member m ON m.tenant_id = e.tenant_id AND m.id = e.actor_id
     WHERE e.tenant_id = $1
"""
# A member who reports keeps that to themselves and the moderators, whatever the author may read.
_NOT_HIDDEN = "(e.data ->> 'hidden_from') IS DISTINCT FROM {}"

# What meetings keep, read here as the charter reads places: a story runs through all features.
_RELATED = """
    SELECT 'submission' AS kind, submission_id AS id FROM question
     WHERE tenant_id = $1 AND id = $2
     UNION ALL
    SELECT 'answer', a.id FROM answer a
      JOIN question q ON q.tenant_id = a.tenant_id AND a.question_id IN (q.id, q.cluster_id)
     WHERE a.tenant_id = $1 AND q.id = $2
"""


async def entries_page(actor: Actor, search: Search, *, after: str | None = None) -> Page[Entry]:
    """Return entries that match, newest first, 50 a page.

    Errors: NotFound to who may not read the journal; Invalid; BadRequest for a bad cursor.
    """
    rules.require_reader(actor)
    found = await _where(actor, search)
    found.add("e.id < {}", pagination.before(after))
    rows = await db.fetch(
        f"{_ENTRIES}{found.sql} ORDER BY e.id DESC LIMIT {PAGE_SIZE + 1}", *found.values
    )
    return pagination.page_of(rows, PAGE_SIZE, lambda row: _entry(row, actor.locale))


async def story(actor: Actor, subject: str) -> tuple[Entry, ...]:
    """Return all that the journal tells of one `kind:id`, oldest first, 500 entries at most.

    A question's story is also that of its sending and of the answer it was given.
    Errors: NotFound to who may not read the journal; Invalid for a subject of another form.
    """
    rules.require_reader(actor)
    kind, subject_id = subject_of(subject)
    related = await db.fetch(_RELATED, subject_id) if kind == "question" else []
    others = [(row["kind"], row["id"]) for row in related]
    return await _told(actor, [(kind, subject_id), *others])


async def history(actor: Actor, kind: str, subject_id: UUID) -> tuple[Entry, ...]:
    """Return what happened to a subject the caller has let the actor see, oldest first."""
    return await _told(actor, [(kind, subject_id)])


async def newest(actor: Actor, kind: str, subject_id: UUID, *, limit: int) -> tuple[Entry, ...]:
    """Return the last entries about a subject, newest first. Errors: NotFound to who may not."""
    rules.require_reader(actor)
    found = Where()
    found.add("e.subject_kind = {} AND e.subject_id = {}", kind, subject_id)
    found.add(_NOT_HIDDEN, str(actor.member_id))
    rows = await db.fetch(f"{_ENTRIES}{found.sql} ORDER BY e.id DESC LIMIT {limit}", *found.values)
    return tuple(_entry(row, actor.locale) for row in rows)


async def _told(actor: Actor, subjects: list[tuple[str, UUID]]) -> tuple[Entry, ...]:
    found = Where()
    # Ids are unique among kinds, and the two arrays keep to the index; pairs would not.
    found.add(
        "e.subject_kind = ANY({}::text[]) AND e.subject_id = ANY({}::uuid[])",
        [kind for kind, _ in subjects],
        [subject_id for _, subject_id in subjects],
    )
    found.add(_NOT_HIDDEN, str(actor.member_id))
    rows = await db.fetch(
        f"{_ENTRIES}{found.sql} ORDER BY e.id LIMIT {STORY_LENGTH}", *found.values
    )
    return tuple(_entry(row, actor.locale) for row in rows)


async def entry(actor: Actor, entry_id: UUID) -> Entry:
    """Return one entry. Errors: NotFound, also to who may not read the journal."""
    rules.require_reader(actor)
    found = Where()
    found.add("e.id = {}", entry_id)
    found.add(_NOT_HIDDEN, str(actor.member_id))
    row = await db.fetch_row(f"{_ENTRIES}{found.sql}", *found.values)
    if row is None:
        raise NotFound
    return _entry(row, actor.locale)


async def _where(actor: Actor, search: Search) -> Where:
    people = await _people(search.person) if search.person else None
    found = where(search, timezone=actor.tenant.timezone, people=people)
    found.add(_NOT_HIDDEN, str(actor.member_id))
    return found


async def _people(person: str) -> tuple[UUID, ...]:
    try:
        return (UUID(person),)
    except ValueError:
        rows = await db.fetch(
            "SELECT id FROM member WHERE tenant_id = $1"
            f" AND position(lower($2) IN lower(display_name)) > 0 LIMIT {MOST_PEOPLE}",
            person,
        )
    return tuple(row["id"] for row in rows)


def _entry(row: db.Record, locale: str) -> Entry:
    data = db.from_jsonb(row["data"], dict[str, Any])
    return Entry(
        **{name: row[name] for name in ("id", "at", "act", "actor_id", "actor")},
        **{name: row[name] for name in ("subject_kind", "subject_id")},
        subject_name=sentences.name_subject(row["subject_kind"], locale),
        sentence=sentences.say(row["act"], row["actor"], data, locale),
        data={name: value for name, value in data.items() if name != "hidden_from"},
    )
