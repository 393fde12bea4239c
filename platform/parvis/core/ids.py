"""Identifiers: UUIDv7 made in Python, so that order of id is order of time."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import NewType
from uuid import UUID

from parvis.core import clock

TenantId = NewType("TenantId", UUID)
MemberId = NewType("MemberId", UUID)
SessionId = NewType("SessionId", UUID)
TokenId = NewType("TokenId", UUID)
ConnectionId = NewType("ConnectionId", UUID)
CommunityId = NewType("CommunityId", UUID)
ContributionId = NewType("ContributionId", UUID)
RevisionId = NewType("RevisionId", UUID)
MeetingId = NewType("MeetingId", UUID)
QuestionId = NewType("QuestionId", UUID)
AnswerId = NewType("AnswerId", UUID)
ReviewItemId = NewType("ReviewItemId", UUID)
DecisionId = NewType("DecisionId", UUID)
CharterVersionId = NewType("CharterVersionId", UUID)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def new_id() -> UUID:
    """Return a fresh UUIDv7 stamped with `clock.now()`, ordered to the quarter of a microsecond.

    RFC 9562 §6.2, method 3: the twelve bits after the version hold the fraction of the
    millisecond, so that what one request makes one after the other sorts in that order. The
    libraries stamp with the machine's clock only, which tests and seeds could not move.
    """
    milliseconds, micros = divmod((clock.now() - EPOCH) // MICROSECOND, 1000)
    fraction = micros * 4096 // 1000
    bits = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=bits)


def first_id_of(moment: datetime) -> UUID:
    """Return an id below all that are made from this moment on: ids are in order of time."""
    milliseconds = (moment - EPOCH) // MICROSECOND // 1000
    return UUID(int=milliseconds << 80)
