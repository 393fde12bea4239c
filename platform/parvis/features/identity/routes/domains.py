"""E-mail domains of a connection, as forms on its page and as JSON."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from parvis.core import db, http
from parvis.core.actor import Actor
from parvis.core.errors import Invalid, TooManyRequests
from parvis.core.http import Req, actor_of, redirect
from parvis.features.identity.connections import queries
from parvis.features.identity.connections.queries import DomainView
from parvis.features.identity.connections.rules import access_connection
from parvis.features.identity.domains import actions
from parvis.features.identity.domains.actions import DomainInput
from parvis.features.identity.routes import connections, connections_api
from parvis.features.identity.routes.connections import CHANGES, show
from parvis.features.identity.routes.door import OWN, site_of

PAGE = f"{connections.ONE}/domains"
API = f"{connections_api.ONE}/domains"
TAGS = connections_api.TAGS


@post(PAGE, opt=CHANGES, include_in_schema=False)
async def claim_page(request: Req, connection_id: FromPath[UUID]) -> Response[Any] | Redirect:
    actor = actor_of(request)
    connection = await access_connection(actor, connection_id)
    try:
        await actions.claim(actor, connection, await http.decode(request, DomainInput))
    except Invalid as error:
        view = await queries.connection_page(actor, connection_id, site_of(request))
        return show(request, view, error)
    return _back(connection_id)


@post(f"{PAGE}/{{domain_id:uuid}}/verify", opt=CHANGES | OWN, include_in_schema=False)
async def verify_page(
    request: Req, connection_id: FromPath[UUID], domain_id: FromPath[UUID]
) -> Response[Any] | Redirect:
    actor = actor_of(request)
    try:
        await _verify(actor, connection_id, domain_id)
    except TooManyRequests as error:
        async with db.transaction(actor.tenant.id):
            view = await queries.connection_page(actor, connection_id, site_of(request))
            return show(request, view, error)
    return _back(connection_id)


@post(f"{PAGE}/{{domain_id:uuid}}/remove", opt=CHANGES, include_in_schema=False)
async def remove_page(
    request: Req, connection_id: FromPath[UUID], domain_id: FromPath[UUID]
) -> Redirect:
    actor = actor_of(request)
    connection = await access_connection(actor, connection_id)
    await actions.remove(actor, connection, domain_id)
    return _back(connection_id)


def _back(connection_id: UUID) -> Redirect:
    return redirect(f"{connections.LIST}/connections/{connection_id}#domains")


async def _verify(actor: Actor, connection_id: UUID, domain_id: UUID) -> None:
    async with db.transaction(actor.tenant.id):
        await access_connection(actor, connection_id)
    await actions.verify(actor, connection_id, domain_id)


@get(API, operation_id="listConnectionDomains", tags=TAGS)
async def list_domains(request: Req, connection_id: FromPath[UUID]) -> tuple[DomainView, ...]:
    """Return the domains claimed for a connection, with the record that each has to publish."""
    actor = actor_of(request)
    return await queries.domains_of(actor, await access_connection(actor, connection_id))


@post(API, opt=CHANGES, operation_id="claimConnectionDomain", tags=TAGS)
async def claim_domain(
    request: Req, connection_id: FromPath[UUID], data: JSONBody[DomainInput]
) -> DomainView:
    """Claim a domain; it leads nowhere until its record was found."""
    actor = actor_of(request)
    connection = await access_connection(actor, connection_id)
    claimed = await actions.claim(actor, connection, data)
    found = await queries.domains_of(actor, connection)
    return next(domain for domain in found if domain.id == claimed)


@post(
    f"{API}/{{domain_id:uuid}}/verification",
    opt=CHANGES | OWN,
    operation_id="verifyConnectionDomain",
    tags=TAGS,
    status_code=200,
)
async def verify_domain(
    request: Req, connection_id: FromPath[UUID], domain_id: FromPath[UUID]
) -> DomainView:
    """Look for a domain's record now; `state` and `problem` say what was found."""
    actor = actor_of(request)
    await _verify(actor, connection_id, domain_id)
    async with db.transaction(actor.tenant.id):
        connection = await access_connection(actor, connection_id)
        found = await queries.domains_of(actor, connection)
    return next(domain for domain in found if domain.id == domain_id)


@delete(f"{API}/{{domain_id:uuid}}", opt=CHANGES, operation_id="removeConnectionDomain", tags=TAGS)
async def remove_domain(
    request: Req, connection_id: FromPath[UUID], domain_id: FromPath[UUID]
) -> None:
    """Make a domain lead nowhere."""
    actor = actor_of(request)
    connection = await access_connection(actor, connection_id)
    await actions.remove(actor, connection, domain_id)


HANDLERS = (
    claim_page, verify_page, remove_page, list_domains, claim_domain, verify_domain, remove_domain,
)  # fmt: skip
