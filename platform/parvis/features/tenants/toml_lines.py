"""Where each key of a TOML text is written: tomllib tells values, not lines."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from typing import Any

KeyPath = tuple[str | int, ...]


def line_index(text: str) -> dict[KeyPath, int]:
    """Return the line (from 1) of every key and array item of a TOML text that parses.

    A value that runs over several lines counts as standing on its first.
    """
    index: dict[KeyPath, int] = {(): 1}
    lines = text.split("\n")
    tables: Counter[KeyPath] = Counter()
    base: KeyPath = ()
    position = 0
    while position < len(lines):
        start = position
        parsed, position = _statement(lines, start)
        if lines[start].lstrip().startswith("["):
            is_array = lines[start].lstrip().startswith("[[")
            base = _open_table(_spine(parsed), tables, is_array=is_array)
            index.setdefault(base, start + 1)
        else:
            _note(parsed, base, start + 1, index)
    return index


def line_of(path: KeyPath, index: dict[KeyPath, int]) -> int:
    """Return the line of `path`, or of the nearest table around it."""
    while path not in index:
        path = path[:-1]
    return index[path]


def syntax_error_line(error: tomllib.TOMLDecodeError) -> int:
    """Return the line that a parser's message names; the message is all that 3.11 offers."""
    found = re.search(r"line (\d+)", str(error))
    return int(found[1]) if found else 1


def _statement(lines: list[str], start: int) -> tuple[dict[str, Any], int]:
    """Parse the statement that begins at `start`; return it and the position after it."""
    end = start + 1
    while True:
        try:
            return tomllib.loads("\n".join(lines[start:end])), end
        except tomllib.TOMLDecodeError:
            if end >= len(lines):
                raise
            end += 1  # a string or an array that goes on


def _spine(parsed: Any) -> list[str]:
    """Return the keys of a lone table header, outermost first."""
    keys: list[str] = []
    while parsed:
        parsed = parsed[0] if isinstance(parsed, list) else parsed
        if not parsed:
            break
        key, parsed = next(iter(parsed.items()))
        keys.append(key)
    return keys


def _open_table(keys: list[str], tables: Counter[KeyPath], *, is_array: bool) -> KeyPath:
    """Return the full path of a header, with the positions of the arrays it stands in."""
    path: KeyPath = ()
    for place, key in enumerate(keys, 1):
        path = (*path, key)
        if place == len(keys) and is_array:
            tables[path] += 1
        if tables[path]:
            path = (*path, tables[path] - 1)
    return path


def _note(value: Any, path: KeyPath, line: int, index: dict[KeyPath, int]) -> None:
    index.setdefault(path, line)
    inner: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, item in inner:
        _note(item, (*path, key), line, index)
