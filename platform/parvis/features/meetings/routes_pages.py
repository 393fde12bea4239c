"""Members' pages of a meeting: the questions, asking, one's own, support."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parvis.core import http, i18n
from parvis.core.errors import AppError, Invalid, NotFound
from parvis.core.http import Req
from parvis.core.i18n import N_
from parvis.features.contributions.queries import newest_words
from parvis.features.meetings import rules
from parvis.features.meetings.actions import asking, support
from parvis.features.meetings.actions.asking import Body, NewQuestion, NewSubmission, Title
from parvis.features.meetings.actions.support import Supported
from parvis.features.meetings.admission import Holding
from parvis.features.meetings.queries import meeting as meetings
from parvis.features.meetings.queries import own, questions, story
from parvis.features.meetings.queries.questions import Filter, QuestionPage
from parvis.features.meetings.queries.views import MeetingView
from parvis.features.meetings.rules import WindowClosed
from parvis.features.meetings.tables import Channel
from parvis.features.meetings.verdicts import DELIVERY, verdict_on, verdicts_on
from parvis.features.members.queries import role


class AskForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form's one question; the API takes several."""

    title: Title
    body: Body = ""
    topic: str | None = None
    channel: Channel = Channel.FREE
    holding: Holding | None = None


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the form: nothing, or what was sent and not taken, with why."""

    fields: dict[str, str] = {}
    errors: dict[str, str] = {}
    problem: str = ""


class MeetingPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of a meeting."""

    meeting: MeetingView
    questions: QuestionPage
    filter: Filter
    typed: Typed
    signature: str


@get("/meetings", opt=DELIVERY, include_in_schema=False)
async def all_meetings() -> Redirect:
    """Lead to the meeting that is due: a firm prepares one at a time."""
    slug = await meetings.only_slug()
    if slug is None:
        raise NotFound(N_("No general meeting is announced yet."))
    return http.redirect(f"/meetings/{slug}")


@get("/meetings/{slug:str}", opt=DELIVERY, include_in_schema=False)
async def meeting_page(request: Req, slug: FromPath[str]) -> Response[Any]:
    """Show the questions of a meeting; the further pages of the list alone, to htmx."""
    asked = http.convert(_first_of_each(request), Filter)
    page = await _page(request, slug, asked, Typed())
    more = http.is_htmx(request) and asked.after is not None
    return http.page(request, "meetings/_questions.html" if more else "meetings/meeting.html", page)


def _first_of_each(request: Req) -> dict[str, Any]:
    known = Filter.__struct_fields__
    return {name: value for name, value in request.query_params.items() if name in known and value}


async def _page(request: Req, slug: str, asked: Filter, typed: Typed) -> MeetingPage:
    actor = http.actor_of(request)
    facts, view = await meetings.load(actor, slug)
    listed = await questions.question_list(actor, facts, asked)
    signature = role(actor.capacity, actor.capacity_label, actor.locale) if actor.capacity else ""
    return MeetingPage(
        meeting=view, questions=listed, filter=asked, typed=typed, signature=signature
    )


@post(
    "/meetings/{slug:str}/questions",
    opt={"act": "question.submit"},
    include_in_schema=False,
)
async def ask(request: Req, slug: FromPath[str]) -> Response[Any] | Redirect:
    """Take a question in and show its receipt, or the form again with what was written."""
    actor = http.actor_of(request)
    meeting = await rules.access_meeting(actor, slug)
    fields = await http.form_fields(request)
    try:
        form = http.convert(fields, AskForm)
        given = NewSubmission(
            questions=[NewQuestion(title=form.title, body=form.body, topic=form.topic)],
            channel=form.channel,
            holding=form.holding,
        )
        sent = await asking.submit(
            actor,
            meeting,
            given,
            verdicts_on(request, 1),
        )
    except (Invalid, WindowClosed) as error:
        page = await _page(request, slug, Filter(), typed_again(request, fields, error))
        return http.page(request, "meetings/meeting.html", page, status=error.status)
    return http.redirect(f"/submissions/{sent.submission_id}")


def typed_again(request: Req, fields: dict[str, Any], error: AppError) -> Typed:
    """Return what was written together with what is wrong with it, in the reader's language."""
    locale = http.actor_of(request).locale
    return Typed(
        fields={name: value for name, value in fields.items() if isinstance(value, str)},
        errors={k: i18n.translate(locale, v, **error.data) for k, v in error.fields.items()},
        problem="" if error.fields else i18n.translate(locale, error.message, **error.data),
    )


