"""Invitations and imports as pages: for administrators, and the one page an invitee sees."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parvis.core import http, i18n, template_functions
from parvis.core.errors import AppError, Invalid
from parvis.core.http import Req
from parvis.core.i18n import N_
from parvis.core.step_up import StepUp
from parvis.features.members import actions_import, actions_invite, csv_file, inviting
from parvis.features.members import queries_invitations as queries
from parvis.features.members.forms import Typed, again, fields_of
from parvis.features.members.inviting import InviteInput
from parvis.features.members.queries_admin import capacities

Answer = Response[Any] | Redirect
INVITE = {"act": "member.invite", "step_up": StepUp.MEMBERS}
PATH = "/admin/members/invitations"
IMPORTS = "/admin/members/imports"
# The file and the form around it; `csv_file.MOST_BYTES` bounds the file itself.
MOST_BODY = csv_file.MOST_BYTES + 64 * 1024


@get("/invitation/{token:str}", opt={"public": True}, include_in_schema=False)
async def invitation_page(request: Req, token: FromPath[str]) -> Response[Any]:
    """Show who invites to what; one page for links that are unknown, used, withdrawn, expired."""
    view = await queries.welcome(http.actor_of(request), token)
    status = 404 if view is None else 200
    answer = http.page(request, "members/invitation.html", view, status=status)
    # The address is the invitation: no page may learn where its reader comes from.
    answer.headers["referrer-policy"] = "no-referrer"
    return answer


@get(PATH, include_in_schema=False)
async def invitations_screen(request: Req, after: FromQuery[str | None] = None) -> Response[Any]:
    """Show the invitations, the newest first."""
    actor = http.actor_of(request)
    state = request.query_params.get("state")
    asked = state if state in queries.INVITATION_STATES else None
    view = await queries.invitations_page(actor, state=asked, after=after)
    return _list(request, view, asked)


@get(f"{PATH}/new", include_in_schema=False)
async def invite_screen(request: Req) -> Response[Any]:
    """Show the form that invites one person."""
    return await _invite_form(request, Typed())


@post(PATH, opt=INVITE, include_in_schema=False)
async def invite_form(request: Req) -> Answer:
    """Invite a person, or show the form again with what is wrong."""
    fields = await fields_of(request)
    try:
        await actions_invite.invite(http.actor_of(request), http.convert(fields, InviteInput))
    except Invalid as error:
        return await _invite_form(request, again(request, fields, error), status=error.status)
    return http.redirect(PATH)


@post(f"{PATH}/{{invitation_id:uuid}}/resending", opt=INVITE, include_in_schema=False)
async def resend_form(request: Req, invitation_id: FromPath[UUID]) -> Answer:
    """Mail an invitation anew."""
    try:
        await actions_invite.resend(http.actor_of(request), invitation_id)
    except AppError as error:
        return await _refused(request, error)
    return http.redirect(PATH)


@post(f"{PATH}/{{invitation_id:uuid}}/revocation", opt=INVITE, include_in_schema=False)
async def revoke_form(request: Req, invitation_id: FromPath[UUID]) -> Answer:
    """Withdraw an invitation."""
    try:
        await actions_invite.revoke(http.actor_of(request), invitation_id)
    except AppError as error:
        return await _refused(request, error)
    return http.redirect(PATH)


# Asked already here: a file does not wait while its sender confirms who they are.
@get(IMPORTS, opt={"step_up": StepUp.MEMBERS}, include_in_schema=False)
async def imports_screen(request: Req, after: FromQuery[str | None] = None) -> Response[Any]:
    """Show the form that takes a list of people in, and the lists there were."""
    return await _imports(request, Typed(), after=after)


@post(IMPORTS, opt=INVITE, include_in_schema=False, request_max_body_size=MOST_BODY)
async def import_form(request: Req) -> Answer:
    """Take a list in and show its progress, or say what is wrong with it."""
    form = await http.read_form(request)
    connection = form.get("connection")
    fields = {"connection": connection if isinstance(connection, str) else ""}
    try:
        import_id = await _take_in(request, fields["connection"], form.get("file"))
    except Invalid as error:
        return await _imports(request, again(request, fields, error), status=error.status)
    return http.redirect(f"{IMPORTS}/{import_id}")


async def _take_in(request: Req, connection: str, given: object) -> UUID:
    if not isinstance(given, UploadFile) or not given.filename:
        raise Invalid(fields={"file": N_("Please attach the list, as a CSV file.")})
    data = await given.read()
    actor = http.actor_of(request)
    return await actions_import.start(
        actor, connection=connection, file_name=given.filename, data=data
    )


@get(f"{IMPORTS}/{{import_id:uuid}}", include_in_schema=False)
async def import_screen(request: Req, import_id: FromPath[UUID]) -> Response[Any]:
    """Show how far an import has come; to htmx, the progress alone."""
    view = await queries.import_view(http.actor_of(request), import_id)
    name = "_progress" if http.is_htmx(request) else "import"
    return http.page(request, f"members/admin/{name}.html", view)


@get(f"{IMPORTS}/{{import_id:uuid}}/refused.csv", include_in_schema=False)
async def report_file(request: Req, import_id: FromPath[UUID]) -> Response[bytes]:
    """Hand the refused lines over as a file."""
    return csv_answer(await queries.report(http.actor_of(request), import_id), "refused.csv")


@get(f"{IMPORTS}/model.csv", include_in_schema=False)
async def model_file(request: Req) -> Response[bytes]:
    """Hand over a list to fill in, with a line as an example."""
    return csv_answer(queries.model(http.actor_of(request)), "model.csv")


def csv_answer(data: bytes, name: str) -> Response[bytes]:
    """Answer with a file that browsers keep and never show as a page."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


async def _invite_form(request: Req, typed: Typed, *, status: int = 200) -> Response[Any]:
    actor = http.actor_of(request)
    view = await inviting.offers(actor)
    unsaid = ("", i18n.translate(actor.locale, N_("As the provider says, else client")))
    return http.page(
        request, "members/admin/invite.html", view, typed=typed, status=status,
        capacities=[unsaid, *capacities(actor)], ways=[(one.slug, one.label) for one in view.ways],
        languages=[(code, template_functions.language_name(code)) for code in view.locales],
    )  # fmt: skip


async def _imports(
    request: Req, typed: Typed, *, after: str | None = None, status: int = 200
) -> Response[Any]:
    actor = http.actor_of(request)
    offered = await inviting.offers(actor)
    view = await queries.imports_page(actor, after=after)
    return http.page(
        request, "members/admin/imports.html", view, typed=typed, status=status,
        ways=[(one.slug, one.label) for one in offered.ways],
    )  # fmt: skip


async def _refused(request: Req, error: AppError) -> Response[Any]:
    view = await queries.invitations_page(http.actor_of(request))
    problem = again(request, {}, error).problem
    return _list(request, view, None, problem=problem, status=error.status)


def _list(
    request: Req, view: Any, state: str | None, *, problem: str = "", status: int = 200
) -> Response[Any]:
    states = queries.invitation_states(http.actor_of(request))
    return http.page(
        request, "members/admin/invitations.html", view, state=state, states=states,
        problem=problem, status=status,
    )  # fmt: skip


HANDLERS = (
    invitation_page, invitations_screen, invite_screen, invite_form, resend_form, revoke_form,
    imports_screen, import_form, import_screen, report_file, model_file,
)  # fmt: skip
