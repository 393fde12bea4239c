"""What was given to members, as the page of a new sanction and their dossier show it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.features.moderation.queries_case import ClauseView
from parvis.features.moderation.sanctions import rules
from parvis.features.moderation.sanctions.ledger import Ledger, ledger
from parvis.features.moderation.sanctions.occasions import Case
from parvis.features.moderation.sanctions.rules import Subject
from parvis.features.moderation.tables import SanctionKind


class PlaceChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A community to which a sanction may be limited."""

    id: UUID
    title: str


class SanctionView(msgspec.Struct, frozen=True, kw_only=True):
    """A sanction; `is_in_force` at this moment, warnings as long as they stand."""

    decision_id: UUID
    kind: str
    place: str | None
    clause_id: str
    starts_at: datetime
    until: datetime | None
    lifted_at: datetime | None
    is_in_force: bool


class SanctionsView(msgspec.Struct, frozen=True, kw_only=True):
    """What a member was given, newest first, what happened before, and what may be given now."""

    member_id: UUID
    name: str
    kinds: tuple[SanctionKind, ...]
    everywhere: bool
    places: tuple[PlaceChoice, ...]
    clauses: tuple[ClauseView, ...]
    ledger: Ledger
    sanctions: tuple[SanctionView, ...]


# A secret community is named to its own people only, moderators or not.
_PLACES = """
    SELECT k.id, k.title FROM community k
     WHERE k.tenant_id = $1 AND k.id = ANY ($2::uuid[])
       AND (k.visibility <> 'secret' OR k.id = ANY ($3::uuid[]))
       AND ($4 OR k.id = ANY ($5::uuid[]))
     ORDER BY k.title, k.id
"""
_GIVEN = """
    SELECT s.decision_id, s.kind, k.title AS place, s.clause_id, s.starts_at, s.until, s.lifted_at,
           s.lifted_at IS NULL AND (s.until IS NULL OR s.until > $3) AS is_in_force
      FROM sanction s
      LEFT JOIN community k ON k.tenant_id = $1 AND k.id = s.place_id
     WHERE s.tenant_id = $1 AND s.member_id = $2
       AND (s.place_id IS NULL OR k.visibility <> 'secret' OR k.id = ANY ($4::uuid[]))
       AND ($5 OR s.place_id = ANY ($6::uuid[]))
     ORDER BY s.id DESC LIMIT 50
"""


async def sanctions(actor: Actor, subject: Subject, case: Case) -> SanctionsView:
    """Return what a member whom the actor may restrict was given, and what may be given now."""
    everywhere = rules.judges_everywhere(actor)
    managed = tuple(actor.managed)
    return SanctionsView(
        member_id=subject.id,
        name=subject.name,
        kinds=tuple(kind for kind in SanctionKind if _is_offered(actor, kind)),
        everywhere=everywhere,
        places=await _places(actor, subject, everywhere=everywhere),
        clauses=tuple(
            ClauseView(id=clause.ref, number=clause.number, title=clause.title_in(actor.locale))
            for charter in case.charters
            for clause in charter.clauses
        ),
        ledger=await ledger(subject.id, actor.locale, places=None if everywhere else managed),
        sanctions=await given(actor, subject.id, everywhere=everywhere),
    )


async def given(actor: Actor, member_id: UUID, *, everywhere: bool) -> tuple[SanctionView, ...]:
    """Return what a member was given, of managed places alone unless `everywhere`."""
    own = [*actor.communities, *actor.managed]
    rows = await db.fetch(_GIVEN, member_id, clock.now(), own, everywhere, list(actor.managed))
    return tuple(SanctionView(**_values(row)) for row in rows)


def _values(row: db.Record) -> dict[str, Any]:
    return dict(row)


def _is_offered(actor: Actor, kind: SanctionKind) -> bool:
    return any(rules.may_give(actor, kind, place) for place in (None, *actor.managed))


async def _places(actor: Actor, subject: Subject, *, everywhere: bool) -> tuple[PlaceChoice, ...]:
    own = [*actor.communities, *actor.managed]
    rows = await db.fetch(_PLACES, list(subject.places), own, everywhere, list(actor.managed))
    return tuple(PlaceChoice(id=row["id"], title=row["title"]) for row in rows)
