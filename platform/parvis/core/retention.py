"""What features hear when something has been kept as long as the charter says."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core.events import Event
from parvis.core.i18n import N_

# The classes a charter may speak of, and what members read about each.
CLASSES: Mapping[str, str] = {
    "charter_drafts": N_("Drafts of the charter that nobody touches"),
    "legal_notices": N_("Who sent a legal notice, once it is decided"),
    "read_notices": N_("Notices you have read"),
    "rehearsals": N_("Rehearsals of the charter"),
    "review_notes": N_("What people wrote when they reported something, once it is decided"),
    "sessions": N_("Sessions that have ended"),
    "sign_ins": N_("The log of sign-ins"),
}


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
