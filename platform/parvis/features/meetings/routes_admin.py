"""Staff's part of a meeting, as pages and as JSON: the list, the board, one case."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect

from parvis.core import http
from parvis.core.http import Req
from parvis.features.meetings import rules
from parvis.features.meetings.actions import schedule
from parvis.features.meetings.numbers import NumberInQuery
from parvis.features.meetings.queries import board as boards
from parvis.features.meetings.queries import case as cases
from parvis.features.meetings.queries.board import Board, MeetingList
from parvis.features.meetings.queries.case import Case
from parvis.features.meetings.routes_pages import Typed

TAGS = ["meeting administration"]


@get("/admin/meetings", include_in_schema=False)
async def meetings_page(request: Req) -> Response[Any]:
    """Show the meetings staff work on."""
    rules.require_staff(http.actor_of(request))
    view = await boards.list_meetings(http.actor_of(request))
    return http.page(request, "meetings/admin/meetings.html", view)


@get("/admin/meetings/{slug:str}", include_in_schema=False)
async def board_page(
    request: Req,
    slug: FromPath[str],
    lane: FromQuery[str | None] = None,
    after: NumberInQuery = 0,
) -> Response[Any]:
    """Show one lane of a meeting's board."""
    view = await boards.staff_board(http.actor_of(request), slug, lane, after)
    return http.page(request, "meetings/admin/board.html", view)


@post("/admin/meetings/{slug:str}/closing", opt={"act": "meeting.close"}, include_in_schema=False)
async def close_page(request: Req, slug: FromPath[str]) -> Redirect:
    """Record that the meeting was held."""
    await _close(request, slug)
    return http.redirect(f"/admin/meetings/{slug}")


@get("/admin/questions/{question_id:uuid}", include_in_schema=False)
async def case_page(request: Req, question_id: FromPath[UUID]) -> Response[Any]:
    """Show one question to those who answer it."""
    view = await cases.access_and_load(http.actor_of(request), question_id)
    return http.page(request, "meetings/admin/case.html", view, typed=Typed())


@get("/api/v1/meetings", operation_id="listMeetings", tags=TAGS)
async def list_meetings(request: Req) -> MeetingList:
    """Return the meetings that the caller may see, the latest first."""
    return await boards.list_meetings(http.actor_of(request))


@post("/api/v1/meetings", opt={"act": "meeting.open"}, operation_id="openMeeting", tags=TAGS)
async def open_meeting(request: Req, data: JSONBody[schedule.OpenMeeting]) -> Board:
    """Open a meeting for questions, with every date computed and frozen."""
    actor = http.actor_of(request)
    await schedule.open_meeting(actor, data)
    return await boards.staff_board(actor, data.slug, None, 0)


@get("/api/v1/meetings/{slug:str}/board", operation_id="getBoard", tags=TAGS)
async def get_board(
    request: Req,
    slug: FromPath[str],
    lane: FromQuery[str | None] = None,
    after: NumberInQuery = 0,
) -> Board:
    """Return one lane of a meeting's board, with the alarm."""
    return await boards.staff_board(http.actor_of(request), slug, lane, after)


@post(
    "/api/v1/meetings/{slug:str}/closing",
    opt={"act": "meeting.close"},
    operation_id="closeMeeting",
    tags=TAGS,
    status_code=200,
)
async def close_meeting(request: Req, slug: FromPath[str]) -> Board:
    """Record that the meeting was held; refused while a written question waits."""
    await _close(request, slug)
    return await boards.staff_board(http.actor_of(request), slug, None, 0)


@get("/api/v1/questions/{question_id:uuid}/case", operation_id="getCase", tags=TAGS)
async def get_case(request: Req, question_id: FromPath[UUID]) -> Case:
    """Return one question as those who answer it see it."""
    return await cases.access_and_load(http.actor_of(request), question_id)


async def _close(request: Req, slug: str) -> None:
    actor = http.actor_of(request)
    rules.require_staff(actor)
    await schedule.close_meeting(actor, await rules.access_meeting(actor, slug))


HANDLERS = (
    meetings_page, board_page, close_page, case_page, list_meetings, open_meeting, get_board,
    close_meeting, get_case,
)  # fmt: skip
