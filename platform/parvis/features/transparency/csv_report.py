"""The report as a CSV file in the order of the harmonised template (Reg. (EU) 2024/2835).

One line an indicator: section of the template, category, indicator, scope, value. UTF-8 and
RFC 4180, as the regulation asks. Exact numbers: this is what the law has the firm report.
"""

import csv
import io
from collections.abc import Iterator

from parvis.core.tenancy import Tenant
from parvis.features.transparency.figures import Figures, NoticeCell

HEAD = (
    "section", "service", "period_start", "period_end", "category", "indicator", "scope", "value",
)  # fmt: skip
Line = tuple[str, str, str, str, int | str]


def written(tenant: Tenant, figures: Figures) -> str:
    """Return the file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    first, last = figures.first.isoformat(), figures.last.isoformat()
    for section, category, indicator, scope, value in _lines(figures):
        service = _plain(tenant.space)
        writer.writerow((section, service, first, last, category, indicator, scope, value))
    return out.getvalue()


def _lines(figures: Figures) -> Iterator[Line]:
    # Orders of authorities are served on the firm, not here: the firm fills them in.
    yield "3_member_states_orders", "", "orders_received", "outside this software", ""
    yield from _notices(figures)
    yield from _own_initiative(figures)
    yield from _appeals(figures)
    yield from _machines(figures)


def _notices(figures: Figures) -> Iterator[Line]:
    section, total = "4_notices", figures.notices
    yield section, "TOTAL", "notices_received", "all", total.received
    yield section, "TOTAL", "notices_received", "trusted_flaggers", total.trusted
    yield section, "TOTAL", "actions_taken", "on_the_basis_of_the_law", total.by_law
    yield section, "TOTAL", "actions_taken", "on_the_basis_of_terms", total.by_charter
    yield section, "TOTAL", "notices_processed", "solely_by_automated_means", total.by_machine
    yield section, "TOTAL", "median_time_to_take_action", "minutes", _or_blank(total.median_minutes)
    for cell in total.by_category:
        yield from _notice(section, cell)


def _notice(section: str, cell: NoticeCell) -> Iterator[Line]:
    yield section, cell.code, "notices_received", "all", cell.count
    yield section, cell.code, "notices_received", "trusted_flaggers", cell.trusted
    yield section, cell.code, "actions_taken", "on_the_basis_of_the_law", cell.by_law
    yield section, cell.code, "actions_taken", "on_the_basis_of_terms", cell.by_charter
    minutes = _or_blank(cell.median_minutes)
    yield section, cell.code, "median_time_to_take_action", "minutes", minutes


def _own_initiative(figures: Figures) -> Iterator[Line]:
    section, measures = "5_6_own_initiative", figures.measures
    yield section, "TOTAL", "measures", "all_sources", measures.total
    yield section, "TOTAL", "measures", "own_initiative", measures.own_initiative
    minutes = _or_blank(measures.median_minutes)
    yield section, "TOTAL", "median_time_to_take_action", "minutes", minutes
    for indicator, cells in (
        ("type_of_restriction", measures.by_kind),
        ("ground", measures.by_ground),
        ("source", measures.by_source),
    ):
        for cell in cells:
            yield section, "TOTAL", indicator, cell.code, cell.count
    for cell in measures.by_category:
        yield section, cell.code, "measures", "all_sources", cell.count


def _appeals(figures: Figures) -> Iterator[Line]:
    section, appeals, misuse = "7_appeals_and_recidivism", figures.appeals, figures.misuse
    yield section, "", "complaints_received", "all", appeals.received
    yield section, "", "complaints_received", "recipients_restricted", appeals.by_members
    yield section, "", "complaints_received", "notifiers", appeals.by_notifiers
    yield section, "", "decisions_upheld", "", appeals.upheld
    yield section, "", "decisions_reversed", "", appeals.reversed
    yield section, "", "complaints_withdrawn", "", appeals.withdrawn
    yield section, "", "median_time", "minutes", _or_blank(appeals.median_minutes)
    yield section, "", "out_of_court_disputes", "outside this software", ""
    yield section, "", "suspensions", "manifestly_illegal_content", misuse.suspensions
    yield section, "", "suspensions", "manifestly_unfounded_notices", misuse.notifier_suspensions


def _machines(figures: Figures) -> Iterator[Line]:
    section, measures = "8_automated_means", figures.measures
    yield section, "", "measures", "detected_by_automated_means", measures.detected_by_machine
    yield section, "", "measures", "decided_by_automated_means", measures.decided_by_machine


def _plain(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _or_blank(value: int | None) -> int | str:
    return "" if value is None else value
