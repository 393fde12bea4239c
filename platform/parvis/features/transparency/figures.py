"""What a report counts. Every number comes from decisions, notices and appeals as they stand."""

from datetime import date

import msgspec

FEWEST = 5


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """How many decisions carry a code, and how many people those are about."""

    code: str
    count: int
    people: int = 0

    @property
    def is_small(self) -> bool:
        """Whether the number could point at somebody: it is about fewer than five people."""
        return self.count > 0 and min(self.count, self.people) < FEWEST


class NoticeCell(msgspec.Struct, frozen=True, kw_only=True):
    """Notices of one category: how many, how many of trusted flaggers, what became of them."""

    code: str
    count: int
    people: int
    trusted: int
    decided: int
    by_law: int
    by_charter: int
    median_minutes: int | None

    @property
    def is_small(self) -> bool:
        return self.count > 0 and min(self.count, self.people) < FEWEST


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """Notices of illegal content (art. 15(1)(b)); none is ever decided by a machine alone."""

    received: int
    trusted: int
    decided: int
    by_law: int
    by_charter: int
    by_machine: int
    median_minutes: int | None
    by_category: tuple[NoticeCell, ...]


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """Restrictions, by every code the law wants them told apart by (art. 15(1)(c))."""

    total: int
    own_initiative: int
    reversed: int
    detected_by_machine: int
    decided_by_machine: int
    median_minutes: int | None
    by_kind: tuple[Cell, ...]
    by_ground: tuple[Cell, ...]
    by_category: tuple[Cell, ...]
    by_source: tuple[Cell, ...]


class Appeals(msgspec.Struct, frozen=True, kw_only=True):
    """Complaints (art. 15(1)(d)): by whom, how they ended, how long that took."""

    received: int
    by_members: int
    by_notifiers: int
    upheld: int
    reversed: int
    withdrawn: int
    median_minutes: int | None

    @property
    def reversal_percent(self) -> int | None:
        """How many of a hundred appeals changed the decision; None while none was decided."""
        decided = self.upheld + self.reversed
        return round(100 * self.reversed / decided) if decided else None


class Misuse(msgspec.Struct, frozen=True, kw_only=True):
    """Warnings and suspensions (art. 24(1)(b)): of members, of who sends unfounded notices."""

    warnings: int
    read_only: int
    suspensions: int
    notifier_warnings: int
    notifier_suspensions: int
    unfounded_notices: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One report."""

    first: date
    last: date
    decisions: int
    approvals: int
    reports: int
    notices: Notices
    measures: Measures
    appeals: Appeals
    misuse: Misuse
