"""The tenant's ways in as JSON: what the screens show and do."""

import datetime as dt
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from parvis.core import db
from parvis.core.http import Req, actor_of
from parvis.core.pagination import Page
from parvis.features.identity import sign_in_log
from parvis.features.identity.connections import actions, queries
from parvis.features.identity.connections.queries import ConnectionLine, ConnectionView
from parvis.features.identity.connections.rules import ConnectionInput, access_connection
from parvis.features.identity.routes.connections import CHANGES
from parvis.features.identity.routes.door import OWN, site_of
from parvis.features.identity.sign_in_log import LogLine, LogSearch

TAGS = ["sign-in administration"]
ALL = "/api/v1/admin/connections"
ONE = f"{ALL}/{{connection_id:uuid}}"


@get(ALL, operation_id="listConnections", tags=TAGS)
async def list_connections(request: Req) -> tuple[ConnectionLine, ...]:
    """Return every way in, those that are open first."""
    return await queries.list_connections(actor_of(request))


@post(ALL, opt=CHANGES | OWN, operation_id="createConnection", tags=TAGS)
async def create_connection(request: Req, data: JSONBody[ConnectionInput]) -> ConnectionView:
    """Make a connection, shut until it is enabled; its provider is asked to describe itself."""
    actor, site = actor_of(request), site_of(request)
    made = await actions.create(actor, data, site)
    async with db.transaction(actor.tenant.id):
        return await queries.connection_view(actor, made, site)


@get(ONE, operation_id="getConnection", tags=TAGS)
async def get_connection(request: Req, connection_id: FromPath[UUID]) -> ConnectionView:
    """Return one connection with its settings and addresses; its secret never leaves."""
    return await queries.connection_view(actor_of(request), connection_id, site_of(request))


@put(ONE, opt=CHANGES | OWN, operation_id="changeConnection", tags=TAGS)
async def change_connection(
    request: Req, connection_id: FromPath[UUID], data: JSONBody[ConnectionInput]
) -> ConnectionView:
    """Replace a connection's settings; without `secret` the stored one stays, `slug` never changes.

    `issuer` and `client_id` of a connection that people came in through cannot change.
    """
    actor, site = actor_of(request), site_of(request)
    await actions.change(actor, connection_id, data, site)
    async with db.transaction(actor.tenant.id):
        return await queries.connection_view(actor, connection_id, site)


@post(f"{ONE}/enabling", opt=CHANGES, operation_id="enableConnection", tags=TAGS, status_code=200)
async def enable_connection(request: Req, connection_id: FromPath[UUID]) -> ConnectionView:
    """Open a connection."""
    actor = actor_of(request)
    await actions.enable(actor, await access_connection(actor, connection_id))
    return await queries.connection_view(actor, connection_id, site_of(request))


@delete(
    f"{ONE}/enabling", opt=CHANGES, operation_id="disableConnection", tags=TAGS, status_code=200
)
async def disable_connection(request: Req, connection_id: FromPath[UUID]) -> ConnectionView:
    """Shut a connection and end its sessions; the last way in cannot be shut."""
    actor = actor_of(request)
    await actions.disable(actor, await access_connection(actor, connection_id))
    return await queries.connection_view(actor, connection_id, site_of(request))


@delete(
    f"{ONE}/sessions",
    opt=CHANGES,
    operation_id="endConnectionSessions",
    tags=TAGS,
    status_code=200,
)
async def end_connection_sessions(request: Req, connection_id: FromPath[UUID]) -> ConnectionView:
    """End every session opened through a connection."""
    actor = actor_of(request)
    await actions.end_sessions(actor, await access_connection(actor, connection_id))
    return await queries.connection_view(actor, connection_id, site_of(request))


@get("/api/v1/admin/sign-in-log", operation_id="listSignInLog", tags=TAGS)
async def list_log(
    request: Req,
    *,
    reference: FromQuery[str | None] = None,
    connection: FromQuery[UUID | None] = None,
    kind: FromQuery[str | None] = None,
    failures: FromQuery[bool] = False,
    from_day: FromQuery[dt.date | None] = None,
    to_day: FromQuery[dt.date | None] = None,
    after: FromQuery[str | None] = None,
) -> Page[LogLine]:
    """List sign-ins, refusals and ended sessions, newest first, 50 a page."""
    search = LogSearch(
        reference=reference, connection=connection, kind=kind, failures=failures,
        from_day=from_day, to_day=to_day,
    )  # fmt: skip
    return await sign_in_log.log_page(actor_of(request), search, after=after)


HANDLERS = (
    list_connections, create_connection, get_connection, change_connection, enable_connection,
    disable_connection, end_connection_sessions, list_log,
)  # fmt: skip
