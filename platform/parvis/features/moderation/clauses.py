"""The clauses of the charter that was in force when words were written: what a decision names."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.ids import CharterVersionId


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One clause as members read it; `number` counts from 1 in the order of the charter."""

    id: str
    number: int
    title: dict[str, str]
    text: dict[str, str]
    category: str

    def title_in(self, locale: str) -> str:
        return spoken(self.title, locale)

    def text_in(self, locale: str) -> str:
        return spoken(self.text, locale)


class Charter(msgspec.Struct, frozen=True, kw_only=True):
    """One published version."""

    version_id: CharterVersionId
    number: int
    clauses: tuple[Clause, ...]

    def find(self, clause_id: str | None) -> Clause | None:
        return next((clause for clause in self.clauses if clause.id == clause_id), None)


class _Clause(msgspec.Struct):
    id: str
    title: dict[str, str]
    text: dict[str, str]
    category: str


class _Document(msgspec.Struct):
    clauses: list[_Clause]


_BY_IDS = """
    SELECT id, number, document FROM charter_version WHERE tenant_id = $1 AND id = ANY($2::uuid[])
"""
_IN_FORCE = """
    SELECT id, number, document FROM charter_version
     WHERE tenant_id = $1 AND community_id IS NULL AND effective_at <= $2
     ORDER BY number DESC LIMIT 1
"""


async def charters(version_ids: Collection[UUID]) -> dict[UUID, Charter]:
    """Return these versions by id."""
    rows = await db.fetch(_BY_IDS, list(version_ids)) if version_ids else []
    return {row["id"]: _charter(row) for row in rows}


async def charter_of(version_id: UUID | None, written_at: datetime) -> Charter | None:
    """Return the version words were written under; the one in force then when none is noted."""
    if version_id is not None:
        return (await charters([version_id])).get(version_id)
    row = await db.fetch_row(_IN_FORCE, written_at)
    return None if row is None else _charter(row)


def spoken(texts: dict[str, str], locale: str) -> str:
    """Return one of several languages of a text, the first one where `locale` is missing."""
    return texts.get(locale) or next(iter(texts.values()), "")


def _charter(row: Any) -> Charter:
    document = db.from_jsonb(row["document"], _Document)
    return Charter(
        version_id=CharterVersionId(row["id"]),
        number=row["number"],
        clauses=tuple(
            Clause(
                id=clause.id,
                number=number,
                title=clause.title,
                text=clause.text,
                category=clause.category,
            )
            for number, clause in enumerate(document.clauses, start=1)
        ),
    )
