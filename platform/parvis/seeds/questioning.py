"""The way of one question: asked, read, supported, routed, answered by four people."""

import datetime as dt
from functools import partial
from uuid import UUID

from parvis.core import db
from parvis.core.ids import MeetingId, QuestionId
from parvis.core.permissions import Permission
from parvis.features.meetings import rules
from parvis.features.meetings.actions import (
    answering,
    asking,
    clusters,
    publishing,
    support,
    triage,
)
from parvis.features.meetings.actions import (
    holding as holdings,
)
from parvis.features.meetings.actions.answering import BoardApproval, Draft, LegalOutcome
from parvis.features.meetings.actions.asking import NewQuestion, NewSubmission
from parvis.features.meetings.actions.clusters import Grouping
from parvis.features.meetings.actions.holding import HoldingDecision, Note
from parvis.features.meetings.actions.publishing import Publication
from parvis.features.meetings.actions.triage import Routing
from parvis.features.meetings.admission import Holding
from parvis.features.meetings.facts import QuestionFacts
from parvis.features.meetings.tables import Channel, Delivery
from parvis.features.moderation import actions as review
from parvis.features.moderation.actions import SeenInput
from parvis.features.moderation.actions_decide import DecideInput, decide
from parvis.features.moderation.tables import Action
from parvis.seeds.cast import Cast, SeedError
from parvis.seeds.content import Question, Words
from parvis.seeds.timeline import Act, Timeline

# Hours after sending at which each step of a question's way is taken.
READ, PROVEN, GROUPED, ROUTED = 3.0, 7.0, 20.0, 26.0
SUPPORTED_FROM, WITHDRAWN = 4.0, 30.0
# Hours before publication at which an answer's steps are taken; from now where it is not out yet.
DRAFTED, LEGAL, BOARD = 40.0, 16.0, 5.0
UNREAD = ("pending", "held")
UNPROVEN = ("curable", "free")
UNSETTLED = (Delivery.ELIGIBILITY_PENDING, Delivery.CURABLE)
WRITTEN = ("drafting", "legal", "board", "answered")


