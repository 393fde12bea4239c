"""Every string of Parvis that is marked for translation, found in templates and in Python."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from parvis.core.templating import PACKAGE, template_folders

# Each function that takes a string to translate, with how many arguments (a locale) come before.
MARKERS = {"N_": 0, "_": 0, "ngettext": 0, "translate": 1, "ntranslate": 1}
_TEXT = r'"((?:[^"\\]|\\.)*)"'
_SINGLE = re.compile(rf"(?<![\w.])_\(\s*{_TEXT}")
_PLURAL = re.compile(rf"ngettext\(\s*{_TEXT}\s*,\s*{_TEXT}")


def marked() -> dict[str, Path]:
    """Return each marked string and one file it stands in."""
    found: dict[str, Path] = {}
    for folder in template_folders():
        for path in folder.rglob("*.*"):
            found |= dict.fromkeys(in_template(path.read_text("utf-8")), path)
    for path in PACKAGE.rglob("*.py"):
        found |= dict.fromkeys(in_python(path.read_text("utf-8")), path)
    return found


def in_template(source: str) -> Iterator[str]:
    without_comments = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    for match in _SINGLE.finditer(without_comments):
        yield match[1].replace('\\"', '"')
    for match in _PLURAL.finditer(without_comments):
        yield match[1]
        yield match[2]


def in_python(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in MARKERS:
            for argument in node.args[MARKERS[_name(node.func)] :]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
