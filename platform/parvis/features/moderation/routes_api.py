"""The queue, decisions and reports as JSON."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody

from parvis.core import http
from parvis.core.errors import Invalid
from parvis.core.http import Req
from parvis.core.i18n import N_
from parvis.core.step_up import StepUp
from parvis.features.moderation import (
    actions,
    actions_decide,
    actions_report,
    figures,
    queries,
    queries_case,
    screens,
)
from parvis.features.moderation.actions import HandOverInput, SeenInput
from parvis.features.moderation.actions_decide import DecideInput
from parvis.features.moderation.actions_report import ReportInput
from parvis.features.moderation.decisions.views import DecisionView
from parvis.features.moderation.drafting import Letter
from parvis.features.moderation.figures import Figures
from parvis.features.moderation.letter import Law
from parvis.features.moderation.queries import Queue
from parvis.features.moderation.queries_case import CaseView
from parvis.features.moderation.queries_lists import Asked, QueueList
from parvis.features.moderation.tables import Action, ItemKind

TAGS = ["moderation"]
ITEM = "/api/v1/moderation/items/{item_id:uuid}"


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """Until when the caller holds the item."""

    claim_expires_at: datetime


@get("/api/v1/moderation/items", operation_id="listReviewItems", tags=TAGS)
async def list_items(
    request: Req,
    *,
    which: FromQuery[QueueList] = QueueList.OPEN,
    after: FromQuery[str | None] = None,
    kind: FromQuery[ItemKind | None] = None,
    place: FromQuery[UUID | None] = None,
    clause: FromQuery[str | None] = None,
    rule: FromQuery[str | None] = None,
    q: FromQuery[str] = "",
) -> Queue:
    """List items of one list of the queue, oldest due first; `q` are words of an author's name."""
    asked = Asked(kind=kind, place=place, clause=clause, rule=rule, q=q)
    return await queries.queue(http.actor_of(request), which, asked=asked, after=after)


@get("/api/v1/moderation/figures", operation_id="getModerationFigures", tags=TAGS)
async def get_figures(request: Req) -> Figures:
    """Return what waits, and how fast it was decided over the last thirty days."""
    return await figures.figures(http.actor_of(request))


@get(ITEM, operation_id="getReviewItem", tags=TAGS)
async def get_item(request: Req, item_id: FromPath[UUID]) -> CaseView:
    """Return one case; `can` is what may be done with it now."""
    return await queries_case.case(http.actor_of(request), item_id)


@get(f"{ITEM}/letter", operation_id="proposeLetter", tags=TAGS)
async def get_letter(
    request: Req,
    item_id: FromPath[UUID],
    *,
    action: FromQuery[Action],
    clause_id: FromQuery[str | None] = None,
    law: FromQuery[str | None] = None,
    law_why: FromQuery[str | None] = None,
    until: FromQuery[datetime | None] = None,
    reason: FromQuery[UUID | None] = None,
) -> Letter:
    """Return the text proposed to the author for a restriction under a clause, or the law."""
    letter = await screens.letter(
        http.actor_of(request),
        item_id,
        action,
        clause_id,
        law=Law(text=law, why=law_why) if law and law_why else None,
        until=until,
        reason_id=reason,
    )
    if letter is None:
        raise Invalid(fields={"clause_id": N_("Choose the rule of the charter it rests on.")})
    return letter


@post(
    f"{ITEM}/claim",
    opt={"act": "review.claim"},
    operation_id="claimReviewItem",
    tags=TAGS,
    status_code=200,
)
async def claim_item(request: Req, item_id: FromPath[UUID], data: JSONBody[SeenInput]) -> CaseView:
    """Take charge of an item for ten minutes. 409 `stale`: `data.item` is the fresh case."""
    actor = http.actor_of(request)
    return await queries_case.case_of(actor, await actions.claim(actor, item_id, data))


@post(
    f"{ITEM}/renewal",
    opt={"act": "review.claim"},
    operation_id="renewClaim",
    tags=TAGS,
    status_code=200,
)
async def renew_claim(request: Req, item_id: FromPath[UUID]) -> Lease:
    """Hold an item ten minutes more."""
    until = await actions.renew(http.actor_of(request), item_id)
    return Lease(claim_expires_at=until)


@post(
    f"{ITEM}/hold",
    opt={"act": "review.claim"},
    operation_id="holdReviewItem",
    tags=TAGS,
    status_code=200,
)
async def hold_item(request: Req, item_id: FromPath[UUID], data: JSONBody[SeenInput]) -> CaseView:
    """Keep an item for a day."""
    actor = http.actor_of(request)
    return await queries_case.case_of(actor, await actions.hold(actor, item_id, data))


@post(
    f"{ITEM}/release",
    opt={"act": "review.release"},
    operation_id="releaseReviewItem",
    tags=TAGS,
    status_code=200,
)
async def release_item(
    request: Req, item_id: FromPath[UUID], data: JSONBody[SeenInput]
) -> CaseView:
    """Put an item back where everybody may take it."""
    actor = http.actor_of(request)
    return await queries_case.case_of(actor, await actions.release(actor, item_id, data))


@post(
    f"{ITEM}/hand-over",
    opt={"act": "review.hand_over"},
    operation_id="handOverReviewItem",
    tags=TAGS,
    status_code=200,
)
async def hand_over_item(
    request: Req, item_id: FromPath[UUID], data: JSONBody[HandOverInput]
) -> CaseView:
    """Give an item to a colleague."""
    actor = http.actor_of(request)
    return await queries_case.case_of(actor, await actions.hand_over(actor, item_id, data))


@post(
    f"{ITEM}/decisions",
    opt={"act": "review.decide", "step_up": StepUp.DECIDE},
    operation_id="decideReviewItem",
    tags=TAGS,
)
async def decide_item(
    request: Req, item_id: FromPath[UUID], data: JSONBody[DecideInput]
) -> DecisionView:
    """Decide. 409 when the item changed; 422 for a restriction without clause or text."""
    site: str = request.app.state.settings.public_url(http.tenant_of(request).host)
    return await actions_decide.decide(http.actor_of(request), item_id, data, site=site)


@post(
    "/api/v1/contributions/{contribution_id:uuid}/reports",
    opt={"act": "content.report"},
    operation_id="reportContribution",
    tags=TAGS,
    status_code=204,
)
async def report_contribution(
    request: Req, contribution_id: FromPath[UUID], data: JSONBody[ReportInput]
) -> None:
    """Bring words before the moderators. Reporting them twice changes nothing."""
    await actions_report.report(http.actor_of(request), contribution_id, data)


HANDLERS = (
    list_items, get_figures, get_item, get_letter, claim_item, renew_claim, hold_item,
    release_item, hand_over_item, decide_item, report_contribution,
)  # fmt: skip
