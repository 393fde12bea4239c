"""The deadline engine, against the calendar of real and planned meetings."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workalendar.europe import France, FranceAlsaceMoselle

from parvis.core.i18n import translate
from parvis.features.meetings import deadlines
from parvis.features.meetings.calendars import UnknownSeat, holiday_name, region_of
from parvis.features.meetings.deadlines import (
    DateOutOfRange,
    Deadline,
    compute_deadlines,
    end_of_day,
    freeze_trace,
    start_of_day,
)
from parvis.features.meetings.notice_date import STRICTER_THAN_LAW, reconcile
from parvis.features.meetings.presets import (
    Count,
    Rule,
    UnknownMode,
    UnknownPreset,
    load_preset,
    preset_ids,
)

PARIS = ZoneInfo("Europe/Paris")
MEETING_DATES = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
FRENCH_SEATS = st.sampled_from([None, "75", "67", "68", "57", "2A", "971", "974"])


def deadline(preset: str, rule: str, date: dt.date, **options: str | None) -> Deadline:
    found = compute_deadlines(load_preset(preset), date, **options)
    return next(one for one in found if one.id == rule)


def counted(one: Deadline) -> list[str]:
    return [f"{day.day:%a} {day.day.day}" for day in one.trace if day.counted]


@pytest.mark.parametrize(
    ("meeting", "seat", "days", "last_day"),
    [
        ("2026-05-21", None, ["Wed 20", "Tue 19", "Mon 18", "Fri 15"], "2026-05-15"),
        ("2026-05-05", None, ["Mon 4", "Thu 30", "Wed 29", "Tue 28"], "2026-04-28"),
        ("2026-04-09", None, ["Wed 8", "Tue 7", "Fri 3", "Thu 2"], "2026-04-02"),
        ("2026-04-09", "67", ["Wed 8", "Tue 7", "Thu 2", "Wed 1"], "2026-04-01"),
        ("2019-05-21", None, ["Mon 20", "Fri 17", "Thu 16", "Wed 15"], "2019-05-15"),
    ],
)
def test_french_written_questions_end_with_the_fourth_business_day_before(
    meeting, seat, days, last_day
):
    found = deadline("fr", "question", dt.date.fromisoformat(meeting), seat=seat)

    assert counted(found) == days
    assert found.last_day.isoformat() == last_day
    midnight = dt.datetime.combine(found.last_day + dt.timedelta(1), dt.time.min, PARIS)
    assert found.utc == midnight
    assert found.local.isoformat() == f"{midnight.date()}T00:00:00+02:00"


def test_question_deadline_of_21_may_2026_is_22_hours_utc_on_the_15th():
    found = deadline("fr", "question", dt.date(2026, 5, 21))
    assert found.utc == dt.datetime(2026, 5, 15, 22, tzinfo=dt.UTC)


def test_trace_tells_each_skipped_day_and_names_the_holiday():
    trace = deadline("fr", "question", dt.date(2026, 5, 21)).trace

    told = [(day.day.day, day.number, day.why) for day in trace]
    assert told == [
        (21, None, "meeting_day"),
        (20, 1, "business_day"),
        (19, 2, "business_day"),
        (18, 3, "business_day"),
        (17, None, "weekend"),
        (16, None, "weekend"),
        (15, 4, "business_day"),
    ]
    ascension = deadline("fr", "record_date", dt.date(2026, 5, 21)).trace[-2]
    assert ascension.why == "holiday"
    assert ascension.holiday == {"en": "Ascension Day", "fr": "Ascension"}


def test_good_friday_is_a_holiday_in_alsace_and_moselle_only():
    good_friday = dt.date(2026, 4, 3)
    seats = {"67": True, "68": True, "57": True, "54": False, "75": False, None: False}
    for seat, is_holiday in seats.items():
        found = holiday_name("fr-legal", region_of("fr-legal", seat), good_friday)
        assert bool(found) is is_holiday, seat


def test_overseas_seat_keeps_the_abolition_of_slavery():
    day = dt.date(2026, 5, 22)
    assert holiday_name("fr-legal", region_of("fr-legal", "972"), day)
    assert not holiday_name("fr-legal", region_of("fr-legal", "75"), day)


@pytest.mark.parametrize(
    ("meeting", "instant"),
    [
        ("2026-05-21", "2026-05-13T00:00:00+02:00"),  # Ascension Day is skipped
        ("2026-02-16", "2026-02-09T00:00:00+01:00"),  # first meeting of the fifth day
        ("2026-02-15", "2026-02-12T00:00:00+01:00"),  # last meeting of the second day
        ("2019-05-21", "2019-05-17T00:00:00+02:00"),
    ],
)
def test_french_record_date_moved_from_the_second_to_the_fifth_business_day(meeting, instant):
    found = deadline("fr", "record_date", dt.date.fromisoformat(meeting))
    assert found.local.isoformat() == instant
    assert found.last_day.isoformat() == instant[:10]


@pytest.mark.parametrize(
    ("rule", "last_day"),
    [
        ("resolutions", "2026-04-26"),
        ("documents", "2026-04-30"),
        ("answer", "2026-05-21"),
        ("video", "2026-06-02"),  # Whit Monday, 25 May, does not count
        ("results", "2026-06-05"),
    ],
)
def test_french_milestones_of_21_may_2026(rule, last_day):
    assert deadline("fr", rule, dt.date(2026, 5, 21)).last_day.isoformat() == last_day


@pytest.mark.parametrize(
    ("rule", "last_day"),
    [
        ("statement", "2026-05-06"),
        ("question", "2026-05-08"),
        ("answer", "2026-05-10"),
        ("statement_publication", "2026-05-07"),
        ("board_report", "2026-05-04"),
        ("q_and_a_online", "2026-05-04"),
        ("registration", "2026-05-05"),
    ],
)
def test_german_period_of_n_days_before_ends_with_day_n_plus_one(rule, last_day):
    found = deadline("de", rule, dt.date(2026, 5, 12), mode="prior_mandatory")

    assert found.last_day.isoformat() == last_day
    midnight = f"{found.last_day + dt.timedelta(1)}T00:00:00+02:00"
    assert found.local.isoformat() == midnight
    assert found.trace[-1].why == "last_day"


def test_german_record_date_names_one_instant_before_and_after_the_change():
    before = deadline("de", "record_date", dt.date(2023, 12, 14))
    after = deadline("de", "record_date", dt.date(2023, 12, 15))
    assert before.local.isoformat() == "2023-11-23T00:00:00+01:00"
    assert after.local.isoformat() == "2023-11-24T00:00:00+01:00"


def test_german_modes_know_different_dates():
    german, meeting = load_preset("de"), dt.date(2026, 5, 12)

    def ids(mode: str) -> set[str]:
        return {one.id for one in compute_deadlines(german, meeting, mode=mode)}

    assert german.default_mode == "prior_voluntary"
    assert "question" not in ids("live_only")
    assert ids("prior_mandatory") - ids("prior_voluntary") == {"board_report"}
    everything = {(one.id, one.mode) for one in compute_deadlines(german, meeting)}
    assert everything == {(one, mode.id) for mode in german.modes for one in ids(mode.id)}


def test_german_holidays_do_not_move_a_date():
    easter_monday = dt.date(2026, 4, 6)
    found = deadline("de", "question", easter_monday + dt.timedelta(4), mode="prior_mandatory")
    assert found.last_day == easter_monday


@pytest.mark.parametrize("name", preset_ids())
def test_every_preset_is_sound(name):
    preset = load_preset(name)
    known = {rule.id for rule in preset.rules}
    modes = {mode.id for mode in preset.modes}

    assert preset.id == name
    assert preset.verified_by
    assert {preset.answer.due, *(channel.deadline for channel in preset.channels)} <= known
    assert preset.opens is None or preset.opens in known
    for rule in preset.rules:
        assert set(rule.modes) <= modes
        assert rule.basis
        ZoneInfo(rule.count.tz)
        for text in (rule.label, rule.condition, rule.note):
            assert text is None or set(text) == {"en", "fr"}
    found = compute_deadlines(preset, dt.date(2026, 5, 21))
    assert len({(one.id, one.mode) for one in found}) == len(found)


def test_refusal_grounds_are_those_of_the_law():
    codes = [one.code for one in load_preset("de").refusals if one.about == "question"]
    assert codes == [f"131.3.{number}" for number in range(1, 8)]
    assert len(load_preset("uk").refusals) == len(load_preset("ie").refusals) == 4


@given(MEETING_DATES, FRENCH_SEATS)
@settings(max_examples=150, deadline=None)
def test_trace_leads_to_the_result(meeting, seat):
    for found in compute_deadlines(load_preset("fr"), meeting, seat=seat):
        numbers = [day.number for day in found.trace if day.counted]
        days = [day.day for day in found.trace]
        step = 1 if found.last_day > meeting else -1

        assert numbers == list(range(1, len(numbers) + 1))
        assert days == [meeting + dt.timedelta(step * n) for n in range(len(days))]
        assert days[-1] == found.last_day
        assert all((day.holiday is not None) == (day.why == "holiday") for day in found.trace)


@given(MEETING_DATES, FRENCH_SEATS)
@settings(max_examples=150, deadline=None)
def test_last_day_of_a_count_of_business_days_is_one(meeting, seat):
    region = region_of("fr-legal", seat)
    for rule in ("question", "free_question"):
        last_day = deadline("fr", rule, meeting, seat=seat).last_day
        assert last_day.isoweekday() <= 5
        assert last_day < meeting
        assert holiday_name("fr-legal", region, last_day) is None


@given(MEETING_DATES, st.integers(-60, 59), st.sampled_from(["calendar_day", "business_day"]))
@settings(max_examples=150, deadline=None)
def test_a_larger_offset_is_a_later_moment_and_never_the_meeting_day(meeting, offset, unit):
    def last_day(days: int) -> dt.date:
        calendar = "fr-legal" if unit == "business_day" else None
        count = Count("meeting_date", days, unit, "end_of_day", "Europe/Paris", calendar)
        return deadlines._count(count, meeting, None)[-1].day

    assert last_day(offset) < last_day(offset + 1)
    assert offset == 0 or last_day(offset) != meeting
    assert abs((last_day(offset) - meeting).days) >= abs(offset)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1)), st.sampled_from(["Europe/Paris"]))
def test_end_of_day_is_the_next_local_midnight(day, tz):
    local = end_of_day(day, tz).astimezone(ZoneInfo(tz))
    assert (local.date(), local.time()) == (day + dt.timedelta(1), dt.time.min)


@pytest.mark.parametrize(
    ("day", "tz", "utc"),
    [
        (dt.date(2026, 3, 28), "Europe/Paris", "2026-03-28T23:00:00+00:00"),
        (dt.date(2026, 3, 29), "Europe/Paris", "2026-03-29T22:00:00+00:00"),
        (dt.date(2026, 10, 24), "Europe/Paris", "2026-10-24T22:00:00+00:00"),
        (dt.date(2026, 10, 25), "Europe/Paris", "2026-10-25T23:00:00+00:00"),
        # Clocks jump over midnight in Santiago: the day ends when they do.
        (dt.date(2026, 9, 5), "America/Santiago", "2026-09-06T04:00:00+00:00"),
    ],
)
def test_days_end_right_when_the_clocks_change(day, tz, utc):
    assert end_of_day(day, tz).isoformat() == utc
    assert end_of_day(day, tz) == start_of_day(day + dt.timedelta(1), tz)


@pytest.mark.parametrize(
    ("seat", "oracle"),
    [(None, France()), ("67", FranceAlsaceMoselle()), ("57", FranceAlsaceMoselle())],
)
@pytest.mark.parametrize("year", range(2019, 2036))
def test_holidays_agree_with_workalendar(seat, oracle, year):
    region = region_of("fr-legal", seat)
    days = [dt.date(year, 1, 1) + dt.timedelta(n) for n in range(365)]
    ours = {day for day in days if holiday_name("fr-legal", region, day)}
    theirs = {day for day, _ in oracle.holidays(year)}
    assert ours == {day for day in theirs if day in set(days)}


def test_frozen_trace_carries_the_versions():
    found = deadline("fr", "question", dt.date(2026, 5, 21))
    frozen = freeze_trace(found)
    assert frozen.days == found.trace
    assert frozen.rules_version == load_preset("fr").rules_version
    assert frozen.holidays_version


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: load_preset("frr"), UnknownPreset, 'Did you mean "fr"?'),
        (lambda: load_preset("../fr"), UnknownPreset, "There is no preset"),
        (lambda: region_of("fr-legal", "99"), UnknownSeat, "67"),
        (lambda: region_of("uk-bank", "PARIS"), UnknownSeat, "SCT"),
        (lambda: load_preset("de").require_mode("x"), UnknownMode, "live_only"),
        (
            lambda: compute_deadlines(load_preset("de"), dt.date(2100, 1, 1)),
            DateOutOfRange,
            "from 2000 to 2099",
        ),
    ],
)
def test_bad_input_is_named(call, error, said):
    with pytest.raises(error) as caught:
        call()
    assert said in translate("en", caught.value.message, **caught.value.data)


def test_rule_in_force_between_two_dates_includes_both():
    record_dates = [rule for rule in load_preset("fr").rules if rule.id == "record_date"]

    def in_force(day: dt.date) -> list[Rule]:
        return [rule for rule in record_dates if rule.holds_on(day)]

    assert [len(in_force(dt.date(2026, 2, day))) for day in (14, 15, 16, 17)] == [1, 1, 1, 1]
    assert in_force(dt.date(2026, 2, 15)) != in_force(dt.date(2026, 2, 16))
    assert in_force(dt.date(2014, 12, 31)) == []


def test_notice_stricter_than_the_law_warns_and_accepts_until_the_legal_date():
    legal = deadline("fr", "question", dt.date(2026, 5, 21)).utc
    notice = end_of_day(dt.date(2026, 5, 14), "Europe/Paris")

    stricter, kinder, silent = (
        reconcile(legal, notice),
        reconcile(legal, legal + dt.timedelta(1)),
        reconcile(legal, None),
    )

    assert (stricter.announced, stricter.accept_until) == (notice, legal)
    assert stricter.warning == STRICTER_THAN_LAW
    assert (kinder.accept_until, kinder.warning) == (legal + dt.timedelta(1), None)
    assert (silent.announced, silent.accept_until, silent.warning) == (legal, legal, None)
