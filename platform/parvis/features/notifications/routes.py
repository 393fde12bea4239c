"""A member's notices, as a page and as JSON."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from parvis.core import http
from parvis.core.http import Req
from parvis.core.pagination import Page
from parvis.features.notifications import actions, queries
from parvis.features.notifications.queries import NoticeView

After = Annotated[str | None, QueryParameter(description="`next_after` of the page before.")]
Limit = Annotated[int | None, QueryParameter(description="Items a page, 1 to 100; 20 by default.")]
OWN_NOTICES = "Nobody else ever sees whether a notice was read."


@get("/notifications", include_in_schema=False)
async def notifications(request: Req, after: After = None) -> Response[Any]:
    """Show the member's notices; htmx asks for further ones only."""
    view = await queries.notices(http.actor_of(request), after=after)
    is_fragment = http.is_htmx(request) and after
    name = "notifications/_notices.html" if is_fragment else "notifications/notices.html"
    return http.page(request, name, view)


@get("/notifications/{notice_id:uuid}", include_in_schema=False)
async def open_notice(request: Req, notice_id: FromPath[UUID]) -> Redirect:
    """Lead to what a notice is about; having been there, it counts as read."""
    actor = http.actor_of(request)
    view = await queries.notice(actor, notice_id)
    await actions.mark_read(actor, notice_id)
    return http.redirect(view.path)


@post("/notifications/reading", opt={"open": OWN_NOTICES}, include_in_schema=False)
async def read_all(request: Req) -> Redirect:
    """Mark every notice as read."""
    await actions.mark_read(http.actor_of(request))
    return http.redirect("/notifications")


@get("/api/v1/notifications", operation_id="listNotifications", tags=["notifications"])
async def list_notifications(
    request: Req, after: After = None, limit: Limit = None
) -> Page[NoticeView]:
    """Return the member's notices, newest first."""
    return await queries.notices(http.actor_of(request), after=after, limit=limit)


@post(
    "/api/v1/notifications/{notice_id:uuid}/reading",
    opt={"open": OWN_NOTICES},
    operation_id="readNotification",
    tags=["notifications"],
    status_code=200,
)
async def read_notification(request: Req, notice_id: FromPath[UUID]) -> NoticeView:
    """Mark one notice as read."""
    actor = http.actor_of(request)
    await actions.mark_read(actor, notice_id)
    return await queries.notice(actor, notice_id)


@post(
    "/api/v1/notifications/reading",
    opt={"open": OWN_NOTICES},
    operation_id="readAllNotifications",
    tags=["notifications"],
    status_code=204,
)
async def read_all_notifications(request: Req) -> None:
    """Mark every notice as read."""
    await actions.mark_read(http.actor_of(request))


HANDLERS = (
    notifications, open_notice, read_all, list_notifications, read_notification,
    read_all_notifications,
)  # fmt: skip
