"""Each step staff take on a question, once for the page's form and once for the API.

`STEPS` lists them; both handlers are made from one entry, so that they cannot drift apart.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from parvis.core import http
from parvis.core.actor import Actor
from parvis.core.errors import Invalid
from parvis.core.http import Req
from parvis.core.step_up import StepUp
from parvis.features.meetings import rules
from parvis.features.meetings.actions import answering, clusters, holding, publishing, triage
from parvis.features.meetings.facts import QuestionFacts
from parvis.features.meetings.queries import case as cases
from parvis.features.meetings.queries.case import Case
from parvis.features.meetings.routes_pages import typed_again

TAGS = ["meeting administration"]
Action = Callable[[Actor, QuestionFacts, Any], Awaitable[Any]]
Run = Callable[[Req, QuestionFacts, Any], Awaitable[Any]]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Something staff do to a question: where, under which act, with what input."""

    path: str
    operation: str
    act: str
    shape: type[msgspec.Struct]
    summary: str
    run: Run
    step_up: StepUp | None = None

    @property
    def opt(self) -> dict[str, Any]:
        """What the middlewares keep: the act, and a fresh sign-in where the step asks for one."""
        return {"act": self.act} | ({"step_up": self.step_up} if self.step_up else {})


def _plain(action: Action) -> Run:
    async def run(request: Req, question: QuestionFacts, given: Any) -> None:
        await action(http.actor_of(request), question, given)

    return run


async def _publish(request: Req, question: QuestionFacts, given: Any) -> None:
    site: str = request.app.state.settings.public_url(http.tenant_of(request).host)
    await publishing.publish(http.actor_of(request), question, given, site=site)


STEPS = (
    Step(
        path="holding",
        operation="decideHolding",
        act="question.triage",
        shape=holding.HoldingDecision,
        summary="Settle whether the asker's holding is proven.",
        run=_plain(holding.decide_holding),
    ),
    Step(
        path="free-admission",
        operation="admitAsFree",
        act="question.triage",
        shape=holding.Note,
        summary="Take a question without proven holding as a free one.",
        run=_plain(holding.admit_as_free),
    ),
    Step(
        path="routing",
        operation="routeQuestion",
        act="question.triage",
        shape=triage.Routing,
        summary="Hand a question to the experts under a topic.",
        run=_plain(triage.route),
    ),
    Step(
        path="grouping",
        operation="groupQuestion",
        act="question.triage",
        shape=clusters.Grouping,
        summary="Let another question's answer answer this one too.",
        run=_plain(clusters.group),
    ),
    Step(
        path="ungrouping",
        operation="ungroupQuestion",
        act="question.triage",
        shape=holding.Note,
        summary="Give a grouped question its own answer again.",
        run=_plain(clusters.ungroup),
    ),
    Step(
        path="refusal",
        operation="refuseQuestion",
        act="question.triage",
        shape=triage.Refusal,
        summary="Refuse to answer, on a ground the preset knows.",
        run=_plain(triage.refuse),
    ),
    Step(
        path="reservation",
        operation="reserveQuestion",
        act="question.triage",
        shape=holding.Note,
        summary="Keep a question for the meeting itself.",
        run=_plain(triage.reserve),
    ),
    Step(
        path="oral-answer",
        operation="recordOralAnswer",
        act="question.triage",
        shape=holding.Note,
        summary="Record that a question was answered in the meeting.",
        run=_plain(triage.answer_orally),
    ),
    Step(
        path="answer",
        operation="draftAnswer",
        act="answer.draft",
        shape=answering.Draft,
        summary="Keep a new version of the answer; `submit` sends it to legal.",
        run=_plain(answering.draft),
    ),
    Step(
        path="answer/legal-approval",
        operation="approveAnswerInLaw",
        act="answer.approve",
        shape=answering.LegalOutcome,
        summary="Record legal's outcome on a version.",
        run=_plain(answering.approve_legal),
    ),
    Step(
        path="answer/board-approval",
        operation="approveAnswerForBoard",
        act="answer.approve",
        shape=answering.BoardApproval,
        summary="Record the board delegate's approval and mandate.",
        run=_plain(answering.approve_board),
    ),
    Step(
        path="answer/return",
        operation="returnAnswer",
        act="answer.approve",
        shape=answering.Return,
        summary="Send a version back to its drafter, with a note.",
        run=_plain(answering.send_back),
    ),
    Step(
        path="answer/publication",
        operation="publishAnswer",
        act="answer.publish",
        shape=publishing.Publication,
        summary="Put the approved version online.",
        run=_publish,
        step_up=StepUp.PUBLISH,
    ),
)


def _page_of(step: Step) -> HTTPRouteHandler:
    @post(
        f"/admin/questions/{{question_id:uuid}}/{step.path}",
        opt=step.opt,
        include_in_schema=False,
        name=f"{step.operation}Page",
    )
    async def handler(request: Req, question_id: FromPath[UUID]) -> Response[Any] | Redirect:
        actor = http.actor_of(request)
        question = await rules.access_staff_question(actor, question_id)
        fields = await http.form_fields(request)
        try:
            await step.run(request, question, http.convert(fields, step.shape))
        except Invalid as error:
            # Every such error comes before the first write, so the transaction is still sound.
            view = await cases.access_and_load(actor, question_id)
            typed = typed_again(request, fields, error)
            return http.page(
                request, "meetings/admin/case.html", view, status=error.status, typed=typed
            )
        return http.redirect(f"/admin/questions/{question_id}")

    return handler


def _api_of(step: Step) -> HTTPRouteHandler:
    shape = step.shape

    @post(
        f"/api/v1/questions/{{question_id:uuid}}/{step.path}",
        opt=step.opt,
        operation_id=step.operation,
        summary=step.summary,
        tags=TAGS,
        status_code=200,
    )
    async def handler(
        request: Req,
        question_id: FromPath[UUID],
        data: JSONBody[shape],  # type: ignore[valid-type]  # known when it runs
    ) -> Case:
        actor = http.actor_of(request)
        question = await rules.access_staff_question(actor, question_id)
        await step.run(request, question, data)
        return await cases.access_and_load(actor, question_id)

    return handler


HANDLERS = (*(_page_of(step) for step in STEPS), *(_api_of(step) for step in STEPS))
