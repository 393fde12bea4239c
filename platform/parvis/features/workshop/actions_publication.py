"""A draft becomes a version: at once, or on its day unless somebody withdraws that before."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from parvis.core import clock, db, jobs, journal, tenancy
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid
from parvis.core.i18n import N_
from parvis.core.ids import CommunityId, TenantId
from parvis.features.charter import actions as charter
from parvis.features.charter.comparison import compare
from parvis.features.charter.document import CharterDocument
from parvis.features.charter.rule import Text
from parvis.features.tenants.problems import TenantFileError
from parvis.features.workshop import checking, rules, source_edits
from parvis.features.workshop.actions_drafts import forget
from parvis.features.workshop.rules import FILE, Draft, DraftOutdated, Scope
from parvis.features.workshop.source_edits import VersionChoices


class PublishInput(msgspec.Struct, frozen=True, kw_only=True):
    """What the new version says of itself, and when; at once without a day.

    `version` is the draft's, whose difference from the newest version was read.
    """

    version: int
    change: Literal["material", "editorial"]
    grace_days: Annotated[int, Meta(ge=0, le=90)] = 0
    note: dict[str, Text] = {}
    on: date | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A version with its number, or the moment at which the draft becomes one."""

    number: int | None = None
    publish_at: datetime | None = None


class NotScheduled(Conflict):
    code = "not_scheduled"
    default = N_("No publication is waiting: it has taken place, or somebody has withdrawn it.")


async def publish(actor: Actor, scope: Scope, given: PublishInput) -> Outcome:
    """Make the draft of an accessed scope its newest version, at once or on a day to come.

    Errors: DraftChanged, DraftScheduled, DraftOutdated (409); Unsound (422) with every mistake;
    Invalid for a day that is not to come, and for a draft that changes nothing.
    """
    rules.require_person(actor)
    draft = await rules.lock_draft(scope, given.version)
    rules.require_unscheduled(draft)
    rules.require_newest(draft, await rules.newest(scope))
    document = await checking.require_sound(scope, draft.source, actor.locale)
    source = _with_choices(draft, document, given)
    await _require_change(scope, await checking.require_sound(scope, source, actor.locale))
    if given.on is not None:
        return await _schedule(actor, scope, draft, source, given.on)
    return Outcome(number=await _publish(actor, scope, draft, source))


def _with_choices(draft: Draft, document: CharterDocument, given: PublishInput) -> str:
    note = {locale: text for locale, text in given.note.items() if locale in document.locales}
    missing = [locale for locale in document.locales if note and locale not in note]
    if missing:
        say = N_("Say it in every language of the charter, or in none.")
        raise Invalid(fields={f"note.{locale}": say for locale in missing})
    choices = VersionChoices(
        change=given.change,
        grace_days=given.grace_days,
        note=note,
        effective_on=document.version.effective_on,
    )
    return source_edits.with_version(draft.source, choices)


async def _require_change(scope: Scope, document: CharterDocument) -> None:
    latest = await rules.newest(scope)
    if latest is None:
        return
    known = await checking.check(scope, latest.source)
    if known.document and compare(known.document, document).is_same:
        raise Invalid(
            N_("The draft says what version {number} says already."), number=latest.number
        )


async def _publish(actor: Actor, scope: Scope, draft: Draft, source: str) -> int:
    """Publish a locked draft; raise DraftOutdated when somebody else was quicker."""
    published = await charter.publish_version(
        scope.tenant, source, file=FILE, by=actor, community_id=scope.community_id
    )
    # Files are applied without looking at drafts: only now nobody can come between any more.
    if published.number != (draft.based_on or 0) + 1:
        raise DraftOutdated(number=published.number - 1)
    await forget(draft)
    return published.number


async def _schedule(actor: Actor, scope: Scope, draft: Draft, source: str, on: date) -> Outcome:
    publish_at = datetime.combine(on, time(), ZoneInfo(scope.tenant.timezone))
    if publish_at <= clock.now():
        raise Invalid(fields={"on": N_("Choose a day to come; for today, publish at once.")})
    await db.execute(
        "UPDATE charter_draft SET source = $3, version = version + 1, publish_at = $4,"
        " scheduled_by = $5, unpublished = NULL WHERE tenant_id = $1 AND id = $2",
        draft.id, source, publish_at, actor.require_member(),
    )  # fmt: skip
    await jobs.enqueue(publish_scheduled, at=publish_at, draft_id=draft.id)
    await _record(actor, "charter.publication_scheduled", scope, draft, on=on.isoformat())
    return Outcome(publish_at=publish_at)


async def withdraw(actor: Actor, scope: Scope, version: int) -> Draft:
    """Let a draft that waits for its day be a draft again.

    Errors: DraftChanged (409); NotScheduled (409) when it waits for none, or its moment has come.
    """
    rules.require_person(actor)
    draft = await rules.lock_draft(scope, version)
    if draft.publish_at is None or draft.publish_at <= clock.now():
        raise NotScheduled
    await _unschedule(draft, None)
    await _record(actor, "charter.publication_withdrawn", scope, draft)
    return await rules.require_draft(scope)


async def _unschedule(draft: Draft, reason: str | None) -> None:
    await db.execute(
        "UPDATE charter_draft SET publish_at = NULL, scheduled_by = NULL, unpublished = $3,"
        " version = version + 1 WHERE tenant_id = $1 AND id = $2",
        draft.id, reason,
    )  # fmt: skip


@jobs.job("workshop.publish_scheduled", outside=True)
async def publish_scheduled(*, tenant_id: TenantId, draft_id: str) -> None:
    """Publish a draft whose moment has come; when it cannot be, say so in its overview."""
    try:
        async with db.transaction(tenant_id):
            await _publish_due(UUID(draft_id))
    except (DraftOutdated, TenantFileError) as error:
        async with db.transaction(tenant_id):
            await _put_off(UUID(draft_id), error)


_DUE = """
    SELECT community_id FROM charter_draft
     WHERE tenant_id = $1 AND id = $2 AND publish_at <= $3 FOR UPDATE
"""


async def _due(draft_id: UUID) -> tuple[Scope, Draft] | None:
    """Return a draft that is to be published by now; None when it was withdrawn, or is done."""
    row = await db.fetch_row(_DUE, draft_id, clock.now())
    if row is None:
        return None
    community: Any = row["community_id"]
    tenant = await tenancy.current_tenant()
    scope = Scope(tenant=tenant, community_id=CommunityId(community) if community else None)
    return scope, await rules.lock_draft(scope)


async def _publish_due(draft_id: UUID) -> None:
    found = await _due(draft_id)
    if found is None:
        return
    scope, draft = found
    # Whoever chose the day published it, then, with the rights and the sign-in of then.
    actor = Actor(tenant=scope.tenant, locale=scope.tenant.locales[0], member_id=draft.scheduled_by)
    await _publish(actor, scope, draft, draft.source)


async def _put_off(draft_id: UUID, error: Exception) -> None:
    found = await _due(draft_id)
    if found is None:
        return
    scope, draft = found
    reason = "outdated" if isinstance(error, DraftOutdated) else "unsound"
    await _unschedule(draft, reason)
    await _record(None, "charter.publication_failed", scope, draft, by="workshop", reason=reason)


async def _record(actor: Actor | None, act: str, scope: Scope, draft: Draft, **data: str) -> None:
    subject = ("charter_draft", draft.id)
    await journal.record(actor, act, subject=subject, data={"scope": scope.name, **data})
