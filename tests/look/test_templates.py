"""Every template compiles, has a title, and keeps the strict policy's and the house's rules."""

import re
from pathlib import Path

import pytest

from parvis.core import templating
from parvis.core.templating import template_folders

TEMPLATES = {
    path.relative_to(folder).as_posix(): path
    for folder in template_folders()
    for path in sorted(folder.rglob("*.*"))
}
PAGES = {name: path for name, path in TEMPLATES.items() if name.endswith(".html")}
BASES = {"base.html", "admin_base.html", "door_base.html", "public_base.html", "mail/base.html"}
FORBIDDEN_MARKUP = {
    "an inline style": re.compile(r"<style|\sstyle="),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+=", re.IGNORECASE),
    "htmx written by hand": re.compile(r"\shx-(?!ignore|headers:inherited|nonce=\"x\")[a-z]"),
    "an address of another site": re.compile(r"(?:src|href|action)=\"(?:https?:)?//"),
}
MARKED_SAFE = re.compile(r"\|\s*safe\b|autoescape")
SYNTAX = re.compile(r"{%.*?%}|{#.*?#}", re.DOTALL)
EXPRESSION = re.compile(r"{{.*?}}", re.DOTALL)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_compiles(name: str) -> None:
    templating.environment(templating.BASE_THEME).undeclared_variables_in_template(name)


@pytest.mark.parametrize("name", sorted(set(PAGES) - BASES))
def test_a_page_has_a_title(name: str) -> None:
    source = PAGES[name].read_text("utf-8")
    if re.search(r"{%-? extends ", source):
        assert re.search(r"{%-? block title -?%}\s*\S", source), "the title block is missing"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_keeps_the_policy(name: str) -> None:
    assert broken(PAGES[name].read_text("utf-8")) == []


def test_names_that_a_template_extends_or_includes_exist() -> None:
    named = re.compile(r"{%-? (?:extends|include|import|from) \"([^\"]+)\"")
    asked = {
        (n, m) for n, path in TEMPLATES.items() for m in named.findall(path.read_text("utf-8"))
    }
    assert {(name, other) for name, other in asked if other not in TEMPLATES} == set()


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ('<p style="color:red">', "an inline style"),
        ("<script>alert(1)</script>", "an inline script"),
        ('<a onclick="x()">', "an inline script"),
        ("{{ body | safe }}", "text marked safe"),
        ('<p hx-get="/x">', "htmx written by hand"),
        ('<img src="https://elsewhere.example/x.png">', "an address of another site"),
        ('<a href="//{{ host }}/x">', "an address of another site"),
        ('<a href="{% if x %}//elsewhere.example{% endif %}">', "an address of another site"),
    ],
)
def test_the_policy_is_seen_to_be_broken(source: str, rule: str) -> None:
    assert broken(source) == [rule]
    assert broken('<p class="card">{{ body }}</p><script src="{{ x }}"></script>') == []
    assert broken('<a href="{{ path }}/{{ number }}/changes">') == []


def broken(source: str) -> list[str]:
    # An expression stands for something: what it leads to begins with that, not with what follows.
    markup = EXPRESSION.sub("x", SYNTAX.sub("", source))
    found = [rule for rule, pattern in FORBIDDEN_MARKUP.items() if pattern.search(markup)]
    return [*found, "text marked safe"] if MARKED_SAFE.search(source) else found


def test_the_gallery_shows_every_component() -> None:
    components = Path(PAGES["components.html"]).read_text("utf-8")
    parts = re.findall(r"{% macro (\w+)", components)
    helpers = {"place_link", "described", "under", "label_of", "when", "thank", "pave"}
    drawn = PAGES["gallery.html"].read_text("utf-8")
    assert [part for part in parts if part not in helpers and f"ui.{part}(" not in drawn] == []
