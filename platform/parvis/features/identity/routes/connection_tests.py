"""Trying a connection out, its report, and the sign-in log."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parvis.core import http
from parvis.core.http import Req, actor_of, page, redirect
from parvis.core.pagination import Page
from parvis.features.identity import attempts, sessions, sign_in_log
from parvis.features.identity.connections import queries, queries_tests
from parvis.features.identity.connections import testing as connection_tests
from parvis.features.identity.connections.queries import ConnectionLine
from parvis.features.identity.connections.queries_tests import TestView
from parvis.features.identity.queries import OnwardView
from parvis.features.identity.routes import connections, connections_api
from parvis.features.identity.routes.connections import CHANGES
from parvis.features.identity.routes.door import OWN, onward, visit_of
from parvis.features.identity.sessions import BROWSER_COOKIE
from parvis.features.identity.sign_in_log import KINDS, LogLine, LogSearch

TAGS = connections_api.TAGS
# Only who is there in a browser can go on to the provider.
TRIES = CHANGES | OWN | {"session_only": True}


class TestStarted(msgspec.Struct, frozen=True, kw_only=True):
    """A test that was begun; `url` is None where it ended before anybody could go anywhere."""

    id: UUID
    url: str | None


class LogView(msgspec.Struct, frozen=True, kw_only=True):
    """The log's screen."""

    search: LogSearch
    lines: Page[LogLine]
    connections: tuple[ConnectionLine, ...]
    kinds: tuple[tuple[str, str], ...] = tuple(KINDS.items())


@post(f"{connections.ONE}/test", opt=TRIES, include_in_schema=False, status_code=200)
async def start_page(request: Req, connection_id: FromPath[UUID]) -> Response[Any] | Redirect:
    actor = actor_of(request)
    started = await connection_tests.start(actor, visit_of(request), connection_id)
    if started.begun is None:
        return redirect(connection_tests.PATH.format(id=started.id))
    url = started.begun.url
    view = OnwardView(started.label, url)
    answer = onward(page(request, "identity/onward.html", view), url)
    return _with_cookie(answer, started.begun.browser_token)


def _with_cookie(answer: Response[Any], browser_token: str) -> Response[Any]:
    seconds = int(attempts.LIFETIME.total_seconds())
    answer.set_cookie(sessions.cookie(BROWSER_COOKIE, browser_token, seconds=seconds))
    return answer


@get("/admin/sign-in/tests/{test_id:uuid}", include_in_schema=False)
async def report_page(request: Req, test_id: FromPath[UUID]) -> Response[Any]:
    view = await queries_tests.test_view(actor_of(request), test_id)
    return page(request, "identity/admin/test.html", view)


@post(f"{connections_api.ONE}/tests", opt=TRIES, operation_id="testConnection", tags=TAGS)
async def start_test(request: Req, connection_id: FromPath[UUID]) -> Response[TestStarted]:
    """Begin a test sign-in: go to `url` in the browser that asked, then read the report."""
    started = await connection_tests.start(actor_of(request), visit_of(request), connection_id)
    begun = started.begun
    answer = Response(TestStarted(id=started.id, url=begun.url if begun else None), status_code=201)
    return _with_cookie(answer, begun.browser_token) if begun else answer


@get("/api/v1/admin/connection-tests/{test_id:uuid}", operation_id="getConnectionTest", tags=TAGS)
async def get_test(request: Req, test_id: FromPath[UUID]) -> TestView:
    """Return the report of a test you ran within the last hour."""
    return await queries_tests.test_view(actor_of(request), test_id)


@get("/admin/sign-in/log", include_in_schema=False)
async def log_page(request: Req, after: FromQuery[str | None] = None) -> Response[Any]:
    actor = actor_of(request)
    asked = {name: value.strip() for name, value in request.query_params.items() if value.strip()}
    search = http.convert(asked, LogSearch)
    view = LogView(
        search=search,
        lines=await sign_in_log.log_page(actor, search, after=after),
        connections=await queries.list_connections(actor),
    )
    return page(request, "identity/admin/log.html", view)


HANDLERS = (start_page, report_page, start_test, get_test, log_page)
