"""The forms beside a case that a notice brought: find its place, warn or suspend its sender."""

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import Conflict, Invalid
from parvis.core.http import Req
from parvis.core.i18n import translate
from parvis.core.step_up import StepUp
from parvis.features.moderation.legal_notices import misuse, picking
from parvis.features.moderation.legal_notices.actions import PlaceInput
from parvis.features.moderation.legal_notices.misuse import MeasureInput

Answer = Response[Any] | Redirect


@post(
    "/admin/moderation/{item_id:uuid}/place",
    opt={"act": "review.decide"},
    include_in_schema=False,
)
async def pick(request: Req, item_id: FromPath[UUID]) -> Answer:
    """Open the case of the words a notice means, or say why the address leads to none."""
    try:
        given = await http.decode(request, PlaceInput)
        found = await picking.pick(http.actor_of(request), item_id, given)
    except Invalid as error:
        return await _again(request, item_id, error)
    return http.redirect(f"/admin/moderation/{found}")


@post(
    "/admin/moderation/{item_id:uuid}/notifier/{legal_notice_id:uuid}",
    opt={"act": "review.decide", "step_up": StepUp.DECIDE},
    include_in_schema=False,
)
async def measure(request: Req, item_id: FromPath[UUID], legal_notice_id: FromPath[UUID]) -> Answer:
    """Warn or suspend a notifier and go back to the case, or say what is missing."""
    actor = http.actor_of(request)
    try:
        await picking.notices_of(actor, item_id)
        given = await http.decode(request, MeasureInput)
        await misuse.measure(actor, legal_notice_id, given)
    except (Invalid, Conflict) as error:
        return await _again(request, item_id, error)
    return http.redirect(f"/admin/moderation/{item_id}")


async def _again(request: Req, item_id: UUID, error: Invalid | Conflict) -> Response[Any]:
    """Show the notices again, with what was typed and what is wrong with it."""
    actor = http.actor_of(request)
    said = {k: translate(actor.locale, v, **error.data) for k, v in error.fields.items()}
    if not said:
        said = {"kind": translate(actor.locale, error.message, **error.data)}
    notices, version = await picking.desk(actor, item_id)
    return http.page(
        request,
        "moderation/legal_notice_desk.html",
        notices,
        status=error.status,
        item_id=item_id,
        version=version,
        fields=await http.form_fields(request),
        errors=said,
    )


HANDLERS = (pick, measure)
