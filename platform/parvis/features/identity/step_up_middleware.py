"""What asks for a fresh sign-in gets one first: the request waits, the typed text is kept."""

from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from parvis.core import http, i18n, kept_form
from parvis.core.actor import Actor
from parvis.core.http import Req
from parvis.core.i18n import N_
from parvis.core.middleware import SAFE, correlation_id
from parvis.core.problems import JSON
from parvis.core.step_up import StepUp, longest_ago
from parvis.features.identity import step_up
from parvis.features.identity.step_up import Interrupted

REQUIRED = N_("Please confirm that it is you, then do this again.")


class StepUpProblem(msgspec.Struct, frozen=True, kw_only=True):
    """403: this asks for a sign-in at most `max_age` seconds old, made in a browser.

    `assurance` is `strong` where the provider can be that sure, else none.
    """

    title: str
    correlation_id: str
    max_age: int
    assurance: str | None
    step_up_url: str
    type: str = "about:blank"
    status: int = 403
    code: str = "step_up_required"


class StepUpMiddleware:
    """Keeps opt {"step_up": StepUp.X} for pages, fragments and JSON alike.

    Needs the Actor. Visitors are not asked: ActorMiddleware has turned them away, or the route
    is open to them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind, actor = _asked(scope)
        if kind is None or actor is None or step_up.is_fresh(actor, kind):
            await self.app(scope, receive, send)
            return
        kept_form.settle_body(scope)
        request: Req = Request(scope, receive)
        answer = await _interrupt(request, actor, kind)
        asgi = answer.to_asgi_response(None, request)
        await asgi(scope, receive, send)


def _asked(scope: Scope) -> tuple[StepUp | None, Actor | None]:
    actor: Actor | None = scope["state"].get("actor")
    if scope["type"] != ScopeType.HTTP or actor is None or not actor.signed_in:
        return None, None
    return scope["route_handler"].opt.get("step_up"), actor


async def _interrupt(request: Req, actor: Actor, kind: StepUp) -> Response[Any]:
    if http.wants_json(request):
        return _problem(request, actor, kind)
    if request.method in SAFE:
        return http.to_door(request, lambda path: step_up.address(kind, path))
    interrupted = await _interrupted(request, kind)
    name = "identity/_step_up.html" if http.is_htmx(request) else "identity/step_up.html"
    return http.page(request, name, interrupted, status=403)


async def _interrupted(request: Req, kind: StepUp) -> Interrupted:
    """Return the unsent form; one with a file goes back to its page, to be filled in again."""
    form = await http.read_form(request)
    has_file = any(not isinstance(value, str) for _name, value in form.multi_items())
    behind = http.page_behind(request) if http.is_htmx(request) else _referring(request)
    if has_file:
        await form.close()
        return Interrupted(kind=kind, next=behind)
    fields = kept_form.without_own(await kept_form.text_fields(request))
    return Interrupted(
        kind=kind, next=behind, path=http.path_of(request), kept=kept_form.encode(fields)
    )


def _referring(request: Req) -> str:
    """Return the page of ours that the form was on, "/" where the browser does not say."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    is_ours = parts.netloc == request.headers.get("host", "")
    behind = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return http.same_origin_path(behind) if is_ours else "/"


def _problem(request: Req, actor: Actor, kind: StepUp) -> Response[Any]:
    longest = longest_ago(kind, actor.tenant.settings.step_up_minutes)
    problem = StepUpProblem(
        title=i18n.translate(actor.locale, REQUIRED),
        correlation_id=correlation_id(request.scope),
        max_age=int(longest.total_seconds()),
        assurance=actor.standing.best_assurance,
        step_up_url=step_up.address(kind, "/"),
    )
    return Response(msgspec.json.encode(problem), status_code=403, media_type=JSON)
