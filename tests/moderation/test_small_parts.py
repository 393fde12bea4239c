"""Working time, passages, sparklines: the pure parts."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.core.tenancy import TenantSettings
from parvis.features.moderation.figures import sparkline
from parvis.features.moderation.passages import paragraphs, passages
from parvis.features.moderation.statement import redress_until
from parvis.features.moderation.working_time import due_at

PARIS = ZoneInfo("Europe/Paris")
# Hypothesis wants its bounds without a zone; the test gives them one.
MOMENTS = (datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2028-01-01"))
SETTINGS = TenantSettings(review_hours=8, working_hours=(9, 18))


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("2026-11-18 09:00", "2026-11-18 17:00"),
        ("2026-11-18 14:00", "2026-11-19 13:00"),
        ("2026-11-18 06:30", "2026-11-18 17:00"),
        ("2026-11-18 23:30", "2026-11-19 17:00"),
        ("2026-11-20 17:00", "2026-11-23 16:00"),  # Friday evening: the weekend does not count
        ("2026-11-21 11:00", "2026-11-23 17:00"),
        ("2026-10-23 17:30", "2026-10-26 16:30"),  # over the end of summer time
        ("2027-03-26 17:30", "2027-03-29 16:30"),  # and over its beginning
    ],
)
def test_working_hours_alone_count(written: str, due: str) -> None:
    since = datetime.fromisoformat(written).replace(tzinfo=PARIS).astimezone(UTC)
    expected = datetime.fromisoformat(due).replace(tzinfo=PARIS)
    assert due_at(SETTINGS, "Europe/Paris", since) == expected


@given(st.datetimes(*MOMENTS), st.integers(1, 240))
def test_a_due_moment_is_in_working_time_and_never_before(at: datetime, hours: int) -> None:
    since = at.replace(tzinfo=UTC)
    settings = TenantSettings(review_hours=hours)
    due = due_at(settings, "Europe/Paris", since).astimezone(PARIS)
    assert due > since
    assert due.weekday() in settings.working_days
    assert 9 <= due.hour + due.minute / 60 <= 18


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-5, 80), st.integers(-5, 80))))
def test_passages_hold_the_whole_text_in_order(text: str, spans: list[tuple[int, int]]) -> None:
    found = passages(text, spans)
    assert "".join(passage.text for passage in found) == text
    marked = {n for start, stop in spans for n in range(max(start, 0), min(stop, len(text)))}
    at = 0
    for passage in found:
        assert {n in marked for n in range(at, at + len(passage.text))} == {passage.is_marked}
        at += len(passage.text)


def test_a_span_over_two_lines_is_marked_in_both() -> None:
    text = "un projet\r\n\r\nde cession"
    lines = [
        [(passage.text, passage.is_marked) for passage in line]
        for line in paragraphs(text, [(3, 15)])
    ]
    assert lines == [[("un ", False), ("projet", True)], [("de", True), (" cession", False)]]


def test_a_sparkline_stays_in_its_box() -> None:
    line = sparkline([0, 5, 3])
    assert line is not None
    assert line.line == "M0.0 25.0L40.0 3.0L80.0 11.8"
    assert sparkline([4]) is None
    flat = sparkline([2, 2])
    assert flat is not None
    assert flat.line == "M0.0 25.0L80.0 25.0"


@pytest.mark.parametrize(
    ("told", "until"),
    [("2026-11-21", "2027-05-21"), ("2026-08-31", "2027-02-28"), ("2027-08-30", "2028-02-29")],
)
def test_six_months_to_contest(told: str, until: str) -> None:
    at = datetime.fromisoformat(told).replace(tzinfo=UTC)
    assert redress_until(at) == datetime.fromisoformat(until).replace(tzinfo=UTC)
