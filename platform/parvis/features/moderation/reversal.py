"""Taking a decision back: what it did is undone, the record is corrected, the person is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, events, journal, tenancy
from parvis.core.actor import Actor
from parvis.core.db import UniqueViolation
from parvis.core.errors import Conflict, Invalid, NotFound
from parvis.core.events import ContributionDecided
from parvis.core.events_measures import MeasureTaken
from parvis.core.i18n import N_
from parvis.core.ids import ContributionId, DecisionId, MemberId, RevisionId
from parvis.features.contributions import actions as contributions
from parvis.features.contributions import redaction
from parvis.features.contributions import rules as contribution_rules
from parvis.features.moderation import letter
from parvis.features.moderation.decisions import personal, record, views
from parvis.features.moderation.decisions.views import DecisionView
from parvis.features.moderation.tables import RESTRICTIONS, SANCTIONS, Action, Status

REASON_FIRST = N_("Say in a few words why this decision is taken back.")


class AlreadyReversed(Conflict):
    code = "already_reversed"
    default = N_("This decision has been taken back already.")


class NothingToReverse(Conflict):
    code = "nothing_to_reverse"
    default = N_("This decision restricts nobody: there is nothing to take back.")


class First(msgspec.Struct, frozen=True, kw_only=True):
    """The decision that is taken back, and whom it hit. `law` is there on a legal ground."""

    id: DecisionId
    action: Action
    clause_id: str | None
    scope: str | None
    contribution_id: ContributionId | None
    revision_id: RevisionId | None
    item_id: UUID | None
    member_id: MemberId | None
    kind: str | None
    place_id: Any
    title: str | None
    name: str
    locale: str | None
    at: datetime

    @property
    def is_sanction(self) -> bool:
        return self.action in SANCTIONS

    @property
    def mark(self) -> str:
        """What masked words are labelled with."""
        if self.clause_id is None:
            return "law"
        return f"{self.scope}:{self.clause_id}" if self.scope else self.clause_id

    @property
    def subject(self) -> tuple[str, UUID]:
        if self.is_sanction and self.member_id:
            return "member", self.member_id
        if self.kind and self.contribution_id:
            return self.kind, self.contribution_id
        return "decision", self.id


_FIRST = """
    SELECT d.id, d.action, d.clause_id, k.slug AS scope, d.contribution_id, d.revision_id,
           d.item_id, coalesce(d.member_id, c.author_id) AS member_id, c.kind, c.place_id,
           coalesce(nullif(r.title, ''), left(r.body, 80)) AS title,
           m.display_name AS name, m.locale, d.at
      FROM decision d
      LEFT JOIN contribution c ON c.tenant_id = $1 AND c.id = d.contribution_id
      LEFT JOIN revision r ON r.tenant_id = $1 AND r.id = d.revision_id
      LEFT JOIN charter_version v ON v.tenant_id = $1 AND v.id = d.charter_version_id
      LEFT JOIN community k ON k.tenant_id = $1 AND k.id = v.community_id
      JOIN member m ON m.tenant_id = $1 AND m.id = coalesce(d.member_id, c.author_id)
     WHERE d.tenant_id = $1 AND d.id = $2
