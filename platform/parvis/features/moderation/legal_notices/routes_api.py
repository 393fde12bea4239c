"""Notices as JSON: filed and followed by anybody, weighed by whoever judges them."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from parvis.core import addresses, http
from parvis.core.http import Req
from parvis.core.step_up import StepUp
from parvis.features.moderation.appeals import actions as appeals
from parvis.features.moderation.appeals.actions import NoticeAppealInput
from parvis.features.moderation.legal_notices import actions, misuse, picking, queries
from parvis.features.moderation.legal_notices.actions import PlaceInput
from parvis.features.moderation.legal_notices.inputs import NoticeInput
from parvis.features.moderation.legal_notices.misuse import MeasureInput
from parvis.features.moderation.legal_notices.queries import Filing, NoticeCase
from parvis.features.moderation.legal_notices.routes import OPEN

TAGS = ["redress"]


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A notice arrived. `url` is there when no mail takes the link to its sender."""

    reference: str
    url: str | None


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the mailbox named in a notice is that of who follows its link."""

    is_mine: bool


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """Until when notices of this sender wait; null after a warning."""

    until: datetime | None


class Picked(msgspec.Struct, frozen=True, kw_only=True):
    """The item in which the notice is judged now."""

    item_id: UUID


@post("/api/v1/legal-notices", opt=OPEN, operation_id="sendLegalNotice", tags=TAGS)
async def send(request: Req, data: JSONBody[NoticeInput]) -> Received:
    """Say that something here is illegal; nobody needs an account. 422 names every field."""
    client = http.client_address(request)
    filed = await actions.file(http.actor_of(request), data, client=client)
    site = addresses.site(http.tenant_of(request))
    link = None if filed.is_mailed else f"{site}/legal-notice/{filed.token}"
    return Received(reference=filed.reference, url=link)


@get("/api/v1/legal-notices/{token:str}", opt=OPEN, operation_id="followLegalNotice", tags=TAGS)
async def follow(request: Req, token: FromPath[str]) -> Filing:
    """Return where a notice stands, by the secret of its link."""
    return await queries.filing(token, http.actor_of(request).locale)


@post(
    "/api/v1/legal-notices/{token:str}/confirmation",
    opt=OPEN,
    operation_id="confirmLegalNotice",
    tags=TAGS,
    status_code=200,
)
async def confirm(request: Req, token: FromPath[str], data: JSONBody[Confirmation]) -> Filing:
    """Confirm that the mailbox which a notice's link was sent to is its sender's."""
    actor = http.actor_of(request)
    if data.is_mine:
        await actions.confirm(actor, token)
    return await queries.filing(token, actor.locale)


@post(
    "/api/v1/legal-notices/{token:str}/appeals",
    opt=OPEN,
    operation_id="contestLegalNotice",
    tags=TAGS,
)
async def contest(request: Req, token: FromPath[str], data: JSONBody[NoticeAppealInput]) -> Filing:
    """Contest how a notice was decided, once, within six months."""
    await appeals.file_by_notifier(token, data)
    return await queries.filing(token, http.actor_of(request).locale)


@get(
    "/api/v1/moderation/items/{item_id:uuid}/notices",
    operation_id="listNoticesOfItem",
    tags=["moderation"],
)
async def of_item(request: Req, item_id: FromPath[UUID]) -> tuple[NoticeCase, ...]:
    """Return the notices that brought an item the caller may judge."""
    return await picking.notices_of(http.actor_of(request), item_id)


@post(
    "/api/v1/moderation/items/{item_id:uuid}/place",
    opt={"act": "review.decide"},
    operation_id="findPlaceOfNotice",
    tags=["moderation"],
)
async def pick(request: Req, item_id: FromPath[UUID], data: JSONBody[PlaceInput]) -> Picked:
    """Bring a notice whose place was not found to the words it means."""
    return Picked(item_id=await picking.pick(http.actor_of(request), item_id, data))


@post(
    "/api/v1/moderation/notices/{legal_notice_id:uuid}/measures",
    opt={"act": "review.decide", "step_up": StepUp.DECIDE},
    operation_id="measureNotifier",
    tags=["moderation"],
)
async def measure(
    request: Req, legal_notice_id: FromPath[UUID], data: JSONBody[MeasureInput]
) -> Measure:
    """Warn who sends manifestly unfounded notices, or let their notices wait for some days."""
    return Measure(until=await misuse.measure(http.actor_of(request), legal_notice_id, data))


HANDLERS = (send, follow, confirm, contest, of_item, pick, measure)
