"""Answering to charters over HTTP: one page and one form, for the firm's and a community's own."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.response import Redirect

from parvis.core import http, kept_form
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.http import Req
from parvis.features.charter import actions, interstitial
from parvis.features.charter.actions import AcceptanceInput, Answered
from parvis.features.charter.in_force import InForce, charter_in_force
from parvis.features.charter.interstitial import AcceptanceForm, Answer
from parvis.features.charter.queries_answers import acceptance
from parvis.features.charter.rules import CharterChanged
from parvis.features.charter.tables import Decision

PAGE = "charter/acceptance.html"


async def page(request: Req, charters: Sequence[InForce], *, next_path: str) -> Response[Any]:
    """Show the charters of which the last is the page's own, without those accepted before."""
    actor = http.actor_of(request)
    asked = await _asked(actor, charters)
    view = await interstitial.acceptance_page(actor, asked, next_path=next_path)
    return http.page(request, PAGE, view)


async def take(request: Req, charters: Sequence[InForce]) -> Response[Any] | Redirect:
    """Keep the answers; then go on, offer to send the kept form, or say what is missing."""
    actor, fields = http.actor_of(request), await http.form_fields(request)
    given = http.convert(fields, AcceptanceForm)
    by_scope = {one.scope: one for one in charters}
    answers = interstitial.answers(fields, given.decision, list(by_scope))
    asked = [by_scope[one.scope] for one in answers]
    unticked = {
        one.scope for one in answers if one.decision is Decision.ACCEPTED and not one.is_agreed
    }
    if unticked:
        return await _asked_again(
            request, asked, given, interstitial.NOT_AGREED, status=422, unticked=unticked
        )
    try:
        await actions.answer_together(actor, [_answered(one, by_scope, given) for one in answers])
    except CharterChanged as changed:
        newest = [await _newest(one) for one in asked]
        return await _asked_again(request, newest, given, changed.message, status=changed.status)
    if answers[0].decision is Decision.ACCEPTED:
        return _go_on(request, given)
    return await _refused(request, charters, asked[0])


def _answered(one: Answer, by_scope: dict[str, InForce], given: AcceptanceForm) -> Answered:
    return Answered(
        given=AcceptanceInput(decision=one.decision, version=one.version),
        how="join" if interstitial.is_joining(given.resume, one.scope) else "interstitial",
        community_id=by_scope[one.scope].community_id,
    )


def _go_on(request: Req, given: AcceptanceForm) -> Response[Any] | Redirect:
    if given.resume:
        view = interstitial.resume_page(given, http.actor_of(request).locale)
        return http.page(request, "charter/resume.html", view)
    return http.redirect(http.same_origin_path(given.next))


async def _refused(
    request: Req, charters: Sequence[InForce], refused: InForce
) -> Response[Any] | Redirect:
    """Ask for what is left: refusing a community's charter leaves the rest open."""
    actor = http.actor_of(request)
    others = [one for one in charters if one is not refused]
    left = [one for one in others if not (await acceptance(actor, one)).is_accepted]
    if refused.community_id is None or not left:
        return http.redirect(f"{refused.path}/acceptance")
    view = await interstitial.acceptance_page(actor, left, next_path="/")
    return http.page(request, PAGE, view)


async def _asked(actor: Actor, charters: Sequence[InForce]) -> list[InForce]:
    *before, own = charters
    due = [one for one in before if not (await acceptance(actor, one)).is_accepted]
    return [*due, own]


async def _newest(one: InForce) -> InForce:
    found = await charter_in_force(one.tenant, one.community_id)
    if found is None:
        raise NotFound
    return found


async def _asked_again(
    request: Req,
    asked: Sequence[InForce],
    given: AcceptanceForm,
    error: str,
    *,
    status: int,
    unticked: set[str] | None = None,
) -> Response[Any]:
    view = await interstitial.acceptance_page(
        http.actor_of(request), asked, next_path=given.next, resume=given.resume,
        form=kept_form.decode(given.kept), files=kept_form.decode(given.files), error=error,
        unticked=frozenset(unticked or ()),
    )  # fmt: skip
    return http.page(request, PAGE, view, status=status)
