"""When a member is forgotten: what the law keeps of their questions, and what becomes of the rest.

A written question put to a general meeting by right, and any question the firm has answered, is
part of the meeting's record (French commercial code, L225-108): nullity may be pleaded for two
years, and the firm must show what it was asked. It stays in its words, under no name. Everything
else goes.
"""

from parvis.core import db, tenancy
from parvis.core.actor import Actor
from parvis.core.data_rights import (
    ErasureWeighed,
    MemberErased,
    Proof,
)
from parvis.core.i18n import N_
from parvis.core.ids import ContributionId, MemberId
from parvis.features.meetings import own_data, rules, states
from parvis.features.meetings.actions import clusters, moves
from parvis.features.meetings.facts import QuestionFacts, question_of
from parvis.features.meetings.tables import Delivery, Track, Visibility

_ANSWERED = frozenset(
    {Delivery.BOARD_REVIEW, Delivery.PUBLISHED, Delivery.CORRECTED, Delivery.ANSWERED_ORALLY}
)
_NEVER_PUT = frozenset({Delivery.DRAFT, Delivery.WITHDRAWN, Delivery.INELIGIBLE})
_OWN = f"{rules.QUESTION} AND c.author_id = $2 ORDER BY q.id"
_ELIGIBLE = """
    SELECT id FROM submission
     WHERE tenant_id = $1 AND member_id = $2 AND eligibility = 'eligible'
"""
_SIGNED = "SELECT count(*) FROM answer_version WHERE tenant_id = $1 AND written_by = $2"
_RECEIPTS = "SELECT count(*) FROM submission WHERE tenant_id = $1 AND member_id = $2"


async def weigh(event: ErasureWeighed) -> None:
    """Keep the questions that are part of a meeting's record; say so, and what else stays."""
    kept = [ContributionId(question.id) for question in await _on_record(event.member_id)]
    event.kept.extend(kept)
    proofs = (
        (
            len(kept),
            N_("Questions to a general meeting that are on its record ({n})"),
            N_(
                "Written questions put by right, and questions that were answered, prove what the "
                "company was asked. Their words stay, under no name."
            ),
        ),
        (
            await db.fetch_value(_RECEIPTS, event.member_id),
            N_("Receipts of what you sent to meetings ({n})"),
            N_("They prove when something was sent, by its digest. Certificates are deleted."),
        ),
        (
            await db.fetch_value(_SIGNED, event.member_id),
            N_("Answers you wrote for the firm ({n})"),
            N_("They are the firm’s own acts, signed as published."),
        ),
    )
    for count, what, why in proofs:
        if count:
            event.proofs.append(Proof(what=what, why=why, count=count))


async def _on_record(member_id: MemberId) -> list[QuestionFacts]:
    eligible = {row["id"] for row in await db.fetch(_ELIGIBLE, member_id)}
    return [
        question
        for question in await _own(member_id)
        if question.delivery in _ANSWERED
        or (
            question.channel == "statutory"
            and question.submission_id in eligible
            and question.delivery not in _NEVER_PUT
        )
    ]


async def _own(member_id: MemberId) -> list[QuestionFacts]:
    return [question_of(row) for row in await db.fetch(_OWN, member_id)]


async def let_go(event: MemberErased) -> None:
    """Take every other question back, from the board and from sight; supports and certificates go.

    Supports stay counted: how many stood behind a question is part of the record, who is not.
    """
    tenant = await tenancy.current_tenant()
    author = Actor(tenant=tenant, locale=tenant.locales[0], member_id=event.member_id)
    for question in await _own(event.member_id):
        if question.id not in event.kept:
            await _take_back(author, question)
    for row in await own_data.certificates(event.member_id):
        event.objects.append(row["certificate_key"])
    await db.execute(
        "UPDATE submission SET certificate_key = NULL WHERE tenant_id = $1 AND member_id = $2",
        event.member_id,
    )
    await db.execute("DELETE FROM support WHERE tenant_id = $1 AND member_id = $2", event.member_id)


async def _take_back(author: Actor, question: QuestionFacts) -> None:
    mover = moves.by_actor(author, question)
    if states.find(Track.DELIVERY, question.delivery, Delivery.WITHDRAWN):
        await clusters.dissolve(question, "cluster.head_withdrawn")
        question = await moves.deliver(question, Delivery.WITHDRAWN, mover)
    if states.find(Track.VISIBILITY, question.visibility, Visibility.ARCHIVED):
        await moves.show(question, Visibility.ARCHIVED, mover)


SUBSCRIPTIONS = (
    (ErasureWeighed, weigh),
    (MemberErased, let_go),
)
