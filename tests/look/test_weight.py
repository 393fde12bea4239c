"""What a first visit downloads stays within the budget: 100 kB."""

import gzip
import re

import pytest

from parvis.core import assets, theming

KIB = 1024
SCRIPTS = (
    "vendor/htmx.org/htmx.min.js",
    "vendor/htmx.org/hx-csp.min.js",
    "vendor/htmx.org/hx-sse.min.js",
    "parvis.js",
)


def gzipped(path: str) -> int:
    return len(gzip.compress(assets.asset(path).content, 9))


def styles(theme: str) -> int:
    return gzipped("parvis.css") + len(gzip.compress(theming.theme(theme).stylesheet.content, 9))


def fonts(theme: str) -> int:
    faces = theming.FONTS[theming.theme(theme).choices.fonts].faces
    return sum(len(assets.asset(f"fonts/{face.file}").content) for face in faces)


@pytest.mark.parametrize("theme", theming.names())
def test_a_first_visit_is_light(theme: str) -> None:
    scripts, sprite = sum(map(gzipped, SCRIPTS)), gzipped("icons.svg")
    assert styles(theme) <= 12 * KIB
    assert scripts <= 25 * KIB
    assert fonts(theme) <= 45 * KIB
    html = 6 * KIB  # the heaviest page drawn so far is the meeting, 5.5
    assert styles(theme) + scripts + sprite + fonts(theme) + html <= 100 * KIB


def test_our_own_script_is_small() -> None:
    assert gzipped("parvis.js") <= 1.5 * KIB


def test_the_scripts_budgeted_are_those_the_shell_loads() -> None:
    base = (assets.STATIC.parent / "templates" / "base.html").read_text("utf-8")
    assert tuple(re.findall(r'script\("([^"]+)"\)', base)) == SCRIPTS


def test_our_own_script_needs_no_eval_and_writes_no_html() -> None:
    source = re.sub(r"//.*", "", assets.asset("parvis.js").content.decode())
    assert re.findall(r"\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML", source) == []
