"""Ask for a rehearsal, or call it off."""

import hashlib
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, db, jobs, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.features.workshop import checking, queries_trial, rules
from parvis.features.workshop.rehearsal.running import rehearse
from parvis.features.workshop.rules import Scope

MOST_DAYS = 365


class RehearseInput(msgspec.Struct, frozen=True, kw_only=True):
    """The days whose words are read: the last `days`, up to now."""

    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 30


class RehearsalRuns(Conflict):
    code = "rehearsal_runs"
    default = N_("A rehearsal of this charter is under way: wait for it, or call it off.")


class RehearsalOver(Conflict):
    code = "rehearsal_over"
    default = N_("This rehearsal is over already.")


_RUNS = """
    SELECT EXISTS (SELECT FROM charter_rehearsal
     WHERE tenant_id = $1 AND community_id IS NOT DISTINCT FROM $2
       AND state IN ('queued', 'running'))
"""
_TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtext('rehearsal ' || $1::uuid))"
# Nobody learns from a rehearsal that a secret place exists: its words count only for its members,
# and for those who moderate all of them.
_REACHABLE = """
    SELECT id FROM community
     WHERE tenant_id = $1 AND (visibility <> 'secret' OR id = ANY ($2::uuid[]))
"""


async def start(actor: Actor, scope: Scope, given: RehearseInput) -> UUID:
    """Have the draft of an accessed scope judged on the words of the last days; return its id.

    Errors: NotFound without a draft; Unsound (422) for one with mistakes; RehearsalRuns (409).
    """
    member_id = rules.require_person(actor)
    draft = await rules.require_draft(scope)
    await checking.require_sound(scope, draft.source, actor.locale)
    await db.fetch_value(_TAKE_TURNS)
    if await db.fetch_value(_RUNS, scope.community_id):
        raise RehearsalRuns
    current = await queries_trial.binding(scope)
    rehearsal_id = await db.insert(
        "charter_rehearsal",
        community_id=scope.community_id,
        version_id=current.version.id if current else None,
        source=draft.source,
        source_sha256=hashlib.sha256(draft.source.encode()).hexdigest(),
        days=given.days,
        everywhere=_is_everywhere(actor, scope),
        places=await _places(actor, scope),
        state="queued",
        asked_by=member_id,
        asked_at=clock.now(),
    )
    await jobs.enqueue(rehearse, rehearsal_id=rehearsal_id)
    await _record(actor, "charter.rehearsal_asked", scope, rehearsal_id, days=given.days)
    return rehearsal_id


def _is_everywhere(actor: Actor, scope: Scope) -> bool:
    return scope.community_id is None and actor.may(Permission.REVIEW_DECIDE)


async def _places(actor: Actor, scope: Scope) -> list[UUID]:
    if scope.community_id is not None:
        return [scope.community_id]
    rows = await db.fetch(_REACHABLE, [*actor.communities, *actor.managed])
    return [row["id"] for row in rows]


_CALL_OFF = """
    UPDATE charter_rehearsal SET state = 'cancelled', work = NULL, done_at = $4
     WHERE tenant_id = $1 AND id = $2 AND community_id IS NOT DISTINCT FROM $3
       AND state IN ('queued', 'running')
"""


async def call_off(actor: Actor, scope: Scope, rehearsal_id: UUID) -> None:
    """Call a rehearsal off that the actor may see. Errors: RehearsalOver (409)."""
    member_id = rules.require_person(actor)
    if not await db.execute(_CALL_OFF, rehearsal_id, scope.community_id, clock.now()):
        raise RehearsalOver
    await _record(actor, "charter.rehearsal_cancelled", scope, rehearsal_id, by=str(member_id))


async def _record(
    actor: Actor, act: str, scope: Scope, rehearsal_id: UUID, **data: str | int
) -> None:
    await journal.record(
        actor, act, subject=("charter_rehearsal", rehearsal_id), data={"scope": scope.name, **data}
    )
