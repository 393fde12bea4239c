"""The screens of the tenant's ways in: the list, one connection, its form, its switches."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parvis.core import db, http, i18n
from parvis.core.errors import AppError, Conflict, Invalid
from parvis.core.http import Req, actor_of, page, redirect, tenant_of
from parvis.core.step_up import StepUp
from parvis.features.identity.claims import CLAIMS
from parvis.features.identity.connections import actions, queries
from parvis.features.identity.connections import forms as connection_forms
from parvis.features.identity.connections.forms import BLANK
from parvis.features.identity.connections.queries import (
    ConnectionLine,
    ConnectionPage,
    ConnectionView,
)
from parvis.features.identity.connections.rules import (
    ConnectionInput,
    access_connection,
    require_admin,
)
from parvis.features.identity.emergency.queries import (
    EmergencyAdministrator,
    emergency_administrators,
)
from parvis.features.identity.membership import (
    EMERGENCY_ADMINISTRATORS,
    enrolled_emergency_administrators,
)
from parvis.features.identity.routes.door import OWN, site_of

LIST = "/admin/sign-in"
ONE = "/admin/sign-in/connections/{connection_id:uuid}"
CHANGES = {"act": "connection.change", "step_up": StepUp.CONNECTIONS}


class SignInAdminView(msgspec.Struct, frozen=True, kw_only=True):
    """The overview: ways in. `is_warned`: too few could come in if none of them worked."""

    connections: tuple[ConnectionLine, ...]
    emergency: tuple[EmergencyAdministrator, ...]
    is_warned: bool


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a connection, new where it has none."""

    connection: ConnectionView | None
    groups: tuple[tuple[str, str], ...]
    locales: tuple[str, ...]
    claims: tuple[str, ...] = CLAIMS
    site: str


@get(LIST, include_in_schema=False)
async def list_page(request: Req) -> Response[Any]:
    actor = actor_of(request)
    lines = await queries.list_connections(actor)
    enrolled = await enrolled_emergency_administrators()
    view = SignInAdminView(
        connections=lines,
        emergency=await emergency_administrators(),
        is_warned=enrolled < EMERGENCY_ADMINISTRATORS,
    )
    return page(request, "identity/admin/sign_in.html", view)


@get(ONE, include_in_schema=False)
async def connection_page(request: Req, connection_id: FromPath[UUID]) -> Response[Any]:
    view = await queries.connection_page(actor_of(request), connection_id, site_of(request))
    return show(request, view)


def show(request: Req, view: ConnectionPage, error: AppError | None = None) -> Response[Any]:
    """Show a connection, with what was wrong with the last thing tried on it."""
    errors: dict[str, str] = {}
    problem, status = "", 200
    if error is not None:
        locale, status = actor_of(request).locale, error.status
        errors = {k: i18n.translate(locale, v, **error.data) for k, v in error.fields.items()}
        problem = "" if errors else i18n.translate(locale, error.message, **error.data)
    return page(
        request,
        "identity/admin/connection.html",
        view,
        status=status,
        errors=errors,
        problem=problem,
    )


@get("/admin/sign-in/connections/new", include_in_schema=False)
async def new_page(request: Req) -> Response[Any]:
    return await _form(request, None, BLANK, {})


@get(f"{ONE}/edit", include_in_schema=False)
async def edit_page(request: Req, connection_id: FromPath[UUID]) -> Response[Any]:
    view = await queries.connection_view(actor_of(request), connection_id, site_of(request))
    return await _form(request, view, connection_forms.typed_from(view), {})


async def _form(
    request: Req,
    connection: ConnectionView | None,
    typed: dict[str, Any],
    errors: dict[str, str],
    status: int = 200,
) -> Response[Any]:
    actor = actor_of(request)
    view = FormView(
        connection=connection,
        groups=await queries.group_choices(actor),
        locales=actor.tenant.locales,
        site=site_of(request),
    )
    return page(
        request,
        "identity/admin/connection_form.html",
        view,
        status=status,
        typed=typed,
        errors=errors,
    )


@post("/admin/sign-in/connections/new", opt=CHANGES | OWN, include_in_schema=False)
async def create_page(request: Req) -> Response[Any] | Redirect:
    fields = await http.form_fields(request)
    try:
        given = await _given(request, fields)
        made = await actions.create(actor_of(request), given, site_of(request))
    except Invalid as error:
        return await _form_again(request, None, fields, error)
    return redirect(f"{LIST}/connections/{made}")


@post(f"{ONE}/edit", opt=CHANGES | OWN, include_in_schema=False)
async def change_page(request: Req, connection_id: FromPath[UUID]) -> Response[Any] | Redirect:
    actor, fields = actor_of(request), await http.form_fields(request)
    async with db.transaction(actor.tenant.id):
        stored = await access_connection(actor, connection_id)
    try:
        given = await _given(request, fields | {"slug": stored.slug})
        await actions.change(actor, connection_id, given, site_of(request))
    except Invalid as error:
        return await _form_again(request, connection_id, fields, error)
    return redirect(f"{LIST}/connections/{connection_id}")


async def _given(request: Req, fields: dict[str, Any]) -> ConnectionInput:
    require_admin(actor_of(request))
    settings = connection_forms.settings_of(fields, tenant_of(request).locales)
    return http.convert(settings, ConnectionInput)


async def _form_again(
    request: Req, connection_id: UUID | None, fields: dict[str, Any], error: Invalid
) -> Response[Any]:
    """Show the form as it was sent, but for the secret, which no page ever holds."""
    actor = actor_of(request)
    typed = {name: value for name, value in fields.items() if name != "secret"}
    typed |= {name: connection_forms.as_list(fields.get(name)) for name in connection_forms.TICKED}
    errors = {k: i18n.translate(actor.locale, v, **error.data) for k, v in error.fields.items()}
    async with db.transaction(actor.tenant.id):
        view = None
        if connection_id is not None:
            view = await queries.connection_view(actor, connection_id, site_of(request))
        return await _form(request, view, typed, errors, status=error.status)


@post(f"{ONE}/enable", opt=CHANGES, include_in_schema=False)
async def enable_page(request: Req, connection_id: FromPath[UUID]) -> Redirect:
    actor = actor_of(request)
    await actions.enable(actor, await access_connection(actor, connection_id))
    return redirect(f"{LIST}/connections/{connection_id}")


@post(f"{ONE}/disable", opt=CHANGES, include_in_schema=False)
async def disable_page(request: Req, connection_id: FromPath[UUID]) -> Response[Any] | Redirect:
    actor = actor_of(request)
    try:
        await actions.disable(actor, await access_connection(actor, connection_id))
    except Conflict as error:
        view = await queries.connection_page(actor, connection_id, site_of(request))
        return show(request, view, error)
    return redirect(f"{LIST}/connections/{connection_id}")


@post(f"{ONE}/end-sessions", opt=CHANGES, include_in_schema=False)
async def end_sessions_page(request: Req, connection_id: FromPath[UUID]) -> Redirect:
    actor = actor_of(request)
    await actions.end_sessions(actor, await access_connection(actor, connection_id))
    return redirect(f"{LIST}/connections/{connection_id}")


HANDLERS = (
    list_page, new_page, create_page, connection_page, edit_page, change_page, enable_page,
    disable_page, end_sessions_page,
)  # fmt: skip
