"""The receipt of a submission: a digest over what was sent, by whom, when, and nothing readable."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from uuid import UUID

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """One question in a receipt: its number, and the commitment to its words."""

    number: int
    digest: str


def seal(
    meeting_id: UUID,
    member_id: UUID,
    sent_at: dt.datetime,
    received_at: dt.datetime,
    entries: Iterable[Entry],
) -> str:
    """Return the SHA-256 of the submission in one canonical form, as 64 hex digits.

    The words are in it by their commitments only, so it can be shown to anyone and outlives
    their erasure.
    """
    document = {
        "meeting": meeting_id,
        "member": member_id,
        "questions": list(entries),
        "received_at": received_at.astimezone(dt.UTC),
        "sent_at": sent_at.astimezone(dt.UTC),
    }
    return hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()
