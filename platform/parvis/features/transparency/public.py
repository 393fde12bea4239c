"""What the public reads of a report: numbers that could point at somebody are left out."""

from collections.abc import Iterable

import msgspec

from parvis.features.transparency.figures import FEWEST, Cell, Figures, NoticeCell


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A number for everybody; None where it is about fewer than five people."""

    code: str
    count: int | None


class PublicFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A published year. None is a number that is not told; nought is told."""

    first: str
    last: str
    approvals: int | None
    reports: int | None
    notices: int | None
    notices_trusted: int | None
    notices_decided: int | None
    notice_minutes: int | None
    notices_by_category: tuple[Shown, ...]
    measures: int | None
    own_initiative: int | None
    detected_by_machine: int | None
    decided_by_machine: int | None
    measure_minutes: int | None
    measures_by_kind: tuple[Shown, ...]
    measures_by_ground: tuple[Shown, ...]
    measures_by_category: tuple[Shown, ...]
    measures_by_source: tuple[Shown, ...]
    appeals: int | None
    appeals_upheld: int | None
    appeals_reversed: int | None
    appeal_minutes: int | None
    warnings: int | None
    restrictions_of_members: int | None
    suspensions_of_notifiers: int | None


def public(figures: Figures) -> PublicFigures:
    """Return a report as it is published, every small number left out."""
    notices, measures, appeals = figures.notices, figures.measures, figures.appeals
    misuse = figures.misuse
    people = sum(cell.people for cell in measures.by_ground)
    total = _plain(measures.total) if people >= FEWEST or not measures.total else None
    return PublicFigures(
        first=figures.first.isoformat(),
        last=figures.last.isoformat(),
        approvals=_plain(figures.approvals),
        reports=_plain(figures.reports),
        notices=_plain(notices.received),
        notices_trusted=_plain(notices.trusted),
        notices_decided=_plain(notices.decided),
        notice_minutes=_among(notices.median_minutes, notices.decided),
        notices_by_category=shown(notices.by_category),
        measures=total,
        own_initiative=_within(measures.own_initiative, total),
        detected_by_machine=_within(measures.detected_by_machine, total),
        decided_by_machine=_within(measures.decided_by_machine, total),
        measure_minutes=measures.median_minutes if total else None,
        measures_by_kind=shown(measures.by_kind),
        measures_by_ground=shown(measures.by_ground),
        measures_by_category=shown(measures.by_category),
        measures_by_source=shown(measures.by_source),
        appeals=_plain(appeals.received),
        appeals_upheld=_within(appeals.upheld, _plain(appeals.received)),
        appeals_reversed=_within(appeals.reversed, _plain(appeals.received)),
        appeal_minutes=_among(appeals.median_minutes, appeals.upheld + appeals.reversed),
        warnings=_plain(misuse.warnings),
        restrictions_of_members=_plain(misuse.read_only + misuse.suspensions),
        suspensions_of_notifiers=_plain(misuse.notifier_suspensions),
    )


def shown(cells: Iterable[Cell | NoticeCell]) -> tuple[Shown, ...]:
    """Return a breakdown without its small numbers.

    Where one alone would be left out, the total would tell it: the next smallest goes with it.
    """
    found = list(cells)
    hidden = {cell.code for cell in found if cell.is_small}
    if len(hidden) == 1:
        others = [cell for cell in found if cell.count and cell.code not in hidden]
        hidden |= {min(others, key=lambda cell: cell.count).code} if others else set()
    return tuple(
        Shown(code=cell.code, count=None if cell.code in hidden else cell.count) for cell in found
    )


def _plain(count: int) -> int | None:
    return None if 0 < count < FEWEST else count


def _within(part: int, whole: int | None) -> int | None:
    """Return a part of a number, unless it or what is left of the whole is small."""
    if whole is None or _plain(part) is None or _plain(whole - part) is None:
        return None
    return part


def _among(median: int | None, count: int) -> int | None:
    return median if count >= FEWEST else None
