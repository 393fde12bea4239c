"""Decisions: one row each, for ever, with the ground, the facts and the text its author reads."""

from typing import Any
from uuid import UUID

from parvis.core import clock, journal
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.ids import DecisionId, new_id
from parvis.features.contributions import rules as contribution_rules
from parvis.features.moderation import actions, queries_case, rules
from parvis.features.moderation.decisions import views
from parvis.features.moderation.decisions.carrying import CARRIERS
from parvis.features.moderation.decisions.grounds import READ_FIRST
from parvis.features.moderation.decisions.taking import DecideInput, Taking
from parvis.features.moderation.decisions.views import DecisionView
from parvis.features.moderation.legal_notices import misuse, outcomes
from parvis.features.moderation.rules import Item
from parvis.features.moderation.tables import RESTRICTIONS, Action, Status

__all__ = ["READ_FIRST", "DecideInput", "decide"]

_STATUS = {Action.ESCALATE: Status.ESCALATED, Action.RETURN: Status.WAITING_AUTHOR}


async def decide(actor: Actor, item_id: UUID, given: DecideInput, *, site: str) -> DecisionView:
    """Carry a decision out and write it down; whom it concerns is told by the event.

    `site` is the tenant's public address. Errors: Stale or NotOffered (409); Invalid without
    ground, text or note; Conflict when the words have changed since.
    """
    item = await actions.access_seen(actor, item_id, given.version)
    rules.require(rules.can(actor, item).does(given.action))
    await _lock(actor, item)
    taking = Taking(
        actor=actor,
        item=item,
        given=given,
        decision_id=DecisionId(new_id()),
        at=clock.now(),
        site=site,
        source=await outcomes.source_of(item.id),
    )
    await _close(taking)
    decision_id = await CARRIERS[given.action](taking)
    await _settle_notices(taking, decision_id)
    await _record(taking, decision_id)
    written = await views.last_decision(item.id)
    assert written is not None  # noqa: S101 -- written a moment ago in this transaction
    return written


async def _lock(actor: Actor, item: Item) -> None:
    # The contribution before the item, as when its author revises: no two of us wait in a ring.
    if item.contribution_id is None:
        return
    try:
        await contribution_rules.lock(item.contribution_id)
    except NotFound:  # withdrawn since the item was read
        raise await queries_case.stale(actor, item.id) from None


async def _close(taking: Taking) -> None:
    action = taking.given.action
    changes: dict[str, Any] = {"claimed_by": None, "claim_expires_at": None}
    if action is Action.ESCALATE:
        changes |= {"escalated_at": taking.at}
    else:
        changes |= {"decided_at": taking.at}
    status = _STATUS.get(action, Status.DECIDED)
    await actions.change(taking.actor, taking.item, status=status, **changes)


async def _settle_notices(taking: Taking, decision_id: DecisionId) -> None:
    await outcomes.settle(taking.item.id, decision_id, taking.given.action)
    if taking.given.is_manifestly_unfounded:
        await misuse.mark(taking.item.id, decision_id)


async def _record(taking: Taking, decision_id: DecisionId) -> None:
    item, given = taking.item, taking.given
    data: dict[str, Any] = {"item": item.id, "decision": decision_id, "to": given.action}
    if given.clause_id and given.action in RESTRICTIONS:
        data["clause"] = given.clause_id
    act = "review.escalated" if given.action is Action.ESCALATE else "review.decided"
    if given.action is Action.PUBLISH and item.judges_live:
        act = "review.kept"
    await journal.record(taking.actor, act, subject=item.subject, data=data)
