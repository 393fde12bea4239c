"""What a moderator wants of the queue's mails."""

from typing import Any

from litestar import Response, get, post, put
from litestar.params import JSONBody
from litestar.response import Redirect

from parvis.core import http
from parvis.core.http import Req
from parvis.features.moderation import digests
from parvis.features.moderation.digests import Preferences

OWN_MAILS = "Which summaries one is sent is nobody else’s matter."
PATH = "/admin/moderation/mails"


@get(PATH, include_in_schema=False)
async def mails_page(request: Req) -> Response[Any]:
    """Show whether the moderator is sent digests."""
    view = await digests.preferences(http.actor_of(request))
    return http.page(request, "moderation/mails.html", view)


@post(PATH, opt={"open": OWN_MAILS}, include_in_schema=False)
async def set_mails(request: Req) -> Redirect:
    """Keep the moderator's choice and show it."""
    fields = await http.form_fields(request)
    await digests.prefer(http.actor_of(request), Preferences(digests="digests" in fields))
    return http.redirect(PATH)


@get(
    "/api/v1/moderation/preferences",
    operation_id="getModerationPreferences",
    tags=["moderation"],
)
async def get_preferences(request: Req) -> Preferences:
    """Return what the caller wants of the queue's mails."""
    return await digests.preferences(http.actor_of(request))


@put(
    "/api/v1/moderation/preferences",
    opt={"open": OWN_MAILS},
    operation_id="setModerationPreferences",
    tags=["moderation"],
)
async def put_preferences(request: Req, data: JSONBody[Preferences]) -> Preferences:
    """Keep what the caller wants of the queue's mails."""
    actor = http.actor_of(request)
    await digests.prefer(actor, data)
    return await digests.preferences(actor)


HANDLERS = (mails_page, set_mails, get_preferences, put_preferences)
