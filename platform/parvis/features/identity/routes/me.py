"""The page about oneself: one's name, language and sessions."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from parvis.core import http
from parvis.core.http import Req, actor_of, page, redirect
from parvis.core.ids import SessionId
from parvis.core.middleware import LANGUAGE_COOKIE
from parvis.features.identity import actions, queries, sessions
from parvis.features.identity.actions import MeInput
from parvis.features.identity.queries import Me, SessionView

YEAR = 365 * 24 * 3600
MINE = "one's own language and sessions need no charter"
# A stolen token must not throw its owner out again and again, nor tell where they are signed in.
SESSIONS = {"open": MINE, "session_only": True}


@get("/me", opt={"open": MINE}, include_in_schema=False)
async def me_page(request: Req) -> Response[Any]:
    return page(request, "identity/me.html", await queries.me_page(actor_of(request)))


@post("/me", opt={"open": MINE}, include_in_schema=False)
async def change_me_page(request: Req) -> Redirect:
    given = await http.decode(request, MeInput)
    await actions.change_me(actor_of(request), given)
    answer = redirect("/me")
    if isinstance(given.locale, str):
        answer.set_cookie(sessions.cookie(LANGUAGE_COOKIE, given.locale, seconds=YEAR))
    return answer


@post("/me/sessions/{session_id:uuid}/end", opt=SESSIONS, include_in_schema=False)
async def end_session_page(request: Req, session_id: FromPath[UUID]) -> Redirect:
    await actions.end_own_session(actor_of(request), SessionId(session_id))
    return redirect("/me")


@post("/me/sessions/end-others", opt=SESSIONS, include_in_schema=False)
async def end_other_sessions_page(request: Req) -> Redirect:
    await actions.end_other_sessions(actor_of(request))
    return redirect("/me#sessions")


@get("/api/v1/me", opt={"open": MINE}, operation_id="getMe", tags=["me"])
async def me(request: Req) -> Me:
    """Return yourself, as this community knows you."""
    return await queries.me(actor_of(request))


@patch("/api/v1/me", opt={"open": MINE}, operation_id="changeMe", tags=["me"])
async def change_me(request: Req, data: JSONBody[MeInput]) -> Me:
    """Change your language; your name comes from your identity provider and is locked."""
    actor = actor_of(request)
    await actions.change_me(actor, data)
    return await queries.me(actor)


@get("/api/v1/me/sessions", opt=SESSIONS, operation_id="listMySessions", tags=["me"])
async def my_sessions(request: Req) -> tuple[SessionView, ...]:
    """Return your running sessions, the one last used first."""
    return await queries.my_sessions(actor_of(request))


@delete(
    "/api/v1/me/sessions/{session_id:uuid}",
    opt=SESSIONS,
    operation_id="endMySession",
    tags=["me"],
)
async def end_my_session(request: Req, session_id: FromPath[UUID]) -> None:
    """End one of your sessions; the browser that held it is signed out."""
    await actions.end_own_session(actor_of(request), SessionId(session_id))


@delete(
    "/api/v1/me/sessions",
    opt=SESSIONS,
    operation_id="endMyOtherSessions",
    tags=["me"],
)
async def end_my_other_sessions(request: Req) -> None:
    """End all of your sessions but the one that asks."""
    await actions.end_other_sessions(actor_of(request))


HANDLERS = (
    me_page, change_me_page, end_session_page, end_other_sessions_page, me, change_me,
    my_sessions, end_my_session, end_my_other_sessions,
)  # fmt: skip
