"""Sanctions as pages: the form with its letter."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import AppError, Invalid
from parvis.core.http import Req
from parvis.core.i18n import translate
from parvis.core.savepoints import attempt
from parvis.core.step_up import StepUp
from parvis.features.moderation.decisions.grounds import READ_FIRST
from parvis.features.moderation.sanctions import actions, rules, screens
from parvis.features.moderation.sanctions.occasions import case_of
from parvis.features.moderation.sanctions.rules import Subject
from parvis.features.moderation.sanctions.screens import SanctionForm

Answer = Response[Any] | Redirect
PATH = "/admin/members/{member_id:uuid}/sanctions"
GIVE = {"act": "member.sanction", "step_up": StepUp.DECIDE}


@get(PATH, include_in_schema=False)
async def sanction_screen(request: Req, member_id: FromPath[UUID]) -> Response[Any]:
    """Show what a member was given, and the form of another sanction."""
    subject = await rules.access_subject(http.actor_of(request), member_id)
    form = SanctionForm(item=request.query_params.get("item", ""))
    return await _page(request, subject, form)


@post(f"{PATH}/letter", opt={"act": "member.sanction"}, include_in_schema=False, status_code=200)
async def sanction_letter(request: Req, member_id: FromPath[UUID]) -> Response[Any]:
    """Show the text the member would read; nothing is decided."""
    actor = http.actor_of(request)
    subject = await rules.access_subject(actor, member_id)
    form = screens.form_of(await http.form_fields(request))
    try:
        form = await screens.with_letter(actor, subject, form)
    except Invalid as error:
        return await _wrong(request, subject, form, error)
    return await _page(request, subject, form)


@post(PATH, opt=GIVE, include_in_schema=False)
async def give_sanction(request: Req, member_id: FromPath[UUID]) -> Answer:
    """Give the sanction, or show the form again with what is wrong."""
    actor = http.actor_of(request)
    subject = await rules.access_subject(actor, member_id)
    form = screens.form_of(await http.form_fields(request))
    try:
        given = form.given(actor.tenant.timezone)
        if form.text and form.prepared != form.wanted:
            return await _read_first(request, subject, form)
        case = await case_of(actor, subject, place_id=given.place_id, item_id=given.item_id)
        async with attempt():
            decided = await actions.give(actor, subject, given, case, site=_site(request))
    except Invalid as error:
        if error.fields.get("text") == READ_FIRST:
            return await _read_first(request, subject, form)
        return await _wrong(request, subject, form, error)
    except rules.AlreadyRestricted as error:
        return await _wrong(request, subject, form, error)
    return http.redirect(f"/admin/decisions/{decided.id}")


async def _read_first(request: Req, subject: Subject, form: SanctionForm) -> Response[Any]:
    """Show the letter of what is asked now: what is sent has always been read."""
    form = await screens.with_letter(http.actor_of(request), subject, form)
    return await _wrong(request, subject, form, Invalid(fields={"text": READ_FIRST}))


async def _wrong(
    request: Req, subject: Subject, form: SanctionForm, error: AppError
) -> Response[Any]:
    locale = http.actor_of(request).locale
    fields = error.fields or {"kind": error.message}
    said = {name: translate(locale, text, **error.data) for name, text in fields.items()}
    if "until" in said:
        said["until_on"] = said.pop("until")
    # A place or an item that is none is not looked for again.
    lost = {name: "" for name in ("place_id", "item", "until_on") if name in said}
    form = msgspec.structs.replace(form, errors=said, **lost)
    return await _page(request, subject, form, status=error.status)


async def _page(
    request: Req, subject: Subject, form: SanctionForm, *, status: int = 200
) -> Response[Any]:
    view = await screens.screen(http.actor_of(request), subject, form)
    return http.page(request, "moderation/sanction.html", view, status=status)


def _site(request: Req) -> str:
    site: str = request.app.state.settings.public_url(http.tenant_of(request).host)
    return site


HANDLERS = (sanction_screen, sanction_letter, give_sanction)
