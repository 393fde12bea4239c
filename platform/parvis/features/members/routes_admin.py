"""The members' administration as pages: the list, and one member's dossier with its forms."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parvis.core import http
from parvis.core.actor import Actor
from parvis.core.errors import AppError, Invalid
from parvis.core.http import Req
from parvis.core.step_up import StepUp
from parvis.features.members import actions_admin, queries_admin, rules_admin
from parvis.features.members import queries_dossier as dossiers
from parvis.features.members.actions_admin import GroupsInput
from parvis.features.members.forms import Typed, again, fields_of
from parvis.features.members.inviting import CapacityInput
from parvis.features.members.queries_admin import Search
from parvis.features.members.rules_admin import Subject

Answer = Response[Any] | Redirect
MANAGE = {"act": "member.manage", "step_up": StepUp.MEMBERS}


@get("/admin/members", include_in_schema=False)
async def members_screen(request: Req, after: FromQuery[str | None] = None) -> Response[Any]:
    """Show the members that a search finds."""
    actor = http.actor_of(request)
    rules_admin.require_manager(actor)
    asked = {name: value.strip() for name, value in request.query_params.items() if value.strip()}
    search = http.convert(asked, Search)
    view = await queries_admin.members_page(actor, search, after=after)
    choices = await queries_admin.choices(actor)
    return http.page(request, "members/admin/members.html", view, search=search, choices=choices)


@get("/admin/members/{member_id:uuid}", include_in_schema=False)
async def dossier_screen(request: Req, member_id: FromPath[UUID]) -> Response[Any]:
    """Show a member's dossier, and record that it was opened."""
    actor = http.actor_of(request)
    subject = await rules_admin.access_subject(actor, member_id)
    await actions_admin.note_reading(actor, subject)
    return await _page(request, subject)


@post("/admin/members/{member_id:uuid}/capacity", opt=MANAGE, include_in_schema=False)
async def capacity_form(request: Req, member_id: FromPath[UUID]) -> Answer:
    """Give a member another capacity."""
    return await _change(request, member_id, CapacityInput, actions_admin.set_capacity)


@post("/admin/members/{member_id:uuid}/groups", opt=MANAGE, include_in_schema=False)
async def groups_form(request: Req, member_id: FromPath[UUID]) -> Answer:
    """Put a member into groups."""
    return await _change(request, member_id, GroupsInput, actions_admin.set_groups)


@post("/admin/members/{member_id:uuid}/deactivation", opt=MANAGE, include_in_schema=False)
async def deactivate_form(request: Req, member_id: FromPath[UUID]) -> Answer:
    """Close the space to a member."""
    return await _do(request, member_id, actions_admin.deactivate)


@post("/admin/members/{member_id:uuid}/reactivation", opt=MANAGE, include_in_schema=False)
async def reactivate_form(request: Req, member_id: FromPath[UUID]) -> Answer:
    """Open the space to a former member again."""
    return await _do(request, member_id, actions_admin.reactivate)


@post("/admin/members/{member_id:uuid}/sessions/end", opt=MANAGE, include_in_schema=False)
async def end_sessions_form(request: Req, member_id: FromPath[UUID]) -> Answer:
    """End all sessions of a member."""
    return await _do(request, member_id, actions_admin.end_sessions)


async def _change(
    request: Req,
    member_id: UUID,
    shape: type[Any],
    action: Callable[[Actor, Subject, Any], Awaitable[Any]],
) -> Answer:
    """Carry a form out and show the member, or the form again with what is wrong."""
    actor = http.actor_of(request)
    subject = await rules_admin.access_subject(actor, member_id)
    fields = await fields_of(request)
    try:
        await action(actor, subject, http.convert(fields, shape))
    except Invalid as error:
        return await _page(request, subject, again(request, fields, error), status=error.status)
    except AppError as error:
        return await _refused(request, subject, error)
    return http.redirect(f"/admin/members/{member_id}")


async def _do(
    request: Req, member_id: UUID, action: Callable[[Actor, Subject], Awaitable[Any]]
) -> Answer:
    actor = http.actor_of(request)
    subject = await rules_admin.access_subject(actor, member_id)
    try:
        await action(actor, subject)
    except AppError as error:
        return await _refused(request, subject, error)
    return http.redirect(f"/admin/members/{member_id}")


async def _refused(request: Req, subject: Subject, error: AppError) -> Response[Any]:
    """Show the member under what stands in the way: every refusal comes before the first write."""
    return await _page(request, subject, again(request, {}, error), status=error.status)


async def _page(
    request: Req, subject: Subject, typed: Typed | None = None, *, status: int = 200
) -> Response[Any]:
    actor = http.actor_of(request)
    view = await dossiers.dossier(actor, subject)
    capacities = queries_admin.capacities(actor)
    return http.page(
        request, "members/admin/member.html", view, typed=typed or Typed(), status=status,
        capacities=capacities, capacity_name=dict(capacities)[view.capacity],
    )  # fmt: skip


HANDLERS = (
    members_screen, dossier_screen, capacity_form, groups_form, deactivate_form, reactivate_form,
    end_sessions_form,
)  # fmt: skip
