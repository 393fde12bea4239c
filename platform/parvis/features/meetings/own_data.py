"""What meetings keep of a member; and which of their questions the law keeps after them."""

from collections.abc import AsyncIterator
from typing import Any

from parvis.core import db
from parvis.core.data_rights import (
    OwnDataAsked,
    OwnDataFile,
    OwnDataSection,
)
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.core.own_data import rows, section
from parvis.features.meetings import states
from parvis.features.meetings.tables import Track

_SUBMISSIONS = """
    SELECT s.id, m.slug AS meeting, s.via, s.sent_at, s.received_at, s.eligibility,
           s.eligibility_note, s.certificate_key IS NOT NULL AS has_certificate, s.receipt
      FROM submission s
      JOIN meeting m ON m.tenant_id = s.tenant_id AND m.id = s.meeting_id
     WHERE s.tenant_id = $1 AND s.member_id = $2 AND s.id > $3 ORDER BY s.id LIMIT $4
"""
_QUESTIONS = """
    SELECT q.id, m.slug AS meeting, q.number, q.topic, q.asked_channel, q.channel,
           q.became_free_because, q.delivery, q.visibility, q.support_count
      FROM question q
      JOIN contribution c ON c.tenant_id = q.tenant_id AND c.id = q.id
      JOIN meeting m ON m.tenant_id = q.tenant_id AND m.id = q.meeting_id
     WHERE q.tenant_id = $1 AND c.author_id = $2 AND q.id > $3 ORDER BY q.id LIMIT $4
"""
_STEPS = """
    SELECT e.id, e.question_id AS question, e.track, e.from_state, e.to_state, e.reason, e.at,
           e.by_member = $2 AS is_own, e.by_rule IS NOT NULL AS is_by_rule
      FROM question_event e
      JOIN contribution c ON c.tenant_id = e.tenant_id AND c.id = e.question_id
     WHERE e.tenant_id = $1 AND c.author_id = $2 AND e.id > $3 ORDER BY e.id LIMIT $4
"""
_SUPPORTS = """
    SELECT s.id, m.slug AS meeting, q.number, s.at
      FROM support s
      JOIN question q ON q.tenant_id = s.tenant_id AND q.id = s.question_id
      JOIN meeting m ON m.tenant_id = q.tenant_id AND m.id = q.meeting_id
     WHERE s.tenant_id = $1 AND s.member_id = $2 AND s.id > $3 ORDER BY s.id LIMIT $4
"""
_ANSWERS = """
    SELECT v.id, v.number, v.body, v.signed_by, v.signed_role, v.created_at
      FROM answer_version v
     WHERE v.tenant_id = $1 AND v.written_by = $2 AND v.id > $3 ORDER BY v.id LIMIT $4
"""
_APPROVALS = """
    SELECT s.id, s.step, s.mandate, s.market_abuse, s.note, s.at FROM answer_step s
     WHERE s.tenant_id = $1 AND s.member_id = $2 AND s.id > $3 ORDER BY s.id LIMIT $4
"""
_CERTIFICATES = """
    SELECT id, certificate_key FROM submission
     WHERE tenant_id = $1 AND member_id = $2 AND certificate_key IS NOT NULL ORDER BY id
"""


async def give(asked: OwnDataAsked) -> None:
    """Append questions and their story, supports, proofs of holding, and answers one wrote."""
    who = asked.member_id
    asked.sections.extend([
        section("submissions", N_("Questions you sent to meetings"), {
            "id": N_("Reference"), "meeting": N_("Meeting"), "via": N_("By"), "sent_at": N_("Sent"),
            "received_at": N_("Received"), "eligibility": N_("Holding"),
            "eligibility_note": N_("Note"), "has_certificate": N_("With a certificate"),
            "receipt": N_("Receipt"),
        }, _SUBMISSIONS, who),
        section("questions", N_("Your questions"), {
            "id": N_("Reference"), "meeting": N_("Meeting"), "number": N_("Number"),
            "topic": N_("Topic"), "asked_channel": N_("Asked as"), "channel": N_("Treated as"),
            "became_free_because": N_("Why"), "delivery": N_("On its way to the board"),
            "visibility": N_("For members"), "support_count": N_("Supports"),
        }, _QUESTIONS, who),
        OwnDataSection(
            name="question_steps",
            title=N_("What happened to your questions"),
            columns={
                "id": N_("Reference"), "question": N_("Question"), "track": N_("Track"),
                "from_state": N_("From"), "to_state": N_("To"), "reason": N_("Why"),
                "at": N_("When"),
            },
            rows=_steps(who),
        ),
        section("supports", N_("Questions you support"), {
            "id": N_("Reference"), "meeting": N_("Meeting"), "number": N_("Number"),
            "at": N_("When"),
        }, _SUPPORTS, who),
        section("answers", N_("Answers you wrote for the firm"), {
            "id": N_("Reference"), "number": N_("Version"), "body": N_("Words"),
            "signed_by": N_("Signed by"), "signed_role": N_("As"), "created_at": N_("Written"),
        }, _ANSWERS, who),
        section("approvals", N_("Your steps in answers"), {
            "id": N_("Reference"), "step": N_("Step"), "mandate": N_("Mandate"),
            "market_abuse": N_("Market abuse"), "note": N_("Note"), "at": N_("When"),
        }, _APPROVALS, who),
    ])  # fmt: skip
    asked.files.extend([file async for file in _files(who)])


async def _steps(member_id: MemberId) -> AsyncIterator[dict[str, Any]]:
    """Yield what an author may know of their questions' way.

    That is what they did or were told, what rules did, and what members see. How staff pass an
    answer to one another, and what they write on it, is the firm's.
    """
    async for row in rows(_STEPS, member_id):
        is_own, is_by_rule = row.pop("is_own"), row.pop("is_by_rule")
        move = states.find(Track(row["track"]), row["from_state"], row["to_state"])
        is_told = is_own or (move is not None and move.tells_author)
        if not is_told:
            row["reason"] = None
        if is_told or is_by_rule or row["track"] == Track.VISIBILITY:
            yield row


async def _files(member_id: MemberId) -> AsyncIterator[OwnDataFile]:
    for row in await certificates(member_id):
        key = row["certificate_key"]
        suffix = key.rsplit(".", 1)[-1]
        yield OwnDataFile(object_name=key, file_name=f"certificate-{row['id']}.{suffix}")


async def certificates(member_id: MemberId) -> list[Any]:
    """Return a member's submissions that have a certificate of registration."""
    return await db.fetch(_CERTIFICATES, member_id)


SUBSCRIPTIONS = ((OwnDataAsked, give),)
