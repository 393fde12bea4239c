"""A connection's directory, for the tenant's administrators, as a page and as JSON."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from parvis.core import http, i18n
from parvis.core.errors import AppError, NotFound
from parvis.core.http import Req, actor_of, page, redirect
from parvis.core.step_up import StepUp
from parvis.features.identity.connections import Connection
from parvis.features.identity.connections.rules import access_connection
from parvis.features.provisioning import mapping, queries, tokens
from parvis.features.provisioning.mapping import GroupMapping
from parvis.features.provisioning.queries import NewScimTokenView, ProvisioningView
from parvis.features.provisioning.source import BASE_PATH
from parvis.features.provisioning.tokens import DEFAULT_DAYS, NewScimToken

PAGE = "/admin/sign-in/connections/{connection_id:uuid}/provisioning"
API = "/api/v1/admin/connections/{connection_id:uuid}"
CHANGES = {"act": "connection.change", "step_up": StepUp.CONNECTIONS}
TEMPLATE = "provisioning/provisioning.html"
# What the form offers besides groups: by name, and none. No slug can be either.
BY_NAME, NOTHING = "*", "-"


@get(PAGE, include_in_schema=False)
async def provisioning_page(request: Req, connection_id: FromPath[UUID]) -> Response[Any]:
    connection = await access_connection(actor_of(request), connection_id)
    return await _shown(request, connection)


async def _shown(
    request: Req,
    connection: Connection,
    *,
    status: int = 200,
    made: NewScimTokenView | None = None,
    error: AppError | None = None,
    fields: dict[str, Any] | None = None,
) -> Response[Any]:
    """Show the page, once with a token just made, or with what was wrong."""
    errors, problem = _told(request, error) if error else ({}, "")
    view = await _view(request, connection)
    return page(
        request,
        TEMPLATE,
        view,
        status=error.status if error else status,
        made=made,
        errors=errors,
        problem=problem,
        fields=fields or {"days": str(DEFAULT_DAYS)},
    )


def _told(request: Req, error: AppError) -> tuple[dict[str, str], str]:
    """Return what is wrong with each field, and else what is wrong with the whole."""
    locale = actor_of(request).locale
    told = {k: i18n.translate(locale, v, **error.data) for k, v in error.fields.items()}
    return told, "" if told else i18n.translate(locale, error.message, **error.data)


async def _view(request: Req, connection: Connection) -> ProvisioningView:
    actor = actor_of(request)
    address = request.app.state.settings.public_url(actor.tenant.host) + BASE_PATH
    return await queries.provisioning_view(actor, connection, address)


@post(f"{PAGE}/tokens", opt=CHANGES, include_in_schema=False)
async def create_token_page(request: Req, connection_id: FromPath[UUID]) -> Response[Any]:
    """Make a token and show it this once, or the form again with what is wrong."""
    actor = actor_of(request)
    connection = await access_connection(actor, connection_id)
    fields = await http.form_fields(request)
    try:
        minted = await tokens.mint(actor, connection.id, http.convert(fields, NewScimToken))
    except AppError as error:
        return await _shown(request, connection, error=error, fields=fields)
    made = await queries.new_token(connection, minted)
    return await _shown(request, connection, status=201, made=made)


@post(f"{PAGE}/tokens/{{scim_token_id:uuid}}/revoke", opt=CHANGES, include_in_schema=False)
async def revoke_token_page(
    request: Req, connection_id: FromPath[UUID], scim_token_id: FromPath[UUID]
) -> Redirect:
    actor = actor_of(request)
    connection = await access_connection(actor, connection_id)
    await tokens.revoke(actor, connection.id, scim_token_id)
    return redirect(request.url.path.partition("/tokens/")[0])


@post(f"{PAGE}/groups/{{scim_group_id:uuid}}", opt=CHANGES, include_in_schema=False)
async def map_group_page(
    request: Req, connection_id: FromPath[UUID], scim_group_id: FromPath[UUID]
) -> Response[Any] | Redirect:
    actor = actor_of(request)
    connection = await access_connection(actor, connection_id)
    chosen = (await http.form_fields(request)).get("group")
    given = GroupMapping(
        by="name" if chosen == BY_NAME else "choice",
        group=str(chosen) if chosen not in {BY_NAME, NOTHING, None} else None,
    )
    try:
        await mapping.map_group(actor, connection, scim_group_id, given)
    except NotFound:
        raise
    except AppError as error:
        return await _shown(request, connection, error=error)
    return redirect(request.url.path.partition("/groups/")[0])


TAGS = ["provisioning"]


@get(f"{API}/provisioning", operation_id="getProvisioning", tags=TAGS)
async def get_provisioning(request: Req, connection_id: FromPath[UUID]) -> ProvisioningView:
    """Return a connection's directory: its address, tokens, groups, counts and last refusals."""
    connection = await access_connection(actor_of(request), connection_id)
    return await _view(request, connection)


@post(f"{API}/scim-tokens", opt=CHANGES, operation_id="createScimToken", tags=TAGS)
async def create_token(
    request: Req, connection_id: FromPath[UUID], data: JSONBody[NewScimToken]
) -> NewScimTokenView:
    """Make a token for a provider's directory. It is in this answer and nowhere else: keep it."""
    actor = actor_of(request)
    connection = await access_connection(actor, connection_id)
    return await queries.new_token(connection, await tokens.mint(actor, connection.id, data))


@delete(
    f"{API}/scim-tokens/{{scim_token_id:uuid}}",
    opt=CHANGES,
    operation_id="revokeScimToken",
    tags=TAGS,
)
async def revoke_token(
    request: Req, connection_id: FromPath[UUID], scim_token_id: FromPath[UUID]
) -> None:
    """End a directory's token at once."""
    actor = actor_of(request)
    connection = await access_connection(actor, connection_id)
    await tokens.revoke(actor, connection.id, scim_token_id)


@put(
    f"{API}/scim-groups/{{scim_group_id:uuid}}",
    opt=CHANGES,
    operation_id="mapScimGroup",
    tags=TAGS,
)
async def map_group(
    request: Req,
    connection_id: FromPath[UUID],
    scim_group_id: FromPath[UUID],
    data: JSONBody[GroupMapping],
) -> ProvisioningView:
    """Let a directory's group stand for a group of this space, or for none."""
    actor = actor_of(request)
    connection = await access_connection(actor, connection_id)
    await mapping.map_group(actor, connection, scim_group_id, data)
    return await _view(request, connection)


HANDLERS = (
    provisioning_page, create_token_page, revoke_token_page, map_group_page, get_provisioning,
    create_token, revoke_token, map_group,
)  # fmt: skip