class Questioning:
    """The questions of one meeting."""

    def __init__(
        self, cast: Cast, timeline: Timeline, words: Words, meeting_id: MeetingId, site: str
    ) -> None:
        self._cast = cast
        self._timeline = timeline
        self._words = words
        self._meeting_id = meeting_id
        self._site = site
        self._heads: dict[str, int] = {}

    def plan(self, question: Question, sent_at: dt.datetime) -> None:
        self._timeline.plan(sent_at, partial(self._ask, question, sent_at))

    async def _ask(self, question: Question, sent_at: dt.datetime) -> None:
        actor = self._cast.actor(question.by)
        fields = {"title": question.title, "body": question.body.strip()}
        place = frozenset({"meeting"})
        verdict = await self._cast.judged(question.by, "question.submit", fields, place)
        holding: Holding = "bearer" if question.fate in UNPROVEN else "registered"
        submission = NewSubmission(
            questions=[NewQuestion(**fields, topic=question.topic)],
            channel=Channel(question.channel),
            holding=holding,
        )
        meeting = await rules.meeting_by_id(self._meeting_id)
        sent = await asking.submit(actor, meeting, submission, [verdict])
        asked = sent.questions[0]
        if question.cluster:
            self._heads.setdefault(question.cluster, asked.number)
        self._plan_way(question, asked, sent_at)

    def _plan_way(self, question: Question, asked: QuestionFacts, sent_at: dt.datetime) -> None:
        def step(hours: float, act: Act) -> None:
            self._timeline.plan(sent_at + dt.timedelta(hours=hours), act)

        if question.fate not in UNREAD:
            step(READ, partial(self._read, question, asked.id))
        if question.fate == "withdrawn":
            step(WITHDRAWN, partial(self._withdraw, question, asked.id))
        if asked.delivery in UNSETTLED and question.fate != "curable":
            step(PROVEN, partial(self._settle_holding, question, asked.id))
        if question.cluster and self._heads[question.cluster] != asked.number:
            step(GROUPED, partial(self._group, question.cluster, asked.id))
        elif question.fate in ("routed", *WRITTEN):
            step(ROUTED, partial(self._route, question, asked.id))
        elif question.fate in ("oral", "told"):
            step(ROUTED, partial(self._reserve, question, asked.id))
        if question.answer:
            self._plan_answer(question, asked.id, sent_at)
        self._plan_support(question, asked.id, sent_at)

    def _plan_support(self, question: Question, asked: QuestionId, sent_at: dt.datetime) -> None:
        """Spread support between the reading of a question and its answer, or now."""
        first = sent_at + dt.timedelta(hours=SUPPORTED_FROM)
        last = self._timeline.ago(question.answered or 0) - dt.timedelta(hours=2)
        voters = self._cast.others(question.by)[: question.support]
        for n, key in enumerate(voters):
            moment = first + (last - first) * (n / max(1, len(voters)))
            self._timeline.plan(moment, partial(self._support, key, asked))

    def _plan_answer(self, question: Question, asked: QuestionId, sent_at: dt.datetime) -> None:
        online = self._timeline.ago(question.answered or 0)
        routed = sent_at + dt.timedelta(hours=ROUTED + 1)
        self._timeline.plan(
            max(routed, online - dt.timedelta(hours=DRAFTED)), partial(self._draft, question, asked)
        )
        steps: tuple[tuple[str, float, Act], ...] = (
            ("board", LEGAL, partial(self._approve_legal, asked)),
            ("answered", BOARD, partial(self._approve_board, asked)),
            ("answered", 0.0, partial(self._publish, asked)),
        )
        for fate, hours, act in steps:
            if WRITTEN.index(question.fate) >= WRITTEN.index(fate):
                self._timeline.plan(online - dt.timedelta(hours=hours), act)

    async def _read(self, question: Question, asked: QuestionId) -> None:
        """Let a moderator take the question from the queue and decide."""
        moderator = self._cast.holder_of(Permission.REVIEW_DECIDE)
        item = await db.fetch_row(
            "SELECT id, version FROM review_item WHERE tenant_id = $1 AND contribution_id = $2"
            " AND status = 'open'",
            asked,
        )
        if item is None:  # this tenant's charter lets questions through at once
            return
        claimed = await review.claim(moderator, item["id"], SeenInput(version=item["version"]))
        is_refused = question.fate == "refused"
        given = DecideInput(
            version=claimed.version,
            action=Action.REFUSE if is_refused else Action.PUBLISH,
            clause_id=question.clause,
            facts=question.facts,
            text=question.letter,
        )
        await decide(moderator, claimed.id, given, site=self._site)

    async def _support(self, key: str, asked: QuestionId) -> None:
        question = await self._found(asked)
        actor = self._cast.actor(key)
        if rules.can_support(actor, question):
            await support.add(actor, question)

    async def _withdraw(self, question: Question, asked: QuestionId) -> None:
        await asking.withdraw(self._cast.actor(question.by), await self._found(asked))

    async def _settle_holding(self, question: Question, asked: QuestionId) -> None:
        """Let the secretary find the asker in the register, or not."""
        secretary = self._cast.holder_of(Permission.QUESTION_TRIAGE)
        if question.fate != "free" or question.reason is None:
            given = HoldingDecision(outcome="eligible", reason=self._words.proven)
            await holdings.decide_holding(secretary, await self._found(asked), given)
            return
        given = HoldingDecision(outcome="ineligible", reason=question.reason)
        await holdings.decide_holding(secretary, await self._found(asked), given)
        note = Note(reason=question.reason)
        await holdings.admit_as_free(secretary, await self._found(asked), note)

    async def _group(self, cluster: str, asked: QuestionId) -> None:
        secretary = self._cast.holder_of(Permission.QUESTION_TRIAGE)
        head = Grouping(head=self._heads[cluster])
        await clusters.group(secretary, await self._found(asked), head)

    async def _route(self, question: Question, asked: QuestionId) -> None:
        secretary = self._cast.holder_of(Permission.QUESTION_TRIAGE)
        await triage.route(secretary, await self._found(asked), Routing(topic=question.topic))

    async def _reserve(self, question: Question, asked: QuestionId) -> None:
        secretary = self._cast.holder_of(Permission.QUESTION_TRIAGE)
        note = Note(reason=self._words.reserved)
        await triage.reserve(secretary, await self._found(asked), note)
        if question.fate == "told" and question.reason:
            meeting = await rules.meeting_by_id(self._meeting_id)
            told = partial(self._tell, asked, question.reason)
            self._timeline.plan(meeting.starts_at + dt.timedelta(hours=1), told)

    async def _tell(self, asked: QuestionId, reason: str) -> None:
        secretary = self._cast.holder_of(Permission.QUESTION_TRIAGE)
        await triage.answer_orally(secretary, await self._found(asked), Note(reason=reason))

    async def _draft(self, question: Question, asked: QuestionId) -> None:
        if question.expert is None or question.answer is None:
            raise SeedError(f"an answer without its expert: {question.title}")
        expert = self._cast.actor(question.expert)
        given = Draft(
            body=question.answer.strip(),
            signed_by=expert.name,
            signed_role=expert.capacity_label or "",
            submit=question.fate != "drafting",
        )
        await answering.draft(expert, await self._found(asked), given)

    async def _approve_legal(self, asked: QuestionId) -> None:
        lawyer = self._cast.holder_of(Permission.ANSWER_APPROVE_LEGAL)
        given = LegalOutcome(version_id=await _version(asked), market_abuse="not_inside")
        await answering.approve_legal(lawyer, await self._found(asked), given)

    async def _approve_board(self, asked: QuestionId) -> None:
        delegate = self._cast.holder_of(Permission.ANSWER_APPROVE_BOARD)
        given = BoardApproval(version_id=await _version(asked), mandate=self._words.mandate)
        await answering.approve_board(delegate, await self._found(asked), given)

    async def _publish(self, asked: QuestionId) -> None:
        publisher = self._cast.holder_of(Permission.ANSWER_PUBLISH)
        given = Publication(version_id=await _version(asked))
        await publishing.publish(publisher, await self._found(asked), given, site=self._site)

    async def _found(self, asked: QuestionId) -> QuestionFacts:
        question = await rules.find_question(asked)
        if question is None:
            raise SeedError(f"question {asked} is gone")
        return question


async def _version(asked: QuestionId) -> UUID:
    """Return the newest wording of a question's answer."""
    found: UUID = await db.fetch_value(
        "SELECT current_version_id FROM answer WHERE tenant_id = $1 AND question_id = $2", asked
    )
    return found
