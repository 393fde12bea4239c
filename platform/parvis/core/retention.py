"""What features hear when something has been kept as long as the charter says."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core.events import Event


class RetentionDue(Event, frozen=True, kw_only=True):
    """What is of class `name` and older than `before` goes now, `most` rows of it at most.

    The feature that keeps it takes it away and appends how many rows went. What concerns
    `members` or `contributions` stays: a legal hold protects them.
    """

    name: str
    before: datetime
    most: int
    members: tuple[UUID, ...] = ()
    contributions: tuple[UUID, ...] = ()
    gone: list[int] = msgspec.field(default_factory=list)
