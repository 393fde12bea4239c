"""The moderation screen: list, case, and the forms of a moderator."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import AppError, Invalid, NotFound
from parvis.core.http import Req
from parvis.core.i18n import N_, translate
from parvis.core.savepoints import attempt
from parvis.core.step_up import StepUp
from parvis.features.moderation import (
    actions,
    actions_decide,
    queries_case,
    queries_choices,
    rules,
    screens,
)
from parvis.features.moderation.actions import HandOverInput, SeenInput
from parvis.features.moderation.decisions.forms import DecisionForm
from parvis.features.moderation.drafting import Letter
from parvis.features.moderation.queries_case import CaseView, Stale
from parvis.features.moderation.queries_lists import Asked, QueueList
from parvis.features.moderation.screens import CaseScreen, Kept, Position
from parvis.features.moderation.tables import Action, ItemKind

Answer = Response[Any] | Redirect
PAGE = "moderation/moderation.html"
GONE = N_("This case is not yours to judge now. Nothing was saved; what you had written is below.")


@get("/admin/moderation", include_in_schema=False)
async def queue_screen(request: Req) -> Response[Any]:
    """Show a list of the queue; where there is room, its first case beside it."""
    view = await screens.list_screen(http.actor_of(request), position_of(request))
    return http.page(request, PAGE, view, pane="list")


@get("/admin/moderation/{item_id:uuid}", include_in_schema=False)
async def case_screen(request: Req, item_id: FromPath[UUID]) -> Response[Any]:
    """Show one case; the list beside it where there is room."""
    case = await screens.case_screen(http.actor_of(request), item_id)
    return await _page(request, case)


@post(
    "/admin/moderation/{item_id:uuid}/claim",
    opt={"act": "review.claim"},
    include_in_schema=False,
)
async def claim(request: Req, item_id: FromPath[UUID]) -> Answer:
    """Take charge of a case and show it with its decision form, and what was written in it."""
    form = _form(await http.form_fields(request))
    answer = await _do(request, item_id, actions.claim, SeenInput, form)
    if isinstance(answer, Redirect) and (form.text or form.facts):
        kept = msgspec.structs.replace(form, version=0)
        return await _page(
            request, await screens.case_screen(http.actor_of(request), item_id, kept)
        )
    return answer


@post(
    "/admin/moderation/{item_id:uuid}/release",
    opt={"act": "review.release"},
    include_in_schema=False,
)
async def release(request: Req, item_id: FromPath[UUID]) -> Answer:
    """Put a case back and show it."""
    return await _do(request, item_id, actions.release, SeenInput)


@post("/admin/moderation/{item_id:uuid}/hold", opt={"act": "review.claim"}, include_in_schema=False)
async def hold(request: Req, item_id: FromPath[UUID]) -> Answer:
    """Keep a case for a day and show it."""
    return await _do(request, item_id, actions.hold, SeenInput)


@post(
    "/admin/moderation/{item_id:uuid}/hand-over",
    opt={"act": "review.hand_over"},
    include_in_schema=False,
)
async def hand_over(request: Req, item_id: FromPath[UUID]) -> Answer:
    """Give a case to a colleague and show it."""
    return await _do(request, item_id, actions.hand_over, HandOverInput)


@post(
    "/admin/moderation/{item_id:uuid}/renewal",
    opt={"act": "review.claim"},
    include_in_schema=False,
    status_code=200,
)
async def renew(request: Req, item_id: FromPath[UUID]) -> Answer:
    """Hold a case ten minutes more while it is on screen; the page asks for this by itself."""
    try:
        until = await actions.renew(http.actor_of(request), item_id)
    except Stale as error:
        notice = _said(request, error)
        return http.page(request, "moderation/_lost.html", notice, status=409)
    if not http.is_htmx(request):
        return _back(request, item_id)
    return http.fragment(request, "moderation/_lease.html", until, item_id=item_id)


@post(
    "/admin/moderation/{item_id:uuid}/letter",
    opt={"act": "review.decide"},
    include_in_schema=False,
    status_code=200,
)
async def prepare_letter(request: Req, item_id: FromPath[UUID]) -> Response[Any]:
    """Show the text the author would read for this choice; nothing is decided."""
    form = _form(await http.form_fields(request))
    try:
        form = form.with_letter(await _letter(request, item_id, form))
    except Invalid as error:
        return await _wrong(request, item_id, form, error)
    case = await screens.case_screen(http.actor_of(request), item_id, form)
    if http.is_htmx(request):
        return http.fragment(request, "moderation/_letter.html", screen=case)
    return await _page(request, case)


@post(
    "/admin/moderation/{item_id:uuid}/decision",
    opt={"act": "review.decide", "step_up": StepUp.DECIDE},
    include_in_schema=False,
)
async def decide(request: Req, item_id: FromPath[UUID]) -> Answer:
    """Decide and go on to the next case, or show the form again with what is wrong."""
    form = _form(await http.form_fields(request))
    try:
        given = form.given(http.tenant_of(request).timezone)
        if form.needs_letter and form.has_ground:
            return await _read_first(request, item_id, form)
        async with attempt():
            await actions_decide.decide(http.actor_of(request), item_id, given, site=_site(request))
    except Invalid as error:
        return await _wrong(request, item_id, form, error)
    except Stale as error:
        return await _stale(request, error, form)
    except NotFound as error:
        return await _gone(request, form, error)
    return http.redirect(f"/admin/moderation{position_of(request).tail}")


async def _do(
    request: Req,
    item_id: FromPath[UUID],
    action: Any,
    shape: type[Any],
    form: DecisionForm | None = None,
) -> Answer:
    """Carry a moderator's form out and show the case, or what happened to it in the meantime."""
    given = await http.decode(request, shape)
    try:
        await action(http.actor_of(request), item_id, given)
    except Stale as error:
        return await _stale(request, error, form)
    return _back(request, item_id)


