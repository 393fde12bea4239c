"""Decisions: one row each, for ever, with the clause, the facts and the text its author reads."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, db, events, journal
from parvis.core.actor import Actor
from parvis.core.errors import Invalid, NotFound
from parvis.core.events import ContributionDecided
from parvis.core.i18n import N_
from parvis.core.ids import DecisionId, new_id
from parvis.features.contributions import actions as contributions
from parvis.features.contributions import redaction
from parvis.features.contributions import rules as contribution_rules
from parvis.features.contributions.revisions import Mark
from parvis.features.moderation import (
    actions,
    drafting,
    letter,
    queries,
    queries_case,
    rules,
    statement,
)
from parvis.features.moderation.clauses import Charter, Clause
from parvis.features.moderation.drafting import Draft
from parvis.features.moderation.queries import DecisionView
from parvis.features.moderation.rules import Item
from parvis.features.moderation.statement import Statement
from parvis.features.moderation.tables import RESTRICTIONS, Action, ItemKind, Status

Facts = Annotated[str, Meta(max_length=5000)]
Text = Annotated[str, Meta(max_length=10000)]
READ_FIRST = N_("Read the text its author will receive, then confirm.")


class DecideInput(msgspec.Struct, frozen=True, kw_only=True):
    """A decision. A restriction needs the clause, and the text that its author will read.

    `facts` are for the record and hold no personal data; composed when absent. For an
    escalation they are the note to whoever decides.
    """

    version: int
    action: Action
    clause_id: str | None = None
    facts: Facts | None = None
    text: Text | None = None


class _Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What a restriction rests on."""

    charter: Charter
    clause: Clause
    facts: str
    statement: Statement


async def decide(actor: Actor, item_id: UUID, given: DecideInput, *, site: str) -> DecisionView:
    """Carry a decision out and write it down; its author is told by the event.

    `site` is the tenant's public address. Errors: Stale or NotOffered (409); Invalid without
    clause, text or note.
    """
    item = await actions.access_seen(actor, item_id, given.version)
    rules.require(rules.can(actor, item).does(given.action))
    await _lock(actor, item)
    decision_id, at = DecisionId(new_id()), clock.now()
    draft = await drafting.draft(actor, item, at)
    ground = _ground(given, draft, decision_id, at, site)
    await _close(actor, item, given.action, at)
    await _insert(actor, item, given, draft, ground, decision_id=decision_id, at=at)
    await _carry_out(item, given.action, ground)
    await _tell(actor, item, given, decision_id)
    written = await queries.last_decision(item.id)
    assert written is not None  # noqa: S101 -- written a moment ago in this transaction
    return written


async def _lock(actor: Actor, item: Item) -> None:
    # The contribution before the item, as when its author revises: no two of us wait in a ring.
    try:
        await contribution_rules.lock(item.contribution_id)
    except NotFound:  # withdrawn since the item was read
        raise await queries_case.stale(actor, item.id) from None


def _ground(
    given: DecideInput, draft: Draft, decision_id: DecisionId, at: datetime, site: str
) -> _Ground | None:
    if given.action is Action.ESCALATE and not given.facts:
        raise Invalid(fields={"facts": N_("Say in a few words what the next person should know.")})
    if given.action not in RESTRICTIONS:
        return None
    clause = draft.clause(given.clause_id)
    if clause is None or draft.charter is None:
        raise Invalid(fields={"clause_id": N_("Choose the rule of the charter it rests on.")})
    if not given.text:
        raise Invalid(fields={"text": READ_FIRST})
    facts = given.facts or letter.facts(draft.occasion, clause)
    return _Ground(
        charter=draft.charter,
        clause=clause,
        facts=facts,
        statement=statement.state(
            draft.occasion,
            action=given.action,
            charter=draft.charter,
            clause=clause,
            facts=facts,
            decision_id=decision_id,
            at=at,
            written_at=draft.written_at,
            site=site,
        ),
    )


async def _close(actor: Actor, item: Item, action: Action, at: datetime) -> None:
    status = {Action.ESCALATE: Status.ESCALATED, Action.RETURN: Status.WAITING_AUTHOR}
    await actions.change(
        actor,
        item,
        status=status.get(action, Status.DECIDED),
        claimed_by=None,
        claim_expires_at=None,
        decided_at=None if action is Action.ESCALATE else at,
    )


async def _insert(
    actor: Actor,
    item: Item,
    given: DecideInput,
    draft: Draft,
    ground: _Ground | None,
    *,
    decision_id: DecisionId,
    at: datetime,
) -> None:
    occasion = draft.occasion
    columns: dict[str, Any] = {"facts": given.facts}
    if ground:
        columns = {
            "clause_id": ground.clause.id,
            "charter_version_id": ground.charter.version_id,
            "facts": ground.facts,
            "statement": db.jsonb(ground.statement),
            "text_sent": given.text,
            "visibility_code": ground.statement.visibility_code,
            "ground_code": statement.INCOMPATIBLE,
            "category_code": ground.statement.category_code,
            "redress_until": occasion.redress_until,
        }
    await db.insert(
        "decision",
        id=decision_id,
        item_id=item.id,
        contribution_id=item.contribution_id,
        revision_id=item.revision_id,
        decided_by=actor.member_id,
        action=given.action,
        source_type=statement.NOTIFIED if occasion.by_report else statement.VOLUNTARY,
        automated_detection=occasion.by_rule,
        automated_decision=statement.NOT_AUTOMATED,
        at=at,
        **columns,
    )


async def _carry_out(item: Item, action: Action, ground: _Ground | None) -> None:
    """Make what readers see follow from the decision. A refused edit leaves the words before it."""
    judges_live_words = item.kind is ItemKind.FLAG or bool(item.reporters)
    if action is Action.PUBLISH and item.kind is not ItemKind.FLAG:
        await contributions.make_live(item.contribution_id, item.revision_id)
    elif action in (Action.REFUSE, Action.RETURN) and judges_live_words:
        await contributions.take_down(item.contribution_id)
    elif action is Action.REDACT and ground:
        spans = await drafting.spans(item)
        mark = Mark(clause=ground.clause.id, title_by_locale=ground.clause.title)
        await redaction.redact(item.contribution_id, item.revision_id, spans, mark)


async def _tell(actor: Actor, item: Item, given: DecideInput, decision_id: DecisionId) -> None:
    is_kept = given.action is Action.PUBLISH and item.kind is ItemKind.FLAG
    act = {Action.ESCALATE: "review.escalated"}.get(given.action, "review.decided")
    data = {"item": item.id, "decision": decision_id, "to": given.action}
    if given.clause_id and given.action in RESTRICTIONS:
        data["clause"] = given.clause_id
    await journal.record(actor, "review.kept" if is_kept else act, subject=item.subject, data=data)
    # Words that stay online after a report: nothing happened to their author, who is told nothing.
    if not is_kept:
        await events.publish(_news(actor, item, given, decision_id))


def _news(
    actor: Actor, item: Item, given: DecideInput, decision_id: DecisionId
) -> ContributionDecided:
    is_restriction = given.action in RESTRICTIONS
    return ContributionDecided(
        contribution_id=item.contribution_id,
        revision_id=item.revision_id,
        decision_id=decision_id,
        action=given.action,
        kind=item.contribution_kind,
        place_id=item.place_id,
        author_id=item.author_id,
        decided_by=actor.require_member(),
        clause_id=given.clause_id if is_restriction else None,
        text=given.text if is_restriction else None,
    )
