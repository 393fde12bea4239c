"""The members' administration as JSON: what the screens show and do."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from parvis.core import http
from parvis.core.actor import Actor
from parvis.core.http import Req
from parvis.core.pagination import Page
from parvis.core.step_up import StepUp
from parvis.features.members import actions_admin, actions_import, actions_invite, rules_admin
from parvis.features.members import queries_admin as queries
from parvis.features.members import queries_dossier as dossiers
from parvis.features.members import queries_invitations as invitations
from parvis.features.members.actions_admin import GroupsInput
from parvis.features.members.actions_import import ImportInput
from parvis.features.members.csv_file import MOST_BYTES
from parvis.features.members.inviting import CapacityInput, InviteInput
from parvis.features.members.queries_admin import Mark, MemberRow, Search, State
from parvis.features.members.queries_dossier import Dossier
from parvis.features.members.queries_invitations import (
    Import,
    ImportView,
    InvitationRow,
    InvitationState,
)
from parvis.features.members.rules_admin import Subject

TAGS = ["member administration"]
MANAGE = {"act": "member.manage", "step_up": StepUp.MEMBERS}
INVITE = {"act": "member.invite", "step_up": StepUp.MEMBERS}
# A list as JSON text: its quotation marks and line ends take two characters each.
MOST_BODY = 2 * MOST_BYTES + 64 * 1024


@get("/api/v1/admin/members", operation_id="listMembersForAdministration", tags=TAGS)
async def list_members(
    request: Req,
    *,
    q: FromQuery[str] = "",
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    capacity: FromQuery[str] = "",
    connection: FromQuery[str] = "",
    group: FromQuery[str] = "",
    mark: FromQuery[Mark | None] = None,
    after: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Page[MemberRow]:
    """List members that match, who came in last first."""
    search = Search(
        q=q, state=in_state, capacity=capacity, connection=connection, group=group, mark=mark
    )
    return await queries.members_page(http.actor_of(request), search, after=after, limit=limit)


@get("/api/v1/admin/members/{member_id:uuid}", operation_id="getDossier", tags=TAGS)
async def get_dossier(request: Req, member_id: FromPath[UUID]) -> Dossier:
    """Return all that is known of a member; that it was read is recorded."""
    actor = http.actor_of(request)
    subject = await rules_admin.access_subject(actor, member_id)
    await actions_admin.note_reading(actor, subject)
    return await dossiers.dossier(actor, subject)


@put(
    "/api/v1/admin/members/{member_id:uuid}/capacity",
    opt=MANAGE,
    operation_id="setCapacity",
    tags=TAGS,
)
async def set_capacity(
    request: Req, member_id: FromPath[UUID], data: JSONBody[CapacityInput]
) -> Dossier:
    """Give a member another capacity, from what they write next on."""
    actor, subject = await _subject(request, member_id)
    await actions_admin.set_capacity(actor, subject, data)
    return await _fresh(request, member_id)


@put(
    "/api/v1/admin/members/{member_id:uuid}/groups", opt=MANAGE, operation_id="setGroups", tags=TAGS
)
async def set_groups(
    request: Req, member_id: FromPath[UUID], data: JSONBody[GroupsInput]
) -> Dossier:
    """Leave a member in exactly these groups, beside those a provider puts them in."""
    actor, subject = await _subject(request, member_id)
    await actions_admin.set_groups(actor, subject, data)
    return await _fresh(request, member_id)


@post(
    "/api/v1/admin/members/{member_id:uuid}/deactivation",
    opt=MANAGE,
    operation_id="deactivateMember",
    tags=TAGS,
    status_code=200,
)
async def deactivate(request: Req, member_id: FromPath[UUID]) -> Dossier:
    """Close the space to a member: sessions and tokens end, what they wrote stays."""
    actor, subject = await _subject(request, member_id)
    await actions_admin.deactivate(actor, subject)
    return await _fresh(request, member_id)


@delete(
    "/api/v1/admin/members/{member_id:uuid}/deactivation",
    opt=MANAGE,
    operation_id="reactivateMember",
    tags=TAGS,
    status_code=200,
)
async def reactivate(request: Req, member_id: FromPath[UUID]) -> Dossier:
    """Open the space to a former member again, as the same one."""
    actor, subject = await _subject(request, member_id)
    await actions_admin.reactivate(actor, subject)
    return await _fresh(request, member_id)


@delete(
    "/api/v1/admin/members/{member_id:uuid}/sessions",
    opt=MANAGE,
    operation_id="endSessionsOfMember",
    tags=TAGS,
)
async def end_sessions(request: Req, member_id: FromPath[UUID]) -> None:
    """End all sessions of a member."""
    actor, subject = await _subject(request, member_id)
    await actions_admin.end_sessions(actor, subject)


@get("/api/v1/admin/invitations", operation_id="listInvitations", tags=TAGS)
async def list_invitations(
    request: Req,
    in_state: Annotated[InvitationState | None, QueryParameter(name="state")] = None,
    after: FromQuery[str | None] = None,
) -> Page[InvitationRow]:
    """List invitations, the newest first."""
    return await invitations.invitations_page(http.actor_of(request), state=in_state, after=after)


@post("/api/v1/admin/invitations", opt=INVITE, operation_id="invite", tags=TAGS)
async def invite(request: Req, data: JSONBody[InviteInput]) -> InvitationRow:
    """Invite one person by mail."""
    actor = http.actor_of(request)
    return await invitations.invitation(actor, await actions_invite.invite(actor, data))


@post(
    "/api/v1/admin/invitations/{invitation_id:uuid}/resending",
    opt=INVITE,
    operation_id="resendInvitation",
    tags=TAGS,
    status_code=200,
)
async def resend(request: Req, invitation_id: FromPath[UUID]) -> InvitationRow:
    """Mail an invitation anew: the earlier link is void."""
    actor = http.actor_of(request)
    await actions_invite.resend(actor, invitation_id)
    return await invitations.invitation(actor, invitation_id)


@delete(
    "/api/v1/admin/invitations/{invitation_id:uuid}",
    opt=INVITE,
    operation_id="revokeInvitation",
    tags=TAGS,
)
async def revoke(request: Req, invitation_id: FromPath[UUID]) -> None:
    """Withdraw an invitation: its link is void from now on."""
    await actions_invite.revoke(http.actor_of(request), invitation_id)


@get("/api/v1/admin/member-imports", operation_id="listMemberImports", tags=TAGS)
async def list_imports(request: Req, after: FromQuery[str | None] = None) -> Page[Import]:
    """List the lists of people that were taken in, the newest first."""
    return await invitations.imports_page(http.actor_of(request), after=after)


@post(
    "/api/v1/admin/member-imports",
    opt=INVITE,
    operation_id="importMembers",
    tags=TAGS,
    status_code=202,
    request_max_body_size=MOST_BODY,
)
async def import_members(request: Req, data: JSONBody[ImportInput]) -> ImportView:
    """Take a list of people in; it is worked off in the background."""
    actor = http.actor_of(request)
    import_id = await actions_import.start(
        actor, connection=data.connection, file_name=data.file_name, data=data.csv.encode()
    )
    return await invitations.import_view(actor, import_id)


@get("/api/v1/admin/member-imports/{import_id:uuid}", operation_id="getMemberImport", tags=TAGS)
async def get_import(request: Req, import_id: FromPath[UUID]) -> ImportView:
    """Return how far an import has come, with the first of its refused lines."""
    return await invitations.import_view(http.actor_of(request), import_id)


async def _subject(request: Req, member_id: UUID) -> tuple[Actor, Subject]:
    actor = http.actor_of(request)
    return actor, await rules_admin.access_subject(actor, member_id)


async def _fresh(request: Req, member_id: UUID) -> Dossier:
    return await dossiers.dossier(*await _subject(request, member_id))


HANDLERS = (
    list_members, get_dossier, set_capacity, set_groups, deactivate, reactivate, end_sessions,
    list_invitations, invite, resend, revoke, list_imports, import_members, get_import,
)  # fmt: skip
