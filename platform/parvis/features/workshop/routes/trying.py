"""Screens: trying a sentence, and rehearsing the draft on real words."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from parvis.core import http
from parvis.core.capacities import CAPACITIES
from parvis.core.errors import AppError, NotFound
from parvis.core.http import Req
from parvis.core.i18n import translate
from parvis.features.workshop import forms, queries_trial, rules
from parvis.features.workshop.forms import Typed
from parvis.features.workshop.queries_trial import Choice
from parvis.features.workshop.rehearsal import actions, queries
from parvis.features.workshop.rehearsal.actions import RehearseInput
from parvis.features.workshop.routes.drafts import EDIT, scope_of
from parvis.features.workshop.routes.pages import PATH, Answer, page, to
from parvis.features.workshop.rules import Scope
from parvis.features.workshop.trying import WRITTEN, TrialInput


@get(f"{PATH}/trial", include_in_schema=False)
async def trial(request: Req) -> Response[Any]:
    """Show the form of a trial."""
    return await _trial(request, await scope_of(request))


@post(f"{PATH}/trial", opt=EDIT, include_in_schema=False, status_code=200)
async def try_words(request: Req) -> Response[Any]:
    """Show what the draft and the version in force say of some words."""
    scope, fields = await scope_of(request), await http.form_fields(request)
    groups = fields.get("groups", [])
    fields["groups"] = groups if isinstance(groups, list) else [groups]
    try:
        given = http.convert(fields, TrialInput)
        found = await queries_trial.trial(http.actor_of(request), scope, given)
    except AppError as error:
        return await _trial(request, scope, forms.again(request, fields, error), error.status)
    if http.is_htmx(request):
        return page(request, "_tried", found, scope)
    return await _trial(request, scope, Typed(fields=fields), found=found)


async def _trial(
    request: Req, scope: Scope, typed: Typed | None = None, status: int = 200, found: Any = None
) -> Response[Any]:
    actor = http.actor_of(request)
    offered = await queries_trial.choices(actor, scope)
    has_draft = await rules.find_draft(scope) is not None
    return page(
        request, "trial", found, scope, typed=typed, status=status, choices=offered,
        acts=[(act, translate(actor.locale, name)) for act, name in WRITTEN.items()],
        capacities=[
            Choice(slug=slug, title=translate(actor.locale, name))
            for slug, name in CAPACITIES.items()
        ],
        has_draft=has_draft,
    )  # fmt: skip


@get(f"{PATH}/rehearsals", include_in_schema=False)
async def rehearsals(request: Req) -> Response[Any]:
    """Show the rehearsals there were, and the form that asks for one."""
    return await _rehearsals(request, await scope_of(request))


@post(f"{PATH}/rehearsals", opt=EDIT, include_in_schema=False)
async def rehearse(request: Req) -> Answer:
    """Have the draft judged on the words of the last days, and show how far that has come."""
    scope, fields = await scope_of(request), await http.form_fields(request)
    try:
        given = http.convert(fields, RehearseInput)
        rehearsal_id = await actions.start(http.actor_of(request), scope, given)
    except NotFound:
        raise
    except AppError as error:
        return await _rehearsals(request, scope, forms.again(request, fields, error), error.status)
    return to(scope, f"/rehearsals/{rehearsal_id}")


async def _rehearsals(
    request: Req, scope: Scope, typed: Typed | None = None, status: int = 200
) -> Response[Any]:
    view = await queries.rehearsals(http.actor_of(request), scope)
    has_draft = await rules.find_draft(scope) is not None
    return page(request, "rehearsals", view, scope, typed=typed, status=status, has_draft=has_draft)


@get(f"{PATH}/rehearsals/{{rehearsal_id:uuid}}", include_in_schema=False)
async def rehearsal(request: Req, rehearsal_id: FromPath[UUID]) -> Response[Any]:
    """Show a rehearsal: how far it has come, or what it found; to htmx, that alone."""
    scope = await scope_of(request)
    view = await queries.rehearsal(http.actor_of(request), scope, rehearsal_id)
    name = "_rehearsal" if http.is_htmx(request) else "rehearsal"
    return page(request, name, view, scope, here="rehearsals")


@post(f"{PATH}/rehearsals/{{rehearsal_id:uuid}}/cancellation", opt=EDIT, include_in_schema=False)
async def call_off(request: Req, rehearsal_id: FromPath[UUID]) -> Answer:
    """Call a rehearsal off."""
    scope = await scope_of(request)
    actor = http.actor_of(request)
    await queries.rehearsal(actor, scope, rehearsal_id)
    await actions.call_off(actor, scope, rehearsal_id)
    return to(scope, f"/rehearsals/{rehearsal_id}")


HANDLERS = (trial, try_words, rehearsals, rehearse, rehearsal, call_off)
