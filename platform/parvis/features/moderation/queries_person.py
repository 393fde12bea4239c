"""Who an item concerns: the lines beside the words, and the whole file one click away."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db, text
from parvis.core.actor import Actor
from parvis.core.capacities import role
from parvis.core.errors import NotFound
from parvis.features.moderation import rules
from parvis.features.moderation.clauses import spoken
from parvis.features.moderation.queries import TITLE_LENGTH
from parvis.features.moderation.rules import Item

MOST_PAST = 20


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
    reports: int
    sanctions: int


class PastDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision about something this member wrote, or about them."""

    id: UUID
    item_id: UUID | None
    action: str
    clause_id: str | None
    title: str
    at: datetime
    is_reversed: bool


class PastSanction(msgspec.Struct, frozen=True, kw_only=True):
    """A warning, a time of reading only, a suspension: what they were given, until when."""

    decision_id: UUID
    kind: str
    clause_id: str
    starts_at: datetime
    until: datetime | None
    lifted_at: datetime | None


class PersonFile(msgspec.Struct, frozen=True, kw_only=True):
    """All that a decision about somebody may weigh, newest first; the last twenty decisions."""

    item_id: UUID
    person: Dossier
    decisions: tuple[PastDecision, ...]
    sanctions: tuple[PastSanction, ...]


# $3: every place; $4: the places managed. Who manages one place learns nothing of the others.
_HERE = "($3 OR i.place_id = ANY($4::uuid[]))"
_PERSON = f"""
    SELECT m.id, m.display_name AS name, m.joined_at, n.label, m.capacity, m.capacity_label,
           (SELECT count(*) FROM contribution c WHERE c.tenant_id = $1 AND c.author_id = m.id
               AND c.live_revision_id IS NOT NULL AND c.kind <> 'profile'
               AND ($3 OR c.place_id = ANY($4::uuid[]))) AS published,
           (SELECT count(*) FROM contribution c WHERE c.tenant_id = $1 AND c.author_id = m.id
               AND c.live_revision_id IS NOT NULL AND c.kind = 'question'
               AND ($3 OR c.place_id = ANY($4::uuid[]))) AS questions,
           (SELECT count(*) FROM review_item i WHERE i.tenant_id = $1 AND i.author_id = m.id
               AND i.status NOT IN ('decided', 'withdrawn')
               AND i.audience = 'moderators' AND {_HERE}) AS waiting,
           past.returned, past.refused, heard.reports,
           (SELECT count(*) FROM sanction s
             WHERE s.tenant_id = $1 AND s.member_id = m.id
               AND ($3 OR s.place_id = ANY($4::uuid[]))) AS sanctions
      FROM member m
      LEFT JOIN connection n ON n.tenant_id = m.tenant_id AND n.slug = m.name_source
                                AND n.name_authority
     CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE d.action = 'return') AS returned,
                   count(*) FILTER (WHERE d.action IN ('refuse', 'redact')) AS refused
              FROM review_item i
              JOIN decision d ON d.tenant_id = i.tenant_id AND d.item_id = i.id
             WHERE i.tenant_id = $1 AND i.author_id = m.id AND {_HERE}) AS past
     CROSS JOIN LATERAL (
            SELECT count(*) AS reports FROM review_item i
              JOIN review_cause x ON x.tenant_id = i.tenant_id AND x.item_id = i.id
             WHERE i.tenant_id = $1 AND i.author_id = m.id AND x.source = 'report'
               AND {_HERE}) AS heard
     WHERE m.tenant_id = $1 AND m.id = $2
"""
# A decision is known to who judges what it was about: compliance's and the admin's stay theirs.
_DECISIONS = """
    SELECT d.id, d.item_id, d.action, d.clause_id, d.at, r.title, r.body,
           EXISTS (SELECT FROM decision v
                    WHERE v.tenant_id = $1 AND v.reverses_id = d.id) AS is_reversed
      FROM review_item i
      JOIN decision d ON d.tenant_id = i.tenant_id AND d.item_id = i.id
      LEFT JOIN revision r ON r.tenant_id = d.tenant_id AND r.id = d.revision_id
     WHERE i.tenant_id = $1 AND i.author_id = $2
       AND (i.audience = ANY($3::text[])
            OR (i.audience = 'moderators' AND i.place_id = ANY($4::uuid[])))
       AND d.action NOT IN ('escalate', 'admit', 'decline')
     ORDER BY d.id DESC LIMIT 20
"""
_SANCTIONS = """
    SELECT s.decision_id, s.kind, s.clause_id, s.starts_at, s.until, s.lifted_at
      FROM sanction s
     WHERE s.tenant_id = $1 AND s.member_id = $2 AND ($3 OR s.place_id = ANY($4::uuid[]))
     ORDER BY s.id DESC LIMIT 20
"""


async def person_file(actor: Actor, item_id: UUID) -> PersonFile:
    """Return the file of whom an item concerns. Errors: as rules.access_item; NotFound for nobody.

    Who manages places alone reads what happened in these.
    """
    item = await rules.access_item(actor, item_id)
    person = await dossier(actor, item, None)
    if person is None:
        raise NotFound
    scope = rules.scope_of(actor)
    decisions = await db.fetch(
        _DECISIONS, item.author_id, list(scope.audiences), list(scope.places)
    )
    sanctions = await db.fetch(_SANCTIONS, item.author_id, not scope.is_local, list(scope.places))
    return PersonFile(
        item_id=item.id,
        person=person,
        decisions=tuple(_decision(row) for row in decisions),
        sanctions=tuple(PastSanction(**row) for row in sanctions),
    )


async def dossier(actor: Actor, item: Item, words: db.Record | None) -> Dossier | None:
    """Return the lines about whom the item concerns; None when it concerns no member."""
    scope = rules.scope_of(actor)
    row = await db.fetch_row(_PERSON, item.author_id, not scope.is_local, list(scope.places))
    if row is None:
        return None
    values: dict[str, Any] = dict(row)
    label = values.pop("label")
    frozen = words if words is not None else row
    values["capacity"] = frozen["capacity"] or row["capacity"]
    values["capacity_label"] = role(values["capacity"], frozen["capacity_label"], actor.locale)
    vouched = spoken(db.from_jsonb(label, dict[str, str]), actor.locale) if label else None
    return Dossier(**values, vouched_by=vouched)


def _decision(row: db.Record) -> PastDecision:
    plain = ("id", "item_id", "action", "clause_id", "at", "is_reversed")
    title = row["title"] or text.excerpt(row["body"] or "", TITLE_LENGTH)
    return PastDecision(**{name: row[name] for name in plain}, title=title)