@get(
    "/meetings/{slug:str}/questions/similar",
    opt={"aside": True} | DELIVERY,
    include_in_schema=False,
)
async def similar(request: Req, slug: FromPath[str], title: FromQuery[str] = "") -> Response[Any]:
    """Show questions like the one being typed."""
    actor = http.actor_of(request)
    meeting = await rules.access_meeting(actor, slug)
    found = await own.similar_questions(actor, meeting, title[:300])
    return http.fragment(request, "meetings/_similar.html", found)


@get("/meetings/{slug:str}/mine", opt=DELIVERY, include_in_schema=False)
async def mine(request: Req, slug: FromPath[str]) -> Response[Any]:
    """Show what the member sent to the meeting, with receipts."""
    actor = http.actor_of(request)
    meeting, view = await meetings.load(actor, slug)
    sent = await own.own_questions(actor, meeting)
    return http.page(request, "meetings/mine.html", sent, meeting=view)


@get("/submissions/{submission_id:uuid}", opt=DELIVERY, include_in_schema=False)
async def receipt(request: Req, submission_id: FromPath[UUID]) -> Response[Any]:
    """Show the receipt of what was sent."""
    view = await own.receipt(http.actor_of(request), submission_id)
    return http.page(request, "meetings/receipt.html", view, errors={})


@get("/questions/{question_id:uuid}", opt=DELIVERY, include_in_schema=False)
async def question(request: Req, question_id: FromPath[UUID]) -> Response[Any]:
    """Show one question, where it stands, its story and its answer."""
    actor = http.actor_of(request)
    found = await rules.access_question(actor, question_id)
    view = await story.question_page(actor, found)
    return http.page(request, "meetings/question.html", view)


@get("/questions/{question_id:uuid}/edit", opt=DELIVERY, include_in_schema=False)
async def edit_form(request: Req, question_id: FromPath[UUID]) -> Response[Any]:
    """Show the author the words of their question to change."""
    found = await rules.access_own_question(http.actor_of(request), question_id)
    words = await newest_words(found.id)
    typed = Typed(fields={"title": words.title, "body": words.body})
    return http.page(request, "meetings/edit.html", found, typed=typed)


@post("/questions/{question_id:uuid}/edit", opt={"act": "question.edit"}, include_in_schema=False)
async def edit(request: Req, question_id: FromPath[UUID]) -> Response[Any] | Redirect:
    """Keep the new words, or show the form again."""
    actor = http.actor_of(request)
    found = await rules.access_own_question(actor, question_id)
    fields = await http.form_fields(request)
    try:
        given = http.convert(fields, NewQuestion)
        await asking.edit(
            actor,
            found,
            given,
            verdict_on(request),
        )
    except Invalid as error:
        typed = typed_again(request, fields, error)
        return http.page(request, "meetings/edit.html", found, status=error.status, typed=typed)
    return http.redirect(f"/questions/{question_id}")


@post(
    "/questions/{question_id:uuid}/withdrawal",
    opt={"act": "question.withdraw"},
    include_in_schema=False,
)
async def withdraw(request: Req, question_id: FromPath[UUID]) -> Redirect:
    """Take one's question back and show what one has sent."""
    actor = http.actor_of(request)
    found = await rules.access_own_question(actor, question_id)
    await asking.withdraw(actor, found)
    return http.redirect(f"/meetings/{found.meeting_slug}/mine")


@post(
    "/questions/{question_id:uuid}/support",
    opt={"act": "question.support"},
    include_in_schema=False,
)
async def add_support(request: Req, question_id: FromPath[UUID]) -> Response[Any] | Redirect:
    """Count the member's support, and show the vote button as it now is."""
    actor = http.actor_of(request)
    found = await rules.access_question(actor, question_id)
    return _voted(request, found.title, await support.add(actor, found))


@post(
    "/questions/{question_id:uuid}/support/removal",
    opt={"act": "question.support"},
    include_in_schema=False,
)
async def remove_support(request: Req, question_id: FromPath[UUID]) -> Response[Any] | Redirect:
    """Take the member's support back, and show the vote button as it now is."""
    actor = http.actor_of(request)
    found = await rules.access_question(actor, question_id)
    return _voted(request, found.title, await support.remove(actor, found))


def _voted(request: Req, title: str, vote: Supported) -> Response[Any] | Redirect:
    if not http.is_htmx(request):
        return http.redirect(f"/questions/{vote.question_id}")
    small = "small" in request.query_params
    return http.fragment(request, "meetings/_vote.html", vote, title=title, small=small)


HANDLERS = (
    all_meetings, meeting_page, ask, similar, mine, receipt, question, edit_form, edit, withdraw,
    add_support, remove_support,
)  # fmt: skip
