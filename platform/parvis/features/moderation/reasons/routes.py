"""Ready-made reasons as pages."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import AppError, Invalid
from parvis.core.http import Req
from parvis.core.i18n import translate
from parvis.features.moderation.reasons import actions, queries, rules
from parvis.features.moderation.reasons.actions import ReasonInput, SameTitle

Answer = Response[Any] | Redirect
PATH = "/admin/reasons"
WRITE = {"act": "reasons.change"}


class ReasonForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is filled in so far; `id` is empty for a new reason."""

    id: str = ""
    clause_id: str = ""
    action: str = ""
    locale: str = ""
    title: str = ""
    body: str = ""
    errors: dict[str, str] = {}


@get(PATH, include_in_schema=False)
async def reasons_screen(request: Req, edit: FromQuery[UUID | None] = None) -> Response[Any]:
    """Show all reasons, with the form of a new one, or of the one that is being changed."""
    form = ReasonForm()
    if edit is not None:
        actor = http.actor_of(request)
        rules.require_writer(actor)
        one = await queries.reason(actor, edit)
        form = ReasonForm(
            id=str(one.id), clause_id=one.clause_id, action=one.action, locale=one.locale,
            title=one.title, body=one.body,
        )  # fmt: skip
    return await _page(request, form)


@post(PATH, opt=WRITE, include_in_schema=False)
async def add_reason(request: Req) -> Answer:
    """Keep a new reason, or show the form again with what is wrong."""
    return await _save(request, None)


@post(f"{PATH}/{{reason_id:uuid}}", opt=WRITE, include_in_schema=False)
async def change_reason(request: Req, reason_id: FromPath[UUID]) -> Answer:
    """Word a reason anew, or show the form again with what is wrong."""
    return await _save(request, reason_id)


@post(f"{PATH}/{{reason_id:uuid}}/removal", opt=WRITE, include_in_schema=False)
async def remove_reason(request: Req, reason_id: FromPath[UUID]) -> Redirect:
    """Offer a reason no more."""
    await actions.remove(http.actor_of(request), reason_id)
    return http.redirect(PATH)


async def _save(request: Req, reason_id: UUID | None) -> Answer:
    actor = http.actor_of(request)
    rules.require_writer(actor)
    fields = await http.form_fields(request)
    try:
        given = http.convert(fields, ReasonInput)
        if reason_id is None:
            await actions.add(actor, given)
        else:
            await actions.change(actor, reason_id, given)
    except (Invalid, SameTitle) as error:
        return await _page(request, _again(request, fields, reason_id, error), error.status)
    return http.redirect(PATH)


def _again(
    request: Req, fields: dict[str, Any], reason_id: UUID | None, error: AppError
) -> ReasonForm:
    locale = http.actor_of(request).locale
    wrong = error.fields or {"title": error.message}
    said = {name: translate(locale, text, **error.data) for name, text in wrong.items()}
    names = ("clause_id", "action", "locale", "title", "body")
    typed = {name: fields[name] for name in names if isinstance(fields.get(name), str)}
    return ReasonForm(id=str(reason_id or ""), **typed, errors=said)


async def _page(request: Req, form: ReasonForm, status: int = 200) -> Response[Any]:
    view = await queries.reasons(http.actor_of(request))
    return http.page(request, "moderation/reasons.html", view, form=form, status=status)


HANDLERS = (reasons_screen, add_reason, change_reason, remove_reason)
