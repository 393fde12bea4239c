"""News between the review queue and those who read of it: moderators' mails, authors' waiting."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from parvis.core.events import Event
from parvis.core.ids import MemberId


class JudgeTold(Event, frozen=True, kw_only=True):
    """Somebody who judges is to be told what waits: `data` counts, and holds no word of anybody.

    `kind` is `review_digest`, `review_overdue` or `review_notice`; the same `dedupe` once.
    """

    member_id: MemberId
    kind: str
    subject_id: UUID
    data: dict[str, Any]
    dedupe: str


class WaitAsked(Event, frozen=True, kw_only=True):
    """An author reads their words that wait: whoever knows the usual time appends it.

    Nothing is appended where fewer than five people's words would tell it.
    """

    kind: str
    usual: list[timedelta]
