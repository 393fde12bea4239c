"""Requests to join a community, in the queue: opened, decided there or on the community's page."""

from parvis.core import clock, db, journal
from parvis.core.data_rights import MemberErased
from parvis.core.events import RequestDecided
from parvis.core.events_communities import RequestEnded, RequestMade
from parvis.core.ids import DecisionId, MemberId, ReviewItemId
from parvis.features.communities import actions as communities
from parvis.features.communities import rules as community_rules
from parvis.features.communities.rules import Community
from parvis.features.moderation import actions_intake, statement
from parvis.features.moderation.decisions import record
from parvis.features.moderation.decisions.taking import Taking
from parvis.features.moderation.rules import NotOffered
from parvis.features.moderation.tables import Action, Audience, ItemKind, TargetKind


async def queue_request(event: RequestMade) -> None:
    """Put a request to join before those who decide who comes in."""
    item_id = await actions_intake.open_item(
        target_kind=TargetKind.COMMUNITY,
        target_id=event.request_id,
        kind=ItemKind.JOIN,
        audience=Audience.MODERATORS,
        place_id=event.community_id,
        author_id=event.member_id,
    )
    await journal.record(
        None,
        "review.opened",
        subject=("request", event.request_id),
        data={"by": "request", "item": item_id, "community": event.community_id},
    )


_WITHDRAW = """
    UPDATE review_item SET status = 'withdrawn', version = version + 1, claimed_by = NULL,
           claim_expires_at = NULL
     WHERE tenant_id = $1 AND kind = 'join' AND status NOT IN ('decided', 'withdrawn')
"""


async def drop_request(event: RequestEnded) -> None:
    """Take a request out of the queue that needs no decision any more."""
    await db.execute(
        f"{_WITHDRAW} AND target_kind = 'community' AND target_id = $2", event.request_id
    )


async def drop_requests_of(event: MemberErased) -> None:
    """Take the requests of a member who goes out of the queue: their memberships end by it."""
    await db.execute(f"{_WITHDRAW} AND author_id = $2", event.member_id)


_CLOSE = """
    UPDATE review_item SET status = 'decided', version = version + 1, claimed_by = NULL,
           claim_expires_at = NULL, decided_at = $3
     WHERE tenant_id = $1 AND target_kind = 'community' AND target_id = $2
       AND status NOT IN ('decided', 'withdrawn')
    RETURNING id
"""


async def close_decided(event: RequestDecided) -> None:
    """Write down in the queue what was decided on the community's own page.

    What was decided in the queue is closed there already, and written down by its carrier.
    """
    at = clock.now()
    item_id = await db.fetch_value(_CLOSE, event.request_id, at)
    if item_id is None:
        return
    action = Action.ADMIT if event.is_admitted else Action.DECLINE
    decision_id = await record.write(
        action=action,
        item_id=ReviewItemId(item_id),
        member_id=event.member_id,
        decided_by=event.decided_by,
        automated_decision=statement.NOT_AUTOMATED,
        at=at,
    )
    await journal.record(
        None,
        "review.decided",
        subject=("request", event.request_id),
        data={
            "item": item_id, "decision": decision_id, "to": action,
            "by": "community", "member": event.decided_by,
        },
    )  # fmt: skip


async def admit(taking: Taking) -> DecisionId:
    """Let in who asked. Errors: NotFound when the request is gone; Denied to who may not admit."""
    community, member_id = await _asked(taking)
    await communities.admit(taking.actor, community, member_id)
    return await _write(taking)


async def decline(taking: Taking) -> DecisionId:
    """End somebody's request. Errors: as admit."""
    community, member_id = await _asked(taking)
    await communities.decline(taking.actor, community, member_id)
    return await _write(taking)


async def _asked(taking: Taking) -> tuple[Community, MemberId]:
    item = taking.item
    if item.author_id is None or item.place_id is None:
        raise NotOffered
    return await community_rules.access_admitting(taking.actor, item.place_id), item.author_id


async def _write(taking: Taking) -> DecisionId:
    return await record.write(
        action=taking.given.action,
        actor=taking.actor,
        id=taking.decision_id,
        item_id=taking.item.id,
        member_id=taking.item.author_id,
        facts=taking.given.facts,
        at=taking.at,
    )
