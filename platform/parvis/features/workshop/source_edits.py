"""Changes to the text of a charter that leave everything else in it as its author wrote it.

What the text says already is changed in place by tomlkit; what is new, moved or gone is whole
lines. Comments, order and the way strings are written survive both.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal

import msgspec
import tomlkit
from tomlkit.items import Item

from parvis.features.charter.verdict import Texts
from parvis.features.tenants.toml_lines import KeyPath, line_index, statements

MOST_CHARACTERS = 256_000
CLAUSES = "clause"


class ClauseTexts(msgspec.Struct, frozen=True, kw_only=True):
    """What members read of a clause, by language."""

    title: Texts
    text: Texts
    law: Texts = {}


class VersionChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What a new version says of itself: its section [version]."""

    change: Literal["material", "editorial"]
    grace_days: int = 0
    note: Texts = {}
    effective_on: date | None = None


def normal(source: str) -> str:
    """Return a text as charters are kept: one kind of line end, and one at its end."""
    return source.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"


def with_version(source: str, given: VersionChoices) -> str:
    """Return the charter with this section [version]; it has one already."""
    keys: dict[str, Any] = {"change": given.change}
    keys["grace_days"] = given.grace_days or None
    keys["effective_on"] = given.effective_on
    keys["note"] = _without_empty(given.note)
    return _with_keys(source, ("version",), keys)


def with_clause(source: str, clause_id: str, given: ClauseTexts) -> str:
    """Return the charter with other words in one of its clauses."""
    path = (CLAUSES, _number(source, clause_id))
    texts = {"title": given.title, "text": given.text, "law": given.law}
    return _with_keys(source, path, {key: _without_empty(texts[key]) for key in texts})


def with_new_clause(source: str, clause_id: str, given: ClauseTexts) -> str:
    """Return the charter with one more clause behind its last."""
    lines = [f"[[{CLAUSES}]]", f"id = {_toml(clause_id)}"]
    lines += [
        f"{key}.{locale} = {_toml(text)}"
        for key in ("title", "text", "law")
        for locale, text in getattr(given, key).items()
        if text
    ]
    block = "\n".join(lines) + "\n"
    blocks = _blocks(source)
    end = blocks[-1][1] if blocks else len(source)
    return normal(f"{source[:end].rstrip()}\n\n{block}\n{source[end:]}")


def without_clause(source: str, clause_id: str) -> str:
    """Return the charter without one of its clauses."""
    start, end = _blocks(source)[_number(source, clause_id)]
    return normal(source[:start] + source[end:])


def moved(source: str, clause_id: str, by: Literal[-1, 1]) -> str:
    """Return the charter with a clause one place up or down; unchanged where there is none."""
    number, blocks = _number(source, clause_id), _blocks(source)
    other = number + by
    if not 0 <= other < len(blocks):
        return source
    first, second = sorted((number, other))
    (start, middle), (_, end) = blocks[first], blocks[second]
    upper, lower = source[start:middle].rstrip(), source[middle:end].rstrip()
    return normal(f"{source[:start]}{lower}\n\n{upper}\n\n{source[end:]}")


def _with_keys(source: str, table: KeyPath, keys: Mapping[str, Any]) -> str:
    document = tomlkit.parse(source)
    inside: Any = document
    for part in table:
        inside = inside[part]
    missing: dict[str, Any] = {}
    for key, value in keys.items():
        if key in inside:
            _replace(inside, key, value)
        elif value:
            missing[key] = value
    return _with_lines(tomlkit.dumps(document), table, list(_written(missing)))


def _replace(inside: Any, key: str, value: Any) -> None:
    if not value:
        del inside[key]
    elif isinstance(value, dict):
        _replace_texts(inside[key], value)
    elif inside[key] != value:
        inside[key] = value


def _replace_texts(inside: Any, texts: Texts) -> None:
    for locale in [*inside]:
        if locale not in texts:
            del inside[locale]
    for locale, text in texts.items():
        if inside.get(locale) != text:
            inside[locale] = _string(text)


def _written(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from (f"{key}.{locale} = {_toml(text)}" for locale, text in value.items())
        else:
            yield f"{key} = {_toml(value)}"


def _with_lines(source: str, table: KeyPath, lines: list[str]) -> str:
    """Return the text with `lines` behind the last key of a table's own."""
    if not lines:
        return source
    own = [
        line
        for path, line in line_index(source).items()
        if path[: len(table)] == table and (*path, None)[len(table)] != "rule"
    ]
    last = max(own)
    end = next(
        first + statement.count("\n") for first, statement in statements(source) if first == last
    )
    before = source.split("\n")
    return "\n".join([*before[: end - 1], *lines, *before[end - 1 :]])


def _number(source: str, clause_id: str) -> int:
    """Return which clause this is, from 0. Errors: KeyError when the charter has none such."""
    clauses = tomlkit.parse(source).unwrap().get(CLAUSES, [])
    found = [n for n, clause in enumerate(clauses) if clause.get("id") == clause_id]
    if not found:
        raise KeyError(clause_id)
    return found[0]


def _blocks(source: str) -> list[tuple[int, int]]:
    """Return where each clause begins and ends, with the comment right above it."""
    index = line_index(source)
    starts = [line for path, line in index.items() if len(path) == 2 and path[0] == CLAUSES]
    others = [line for path, line in index.items() if len(path) == 1 and _is_header(source, line)]
    lines = source.split("\n")
    offsets = _offsets(lines)
    begins = {line: _with_comment(lines, line) for line in (*starts, *others)}
    ends = sorted((*begins.values(), len(lines)))
    return [
        (
            offsets[begins[line] - 1],
            offsets[min(end for end in ends if end > begins[line]) - 1],
        )
        for line in sorted(starts)
    ]


def _is_header(source: str, line: int) -> bool:
    return source.split("\n")[line - 1].lstrip().startswith("[")


def _with_comment(lines: list[str], line: int) -> int:
    while line > 1 and lines[line - 2].lstrip().startswith("#"):
        line -= 1
    return line


def _offsets(lines: list[str]) -> list[int]:
    offsets, position = [], 0
    for line in lines:
        offsets.append(position)
        position += len(line) + 1
    return offsets


def _without_empty(texts: Texts) -> Texts:
    return {locale: text for locale, text in texts.items() if text}


def _toml(value: Any) -> str:
    item = _string(value) if isinstance(value, str) else tomlkit.item(value)
    return item.as_string()


def _string(text: str) -> Item:
    """Return a text as TOML would have it written by hand: over several lines where it has them."""
    if "\n" not in text:
        return tomlkit.string(text)
    # The line end behind the opening quotes is no part of the text.
    written = tomlkit.string(text, multiline=True).as_string()
    return tomlkit.value(f'"""\n{written[3:]}')
