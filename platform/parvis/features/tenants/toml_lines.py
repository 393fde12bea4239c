"""Where each key of a TOML text is written: tomllib tells values, not lines."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

KeyPath = tuple[str | int, ...]

# All that tells where a statement ends: strings and comments hide brackets and line ends.
_TOKENS = re.compile(
    r"""
      \"{3} (?: [^"\\] | \\. | "{1,2}(?!") )* "{3,5}
    | '{3} (?: [^'] | '{1,2}(?!') )* '{3,5}
    | " (?: [^"\\\n] | \\. )* "
    | ' [^'\n]* '
    | \# [^\n]*
    | [\[\]{}\n]
    """,
    re.VERBOSE | re.DOTALL,
)


def line_index(text: str) -> dict[KeyPath, int]:
    """Return the line (from 1) of every key and array item of a TOML text that parses.

    A value that runs over several lines counts as standing on its first.
    """
    index: dict[KeyPath, int] = {(): 1}
    tables: Counter[KeyPath] = Counter()
    base: KeyPath = ()
    for line, statement in statements(text):
        parsed = tomllib.loads(statement)
        header = statement.lstrip()
        if header.startswith("["):
            base = _open_table(_spine(parsed), tables, is_array=header.startswith("[["))
            index.setdefault(base, line)
        else:
            _note(parsed, base, line, index)
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


def statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with its first line. One that goes on has a bracket or string open."""
    depth, start, first, line = 0, 0, 1, 1
    for token in _TOKENS.finditer(text):
        found = token[0]
        depth += (found in "[{") - (found in "]}")
        line += found.count("\n")
        if found == "\n" and depth == 0:
            yield first, text[start : token.end()]
            start, first = token.end(), line
    yield first, text[start:]


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
