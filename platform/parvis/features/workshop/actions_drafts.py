"""Work on a draft: begin it, write it, throw it away. Nothing here binds anybody."""

import hashlib
from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta
from tomlkit.exceptions import ParseError

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import new_id
from parvis.features.workshop import checking, rules, source_edits
from parvis.features.workshop.models import model_of
from parvis.features.workshop.rules import Draft, DraftExists, Newest, Scope
from parvis.features.workshop.source_edits import ClauseTexts


class BeginInput(msgspec.Struct, frozen=True, kw_only=True):
    """From what a draft is begun: this text, or the newest version where it is left out."""

    source: str = ""


class SaveInput(msgspec.Struct, frozen=True, kw_only=True):
    """A draft's new text, and the version of the draft it was written on."""

    version: int
    source: Annotated[str, Meta(min_length=1)]


_BEGIN = """
    INSERT INTO charter_draft (tenant_id, id, community_id, source, based_on_id, version,
                               updated_by, updated_at)
    VALUES ($1, $2, $3, $4, $5, 1, $6, $7) ON CONFLICT DO NOTHING
"""


async def begin(actor: Actor, scope: Scope, given: BeginInput) -> Draft:
    """Begin the draft of an accessed scope.

    Errors: DraftExists (409); Invalid for a text that is too long.
    """
    member_id = rules.require_person(actor)
    latest = await rules.newest(scope)
    source = source_edits.normal(given.source or (latest.source if latest else model_of(scope)))
    checking.require_length(source)
    draft_id = new_id()
    columns = (draft_id, scope.community_id, source, latest.id if latest else None)
    if not await db.execute(_BEGIN, *columns, member_id, clock.now()):
        raise DraftExists
    draft = await rules.require_draft(scope)
    await _record(actor, "charter.draft_begun", scope, draft)
    return draft


async def save(actor: Actor, scope: Scope, given: SaveInput) -> Draft:
    """Give the draft of an accessed scope another text, sound or not.

    Errors: DraftChanged (409) when somebody saved another one meanwhile; DraftScheduled (409);
    Invalid for a text that is too long.
    """
    return await change(actor, scope, given.version, lambda _: given.source)


async def change(actor: Actor, scope: Scope, version: int, edit: Callable[[str], str]) -> Draft:
    """Give the draft of an accessed scope the text that `edit` makes of it.

    Errors: as `save`; NotFound when `edit` does not find its clause.
    """
    member_id = rules.require_person(actor)
    draft = await rules.lock_draft(scope, version)
    rules.require_unscheduled(draft)
    source = source_edits.normal(_edited(draft.source, edit))
    checking.require_length(source)
    if source == draft.source:
        return draft
    await db.execute(
        "UPDATE charter_draft SET source = $3, version = version + 1, updated_by = $4,"
        " updated_at = $5, unpublished = NULL WHERE tenant_id = $1 AND id = $2",
        draft.id, source, member_id, clock.now(),
    )  # fmt: skip
    return await _saved(actor, scope)


def _edited(source: str, edit: Callable[[str], str]) -> str:
    try:
        return edit(source)
    except ParseError:
        raise Invalid(fields={"source": checking.UNSOUND}) from None
    except KeyError:
        raise NotFound(N_("The draft has no such clause any more.")) from None


async def write_clause(
    actor: Actor, scope: Scope, version: int, clause_id: str, given: ClauseTexts
) -> Draft:
    """Give a clause of the draft other words. Errors: as `change`."""
    return await change(
        actor, scope, version, lambda text: source_edits.with_clause(text, clause_id, given)
    )


async def add_clause(
    actor: Actor, scope: Scope, version: int, clause_id: str, given: ClauseTexts
) -> Draft:
    """Put a clause behind the last one of the draft.

    Errors: as `change`; Invalid when the charter has a clause of that id.
    """
    draft = await rules.require_draft(scope)
    found = await checking.check(scope, draft.source)
    if found.document and found.document.clause(clause_id):
        raise Invalid(fields={"id": N_("The charter has a clause of this name already.")})
    return await change(
        actor, scope, version, lambda text: source_edits.with_new_clause(text, clause_id, given)
    )


async def remove_clause(actor: Actor, scope: Scope, version: int, clause_id: str) -> Draft:
    """Take a clause out of the draft, with its rules. Errors: as `change`."""
    return await change(
        actor, scope, version, lambda text: source_edits.without_clause(text, clause_id)
    )


async def move_clause(
    actor: Actor, scope: Scope, version: int, clause_id: str, *, up: bool
) -> Draft:
    """Move a clause of the draft by one place. Errors: as `change`."""
    return await change(
        actor, scope, version, lambda text: source_edits.moved(text, clause_id, -1 if up else 1)
    )


async def discard(actor: Actor, scope: Scope, version: int) -> None:
    """Throw the draft of an accessed scope away. Errors: DraftChanged, DraftScheduled (409)."""
    rules.require_person(actor)
    draft = await rules.lock_draft(scope, version)
    rules.require_unscheduled(draft)
    await forget(draft)
    await _record(actor, "charter.draft_discarded", scope, draft)


async def forget(draft: Draft) -> None:
    """Delete a locked draft: it was discarded, or has become a version."""
    await db.execute("DELETE FROM charter_draft WHERE tenant_id = $1 AND id = $2", draft.id)


async def go_on_from(actor: Actor, scope: Scope, version: int, number: int) -> Draft:
    """Let the draft go on from version `number`, whose changes somebody has looked at.

    Errors: DraftChanged, DraftScheduled; DraftOutdated when `number` is not the newest any more.
    """
    member_id = rules.require_person(actor)
    draft = await rules.lock_draft(scope, version)
    rules.require_unscheduled(draft)
    latest = await rules.newest(scope)
    if latest is None or latest.number != number:
        rules.require_newest(draft, latest)
        return draft
    await _base(draft, latest, member_id)
    return await _saved(actor, scope)


async def _base(draft: Draft, latest: Newest, member_id: object) -> None:
    await db.execute(
        "UPDATE charter_draft SET based_on_id = $3, version = version + 1, updated_by = $4,"
        " updated_at = $5, unpublished = NULL WHERE tenant_id = $1 AND id = $2",
        draft.id, latest.id, member_id, clock.now(),
    )  # fmt: skip


async def _saved(actor: Actor, scope: Scope) -> Draft:
    saved = await rules.require_draft(scope)
    await _record(actor, "charter.draft_saved", scope, saved)
    return saved


async def _record(actor: Actor, act: str, scope: Scope, draft: Draft) -> None:
    sha256 = hashlib.sha256(draft.source.encode()).hexdigest()
    await journal.record(
        actor, act, subject=("charter_draft", draft.id),
        data={"scope": scope.name, "draft": draft.version, "sha256": sha256},
    )  # fmt: skip
