"""The clauses of the charter that was in force when words were written: what a decision names."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db
from parvis.core.ids import CharterVersionId

TENANT = "tenant"


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One clause as members read it; `number` counts from 1 in the order of the charter.

    `ref` is what a decision names it by: its id, after its community's slug where it is of a
    community's own charter.
    """

    id: str
    ref: str
    number: int
    title: dict[str, str]
    text: dict[str, str]
    category: str

    def title_in(self, locale: str) -> str:
        return spoken(self.title, locale)

    def text_in(self, locale: str) -> str:
        return spoken(self.text, locale)


class Charter(msgspec.Struct, frozen=True, kw_only=True):
    """One published version. `scope` is "tenant", or the slug of the community whose own it is."""

    version_id: CharterVersionId
    number: int
    clauses: tuple[Clause, ...]
    scope: str = TENANT

    def find(self, clause_id: str | None) -> Clause | None:
        """Return a clause by its id or its ref."""
        wanted = (clause for clause in self.clauses if clause_id in (clause.id, clause.ref))
        return next(wanted, None)

    @property
    def path(self) -> str:
        """Where this version is read for good."""
        own = "" if self.scope == TENANT else f"/communities/{self.scope}"
        return f"{own}/charter/{self.number}"


class _Clause(msgspec.Struct):
    id: str
    title: dict[str, str]
    text: dict[str, str]
    category: str


class _Document(msgspec.Struct):
    clauses: list[_Clause]


_VERSION = """
    SELECT v.id, v.number, v.document, k.slug FROM charter_version v
      LEFT JOIN community k ON k.tenant_id = v.tenant_id AND k.id = v.community_id
     WHERE v.tenant_id = $1
"""
_BY_IDS = f"{_VERSION} AND v.id = ANY($2::uuid[])"
_IN_FORCE = f"""
    {_VERSION} AND v.community_id IS NOT DISTINCT FROM $3 AND v.effective_at <= $2
     ORDER BY v.number DESC LIMIT 1
"""


async def charters(version_ids: Collection[UUID]) -> dict[UUID, Charter]:
    """Return these versions by id."""
    rows = await db.fetch(_BY_IDS, list(version_ids)) if version_ids else []
    return {row["id"]: _charter(row) for row in rows}


async def charter_of(version_id: UUID | None, written_at: datetime) -> Charter | None:
    """Return the version words were written under; the one in force then when none is noted."""
    if version_id is not None:
        return (await charters([version_id])).get(version_id)
    return await _in_force(written_at, None)


async def newest() -> Charter | None:
    """Return the version of the space's charter that is in force."""
    return await _in_force(clock.now(), None)


async def charters_of(
    version_id: UUID | None, written_at: datetime, place_id: UUID | None
) -> tuple[Charter, ...]:
    """Return what bound words written then: the charter of the space, then the community's own."""
    found = [await charter_of(version_id, written_at)]
    if place_id is not None:
        found.append(await _in_force(written_at, place_id))
    return tuple(charter for charter in found if charter)


async def _in_force(at: datetime, community_id: UUID | None) -> Charter | None:
    row = await db.fetch_row(_IN_FORCE, at, community_id)
    return None if row is None else _charter(row)


def find(charters: Iterable[Charter], clause_id: str | None) -> Clause | None:
    """Return a clause of one of several charters by its id or its ref, the first there is."""
    return next((found for one in charters if (found := one.find(clause_id))), None)


def spoken(texts: dict[str, str], locale: str) -> str:
    """Return one of several languages of a text, the first one where `locale` is missing."""
    return texts.get(locale) or next(iter(texts.values()), "")


def _charter(row: Any) -> Charter:
    document = db.from_jsonb(row["document"], _Document)
    scope = row["slug"] or TENANT
    prefix = "" if scope == TENANT else f"{scope}:"
    return Charter(
        version_id=CharterVersionId(row["id"]),
        number=row["number"],
        scope=scope,
        clauses=tuple(
            Clause(
                id=clause.id,
                ref=f"{prefix}{clause.id}",
                number=number,
                title=clause.title,
                text=clause.text,
                category=clause.category,
            )
            for number, clause in enumerate(document.clauses, start=1)
        ),
    )
