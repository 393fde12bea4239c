"""Where keys stand in a TOML text: brackets and line ends in strings and comments are neither."""

import time

import pytest

from parvis.features.tenants.toml_lines import line_index

HARD = [
    ('a = """x\n[y]\n"""""\nb = 1\n', {("a",): 1, ("b",): 4}),
    ("a = '''\n'x' ''y'''''\n[[t]]\nb = { c = 1 }\n", {("t", 0): 3, ("t", 0, "b", "c"): 4}),
    ('a = [\n 1, # ]\n "]", \n]\nb = 2\n', {("a",): 1, ("b",): 5}),
    ('a = "\\"[" # {\n["b]c"]\ne = 1', {("b]c", "e"): 3}),
    ("b = [[1,\n2],[3]]\nc = 'q\"' # [\nd = 1\n", {("c",): 3, ("d",): 4}),
]


@pytest.mark.parametrize(("text", "expected"), HARD)
def test_strings_and_comments_hide_what_ends_a_statement(text, expected):
    found = line_index(text)
    assert {path: found[path] for path in expected} == expected


def test_a_long_list_is_read_once():
    text = "words = [\n" + '    "rumeur",\n' * 20_000 + "]\nlast = 1\n"
    began = time.process_time()
    assert line_index(text)["last",] == 20_003
    # Reading it anew for each of its lines took an hour.
    assert time.process_time() - began < 3
