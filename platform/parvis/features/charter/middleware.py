"""The charter, kept: every act of a member is judged before its handler runs."""

from typing import Any

from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from parvis.core import db, http, journal, kept_form
from parvis.core.http import Req
from parvis.features.charter import refusals, rules, submission
from parvis.features.charter.in_force import InForce, in_force
from parvis.features.charter.places import place_of
from parvis.features.charter.submission import Submission
from parvis.features.charter.verdict import Cause, Effect, Verdict

READ = "read"


class CharterMiddleware:
    """Judges the act that a route declares, and puts the verdict into the request's state.

    `state.verdict` is there for every act that passes. Routes with opt {"open": …} or
    {"public": True} need no charter; neither does a visitor, whom ActorMiddleware lets into
    those only. Every transport comes through here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept_form.settle_body(scope)
        act = _act_of(scope)
        if act is None:
            await self.app(scope, receive, send)
            return
        request: Req = Request(scope, receive)
        answer = await _judge(request, act)
        if answer is None:
            await self.app(scope, receive, send)
        else:
            asgi = answer.to_asgi_response(None, request)
            await asgi(scope, receive, send)


def _act_of(scope: Scope) -> str | None:
    """Return the act to judge, None where the charter has no say."""
    actor = scope["state"].get("actor")
    if scope["type"] != ScopeType.HTTP or actor is None or not actor.signed_in:
        return None
    opt = scope["route_handler"].opt
    if opt.get("open") or opt.get("public"):
        return None
    return str(opt.get("act") or READ)


async def _judge(request: Req, act: str) -> Response[Any] | None:
    """Return the answer to an act that goes no further, None when the handler may run."""
    actor = http.actor_of(request)
    current = await in_force(actor.tenant)
    # An emergency administrator takes no part in what the charter is about.
    if current is None or actor.is_emergency:
        request.scope["state"]["verdict"] = Verdict()
        return None
    sent = await submission.read(request, act)
    place = await place_of(request, current, sent)
    verdict = rules.verdict_on(actor, current, act, fields=sent.texts, place=place)
    request.scope["state"]["verdict"] = verdict
    if verdict.effect is not Effect.REFUSE:
        return None
    return await _refuse(request, act, current, verdict, sent)


async def _refuse(
    request: Req, act: str, current: InForce, verdict: Verdict, sent: Submission
) -> Response[Any]:
    if any(cause.kind == "acceptance" for cause in verdict.causes):
        return await refusals.required(request, current, sent)
    await _record(request, act, current, verdict)
    return refusals.refused(request, current, verdict, sent)


async def _record(request: Req, act: str, current: InForce, verdict: Verdict) -> None:
    """Journal the refusal in a transaction of its own: the request's one is rolled back."""
    actor = http.actor_of(request)
    async with db.apart(actor.tenant.id):
        await journal.record(
            actor, "charter.act_refused", subject=("charter_version", current.version.id),
            data={"act": act, "causes": [_named(cause) for cause in verdict.causes]},
        )  # fmt: skip


def _named(cause: Cause) -> dict[str, str]:
    return {"clause": cause.clause, "rule": cause.rule, "effect": cause.effect}
