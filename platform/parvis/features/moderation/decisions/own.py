"""A decision as whom it concerns reads it: the whole statement of reasons, but who decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, pagination, text
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.pagination import Page
from parvis.features.moderation import clauses, statement
from parvis.features.moderation.decisions.about import ABOUT, STANDS
from parvis.features.moderation.decisions.rules import REVERSIBLE, TOLD


class OwnDecision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision about the reader. `words` is what it is about, `path` where that stands.

    Its fields say the statement's seven parts (DSA art. 17) once more than `statement`, in plain:
    what and how far, the facts, the source, the automated means, the ground, the redress.
    """

    id: UUID
    at: datetime
    action: str
    words: str
    path: str | None
    place: str | None
    text: str
    facts: str | None
    source: str
    automated_detection: bool
    automated_decision: str
    ground: str | None
    clause_id: str | None
    clause: str | None
    clause_text: str | None
    clause_path: str | None
    law: str | None
    until: datetime | None
    territory: tuple[str, ...]
    statement: dict[str, Any] | None
    redress_until: datetime | None
    redress: str | None
    is_reversed: bool
    has_appeal: bool
    may_appeal: bool


_ROWS = f"""
    WITH {ABOUT}
    SELECT d.id, d.at, d.action, d.text_sent, d.facts, d.source_type, d.automated_detection,
           d.automated_decision, d.ground, d.clause_id, d.charter_version_id, d.law, d.until,
           d.territory, d.statement, d.redress_until, d.contribution_id, c.kind, r.title, r.body,
           k.title AS place, NOT ({STANDS}) AS is_reversed,
           EXISTS (SELECT FROM appeal a WHERE a.tenant_id = $1 AND a.decision_id = d.id
                      AND a.member_id = $2) AS has_appeal
      FROM about d
      LEFT JOIN contribution c ON c.tenant_id = $1 AND c.id = d.contribution_id
      LEFT JOIN revision r ON r.tenant_id = $1 AND r.id = d.revision_id
      LEFT JOIN sanction s ON s.tenant_id = $1 AND s.decision_id = d.id
      LEFT JOIN community k ON k.tenant_id = $1 AND k.id = s.place_id
     WHERE d.action = ANY ($3)
"""


async def own_decisions(
    actor: Actor, *, after: str | None = None, limit: int | None = None
) -> Page[OwnDecision]:
    """Return a page of the decisions about the actor that they were told of, newest first."""
    size = pagination.bounded(limit)
    rows = await db.fetch(
        f"{_ROWS} AND d.id < $4 ORDER BY d.id DESC LIMIT $5",
        actor.require_member(),
        list(TOLD),
        pagination.before(after),
        size + 1,
    )
    charters = await clauses.charters({row["charter_version_id"] for row in rows} - {None})
    return pagination.page_of(rows, size, lambda row: _own(row, charters, actor.locale))


async def own_decision(actor: Actor, decision_id: UUID) -> OwnDecision:
    """Return one decision about the actor. Errors: NotFound for anything else."""
    row = await db.fetch_row(
        f"{_ROWS} AND d.id = $4", actor.require_member(), list(TOLD), decision_id
    )
    if row is None:
        raise NotFound
    charters = await clauses.charters({row["charter_version_id"]} - {None})
    return _own(row, charters, actor.locale)


def _own(row: db.Record, charters: dict[UUID, clauses.Charter], locale: str) -> OwnDecision:
    charter = charters.get(row["charter_version_id"])
    clause = charter.find(row["clause_id"]) if charter else None
    stated = db.from_jsonb(row["statement"], dict[str, Any]) if row["statement"] else None
    plain = (
        "id", "at", "action", "place", "facts", "automated_detection", "automated_decision",
        "ground", "clause_id", "law", "until", "redress_until", "is_reversed", "has_appeal",
    )  # fmt: skip
    return OwnDecision(
        **{name: row[name] for name in plain},
        words=row["title"] or text.excerpt(row["body"] or "", 90),
        path=_path(row),
        text=row["text_sent"] or "",
        source=row["source_type"],
        clause=clause.title_in(locale) if clause else None,
        clause_text=clause.text_in(locale) if clause else None,
        clause_path=f"{charter.path}#{clause.id}" if charter and clause else None,
        territory=tuple(row["territory"]),
        statement=stated,
        redress=(stated or {}).get("redress", {}).get("text"),
        may_appeal=_may_appeal(row),
    )


def _may_appeal(row: db.Record) -> bool:
    until = row["redress_until"] or statement.redress_until(row["at"])
    is_open = until > clock.now() and not row["is_reversed"] and not row["has_appeal"]
    return row["action"] in REVERSIBLE and is_open


def _path(row: db.Record) -> str | None:
    folders = {"post": "/posts/", "comment": "/comments/", "question": "/questions/"}
    if row["kind"] == "profile":
        return "/me/profile"
    folder = folders.get(row["kind"] or "")
    return f"{folder}{row['contribution_id']}" if folder else None
