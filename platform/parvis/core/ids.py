"""Identifiers: UUIDv7 made in Python, so that order of id is order of time."""

from typing import NewType
from uuid import UUID

from uuid_utils.compat import uuid7

from parvis.core import clock

TenantId = NewType("TenantId", UUID)
MemberId = NewType("MemberId", UUID)
SessionId = NewType("SessionId", UUID)
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


def new_id() -> UUID:
    """Return a fresh UUIDv7 stamped with `clock.now()`."""
    moment = clock.now()
    return uuid7(int(moment.timestamp()), moment.microsecond * 1000)
