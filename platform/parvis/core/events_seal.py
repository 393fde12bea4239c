"""News of the journal's seal."""

from datetime import date

from parvis.core.events import Event


class JournalBroken(Event, frozen=True, kw_only=True):
    """The daily verification found the tenant's journal other than it was sealed."""

    day: date
    problems: int
