"""How things come into the queue, and leave it when their author takes them back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Invalid
from parvis.core.events import ContributionWithdrawn, RevisionHeld
from parvis.core.i18n import N_
from parvis.core.ids import new_id
from parvis.core.tenancy import TenantSettings
from parvis.features.contributions import rules as contribution_rules
from parvis.features.moderation import clauses, queries_case, reporting, working_time
from parvis.features.moderation.reporting import Reportable
from parvis.features.moderation.tables import ItemKind, Source

OTHER = "other"


class ReportInput(msgspec.Struct, frozen=True, kw_only=True):
    """Why a member thinks that words break the charter: a clause's id, or `other` with a note."""

    reason: Annotated[str, Meta(min_length=1, max_length=80)]
    note: Annotated[str, Meta(max_length=1000)] | None = None


_JOIN_HELD = """
    ON CONFLICT (tenant_id, target_kind, target_id) WHERE status NOT IN ('decided', 'withdrawn')
    DO UPDATE SET
        revision_id = excluded.revision_id,
        kind = CASE WHEN review_item.kind = 'new' THEN 'new' ELSE excluded.kind END,
        status = CASE WHEN review_item.status = 'waiting_author' THEN 'open'
                      ELSE review_item.status END,
        due_at = CASE WHEN review_item.status = 'waiting_author' THEN excluded.due_at
                      ELSE least(review_item.due_at, excluded.due_at) END,
        decided_at = NULL,
        version = review_item.version + 1
"""
# Words sent back and then reported are those still online: they are what is judged now.
_JOIN_REPORTED = """
    ON CONFLICT (tenant_id, target_kind, target_id) WHERE status NOT IN ('decided', 'withdrawn')
    DO UPDATE SET
        revision_id = CASE WHEN review_item.status = 'waiting_author' THEN excluded.revision_id
                           ELSE review_item.revision_id END,
        kind = CASE WHEN review_item.status = 'waiting_author' THEN excluded.kind
                    ELSE review_item.kind END,
        status = CASE WHEN review_item.status = 'waiting_author' THEN 'open'
                      ELSE review_item.status END,
        due_at = least(review_item.due_at, excluded.due_at),
        decided_at = NULL,
        version = review_item.version + 1
"""
_INSERT = """
    INSERT INTO review_item (tenant_id, id, contribution_id, revision_id, kind, contribution_kind,
                             place_id, author_id, status, due_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10)
"""


async def queue_held(event: RevisionHeld) -> None:
    """Put held words into the queue; a second cause joins the open item, never a twin."""
    item_id = await _open(
        _JOIN_HELD,
        contribution_id=event.contribution_id,
        revision_id=event.revision_id,
        kind=ItemKind.EDIT if event.is_edit else ItemKind.NEW,
        contribution_kind=event.kind,
        place_id=event.place_id,
        author_id=event.author_id,
    )
    for cause in event.causes:
        await db.insert(
            "review_cause",
            item_id=item_id,
            source=Source.RULE,
            clause_id=cause.clause,
            rule_id=cause.rule,
            effect=cause.effect,
            field=cause.field,
            span=db.jsonb(cause.span) if cause.span else None,
            at=clock.now(),
        )
    await journal.record(
        None,
        "review.opened",
        subject=(event.kind, event.contribution_id),
        data={
            "by": "charter",
            "item": item_id,
            "revision": event.revision_id,
            "clauses": sorted({cause.clause for cause in event.causes}),
        },
    )


async def drop_withdrawn(event: ContributionWithdrawn) -> None:
    """Take out of the queue what its author took back: there is nothing left to judge."""
    await db.execute(
        "UPDATE review_item SET status = 'withdrawn', version = version + 1, claimed_by = NULL,"
        " claim_expires_at = NULL"
        " WHERE tenant_id = $1 AND contribution_id = $2"
        " AND status NOT IN ('decided', 'withdrawn')",
        event.contribution_id,
    )


async def report(actor: Actor, contribution_id: UUID, given: ReportInput) -> None:
    """Bring words the actor can read before the moderators; reporting them twice changes nothing.

    Errors: NotFound; Denied for one's own words; Invalid for an unknown reason.
    """
    # Sent twice at once, the second must see the first.
    await contribution_rules.lock(contribution_id)
    target = await reporting.access_reportable(actor, contribution_id)
    clause_id = await _clause_id(target, given)
    if target.is_reported:
        return
    item_id = await _open(
        _JOIN_REPORTED,
        contribution_id=target.id,
        revision_id=target.revision_id,
        kind=ItemKind.FLAG,
        contribution_kind=target.kind,
        place_id=target.place_id,
        author_id=target.author_id,
    )
    await db.insert(
        "review_cause",
        item_id=item_id,
        source=Source.REPORT,
        clause_id=clause_id,
        reporter_id=actor.member_id,
        note=given.note,
        at=clock.now(),
    )
    await journal.record(
        actor,
        queries_case.REPORT,
        subject=(target.kind, target.id),
        # The author may hold the right to read the journal; who reported them is not for them.
        data={"item": item_id, "reason": given.reason, "hidden_from": target.author_id},
    )


async def _clause_id(target: Reportable, given: ReportInput) -> str | None:
    """Return the clause a report names, None for another reason, which the note then tells."""
    charter = await clauses.charter_of(target.charter_version_id, target.written_at)
    clause = charter.find(given.reason) if charter else None
    if clause is None and given.reason != OTHER:
        raise Invalid(fields={"reason": N_("Choose a rule of the charter, or another reason.")})
    if clause is None and not given.note:
        raise Invalid(fields={"note": N_("Say in a few words what is wrong.")})
    return clause.id if clause else None


async def _open(join: str, **columns: Any) -> UUID:
    """Return the open item of a contribution: the one there is, changed by `join`, or a new one."""
    now = clock.now()
    found: UUID = await db.fetch_value(
        f"{_INSERT}{join} RETURNING id",
        new_id(),
        columns["contribution_id"],
        columns["revision_id"],
        columns["kind"],
        columns["contribution_kind"],
        columns["place_id"],
        columns["author_id"],
        await _due_at(now),
        now,
    )
    return found


async def _due_at(now: datetime) -> datetime:
    row = await db.fetch_row("SELECT timezone, settings FROM tenant WHERE id = $1")
    assert row is not None  # noqa: S101 -- the open transaction is this tenant's
    settings = db.from_jsonb(row["settings"], TenantSettings)
    return working_time.due_at(settings, row["timezone"], now)
