"""Mistakes in rules about time, files, instruments and keeping: file, line, nearest right key."""

from datetime import UTC, datetime

import pytest

from parvis.features.charter.document import parse
from parvis.features.tenants.problems import TenantFileError
from tests.charter.examples import FILE, HEAD, clause

CALENDAR = {
    "results-h1": datetime(2027, 7, 28, 6, tzinfo=UTC),
    "general-meeting": datetime(2027, 5, 20, 8, tzinfo=UTC),
}
WINDOW = 'kind = "window"\n'
PACE = 'kind = "pace"\nacts = ["post.publish"]\n'
INSTRUMENTS = 'kind = "instruments"\neffect = "hold"\n'
RETENTION = 'kind = "retention"\n'
TERMS = 'kind = "terms"\nid = "quiet"\neffect = "hold"\nwords.fr = ["dividende"]'


def complaints(source, calendar=None):
    with pytest.raises(TenantFileError) as raised:
        parse(source, FILE, calendar)
    return [(problem.line, problem.message) for problem in raised.value.problems]


def line_with(source, piece):
    return next(n for n, line in enumerate(source.split("\n"), 1) if piece in line)


@pytest.mark.parametrize(
    ("rule", "where", "says"),
    [
        (INSTRUMENTS + 'tickerz = ["ORV"]', "tickerz", 'did you mean "tickers"?'),
        (INSTRUMENTS + 'tickers = ["O"]', '"O"', "too short"),
        (INSTRUMENTS + 'tickers = ["O!V"]', "O!V", "matching regex"),
        (INSTRUMENTS + "isin = false", "[[clause.rule]]", 'needs "tickers"'),
        (INSTRUMENTS + "within = -1", "within", ">= 0"),
        (INSTRUMENTS + "within = 1000", "within", "<= 100"),
        (INSTRUMENTS + 'wording.french = ["x"]', "french", "is no language"),
        (INSTRUMENTS + 'wording.fr = ["!!"]', "!!", "no letter or digit"),
        (INSTRUMENTS + 'alone = true\nwording.fr = ["x"]', "wording", '"alone"'),
        ('kind = "attachments"', "[[clause.rule]]", '"types", "max_mb" or "max_files"'),
        ('kind = "attachments"\ntypes = ["image/jpg"]', "jpg", 'did you mean "image/jpeg"?'),
        ('kind = "attachments"\ntypes = ["text/csv"]', "csv", "no type that can be told"),
        ('kind = "attachments"\nmax_mb = 0', "max_mb", "> 0"),
        ('kind = "attachments"\nmax_mb = 4000', "max_mb", "<= 100"),
        ('kind = "attachments"\nmax_files = -1', "max_files", ">= 0"),
        ('kind = "attachments"\nmax_files = 0\nmax_mb = 1', "max_files", "no file may come"),
        ('kind = "attachments"\nmax_size = 3', "max_size", 'did you mean "max_files"?'),
        (PACE, "[[clause.rule]]", '"most" and "per", or "every" alone'),
        (PACE + "most = 3", "[[clause.rule]]", '"most" and "per", or "every" alone'),
        (PACE + 'most = 3\nper = "1 hour"\nevery = "1 hour"', "[[clause.rule]]", '"every" alone'),
        (PACE + 'most = -3\nper = "1 hour"', "most", ">= 1"),
        (PACE + 'most = 100000\nper = "1 hour"', "most", "<= 500"),
        (PACE + 'most = 3\nper = "-1 hour"', "per", "is no period"),
        (PACE + 'most = 3\nper = "0 hours"', "per", "is no period"),
        (PACE + 'every = "2 years"', "every", "31 days at most"),
        (PACE + 'every = "1 heure"', "every", "is no period"),
        (WINDOW + 'closes = 2027-01-02\nmode = "read_only"', "[[clause.rule]]", 'key "opens"'),
        (
            WINDOW + 'opens = "results-h1 -15 days"\ncloses = 2027-01-02\nmode = "read_only"',
            "opens", "is no moment",
        ),
        (
            WINDOW + 'opens = true\ncloses = 2027-01-02\nmode = "read_only"', "opens",
            "is no moment",
        ),
        (
            WINDOW + 'opens = 2027-01-01\ncloses = 2027-01-02\nmode = "readonly"', "mode",
            'did you mean "read_only"?',
        ),
        (
            WINDOW + "opens = 2027-01-01\ncloses = 2027-01-02", "[[clause.rule]]",
            "what does it change",
        ),
        (
            WINDOW + 'opens = 2027-01-02\ncloses = 2027-01-01\nmode = "read_only"', "closes",
            "closes before it opens",
        ),
        (
            WINDOW + 'opens = "a-day"\ncloses = "a-day - 1 hour"\nmode = "read_only"', "closes",
            "closes before it opens",
        ),
        (WINDOW + 'opens = 2027-01-01\ncloses = 2027-01-02\nmode = "open"', "mode", '"acts"'),
        (
            WINDOW + 'opens = 2027-01-01\ncloses = 2027-01-02\nturns_on = ["rules/quite"]',
            "turns_on", 'did you mean "rules/quiet"?',
        ),
        (
            WINDOW + 'opens = 2027-01-01\ncloses = 2027-01-02\nturns_on = ["rules/window"]',
            "turns_on", "which no window switches",
        ),
        (
            WINDOW + 'opens = 2027-01-01\ncloses = 2027-01-02\nturns_on = ["rules/quiet"]\n'
            'turns_off = ["rules/quiet"]',
            "[[clause.rule]]", "on and off by one window",
        ),
        (RETENTION, "[[clause.rule]]", 'needs "keep"'),
        (RETENTION + 'keep.sign_in = "1 year"', "sign_in", 'did you mean "sign_ins"?'),
        (RETENTION + 'keep.sign_ins = "99 years"', "99", "ten years at most"),
        (RETENTION + 'keep.sign_ins = "-1 day"', "-1", "is no period"),
        (RETENTION + 'keep.sign_ins = "1 year"\npeople = ["client"]', "people", 'no "people"'),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_named_with_its_line(rule, where, says):
    # What a window may switch comes after it: the first table of a rule is the wrong one.
    source = HEAD + clause(rule, TERMS)
    (line, message), *_ = complaints(source)
    assert line == line_with(source, where)
    assert says in message


def window(name, opens, closes, more='mode = "premoderate"'):
    moments = [f'"{one}"' if one[0].isalpha() else one for one in (opens, closes)]
    return f'{WINDOW}id = "{name}"\nopens = {moments[0]}\ncloses = {moments[1]}\n{more}'


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (window("a", "2027-01-01", "2027-02-01"), window("b", "2027-01-31", "2027-03-01")),
        (
            window("a", "2027-01-01", "2027-02-01"),
            window(
                "b", "2027-01-31T23:00:00Z", "2027-03-01", 'mode="premoderate"\nacts=["post.*"]'
            ),
        ),
        (
            window("a", "results-h1 - 15 days", "results-h1"),
            window("b", "results-h1 - 1 hour", "results-h1 + 1 day"),
        ),
        (
            window("a", "2027-01-01", "2027-02-01", 'turns_on = ["rules/quiet"]'),
            window("b", "2027-01-15", "2027-02-15", 'turns_off = ["rules/quiet"]'),
        ),
    ],
)
def test_windows_that_do_the_same_may_not_overlap(first, second):
    source = HEAD + clause(first, second, TERMS)
    (line, message), *more = complaints(source)
    assert not more
    assert 'the window "rules/b" overlaps with "rules/a"' in message
    assert line == line_with(source, 'id = "b"') - 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # One begins at the instant at which the other ends.
        (window("a", "2027-01-01", "2027-02-01"), window("b", "2027-02-01", "2027-03-01")),
        (
            window("a", "2027-01-01", "2027-02-01"),
            window("b", "2027-01-15", "2027-03-01", 'mode = "read_only"'),
        ),
        (
            window("a", "2027-01-01", "2027-02-01", 'mode = "read_only"\nplaces = ["meeting"]'),
            window("b", "2027-01-01", "2027-02-01", 'mode = "read_only"\nplaces = ["profile"]'),
        ),
        (
            window("a", "2027-01-01", "2027-02-01", 'mode = "read_only"\nacts = ["post.edit"]'),
            window("b", "2027-01-01", "2027-02-01", 'mode = "read_only"\nacts = ["poll.vote"]'),
        ),
        (
            window("a", "2027-01-01", "2027-02-01", 'mode = "read_only"\npeople = ["client"]'),
            window("b", "2027-01-01", "2027-02-01", 'mode = "read_only"\npeople = ["adviser"]'),
        ),
    ],
)
def test_windows_that_do_other_things_may_overlap(first, second):
    assert parse(HEAD + clause(first, second), FILE)


def test_windows_about_different_events_are_compared_by_the_calendar():
    near = window("a", "results-h1 - 15 days", "results-h1")
    other = window("b", "general-meeting", "general-meeting + 60 days")
    source = HEAD + clause(near, other)
    assert parse(source, FILE)
    (found,) = complaints(source, CALENDAR)
    assert 'the window "rules/b" overlaps with "rules/a"' in found[1]


def test_an_event_that_no_calendar_has_is_told_with_the_nearest():
    source = HEAD + clause(window("a", "result-h1 - 15 days", "results-h1"))
    assert complaints(source, CALENDAR) == [
        (
            line_with(source, "opens"),
            'the calendar has no event "result-h1"; did you mean "results-h1"?',
        )
    ]
    assert parse(source, FILE)  # without a calendar nobody can tell


def test_a_text_of_a_megabyte_in_a_charter_is_told_with_its_line():
    source = HEAD + clause().replace('"Texte"', f'"{"a" * 1_000_000}"')
    (line, message), *_ = complaints(source)
    assert (line, "<= 8000" in message) == (line_with(source, "aaaa"), True)
