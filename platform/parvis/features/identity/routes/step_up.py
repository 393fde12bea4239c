"""Confirming who one is: the page that asks, the way to the provider, the form that waited."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from parvis.core import db, http, kept_form
from parvis.core.http import Req, actor_of, page
from parvis.core.step_up import StepUp
from parvis.features.identity import attempts, sessions, sign_in, step_up
from parvis.features.identity.queries import OnwardView
from parvis.features.identity.routes.door import OWN, onward, refused, visit_of
from parvis.features.identity.rules import SignInRefused
from parvis.features.identity.sessions import BROWSER_COOKIE
from parvis.features.identity.step_up import PATH, Interrupted

CONFIRMING = {"open": "confirming who one is needs no charter", "session_only": True}


@get(PATH, opt=CONFIRMING, include_in_schema=False)
async def step_up_page(
    request: Req,
    kind: FromQuery[StepUp],
    next: FromQuery[str] = "/",  # noqa: A002 -- the address says it
) -> Response[Any]:
    interrupted = Interrupted(kind=kind, next=http.same_origin_path(next))
    return page(request, "identity/step_up.html", interrupted)


@post(
    PATH,
    opt=CONFIRMING | OWN,
    exception_handlers={SignInRefused: refused},
    include_in_schema=False,
    status_code=200,
)
async def begin(request: Req) -> Response[Any]:
    actor, given = actor_of(request), await http.decode(request, Interrupted)
    async with db.transaction(actor.tenant.id):
        connection = await step_up.my_connection(actor)
    begun = await sign_in.begin_step_up(visit_of(request), actor, connection, given)
    view = OnwardView(connection.label_in(actor.locale), begun.url)
    answer = onward(page(request, "identity/onward.html", view), begun.url)
    seconds = int(attempts.LIFETIME.total_seconds())
    answer.set_cookie(sessions.cookie(BROWSER_COOKIE, begun.browser_token, seconds=seconds))
    return answer


@get(f"{PATH}/kept/{{token:str}}", opt=CONFIRMING, include_in_schema=False)
async def kept_page(request: Req, token: FromPath[str]) -> Response[Any]:
    actor = actor_of(request)
    kept = await step_up.kept(actor, token)
    view = kept_form.KeptPage(path=kept.path, fields=kept_form.kept_fields(kept.form, actor.locale))
    return page(request, "identity/step_up_kept.html", view)


HANDLERS = (step_up_page, begin, kept_page)
