"""Which entries a proof file is about: the whole story of a subject, with the charters it names."""

from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.features.journal.search import subject_of

MOST = 2_000

# What features keep, read here as the journal's own screens read it: a story runs through all.
_RELATED = """
    SELECT 'submission' AS kind, submission_id AS id FROM question
     WHERE tenant_id = $1 AND id = $2
     UNION
    SELECT 'answer', a.id FROM answer a
      JOIN question q ON q.tenant_id = a.tenant_id AND a.question_id IN (q.id, q.cluster_id)
     WHERE a.tenant_id = $1 AND q.id = $2
     UNION
    SELECT c.kind, c.id FROM decision d
      JOIN contribution c ON c.tenant_id = d.tenant_id AND c.id = d.contribution_id
     WHERE d.tenant_id = $1 AND d.id = $2
     UNION
    SELECT 'decision', d.id FROM decision d
     WHERE d.tenant_id = $1 AND d.contribution_id = $2
"""
_STORY = f"""
    SELECT e.id, e.at, e.act, e.actor_id, m.display_name AS actor, e.subject_kind, e.data
      FROM journal_entry e
      LEFT JOIN member m ON m.tenant_id = e.tenant_id AND m.id = e.actor_id
     WHERE e.tenant_id = $1
       AND e.subject_kind = ANY ($2::text[]) AND e.subject_id = ANY ($3::uuid[])
       AND (e.data ->> 'hidden_from') IS DISTINCT FROM $4
     ORDER BY e.id LIMIT {MOST}
"""
# Those in force while the story ran, and those that its words were held to.
_CHARTERS = """
    SELECT v.id, v.number, v.source, e.id AS entry_id, e.at, e.act, e.actor_id,
           m.display_name AS actor, e.subject_kind, e.data
      FROM charter_version v
      JOIN journal_entry e ON e.tenant_id = v.tenant_id AND e.subject_kind = 'charter_version'
       AND e.subject_id = v.id AND e.act = 'charter.published'
      LEFT JOIN member m ON m.tenant_id = e.tenant_id AND m.id = e.actor_id
     WHERE v.tenant_id = $1 AND (v.id = ANY ($2::uuid[])
        OR v.id IN (SELECT r.charter_version_id FROM revision r
                     WHERE r.tenant_id = $1 AND r.id = ANY ($3::uuid[]))
        OR v.id IN (SELECT d.charter_version_id FROM decision d
                     WHERE d.tenant_id = $1 AND d.contribution_id = ANY ($4::uuid[])))
     ORDER BY v.number, v.id
"""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the story."""

    id: UUID
    at: Any
    act: str
    actor_id: UUID | None
    actor: str | None
    subject_kind: str | None
    data: dict[str, Any]


class CharterText(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a charter, and the entry that says when it was published and its hash."""

    number: int
    source: str
    published: Told


async def entries(subject: str, *, hidden_from: UUID | None) -> tuple[Told, ...]:
    """Return all that the journal tells of `kind:id`, oldest first, 2000 entries at most.

    Of a question also its sending, its answer; of what members write also the decisions on it;
    of a decision also the words it is about. Errors: Invalid for a subject of another form.
    """
    kind, subject_id = subject_of(subject)
    related = [(row["kind"], row["id"]) for row in await db.fetch(_RELATED, subject_id)]
    subjects = [(kind, subject_id), *related]
    rows = await db.fetch(
        _STORY,
        [kind for kind, _ in subjects],
        [one for _, one in subjects],
        str(hidden_from or ""),
    )
    return tuple(_told(row, row["id"]) for row in rows)


async def charters(told: tuple[Told, ...], revisions: list[UUID]) -> tuple[CharterText, ...]:
    """Return the versions of charters that a story names, its words or decisions included."""
    named = [one.data.get("version_id") for one in told]
    about = [UUID(str(one)) for one in named if one]
    contributions = await db.fetch(
        "SELECT DISTINCT contribution_id AS id FROM revision"
        " WHERE tenant_id = $1 AND id = ANY ($2::uuid[])",
        revisions,
    )
    rows = await db.fetch(_CHARTERS, about, revisions, [row["id"] for row in contributions])
    return tuple(
        CharterText(
            number=row["number"], source=row["source"], published=_told(row, row["entry_id"])
        )
        for row in rows
    )


def _told(row: db.Record, entry_id: UUID) -> Told:
    return Told(
        id=entry_id,
        at=row["at"],
        act=row["act"],
        actor_id=row["actor_id"],
        actor=row["actor"],
        subject_kind=row["subject_kind"],
        data=db.from_jsonb(row["data"], dict[str, Any]),
    )