async def _read_first(request: Req, item_id: FromPath[UUID], form: DecisionForm) -> Response[Any]:
    """Show the letter of the choice just made: what is sent has always been read."""
    letter = await _letter(request, item_id, form)
    error = Invalid(fields={"text": actions_decide.READ_FIRST})
    return await _wrong(request, item_id, form.with_letter(letter), error)


async def _letter(request: Req, item_id: UUID, form: DecisionForm) -> Letter | None:
    """Return the letter of what is filled in, None while that asks for none."""
    if form.action not in set(Action):
        return None
    until = form.until(http.tenant_of(request).timezone)
    return await screens.letter(
        http.actor_of(request),
        item_id,
        Action(form.action),
        form.clause_id,
        law=form.law_named,
        until=until,
        reason_id=form.reason_id,
    )


async def _wrong(
    request: Req, item_id: FromPath[UUID], form: DecisionForm, error: Invalid
) -> Response[Any]:
    actor = http.actor_of(request)
    said = {k: translate(actor.locale, v, **error.data) for k, v in error.fields.items()}
    case = await queries_case.case(actor, item_id)
    return await _page(request, screens.of_case(case, form.with_errors(said)), status=422)


async def _stale(request: Req, error: Stale, form: DecisionForm | None = None) -> Response[Any]:
    """Show the fresh case under what happened to it, and in it what the moderator had written."""
    fresh: CaseView | None = error.data["item"]
    if fresh is None:
        return await _gone(request, form or DecisionForm(), error)
    form = form or DecisionForm(clause_id=screens.first_clause(fresh))
    case = screens.of_case(
        fresh, msgspec.structs.replace(form, version=0), notice=_said(request, error)
    )
    return await _page(request, case, status=409)


async def _gone(request: Req, form: DecisionForm, error: AppError) -> Response[Any]:
    """Give back what was written in a case that is not, or no longer, the moderator's.

    Errors: the one given, to who has no queue or had written nothing.
    """
    actor = http.actor_of(request)
    if not rules.has_queue(actor) or not (form.text or form.facts):
        raise error
    notice = translate(actor.locale, GONE)
    kept = Kept(notice=notice, text=form.text, facts=form.facts)
    view = await screens.list_screen(actor, position_of(request), kept)
    return http.page(request, PAGE, view, status=error.status, pane="list")


def _said(request: Req, error: Stale) -> str:
    return translate(http.actor_of(request).locale, error.message, **error.data)


async def _page(request: Req, case: CaseScreen, *, status: int = 200) -> Response[Any]:
    view = await screens.detail_screen(http.actor_of(request), position_of(request), case)
    return http.page(request, PAGE, view, status=status, pane="detail")


def _back(request: Req, item_id: FromPath[UUID]) -> Redirect:
    return http.redirect(f"/admin/moderation/{item_id}{position_of(request).tail}")


def position_of(request: Req) -> Position:
    """Return where in the queue the reader stands; what is no list or kind counts for nothing."""
    asked, of = request.query_params.get("list", QueueList.OPEN), request.query_params.get
    return Position(
        which=QueueList(asked) if asked in set(QueueList) else QueueList.OPEN,
        asked=Asked(
            kind=next((kind for kind in ItemKind if kind.value == of("kind")), None),
            place=queries_choices.place_of(of("place")),
            clause=of("clause") or None,
            rule=of("rule") or None,
            q=of("q", ""),
        ),
        after=of("after"),
    )


def _form(fields: dict[str, Any]) -> DecisionForm:
    typed = set(DecisionForm.__struct_fields__) - {"errors", "reasons"}
    return http.convert({name: fields[name] for name in typed if name in fields}, DecisionForm)


def _site(request: Req) -> str:
    site: str = request.app.state.settings.public_url(http.tenant_of(request).host)
    return site


HANDLERS = (
    queue_screen, case_screen, claim, release, hold, hand_over, renew, prepare_letter,
    decide,
)  # fmt: skip
