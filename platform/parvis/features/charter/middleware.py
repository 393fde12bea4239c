"""The charter, kept: every act of a member is judged before its handler runs."""

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from parvis.core import db, http, journal, kept_form
from parvis.core.http import Req
from parvis.features.charter import closing, pacing, refusals, rules, sanctioning, submission
from parvis.features.charter.calendar import NONE, calendar_of
from parvis.features.charter.in_force import InForce, has_community_charters, in_force
from parvis.features.charter.places import Place, place_of
from parvis.features.charter.submission import Submission
from parvis.features.charter.verdict import TENANT_SCOPE, Cause, Effect, Verdict
from parvis.features.charter.vocabulary import READ


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
        actor = scope["state"].get("actor")
        if scope["type"] != ScopeType.HTTP or actor is None or not actor.signed_in:
            await self.app(scope, receive, send)
            return
        scope["state"]["actor"] = await closing.with_charters(actor)
        act = _act_of(scope)
        if act is None:
            await self.app(scope, receive, send)
            return
        request: Req = Request(scope, receive)
        answer = await _judge(request, act)
        if answer is None:
            await self.app(scope, receive, send)
        else:
            await submission.close_files(request)
            asgi = answer.to_asgi_response(None, request)
            await asgi(scope, receive, send)


def _act_of(scope: Scope) -> str | None:
    """Return the act to judge, None where the charter has no say."""
    opt = scope["route_handler"].opt
    if opt.get("open") or opt.get("public"):
        return None
    return str(opt.get("act") or READ)


async def _judge(request: Req, act: str) -> Response[Any] | None:
    """Return the answer to an act that goes no further, None when the handler may run."""
    actor = http.actor_of(request)
    request.scope["state"]["verdict"] = Verdict()
    current = await in_force(actor.tenant)
    has_any = current is not None or await has_community_charters(actor.tenant)
    # An emergency administrator takes no part in what the charter is about.
    if actor.is_emergency or not has_any:
        return None
    sent = await submission.read(request, act)
    place = await place_of(request, current, sent, act)
    charters = [one for one in (current, *place.charters) if one is not None]
    verdict = await _verdict(request, act, charters, place, sent)
    request.scope["state"]["verdict"] = verdict
    _announce(request, place.charters)
    if verdict.effect is not Effect.REFUSE:
        return None
    return await _refuse(request, act, charters, verdict, sent)


async def _verdict(
    request: Req, act: str, charters: list[InForce], place: Place, sent: Submission
) -> Verdict:
    """Return the verdict by this moment, the calendar, and what the member did before.

    Neither of the two is read unless a charter asks for it.
    """
    actor = http.actor_of(request)
    has_windows = any(one.charter.windows for one in charters)
    written = rules.Written(
        act=act,
        fields=sent.texts,
        place=place.labels,
        files=sent.files,
        calendar=await calendar_of(actor.tenant) if has_windows else NONE,
        delivers=bool(request.scope["route_handler"].opt.get("delivery")),
    )
    keys = rules.counted(actor, charters, written)
    if not keys:
        return rules.verdict_together(actor, charters, written)
    return await pacing.in_turn(
        actor, keys, lambda paces: rules.verdict_together(actor, charters, written, paces)
    )


def _announce(request: Req, own: tuple[InForce, ...]) -> None:
    """Tell the pages of a community of the new version of its own charter that may still wait."""
    actor = http.actor_of(request)
    if graces := [grace for one in own if (grace := closing.grace_of(one, actor)) is not None]:
        told = msgspec.structs.replace(actor, graces=(*actor.graces, *graces))
        request.scope["state"]["actor"] = told


async def _refuse(
    request: Req, act: str, charters: list[InForce], verdict: Verdict, sent: Submission
) -> Response[Any]:
    if sanctioning.closes(verdict):
        if act != READ:
            await _record(request, act, charters, verdict)
        return sanctioning.answer(request, verdict, sent)
    due = {cause.scope for cause in verdict.causes if cause.kind == "acceptance"}
    if due:
        asked = [one for one in charters if one.scope in due]
        return await refusals.required(request, asked, sent)
    await _record(request, act, charters, verdict)
    return refusals.refused(request, verdict, sent)


async def _record(request: Req, act: str, charters: list[InForce], verdict: Verdict) -> None:
    """Journal the refusal in a transaction of its own: the request's one is rolled back."""
    actor = http.actor_of(request)
    scopes = {cause.scope for cause in verdict.causes if cause.effect is Effect.REFUSE}
    named = next((one for one in charters if one.scope in scopes), charters[0])
    async with db.apart(actor.tenant.id):
        await journal.record(
            actor, "charter.act_refused", subject=("charter_version", named.version.id),
            data={"act": act, "causes": [_named(cause) for cause in verdict.causes]},
        )  # fmt: skip


def _named(cause: Cause) -> dict[str, str]:
    named = {"clause": cause.clause, "rule": cause.rule, "effect": cause.effect}
    if cause.scope != TENANT_SCOPE:
        named["version"] = str(cause.version_id)
    return named
