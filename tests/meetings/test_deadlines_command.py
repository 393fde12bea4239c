"""`parvis meeting deadlines`: its JSON, its report, its complaints."""

import argparse
import json

import pytest

from parvis.features.meetings.cli import add_parser


@pytest.fixture
def run(capsys):
    def call(line: str) -> tuple[int, str, str]:
        parser = argparse.ArgumentParser(prog="parvis")
        add_parser(parser.add_subparsers())
        args = parser.parse_args(["meeting", "deadlines", *line.split()])
        status = args.run(args)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return call


def test_json_gives_local_time_utc_last_day_and_trace(run):
    status, out, err = run("--preset fr --date 2026-05-21 --json")
    document = json.loads(out)
    found = {one["id"]: one for one in document["deadlines"]}
    question = found["question"]

    assert (status, err, document["preset"]) == (0, "", "fr")
    assert question["local"] == "2026-05-16T00:00:00+02:00"
    assert question["utc"] == "2026-05-15T22:00:00Z"
    assert question["last_day"] == "2026-05-15"
    assert "R225-84" in question["basis"]
    assert question["trace"][1] == {
        "day": "2026-05-20",
        "counted": True,
        "number": 1,
        "why": "business_day",
        "holiday": None,
    }
    assert found["record_date"]["local"] == "2026-05-13T00:00:00+02:00"


def test_json_lists_the_dates_of_every_mode(run):
    _, out, _ = run("--preset de --date 2026-05-12 --json")
    found = {(one["id"], one["mode"]): one for one in json.loads(out)["deadlines"]}

    assert found["statement", "live_only"]["last_day"] == "2026-05-06"
    assert found["question", "prior_mandatory"]["last_day"] == "2026-05-08"
    assert found["answer", "prior_voluntary"]["last_day"] == "2026-05-10"


def test_mode_and_seat_narrow_the_dates(run):
    _, german, _ = run("--preset de --date 2026-05-12 --mode live_only --json")
    _, strasbourg, _ = run("--preset fr --date 2026-04-09 --seat 67 --json")

    assert {one["mode"] for one in json.loads(german)["deadlines"]} == {"live_only"}
    last_days = {one["id"]: one["last_day"] for one in json.loads(strasbourg)["deadlines"]}
    assert last_days["question"] == "2026-04-01"


def test_report_shows_both_clocks_and_why_a_day_was_skipped(run):
    status, out, _ = run("--preset fr --date 2026-04-09 --seat 67")

    assert status == 0
    assert "Wed 2026-04-01 24:00 Europe/Paris  2026-04-01 22:00Z" in out
    assert "Tue 2026-03-31 00:00 Europe/Paris  2026-03-30 22:00Z" in out  # the record date
    assert "-  Fri 2026-04-03  Good Friday" in out
    assert "1-25  Wed 2026-04-08 to Sun 2026-03-15  calendar days" in out


def test_seat_that_changes_nothing_is_said_to_be_unused(run):
    status, out, err = run("--preset de --date 2026-05-12 --seat 67")
    assert status == 0
    assert out
    assert "--seat is not used" in err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--preset frr --date 2026-05-21", '--preset: There is no preset "frr". Did you mean "fr"'),
        ("--preset fr --date 2026-02-30", '--date: "2026-02-30" is not a date'),
        ("--preset fr --date 20260521", '--date: "20260521" is not a date'),
        ("--preset fr --date 1750-01-01", "--date: Dates can be computed"),
        ("--preset fr --date 2026-05-21 --seat 99", '--seat: The seat "99" is not a French'),
        ("--preset de --date 2026-05-12 --mode live", '--mode: The preset "de" has no mode "live"'),
    ],
)
def test_bad_option_is_named_on_stderr_with_status_2(run, line, said):
    status, out, err = run(line)
    assert (status, out) == (2, "")
    assert said in err


def test_missing_option_is_named_with_status_2(run, capsys):
    with pytest.raises(SystemExit) as stopped:
        run("--preset fr")
    assert stopped.value.code == 2
    assert "--date" in capsys.readouterr().err
