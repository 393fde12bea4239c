"""TOML files read into Structs, strictly: every wrong key and value is named with its line."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from parvis.features.tenants.problems import Problem, TenantFileError, hint
from parvis.features.tenants.toml_lines import KeyPath, line_index, line_of, syntax_error_line

T = TypeVar("T")
Finding = tuple[KeyPath, str]


class Parsed(msgspec.Struct, Generic[T], frozen=True):
    """A file's value together with where each key stands, for checks that come later."""

    file: Path
    value: T
    lines: dict[KeyPath, int]

    def problem(self, path: KeyPath, message: str) -> Problem:
        return Problem(self.file, line_of(path, self.lines), message)


def read(file: Path, shape: type[T]) -> Parsed[T]:
    """Return the content of `file` as `shape`, or raise TenantFileError with all that is wrong."""
    text = _text(file)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TenantFileError([Problem(file, syntax_error_line(error), str(error))]) from None
    lines = line_index(text)
    findings = list(check(data, shape, ()))
    if findings:
        raise TenantFileError(
            Problem(file, line_of(path, lines), message) for path, message in findings
        )
    return Parsed(file, msgspec.convert(data, shape), lines)


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
        # TOML takes CRLF; one line ending keeps the count of lines simple.
        return raw.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TenantFileError([Problem(file, line, "this line is not UTF-8 text")]) from None
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise TenantFileError([Problem(file, 1, f"cannot be read: {reason}")]) from None


def check(value: Any, expected: Any, path: KeyPath) -> Iterator[Finding]:
    """Yield what keeps `value` from being `expected`, walking tables and arrays."""
    expected = _plain(expected)
    if isinstance(expected, type) and issubclass(expected, msgspec.Struct):
        yield from _check_table(value, expected, path)
    elif get_origin(expected) is tuple and isinstance(value, list):
        for place, item in enumerate(value):
            yield from check(item, get_args(expected)[0], (*path, place))
    elif get_origin(expected) is dict and isinstance(value, dict):
        for key, item in value.items():
            yield from check(item, get_args(expected)[1], (*path, key))
    else:
        yield from _check_leaf(value, expected, path)


def _plain(expected: Any) -> Any:
    """Return `X` for `X | None`: TOML has no null, so an absent key is all that None means."""
    if get_origin(expected) in (Union, UnionType):
        return next(kind for kind in get_args(expected) if kind is not type(None))
    return expected


def _check_table(value: Any, shape: type[msgspec.Struct], path: KeyPath) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield path, f"{_name(path)} must be a table"
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    for key, item in value.items():
        if key not in fields:
            yield (*path, key), f'"{key}" is not a key of {_name(path)}{hint(key, fields)}'
        else:
            yield from check(item, fields[key].type, (*path, key))
    for key, field in fields.items():
        if field.required and key not in value:
            yield path, f'{_name(path)} needs the key "{key}"'


def _check_leaf(value: Any, expected: Any, path: KeyPath) -> Iterator[Finding]:
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        if get_origin(expected) is Literal:
            known = [str(one) for one in get_args(expected)]
            choice = ", ".join(known)
            yield path, f'{_name(path)}: "{value}" is none of {choice}{hint(str(value), known)}'
        else:
            reason = str(error).replace("`", "").partition(" - at ")[0]
            yield path, f"{_name(path)}: {reason[0].lower()}{reason[1:]}"


def _name(path: KeyPath) -> str:
    """Return a path as its author would write it: `connection[2].issuer`, arrays from 1."""
    name = ""
    for part in path:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return name.removeprefix(".") or "the file"
