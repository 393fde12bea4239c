"""`parvis charter judge`: the verdict of a file on a text, without a database."""

import argparse
import io
import json
from pathlib import Path

import pytest

from parvis.features.charter.cli import add_parser
from tests.charter.examples import HEAD, clause

ORVANCE = Path(__file__).resolve().parents[2] / "tenants/banque-orvance/charter.toml"


def run(*arguments):
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    args = parser.parse_args(["charter", "judge", *arguments])
    return args.run(args)


def judge(capsys, text, *more, file=ORVANCE, act="post.publish"):
    status = run("--charter", str(file), "--act", act, "--text", text, "--json", *more)
    assert status == 0
    return json.loads(capsys.readouterr().out)


def test_json_has_effect_and_causes_with_clause_rule_effect_and_span(capsys):
    text = "Ce projet de cession est idiot"
    assert judge(capsys, text) == {
        "effect": "refuse",
        "causes": [
            {"clause": "respect", "rule": "insults", "effect": "refuse", "span": [25, 30]},
            {"clause": "no-rumour", "rule": "rumours", "effect": "hold", "span": [3, 20]},
        ],
    }


def test_nothing_to_say_is_allow_without_causes(capsys):
    assert judge(capsys, "Bonjour à tous") == {"effect": "allow", "causes": []}


def test_a_cause_about_the_whole_act_spans_the_whole_text(capsys):
    found = judge(capsys, "Pourquoi ?", act="question.submit")
    assert found["effect"] == "hold"
    assert found["causes"][0]["span"] == [0, 10]


def test_roles_decide_what_is_permitted(capsys):
    assert judge(capsys, "", act="community.create")["effect"] == "refuse"
    by_admin = judge(capsys, "", "--as", "admin", act="community.create")
    assert by_admin["effect"] == "allow"
    to_client = judge(capsys, "x", "--as", "client", "--to", "client", act="message.send")
    assert to_client["effect"] == "refuse"


def test_without_json_the_verdict_is_readable(capsys):
    assert run("--charter", str(ORVANCE), "--act", "post.publish", "--text", "une rumeur") == 0
    out = capsys.readouterr().out
    assert out.startswith("HOLD\n")
    assert "no-rumour / rumours" in out
    assert "“rumeur”" in out


def test_text_may_come_from_a_file_or_stdin(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.stdin", io.StringIO("une rumeur"))
    assert run("--charter", str(ORVANCE), "--act", "post.publish", "--text-file", "-") == 0
    assert capsys.readouterr().out.startswith("HOLD")
    missing = str(tmp_path / "none.txt")
    assert run("--charter", str(ORVANCE), "--act", "post.publish", "--text-file", missing) == 2


def test_a_broken_charter_is_status_2_with_file_line_and_reason(capsys, tmp_path):
    file = tmp_path / "charter.toml"
    file.write_text(HEAD + clause('kind = "terms"\neffect = "hold"\npatterns.fr = [\'(\']'))
    assert run("--charter", str(file), "--act", "post.publish", "--text", "x") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"{file}:16: ")
    assert "invalid regular expression" in captured.err


@pytest.mark.parametrize("act", ["post.publsh", ""])
def test_an_unknown_act_is_status_2(capsys, act):
    assert run("--charter", str(ORVANCE), "--act", act, "--text", "x") == 2
    assert "there is no act" in capsys.readouterr().err


# --- what rules of time, files and pace need ----------------------------------------------------

TIMES = """
[[clause.rule]]
kind = "window"
id = "quiet"
opens = "results-h1 - 15 days"
closes = "results-h1"
mode = "read_only"
acts = ["post.publish"]

[[clause.rule]]
kind = "pace"
acts = ["comment.publish"]
most = 2
per = "1 hour"

[[clause.rule]]
kind = "attachments"
acts = ["profile.edit"]
types = ["image/*"]
"""


@pytest.fixture
def times(tmp_path):
    file = tmp_path / "charter.toml"
    file.write_text(ORVANCE.read_text("utf-8") + TIMES, "utf-8")
    return file


@pytest.mark.parametrize(
    ("at", "effect"),
    [("2027-07-13T07:29", "allow"), ("2027-07-13T07:30", "refuse"), ("2027-07-28T07:30", "allow")],
)
def test_a_window_is_tried_at_any_moment(capsys, times, at, effect):
    more = ("--at", at, "--event", "results-h1=2027-07-28T07:30")
    found = judge(capsys, "Bonjour", *more, file=times)
    assert found["effect"] == effect
    if effect == "refuse":
        assert found["causes"][0]["next_at"] == "2027-07-28T05:30:00Z"
    assert judge(capsys, "Bonjour", "--at", at, file=times)["effect"] == "allow"


@pytest.mark.parametrize(("count", "effect"), [("1", "allow"), ("2", "refuse")])
def test_a_pace_is_tried_with_a_number_of_acts(capsys, times, count, effect):
    found = judge(capsys, "Bonjour", "--count", count, act="comment.publish", file=times)
    assert found["effect"] == effect


def test_a_file_is_tried_by_its_bytes(capsys, times, tmp_path):
    picture, program = tmp_path / "a.txt", tmp_path / "b.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    program.write_bytes(b"MZ\x90\0" + b"\0" * 60)
    for path, effect in ((picture, "allow"), (program, "refuse")):
        found = judge(capsys, "", "--file", str(path), act="profile.edit", file=times)
        assert found["effect"] == effect


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--at", "demain"), "is no moment"),
        (("--event", "results-h1=soon"), "is no moment"),
        (("--file", "/nowhere.png"), "cannot be read"),
        (("--count", "-1"), "from 0 to"),
        (("--timezone", "Europe/Pari"), 'did you mean "Europe/Paris"?'),
    ],
)
def test_what_cannot_be_tried_is_told(capsys, times, more, says):
    arguments = ("--charter", str(times), "--act", "post.publish", "--text", "x")
    assert run(*arguments, *more) == 2
    assert says in capsys.readouterr().err
