"""The certificate of registration: the proof of a bearer's holding, kept in object storage."""

import msgspec

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid, NotFound, TooLarge
from parvis.core.i18n import N_
from parvis.core.ids import MeetingId, MemberId, new_id
from parvis.features.meetings import rules
from parvis.features.meetings.actions import moves
from parvis.features.meetings.facts import question_of
from parvis.features.meetings.tables import Delivery
from parvis.integrations.storage import storage

MOST_BYTES = 2 * 1024 * 1024
# What a file is, by its first bytes: its name and declared type are the sender's word only.
_SIGNATURES = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
}


class SubmissionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A submission whose holding is to be proven."""

    id: object
    meeting_id: MeetingId
    member_id: MemberId
    eligibility: str
    certificate_key: str | None


async def access_submission(actor: Actor, submission_id: object) -> SubmissionFacts:
    """Return the actor's own submission, or any one to those who triage. Errors: NotFound."""
    row = await db.fetch_row(
        "SELECT id, meeting_id, member_id, eligibility, certificate_key FROM submission"
        " WHERE tenant_id = $1 AND id = $2",
        submission_id,
    )
    actor.require_member()
    if row is None or not rules.can_see_submission(actor, row["member_id"]):
        raise NotFound
    return SubmissionFacts(**dict(row))


async def upload(actor: Actor, submission_id: object, content: bytes) -> None:
    """Keep the certificate and put the submission's questions before the secretary again.

    Needs: no open transaction; two short ones are opened around the storage, which may be slow.
    Errors: Invalid or TooLarge for the file; Conflict when nothing is missing or it is too late;
    StorageUnavailable (503), nothing kept.
    """
    media_type, suffix = sniff(content)
    tenant_id = actor.tenant.id
    async with db.transaction(tenant_id):
        submission = await access_submission(actor, submission_id)
        await _require_awaited(actor, submission)
    key = f"meetings/{submission.meeting_id}/certificates/{submission.id}/{new_id()}.{suffix}"
    await storage().put(tenant_id, key, content, content_type=media_type)
    try:
        async with db.transaction(tenant_id):
            await _attach(actor, submission_id, key)
    except BaseException:
        await storage().delete(tenant_id, key)
        raise


def sniff(content: bytes) -> tuple[str, str]:
    """Return the media type and suffix of a PDF, PNG or JPEG. Errors: Invalid, TooLarge."""
    if len(content) > MOST_BYTES:
        raise TooLarge(N_("The certificate may be 2 MB at most."))
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            return kind
    raise Invalid(fields={"certificate": N_("Please attach a PDF, PNG or JPEG file.")})


async def _require_awaited(actor: Actor, submission: SubmissionFacts) -> None:
    if submission.member_id != actor.member_id:
        raise NotFound
    if submission.eligibility != "curable":
        raise Conflict(N_("No certificate is awaited for this submission."))
    meeting = await rules.meeting_by_id(submission.meeting_id)
    if clock.now() >= meeting.cure_until:
        raise Conflict(N_("The time to hand in a certificate has passed."))


async def _attach(actor: Actor, submission_id: object, key: str) -> None:
    # Read again: while the file travelled, someone may have decided.
    submission = await access_submission(actor, submission_id)
    await _require_awaited(actor, submission)
    await db.execute(
        "UPDATE submission SET certificate_key = $3, eligibility = 'pending',"
        " eligibility_note = NULL WHERE tenant_id = $1 AND id = $2",
        submission_id,
        key,
    )
    rows = await db.fetch(
        f"{rules.QUESTION} AND q.submission_id = $2 AND q.delivery = 'curable' ORDER BY q.number",
        submission_id,
    )
    for question in map(question_of, rows):
        author = moves.by_actor(actor, question)
        await moves.deliver(question, Delivery.ELIGIBILITY_PENDING, author)
    await journal.record(actor, "evidence.uploaded", subject=("submission", submission_id))
