"""Screens: publishing the draft, at once or on its day."""

from typing import Any

from litestar import Response, get, post

from parvis.core import http
from parvis.core.errors import AppError, NotFound
from parvis.core.http import Req
from parvis.core.step_up import StepUp
from parvis.features.workshop import actions_publication, forms, screens
from parvis.features.workshop.actions_publication import PublishInput
from parvis.features.workshop.forms import Typed
from parvis.features.workshop.routes.drafts import VersionInput, scope_of
from parvis.features.workshop.routes.pages import PATH, Answer, needs_draft, page, to
from parvis.features.workshop.rules import Scope

PUBLISH = {"act": "charter.publish", "step_up": StepUp.CHARTER}


@get(f"{PATH}/publication", include_in_schema=False)
async def publication(request: Req) -> Response[Any]:
    """Show what publishing would change and whom it would ask, and the form that does it."""
    scope = await scope_of(request)
    return await needs_draft(request, scope, "publication") or await _publication(request, scope)


@post(f"{PATH}/publication", opt=PUBLISH, include_in_schema=False)
async def publish(request: Req) -> Answer:
    """Publish the draft, or say why not."""
    scope, fields = await scope_of(request), await http.form_fields(request)
    # The day counts only for who chose one: a browser sends the field along in any case.
    if fields.pop("when", "now") == "now":
        fields.pop("on", None)
    fields["note"] = forms.texts(fields, "note")
    try:
        given = http.convert(fields, PublishInput)
        await actions_publication.publish(http.actor_of(request), scope, given)
    except NotFound:
        raise
    except AppError as error:
        return await _publication(request, scope, forms.again(request, fields, error), error.status)
    return to(scope)


@post(f"{PATH}/publication/withdrawal", opt=PUBLISH, include_in_schema=False)
async def withdraw(request: Req) -> Answer:
    """Let a draft that waits for its day be a draft again."""
    scope = await scope_of(request)
    given = await http.decode(request, VersionInput)
    try:
        await actions_publication.withdraw(http.actor_of(request), scope, given.version)
    except NotFound:
        raise
    except AppError as error:
        return await _publication(request, scope, forms.again(request, {}, error), error.status)
    return to(scope, "/draft")


async def _publication(
    request: Req, scope: Scope, typed: Typed | None = None, status: int = 200
) -> Response[Any]:
    view = await screens.publication(http.actor_of(request), scope)
    return page(request, "publication", view, scope, typed=typed, status=status)


HANDLERS = (publication, publish, withdraw)
