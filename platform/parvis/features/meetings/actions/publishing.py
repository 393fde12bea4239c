"""Putting an answer online: the public page, the record of it, and a notice to each asker."""

from uuid import UUID

import msgspec

from parvis.core import clock, db, events, journal
from parvis.core.actor import Actor
from parvis.core.events import AnswerPublished
from parvis.features.meetings import rules, states
from parvis.features.meetings.actions import clusters, moves, signing
from parvis.features.meetings.actions.signing import AnswerFacts
from parvis.features.meetings.facts import QuestionFacts
from parvis.features.meetings.tables import AnswerState, Delivery


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """Which version goes online."""

    version_id: UUID


class Online(msgspec.Struct, frozen=True, kw_only=True):
    """What is online: an address, and the SHA-256 of the words."""

    url: str
    sha256: str


async def publish(
    actor: Actor, question: QuestionFacts, given: Publication, *, site: str
) -> Online:
    """Make the approved version public, for the question and those grouped under it.

    `site` is the tenant's public address; the answer's own is recorded with it.
    Errors: FourEyes (403), StaleVersion (409), NoSuchMove (409) before all have approved.
    """
    rules.require(actor, states.PUBLISH)
    answer = await signing.require_at(
        actor, question, AnswerState.APPROVED, given.version_id, "published"
    )
    online = Online(
        url=f"{site}/meetings/{question.meeting_slug}/answers#question-{question.number}",
        sha256=await _sha256(given.version_id),
    )
    await signing.sign(actor, answer, given.version_id, "published")
    await _put_online(answer, given.version_id, online)
    await journal.record(
        actor,
        "answer.online",
        subject=("answer", answer.id),
        data={"version": given.version_id, "url": online.url, "sha256": online.sha256},
    )
    publisher = moves.by_actor(actor, question)
    await _deliver(question, answer, given.version_id, publisher, online)
    for follower in await clusters.followers(question):
        rule = moves.by_rule("cluster.common_answer")
        await _deliver(follower, answer, given.version_id, rule, online)
    return online


async def _sha256(version_id: UUID) -> str:
    found: str = await db.fetch_value(
        "SELECT sha256 FROM answer_version WHERE tenant_id = $1 AND id = $2", version_id
    )
    return found


async def _put_online(answer: AnswerFacts, version_id: UUID, online: Online) -> None:
    await db.execute(
        "UPDATE answer SET state = 'published', published_version_id = $3, published_at = $4,"
        " first_online_at = COALESCE(first_online_at, $4), url = $5"
        " WHERE tenant_id = $1 AND id = $2",
        answer.id,
        version_id,
        clock.now(),
        online.url,
    )


async def _deliver(
    question: QuestionFacts,
    answer: AnswerFacts,
    version_id: UUID,
    by: moves.Mover,
    online: Online,
) -> None:
    """Move one question to its answer, and tell its asker."""
    to = Delivery.CORRECTED if answer.is_correction else Delivery.PUBLISHED
    await moves.deliver(question, to, by, url=online.url, sha256=online.sha256)
    await events.publish(
        AnswerPublished(
            question_id=question.id,
            answer_id=answer.id,
            version_id=version_id,
            meeting_id=question.meeting_id,
            meeting_slug=question.meeting_slug,
            member_id=question.author_id,
            number=question.number,
            title=question.title,
            url=online.url,
            is_common=question.id != answer.question_id,
            is_correction=answer.is_correction,
        )
    )