"""


async def reverse(
    actor: Actor | None,
    decision_id: UUID,
    *,
    reason: str,
    appeal_id: UUID | None = None,
    item_id: UUID | None = None,
    rule: str | None = None,
    text: str | None = None,
) -> DecisionView:
    """Take a decision back and return the one that does.

    Words are again what readers saw, or what they would have seen; a sanction is lifted; neither
    counts as a warning any more. `reason` is for the record; `text` is what the person reads,
    composed when absent. Without an actor `rule` says what decided.
    Errors: NotFound; AlreadyReversed, NothingToReverse (409); Invalid without a reason.
    """
    first = await access_first(decision_id)
    if not reason.strip():
        raise Invalid(fields={"reason": REASON_FIRST})
    personal.require_none(reason, names=(first.name,))
    await _lock(first)
    said = text or await _composed(first)
    try:
        reversal_id = await _write(
            first, actor, rule, item_id, reason=reason, text=said, is_appeal=appeal_id is not None
        )
    except UniqueViolation:
        raise AlreadyReversed from None
    await _undo(first, reversal_id, actor, said)
    await _journal(first, reversal_id, actor, rule, appeal_id)
    written = await views.decision(reversal_id)
    assert written is not None  # noqa: S101 -- written a moment ago in this transaction
    return written


async def access_first(decision_id: UUID) -> First:
    """Return a decision that can be taken back. Errors: NotFound, NothingToReverse."""
    row = await db.fetch_row(_FIRST, decision_id)
    if row is None:
        raise NotFound
    first = msgspec.convert(dict(row), First)
    if first.action not in RESTRICTIONS | SANCTIONS:
        raise NothingToReverse
    return first


async def _lock(first: First) -> None:
    """Let one at a time touch the words or the person; withdrawn words stay withdrawn."""
    if first.is_sanction:
        await db.execute(
            "SELECT FROM member WHERE tenant_id = $1 AND id = $2 FOR UPDATE", first.member_id
        )
    elif first.contribution_id and await _is_there(first):
        await contribution_rules.lock(first.contribution_id)
    if await db.fetch_value(
        "SELECT id FROM decision WHERE tenant_id = $1 AND reverses_id = $2", first.id
    ):
        raise AlreadyReversed


async def _is_there(first: First) -> bool:
    found: bool | None = await db.fetch_value(
        "SELECT withdrawn_at IS NULL FROM contribution WHERE tenant_id = $1 AND id = $2",
        first.contribution_id,
    )
    return bool(found)


async def _composed(first: First) -> str:
    tenant = await tenancy.current_tenant()
    return letter.taken_back(
        name=first.name,
        title="" if first.is_sanction else first.title or "",
        locale=tenant.spoken(first.locale or ""),
    )


async def _write(
    first: First,
    actor: Actor | None,
    rule: str | None,
    item_id: UUID | None,
    *,
    reason: str,
    text: str,
    is_appeal: bool,
) -> DecisionId:
    own = Action.LIFT if first.is_sanction else Action.RESTORE
    return await record.write(
        action=Action.REVERSE if is_appeal else own,
        actor=actor,
        rule=rule,
        item_id=item_id or first.item_id,
        contribution_id=first.contribution_id,
        revision_id=first.revision_id,
        member_id=first.member_id,
        reverses_id=first.id,
        facts=reason,
        text_sent=text,
    )


async def _undo(first: First, reversal_id: DecisionId, actor: Actor | None, text: str) -> None:
    if first.is_sanction:
        await _lift(first, reversal_id)
        await events.publish(_news_of_sanction(first, reversal_id, text))
    elif await _is_there(first):
        await _restore(first)
        await events.publish(_news_of_words(first, reversal_id, actor, text))


async def _lift(first: First, reversal_id: DecisionId) -> None:
    await db.execute(
        "UPDATE sanction SET lifted_at = $3, lifted_by_decision_id = $4"
        " WHERE tenant_id = $1 AND decision_id = $2 AND lifted_at IS NULL",
        first.id,
        clock.now(),
        reversal_id,
    )


async def _restore(first: First) -> None:
    contribution_id, revision_id = first.contribution_id, first.revision_id
    assert contribution_id is not None  # noqa: S101 -- the database keeps it for decisions on words
    assert revision_id is not None  # noqa: S101 -- as above
    if first.action is Action.REDACT:
        await redaction.unmask(contribution_id, revision_id, first.mark)
    else:
        await contributions.restore(contribution_id, revision_id)
    # What waited for its author to revise it waits no longer.
    await db.execute(
        "UPDATE review_item SET status = $3, version = version + 1"
        " WHERE tenant_id = $1 AND id = $2 AND status = 'waiting_author'",
        first.item_id,
        Status.DECIDED,
    )


def _news_of_words(
    first: First, reversal_id: DecisionId, actor: Actor | None, text: str
) -> ContributionDecided:
    assert first.contribution_id is not None  # noqa: S101 -- as above
    assert first.revision_id is not None  # noqa: S101 -- as above
    assert first.member_id is not None  # noqa: S101 -- words have an author
    return ContributionDecided(
        contribution_id=first.contribution_id,
        revision_id=first.revision_id,
        decision_id=reversal_id,
        action=Action.PUBLISH,
        kind=first.kind or "",
        place_id=first.place_id,
        author_id=first.member_id,
        decided_by=actor.member_id if actor else None,
        text=text,
        is_reversal=True,
    )


def _news_of_sanction(first: First, reversal_id: DecisionId, text: str) -> MeasureTaken:
    assert first.member_id is not None  # noqa: S101 -- a sanction is of a member
    return MeasureTaken(
        decision_id=reversal_id,
        member_id=first.member_id,
        action=Action.LIFT,
        text=text,
        until=None,
    )


async def _journal(
    first: First,
    reversal_id: DecisionId,
    actor: Actor | None,
    rule: str | None,
    appeal_id: UUID | None,
) -> None:
    data = {"decision": reversal_id, "reverses": first.id, "was": first.action}
    if appeal_id:
        data["appeal"] = appeal_id
    if rule:
        data["by"] = rule
    act = "member.sanction_lifted" if first.is_sanction else "review.reversed"
    await journal.record(actor, act, subject=first.subject, data=data)
