"""Asking: one submission of one to ten questions, each on its two tracks from the first moment."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid
from parvis.core.i18n import N_
from parvis.core.ids import QuestionId
from parvis.features.charter.verdict import Verdict
from parvis.features.contributions import actions as contributions
from parvis.features.contributions.actions import Written
from parvis.features.meetings import admission, receipts, rules
from parvis.features.meetings.actions import clusters, moves
from parvis.features.meetings.admission import Admission, Holding
from parvis.features.meetings.facts import MeetingFacts, QuestionFacts
from parvis.features.meetings.tables import Channel, Delivery, Visibility

MOST_QUESTIONS = 10
Title = Annotated[str, Meta(min_length=1, max_length=160)]
Body = Annotated[str, Meta(max_length=5000)]


class NewQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One question: a sentence, and what may be needed to understand it, in Markdown."""

    title: Title
    body: Body = ""
    topic: str | None = None


class NewSubmission(msgspec.Struct, frozen=True, kw_only=True):
    """Up to ten questions sent at once. `holding` matters for written questions only."""

    # A list, because Litestar describes a bounded tuple as "either this or anything".
    questions: Annotated[list[NewQuestion], Meta(min_length=1, max_length=MOST_QUESTIONS)]
    channel: Channel = Channel.FREE
    holding: Holding | None = None


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a submission became."""

    submission_id: UUID
    questions: tuple[QuestionFacts, ...]


async def submit(
    actor: Actor,
    meeting: MeetingFacts,
    given: NewSubmission,
    verdicts: Sequence[Verdict],
) -> Sent:
    """Take questions in: delivered at once, shown as the charter's verdict on each allows.

    `verdicts` holds one verdict a question, in order.
    Errors: WindowClosed (409); Invalid for an unknown topic or a missing kind of holding.
    """
    now = clock.now()
    rules.require_open(meeting)
    _require_sound(meeting, given.questions)
    if given.channel is Channel.STATUTORY and meeting.takes_statutory(now) and not given.holding:
        raise Invalid(fields={"holding": N_("Please say how you hold your shares.")})
    admitted = admission.admit(meeting, actor, given.channel, given.holding, now)
    written = [
        await contributions.write(
            actor,
            kind="question",
            place_id=meeting.id,
            title=question.title,
            body=question.body,
            verdict=verdict,
        )
        for question, verdict in zip(given.questions, verdicts, strict=True)
    ]
    sent = await _keep(actor, meeting, given, admitted=admitted, written=written)
    return Sent(
        submission_id=sent.submission_id,
        questions=tuple(
            [
                await _start(actor, question, admitted, words)
                for question, words in zip(sent.questions, written, strict=True)
            ]
        ),
    )


def _require_sound(meeting: MeetingFacts, questions: Sequence[NewQuestion]) -> None:
    if any(not question.title.strip() for question in questions):
        raise Invalid(fields={"title": N_("Please fill this in.")})
    known = {topic.slug for topic in meeting.topics}
    if any(question.topic is not None and question.topic not in known for question in questions):
        raise Invalid(fields={"topic": N_("Please choose one of the topics.")})


async def _keep(
    actor: Actor,
    meeting: MeetingFacts,
    given: NewSubmission,
    *,
    admitted: Admission,
    written: Sequence[Written],
) -> Sent:
    """Insert the submission with its receipt, and its questions as drafts nobody sees."""
    numbers = await _take_numbers(meeting, len(written))
    entries = [
        receipts.Entry(number, digest)
        for number, digest in zip(numbers, await _digests(written), strict=True)
    ]
    submission_id = await _insert_submission(actor, meeting, admitted, entries)
    questions = tuple(
        QuestionFacts(
            id=QuestionId(words.id),
            meeting_id=meeting.id,
            meeting_slug=meeting.slug,
            submission_id=submission_id,
            author_id=actor.require_member(),
            number=number,
            title=asked.title,
            topic=asked.topic,
            channel=admitted.channel,
            asked_channel=given.channel,
            delivery=Delivery.DRAFT,
            visibility=Visibility.PRIVATE,
            support_count=0,
            cluster_id=None,
        )
        for number, asked, words in zip(numbers, given.questions, written, strict=True)
    )
    for question in questions:
        await _insert(question, admitted)
    return Sent(submission_id=submission_id, questions=questions)


async def _take_numbers(meeting: MeetingFacts, many: int) -> range:
    """Return `many` numbers that no other submission gets."""
    last: int = await db.fetch_value(
        "UPDATE meeting SET question_count = question_count + $3"
        " WHERE tenant_id = $1 AND id = $2 RETURNING question_count",
        meeting.id,
        many,
    )
    return range(last - many + 1, last + 1)


async def _digests(written: Sequence[Written]) -> list[str]:
    rows = await db.fetch(
        "SELECT id, digest FROM revision WHERE tenant_id = $1 AND id = ANY($2)",
        [words.revision_id for words in written],
    )
    by_id = {row["id"]: row["digest"] for row in rows}
    return [by_id[words.revision_id] for words in written]


async def _insert_submission(
    actor: Actor, meeting: MeetingFacts, admitted: Admission, entries: Sequence[receipts.Entry]
) -> UUID:
    member_id, now = actor.require_member(), clock.now()
    receipt = receipts.seal(meeting.id, member_id, now, now, entries)
    submission_id = await db.insert(
        "submission",
        meeting_id=meeting.id,
        member_id=member_id,
        via="platform",
        sent_at=now,
        received_at=now,
        eligibility=admitted.eligibility,
        eligibility_note=admitted.eligibility_note,
        receipt=receipt,
    )
    await journal.record(
        actor,
        "question.submitted",
        subject=("submission", submission_id),
        data={"meeting": meeting.id, "receipt": receipt, "questions": entries},
    )
    return submission_id


async def _insert(question: QuestionFacts, admitted: Admission) -> None:
    await db.insert(
        "question",
        id=question.id,
        meeting_id=question.meeting_id,
        submission_id=question.submission_id,
        number=question.number,
        topic=question.topic,
        channel=question.channel,
        asked_channel=question.asked_channel,
        became_free_because=admitted.became_free_because,
        delivery=question.delivery,
        visibility=question.visibility,
    )


async def _start(
    actor: Actor, question: QuestionFacts, admitted: Admission, words: Written
) -> QuestionFacts:
    """Put a new question on its tracks: delivery by the rules, visibility by the verdict."""
    question = await moves.deliver(question, Delivery.SUBMITTED, moves.by_actor(actor, question))
    for step in admitted.steps:
        question = await moves.deliver(question, step.to, moves.by_rule(step.rule), step.reason)
    return await moves.show(
        question,
        Visibility.VISIBLE if words.is_live else Visibility.PENDING,
        moves.by_rule("charter.verdict"),
    )


async def edit(
    actor: Actor,
    question: QuestionFacts,
    given: NewQuestion,
    verdict: Verdict,
) -> Written:
    """Keep a new wording; what was sent stays, and stays receipted.

    Errors: Conflict once an answer is in the making, unless a moderator asked for the change.
    """
    if not rules.can_edit(actor, question):
        raise Conflict(N_("This question is being answered: its words can no longer change."))
    written = await contributions.revise(
        actor, question.id, title=given.title, body=given.body, verdict=verdict
    )
    if question.visibility == Visibility.HELD:
        shown = Visibility.VISIBLE if written.is_live else Visibility.PENDING
        await moves.show(question, shown, moves.by_rule("charter.verdict"))
    return written


async def withdraw(actor: Actor, question: QuestionFacts) -> None:
    """Take one's own question back, from the board and from sight: two moves by its author.

    Errors: Conflict once its answer is approved.
    """
    if not rules.can_withdraw(actor, question):
        raise Conflict(N_("This question can no longer be withdrawn: its answer is approved."))
    author = moves.by_actor(actor, question)
    await clusters.dissolve(question, "cluster.head_withdrawn")
    question = await moves.deliver(question, Delivery.WITHDRAWN, author)
    await moves.show(question, Visibility.ARCHIVED, author)
    await contributions.withdraw(actor, question.id)
