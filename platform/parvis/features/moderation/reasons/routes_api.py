"""Ready-made reasons as JSON."""

from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from parvis.core import http
from parvis.core.http import Req
from parvis.features.moderation.reasons import actions, queries
from parvis.features.moderation.reasons.actions import ReasonInput
from parvis.features.moderation.reasons.queries import Reasons, ReasonView
from parvis.features.moderation.reasons.routes import WRITE

TAGS = ["moderation"]
PATH = "/api/v1/moderation/reasons"
ONE = f"{PATH}/{{reason_id:uuid}}"


@get(PATH, operation_id="listReasons", tags=TAGS)
async def list_reasons(request: Req) -> Reasons:
    """List the ready-made reasons, by clause, action and language."""
    return await queries.reasons(http.actor_of(request))


@post(PATH, opt=WRITE, operation_id="addReason", tags=TAGS)
async def add_reason(request: Req, data: JSONBody[ReasonInput]) -> ReasonView:
    """Keep a ready-made reason. 409 when its title is taken for that rule and decision."""
    return await actions.add(http.actor_of(request), data)


@put(ONE, opt=WRITE, operation_id="changeReason", tags=TAGS)
async def change_reason(
    request: Req, reason_id: FromPath[UUID], data: JSONBody[ReasonInput]
) -> ReasonView:
    """Word a ready-made reason anew; letters that were sent stay as they are."""
    return await actions.change(http.actor_of(request), reason_id, data)


@delete(ONE, opt=WRITE, operation_id="removeReason", tags=TAGS, status_code=204)
async def remove_reason(request: Req, reason_id: FromPath[UUID]) -> None:
    """Offer a ready-made reason no more."""
    await actions.remove(http.actor_of(request), reason_id)


HANDLERS = (list_reasons, add_reason, change_reason, remove_reason)
