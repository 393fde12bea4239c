"""What a decision took from a member, kept by the judge like a rule of the charter."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response

from parvis.core import clock, formats, http, i18n
from parvis.core.actor import Actor, Sanction
from parvis.core.http import Req
from parvis.core.i18n import N_
from parvis.core.ids import CommunityId, DecisionId
from parvis.core.kept_form import KeptField, kept_fields
from parvis.core.middleware import correlation_id
from parvis.core.problems import JSON
from parvis.features.charter.submission import Submission
from parvis.features.charter.verdict import TENANT_SCOPE, Cause, Effect, Verdict, verdict_of
from parvis.features.charter.vocabulary import PLACE_PREFIX, READ

KIND = "sanction"
READ_ONLY, SUSPENSION = "read_only", "suspension"

# A question is delivered whatever a moderator decided of its author: members see it once somebody
# has read it. These are held, never refused.
_DELIVERED = frozenset({"question.edit", "question.submit"})
# Taking back, proving a holding and answering for oneself stay open to everybody.
_UNTOUCHED = frozenset({
    "appeal.file", "content.withdraw", "evidence.upload", "notice.file", "question.withdraw",
})  # fmt: skip
# What somebody who only reads may do besides: nothing that others see of them.
_READING = frozenset({READ, "community.join", "content.report", "member.follow"})

_SAID = {
    (READ_ONLY, False): N_("Until {until}, you may read this space, not write in it."),
    (READ_ONLY, True): N_("Until {until}, you may read “{place}”, not write in it."),
    (SUSPENSION, False): N_("Until {until}, this space is closed to you."),
    (SUSPENSION, True): N_("Until {until}, “{place}” is closed to you."),
}
_ENDLESS = {
    READ_ONLY: N_("You may read here, not write."),
    SUSPENSION: N_("This is closed to you."),
}


class SanctionTold(msgspec.Struct, frozen=True, kw_only=True):
    """A sanction as its member is told of it; `path` is the decision with all its reasons."""

    kind: str
    sentence: str
    place: str | None
    until: datetime | None
    decision_id: DecisionId
    path: str
    appeal_path: str


class SanctionedProblem(msgspec.Struct, frozen=True, kw_only=True):
    """403: a decision closed this to the member. Every decision that does is told."""

    title: str
    correlation_id: str
    sanctions: tuple[SanctionTold, ...]
    type: str = "about:blank"
    status: int = 403
    code: str = "sanctioned"


class SanctionedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of it: the decisions, and the text that was about to be sent."""

    sanctions: tuple[SanctionTold, ...]
    is_closed: bool
    fields: tuple[KeptField, ...]


def verdict_on(actor: Actor, act: str, *, place: frozenset[str], delivers: bool = False) -> Verdict:
    """Return what decisions about the actor say of an act; nothing about what has ended.

    `delivers`: the route is on the way of a question to a general meeting, which no sanction ends.
    """
    return verdict_of(
        cause
        for sanction in in_force(actor)
        if sanction.place is None or PLACE_PREFIX + sanction.place in place
        for cause in _causes(actor, sanction, act, delivers=delivers)
    )


def closes(verdict: Verdict) -> bool:
    """Whether a decision about the member refuses the act."""
    return any(one.kind == KIND and one.effect is Effect.REFUSE for one in verdict.causes)


def closed_places(actor: Actor) -> frozenset[CommunityId]:
    """Return the communities that a decision closes to the actor."""
    suspended = (one for one in in_force(actor) if one.kind == SUSPENSION)
    return frozenset(one.place_id for one in suspended if one.place_id is not None)


def in_force(actor: Actor) -> tuple[Sanction, ...]:
    """Return what holds at this moment."""
    now = clock.now()
    return tuple(one for one in actor.standing.sanctions if one.until is None or one.until > now)


def told(actor: Actor) -> tuple[SanctionTold, ...]:
    """Return what holds at this moment in the actor's language."""
    return tuple(_told(actor, one) for one in in_force(actor))


def answer(request: Req, verdict: Verdict, sent: Submission) -> Response[Any]:
    """Answer 403 with the decisions that close this, and give the unsent text back."""
    actor = http.actor_of(request)
    named = {cause.rule for cause in verdict.causes if cause.kind == KIND}
    sanctions = tuple(one for one in told(actor) if str(one.decision_id) in named)
    if http.wants_json(request):
        problem = SanctionedProblem(
            title=sanctions[0].sentence if sanctions else "",
            correlation_id=correlation_id(request.scope),
            sanctions=sanctions,
        )
        return Response(msgspec.json.encode(problem), status_code=403, media_type=JSON)
    page = SanctionedPage(
        sanctions=sanctions,
        is_closed=any(one.kind == SUSPENSION for one in sanctions),
        fields=kept_fields(sent.form, actor.locale),
    )
    name = "charter/_sanctioned.html" if http.is_htmx(request) else "charter/sanctioned.html"
    return http.page(request, name, page, status=403)


def _causes(actor: Actor, sanction: Sanction, act: str, *, delivers: bool) -> Iterator[Cause]:
    effect = _effect(sanction, act, delivers=delivers)
    if effect is Effect.ALLOW:
        return
    reasons = {locale: _sentence(sanction, locale, actor) for locale in actor.tenant.locales}
    yield Cause(
        clause=sanction.clause_id,
        # The decision is the rule: it is what a refusal names.
        rule=str(sanction.decision_id),
        kind=KIND,
        effect=effect,
        reason_by_locale=reasons,
        scope=TENANT_SCOPE,
        version_id=sanction.charter_version_id,
    )


def _effect(sanction: Sanction, act: str, *, delivers: bool) -> Effect:
    if act in _UNTOUCHED or (sanction.kind == READ_ONLY and act in _READING):
        return Effect.ALLOW
    if act in _DELIVERED:
        return Effect.HOLD
    return Effect.ALLOW if act == READ and delivers else Effect.REFUSE


def _told(actor: Actor, sanction: Sanction) -> SanctionTold:
    return SanctionTold(
        kind=sanction.kind,
        sentence=_sentence(sanction, actor.locale, actor),
        place=sanction.place,
        until=sanction.until,
        decision_id=sanction.decision_id,
        path=f"/decisions/{sanction.decision_id}",
        appeal_path=f"/appeals/new?decision={sanction.decision_id}",
    )


def _sentence(sanction: Sanction, locale: str, actor: Actor) -> str:
    if sanction.until is None:
        return i18n.translate(locale, _ENDLESS[sanction.kind])
    until = formats.date(sanction.until, "deadline", locale=locale, timezone=actor.tenant.timezone)
    said = _SAID[sanction.kind, sanction.place is not None]
    return i18n.translate(locale, said, until=until, place=sanction.place_title or "")
