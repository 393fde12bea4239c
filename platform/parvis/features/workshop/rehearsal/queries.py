"""Rehearsals as their readers see them: figures that say nothing of single people, and examples.

The result names where examples stand. Their words are read when they are shown, by the rights of
whoever looks: what was erased since is gone, and what one may not read is not there.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.permissions import Permission
from parvis.features.charter.document import CharterDocument
from parvis.features.charter.queries import spoken
from parvis.features.charter.verdict import Effect
from parvis.features.workshop import checking
from parvis.features.workshop.rehearsal import examples
from parvis.features.workshop.rehearsal.examples import Shown
from parvis.features.workshop.rehearsal.protection import NOTHING, Figure
from parvis.features.workshop.rehearsal.tally import EVERYTHING, SIDES, Result, Side
from parvis.features.workshop.rules import Scope

State = Literal["queued", "running", "done", "failed", "cancelled"]
RESTRICTING = (Effect.REFUSE, Effect.HOLD, Effect.MASK, Effect.MARK)


class RehearsalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rehearsal in the list of them. `version` is that of the version it compares with."""

    id: UUID
    state: State
    days: int
    judged: int
    total: int | None
    version: int | None
    asked_by: str
    asked_at: datetime
    done_at: datetime | None
    is_of_this_draft: bool


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Figures that belong together: under the draft by effect, today, and what is different."""

    draft: Figure
    by_effect: dict[str, Figure]
    now: Figure
    came: Figure
    gone: Figure


class ClauseFound(msgspec.Struct, frozen=True, kw_only=True):
    """What one clause would have done, with examples by side; `is_gone`: not in the draft."""

    id: str
    title: str
    is_gone: bool
    found: Row
    examples: dict[Side, tuple[Shown, ...]]


class RehearsalView(msgspec.Struct, frozen=True, kw_only=True):
    """A rehearsal. `whole` and `clauses` are there once it is done; clauses most touched first."""

    about: RehearsalRow
    read: Figure
    whole: Row | None
    today_by_effect: dict[str, Figure]
    clauses: tuple[ClauseFound, ...]


_COLUMNS = """
    SELECT r.id, r.state, r.days, r.judged, r.total, v.number AS version, r.asked_at, r.done_at,
           m.display_name AS asked_by, coalesce(d.source = r.source, false) AS is_of_this_draft
"""
_FROM = """
      FROM charter_rehearsal r
      JOIN member m ON m.tenant_id = r.tenant_id AND m.id = r.asked_by
      LEFT JOIN charter_version v ON v.tenant_id = r.tenant_id AND v.id = r.version_id
      LEFT JOIN charter_draft d ON d.tenant_id = r.tenant_id
                               AND d.community_id IS NOT DISTINCT FROM r.community_id
     WHERE r.tenant_id = $1 AND r.community_id IS NOT DISTINCT FROM $2
       AND ($3 OR r.asked_by = $4)
"""
_LIST = f"{_COLUMNS} {_FROM} ORDER BY r.id DESC LIMIT 30"
_ONE = f"{_COLUMNS}, r.source, v.source AS current, r.result {_FROM} AND r.id = $5"


def _whose(actor: Actor, scope: Scope) -> tuple[Any, ...]:
    """Return whose rehearsals an actor sees: with what one may count, another may not be told."""
    sees_all = actor.may(Permission.REVIEW_DECIDE) or scope.community_id is not None
    return scope.community_id, sees_all, actor.require_member()


async def rehearsals(actor: Actor, scope: Scope) -> tuple[RehearsalRow, ...]:
    """Return the rehearsals of an accessed scope that the actor may see, newest first."""
    rows = await db.fetch(_LIST, *_whose(actor, scope))
    return tuple(msgspec.convert(dict(row), RehearsalRow) for row in rows)


async def rehearsal(actor: Actor, scope: Scope, rehearsal_id: UUID) -> RehearsalView:
    """Return a rehearsal of an accessed scope. Errors: NotFound, also for others' rehearsals."""
    row = await db.fetch_row(_ONE, *_whose(actor, scope), rehearsal_id)
    if row is None:
        raise NotFound
    values = dict(row)
    source, current, result = (values.pop(key) for key in ("source", "current", "result"))
    about = msgspec.convert(values, RehearsalRow)
    if result is None:
        return RehearsalView(about=about, read=NOTHING, whole=None, today_by_effect={}, clauses=())
    found = db.from_jsonb(result, Result)
    draft = (await checking.check(scope, source)).document
    today = (await checking.check(scope, current)).document if current else None
    return RehearsalView(
        about=about,
        read=_figure(found, EVERYTHING),
        whole=_row(found, ""),
        today_by_effect={effect: _figure(found, f"now-{effect}") for effect in RESTRICTING},
        clauses=await _clauses(actor, found, _Both(draft, today)),
    )


def _figure(found: Result, name: str) -> Figure:
    return found.figures.get(name, NOTHING)


def _row(found: Result, prefix: str) -> Row:
    return Row(
        draft=_figure(found, f"{prefix}draft"),
        by_effect={effect: _figure(found, f"{prefix}{effect}") for effect in RESTRICTING},
        now=_figure(found, f"{prefix}now"),
        came=_figure(found, f"{prefix}came"),
        gone=_figure(found, f"{prefix}gone"),
    )


class _Both(msgspec.Struct, frozen=True):
    """The charters that were compared: the draft, and the version in force of then."""

    draft: CharterDocument | None
    current: CharterDocument | None

    def ids(self) -> list[str]:
        """Return all clauses in the order of the draft, those it has no more at the end."""
        documents = (one for one in (self.draft, self.current) if one)
        return list(dict.fromkeys(clause.id for one in documents for clause in one.clauses))

    def is_in_draft(self, id_: str) -> bool:
        return self.draft is not None and self.draft.clause(id_) is not None

    def title(self, id_: str, locale: str) -> str:
        for one in (self.draft, self.current):
            clause = one.clause(id_) if one else None
            if clause is not None:
                return spoken(clause.title, locale)
        return id_


async def _clauses(actor: Actor, found: Result, both: _Both) -> tuple[ClauseFound, ...]:
    shown = await examples.shown(actor, found.examples)
    touched = {name.partition("/")[0] for name in found.figures if "/" in name}
    return tuple(
        ClauseFound(
            id=id_,
            title=both.title(id_, actor.locale),
            is_gone=not both.is_in_draft(id_),
            found=_row(found, f"{id_}/"),
            examples={side: shown.get(f"{id_}:{side}", ()) for side in SIDES},
        )
        for id_ in both.ids()
        if id_ in touched
    )
