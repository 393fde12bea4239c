"""How things come into the queue, and leave it when their author takes them back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import clock, db, jobs, journal
from parvis.core.events import ContributionWithdrawn, RevisionHeld
from parvis.core.ids import ContributionId, MemberId, ReviewItemId, RevisionId, new_id
from parvis.core.tenancy import TenantSettings
from parvis.features.moderation import audiences, working_time
from parvis.features.moderation.tables import Audience, ItemKind, Source, TargetKind
from parvis.features.moderation.time_outs import tell_notice


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words an item is about, at the revision to judge."""

    contribution_id: ContributionId
    revision_id: RevisionId
    kind: str
    place_id: UUID
    author_id: MemberId


class NewCause(msgspec.Struct, frozen=True, kw_only=True):
    """One reason for which something comes into the queue."""

    source: Source
    clause_id: str | None = None
    rule_id: str | None = None
    effect: str | None = None
    field: str | None = None
    span: tuple[int, int] | None = None
    reporter_id: MemberId | None = None
    legal_notice_id: UUID | None = None
    confidence: float | None = None
    note: str | None = None


# A second cause joins the open item. New words take the place of those that waited ($14); words
# sent back and then reported are those still online: they are what is judged now. What becomes a
# matter of the tenant admin, or of compliance, leaves the hands it was in.
_RANK = "array_position(ARRAY['moderators', 'tenant_admin', 'compliance'], {}.audience)"
_MOVES = f"{_RANK.format('excluded')} > {_RANK.format('old')}"
_OPEN = f"""
    INSERT INTO review_item AS old (
        tenant_id, id, target_kind, other_target_id, kind, audience, contribution_id, revision_id,
        contribution_kind, place_id, author_id, status, due_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12, $13)
    ON CONFLICT (tenant_id, target_kind, target_id) WHERE status NOT IN ('decided', 'withdrawn')
    DO UPDATE SET
        revision_id = CASE WHEN $14 OR old.status = 'waiting_author' THEN excluded.revision_id
                           ELSE old.revision_id END,
        kind = CASE WHEN 'legal_notice' IN (old.kind, excluded.kind) THEN 'legal_notice'
                    WHEN $14 AND old.kind = 'new' THEN 'new'
                    WHEN $14 OR old.status = 'waiting_author' THEN excluded.kind
                    ELSE old.kind END,
        audience = CASE WHEN {_MOVES} THEN excluded.audience ELSE old.audience END,
        status = CASE WHEN old.status = 'waiting_author' THEN 'open'
                      WHEN old.status = 'claimed' AND {_MOVES} THEN 'open'
                      ELSE old.status END,
        claimed_by = CASE WHEN NOT ({_MOVES}) THEN old.claimed_by END,
        claim_expires_at = CASE WHEN NOT ({_MOVES}) THEN old.claim_expires_at END,
        due_at = CASE WHEN $14 AND old.status = 'waiting_author' THEN excluded.due_at
                      ELSE least(old.due_at, excluded.due_at) END,
        decided_at = NULL,
        version = old.version + 1
    RETURNING id
"""


async def open_item(
    *,
    target_kind: TargetKind,
    target_id: UUID,
    kind: ItemKind,
    audience: Audience | None = None,
    words: Words | None = None,
    place_id: UUID | None = None,
    author_id: MemberId | None = None,
    causes: Iterable[NewCause] = (),
    due_at: datetime | None = None,
    replaces_words: bool = False,
) -> ReviewItemId:
    """Return the open item of a target with these causes added: the one there is, or a new one.

    Without `audience` it is found from the kind and from whom it concerns. `replaces_words` when
    the author wrote new ones; else an open item goes on judging those it has. The caller journals.
    """
    if words:
        place_id, author_id = words.place_id, author_id or words.author_id
    now = clock.now()
    item_id = await db.fetch_value(
        _OPEN,
        new_id(),
        target_kind,
        None if target_kind is TargetKind.CONTRIBUTION else target_id,
        kind,
        audience or await audiences.of(kind, author_id=author_id, place_id=place_id),
        words.contribution_id if words else None,
        words.revision_id if words else None,
        words.kind if words else None,
        place_id,
        author_id,
        due_at or await _due_at(now),
        now,
        replaces_words,
    )
    await add_causes(item_id, causes, now)
    return ReviewItemId(item_id)


_REPORTED = "UPDATE review_item SET reports = reports + 1 WHERE tenant_id = $1 AND id = $2"


async def add_causes(item_id: UUID, causes: Iterable[NewCause], at: datetime) -> None:
    """Keep why an item is in the queue; what is there already stays. Legal notices are told."""
    for cause in causes:
        if cause.legal_notice_id is not None and cause.source is Source.NOTICE:
            await jobs.enqueue(tell_notice, item_id=item_id, notice_id=cause.legal_notice_id)
        if cause.source is Source.REPORT:
            await db.execute(_REPORTED, item_id)
        columns = msgspec.structs.asdict(cause)
        span = columns.pop("span")
        await db.insert(
            "review_cause",
            item_id=item_id,
            span=db.jsonb(span) if span else None,
            at=at,
            **columns,
        )


async def queue_held(event: RevisionHeld) -> None:
    """Put held words into the queue; a second cause joins the open item, never a twin."""
    item_id = await open_item(
        target_kind=TargetKind.CONTRIBUTION,
        target_id=event.contribution_id,
        kind=_kind_of(event),
        words=Words(
            contribution_id=event.contribution_id,
            revision_id=event.revision_id,
            kind=event.kind,
            place_id=event.place_id,
            author_id=event.author_id,
        ),
        causes=_rule_causes(event),
        replaces_words=True,
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
        " WHERE tenant_id = $1 AND contribution_id = $2 AND target_kind = 'contribution'"
        " AND status NOT IN ('decided', 'withdrawn')",
        event.contribution_id,
    )


def _kind_of(event: RevisionHeld) -> ItemKind:
    if event.kind == "profile":
        return ItemKind.PROFILE
    return ItemKind.EDIT if event.is_edit else ItemKind.NEW


def _rule_causes(event: RevisionHeld) -> Sequence[NewCause]:
    return [
        NewCause(
            source=Source.RULE,
            clause_id=cause.clause,
            rule_id=cause.rule,
            effect=cause.effect,
            field=cause.field,
            span=cause.span,
        )
        for cause in event.causes
    ]


async def _due_at(now: datetime) -> datetime:
    row = await db.fetch_row("SELECT timezone, settings FROM tenant WHERE id = $1")
    assert row is not None  # noqa: S101 -- the open transaction is this tenant's
    settings = db.from_jsonb(row["settings"], TenantSettings)
    return working_time.due_at(settings, row["timezone"], now)
