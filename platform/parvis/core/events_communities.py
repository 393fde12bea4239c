"""News of communities: who asks to come in, and who no longer does."""

from uuid import UUID

from parvis.core.events import Event
from parvis.core.ids import CommunityId, MemberId


class RequestMade(Event, frozen=True, kw_only=True):
    """Somebody asked to join a community, and waits."""

    request_id: UUID
    community_id: CommunityId
    member_id: MemberId


class RequestEnded(Event, frozen=True, kw_only=True):
    """A request to join needs no decision any more: taken back, or come in by another way."""

    request_id: UUID
