"""The JSON API of a meeting for members: everything its pages show and do."""

from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from parvis.core import http
from parvis.core.http import Req
from parvis.features.meetings import rules
from parvis.features.meetings.actions import asking, support
from parvis.features.meetings.actions.asking import NewQuestion, NewSubmission
from parvis.features.meetings.actions.support import Supported
from parvis.features.meetings.queries import meeting as meetings
from parvis.features.meetings.queries import own, questions, story
from parvis.features.meetings.queries.own import OwnQuestions, SimilarQuestions, SubmissionView
from parvis.features.meetings.queries.questions import Filter, QuestionPage, Sort, Tab
from parvis.features.meetings.queries.story import QuestionPage as QuestionStory
from parvis.features.meetings.queries.views import MeetingView
from parvis.features.meetings.verdicts import DELIVERY, verdict_on, verdicts_on

TAGS = ["meetings"]


@get("/api/v1/meetings/{slug:str}", opt=DELIVERY, operation_id="getMeeting", tags=TAGS)
async def get_meeting(request: Req, slug: FromPath[str]) -> MeetingView:
    """Return a meeting with its frozen dates and how they were counted."""
    _, view = await meetings.load(http.actor_of(request), slug, every_trace=True)
    return view


@get("/api/v1/meetings/{slug:str}/questions", operation_id="listQuestions", tags=TAGS)
async def list_questions(
    request: Req,
    slug: FromPath[str],
    *,
    tab: FromQuery[Tab] = "all",
    sort: FromQuery[Sort] = "recent",
    topic: FromQuery[str | None] = None,
    after: FromQuery[str | None] = None,
) -> QuestionPage:
    """Return one page of the questions that the caller sees."""
    actor = http.actor_of(request)
    meeting = await rules.access_meeting(actor, slug)
    asked = Filter(tab=tab, sort=sort, topic=topic, after=after)
    return await questions.question_list(actor, meeting, asked)


@post(
    "/api/v1/meetings/{slug:str}/questions",
    opt={"act": "question.submit"},
    operation_id="submitQuestions",
    tags=TAGS,
)
async def submit_questions(
    request: Req, slug: FromPath[str], data: JSONBody[NewSubmission]
) -> SubmissionView:
    """Take one to ten questions in, and return their receipt."""
    actor = http.actor_of(request)
    meeting = await rules.access_meeting(actor, slug)
    verdicts = verdicts_on(request, len(data.questions))
    sent = await asking.submit(actor, meeting, data, verdicts)
    return await own.receipt(actor, sent.submission_id)


@get(
    "/api/v1/meetings/{slug:str}/questions/similar",
    operation_id="listSimilarQuestions",
    tags=TAGS,
)
async def list_similar(
    request: Req, slug: FromPath[str], title: FromQuery[str]
) -> SimilarQuestions:
    """Return up to three live questions whose titles share the words of `title`.

    Of a longer title, the first 300 characters count.
    """
    actor = http.actor_of(request)
    meeting = await rules.access_meeting(actor, slug)
    return await own.similar_questions(actor, meeting, title[:300])


@get(
    "/api/v1/meetings/{slug:str}/questions/mine",
    opt=DELIVERY,
    operation_id="listOwnQuestions",
    tags=TAGS,
)
async def list_own(request: Req, slug: FromPath[str]) -> OwnQuestions:
    """Return what the caller sent to the meeting, with receipts."""
    actor = http.actor_of(request)
    meeting = await rules.access_meeting(actor, slug)
    return await own.own_questions(actor, meeting)


@get(
    "/api/v1/submissions/{submission_id:uuid}",
    opt=DELIVERY,
    operation_id="getSubmission",
    tags=TAGS,
)
async def get_submission(request: Req, submission_id: FromPath[UUID]) -> SubmissionView:
    """Return the receipt of a submission."""
    return await own.receipt(http.actor_of(request), submission_id)


@get("/api/v1/questions/{question_id:uuid}", opt=DELIVERY, operation_id="getQuestion", tags=TAGS)
async def get_question(request: Req, question_id: FromPath[UUID]) -> QuestionStory:
    """Return a question, where it stands on both tracks, its story and its answer."""
    actor = http.actor_of(request)
    return await story.question_page(actor, await rules.access_question(actor, question_id))


@put(
    "/api/v1/questions/{question_id:uuid}/words",
    opt={"act": "question.edit"},
    operation_id="editQuestion",
    tags=TAGS,
)
async def edit_question(
    request: Req, question_id: FromPath[UUID], data: JSONBody[NewQuestion]
) -> QuestionStory:
    """Keep a new wording of the caller's own question."""
    actor = http.actor_of(request)
    question = await rules.access_own_question(actor, question_id)
    await asking.edit(actor, question, data, verdict_on(request))
    return await story.question_page(actor, await rules.access_question(actor, question_id))


@post(
    "/api/v1/questions/{question_id:uuid}/withdrawal",
    opt={"act": "question.withdraw"},
    operation_id="withdrawQuestion",
    tags=TAGS,
    status_code=200,
)
async def withdraw_question(request: Req, question_id: FromPath[UUID]) -> QuestionStory:
    """Take the caller's own question back."""
    actor = http.actor_of(request)
    await asking.withdraw(actor, await rules.access_own_question(actor, question_id))
    return await story.question_page(actor, await rules.access_question(actor, question_id))


@post(
    "/api/v1/questions/{question_id:uuid}/support",
    opt={"act": "question.support"},
    operation_id="supportQuestion",
    tags=TAGS,
    status_code=200,
)
async def support_question(request: Req, question_id: FromPath[UUID]) -> Supported:
    """Count the caller's support, once."""
    actor = http.actor_of(request)
    return await support.add(actor, await rules.access_question(actor, question_id))


@delete(
    "/api/v1/questions/{question_id:uuid}/support",
    opt={"act": "question.support"},
    operation_id="unsupportQuestion",
    tags=TAGS,
    status_code=200,
)
async def unsupport_question(request: Req, question_id: FromPath[UUID]) -> Supported:
    """Take the caller's support back."""
    actor = http.actor_of(request)
    return await support.remove(actor, await rules.access_question(actor, question_id))


HANDLERS = (
    get_meeting, list_questions, submit_questions, list_similar, list_own, get_submission,
    get_question, edit_question, withdraw_question, support_question, unsupport_question,
)  # fmt: skip
