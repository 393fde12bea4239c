"""Habits of providers that the protocol does not know, put into its words before it is read.

Microsoft Entra names an entry of a list in the key of a value, and compares past it in filters;
some directories send a person's whole name as `name.formatted` only. What cannot be read here is
passed on as it came: the protocol's own reader tells what is wrong with it.
"""

import re
from typing import Any

import msgspec

_PAST_ENTRY = re.compile(r'\b(\w+)\[\s*(\w+ eq "[^"\\]*")\s*\]\.(\w+) eq ', re.IGNORECASE)
_VALUE = re.compile(r'"(?:[^"\\]|\\.)*"')


def plain_filter(text: str) -> str:
    """Return `emails[type eq "work"].value eq "x"` as `emails[type eq "work" and value eq "x"]`."""
    found = _PAST_ENTRY.search(text)
    if found is None or (value := _VALUE.match(text, found.end())) is None:
        return text
    entry = f"{found[1]}[{found[2]} and {found[3]} eq {value[0]}]"
    return text[: found.start()] + entry + text[value.end() :]


def plain_body(method: str, endpoint: str, body: bytes) -> bytes:
    """Return the body of a request in the protocol's own words."""
    is_user = endpoint == "users"
    if not (method == "PATCH" or (is_user and method in {"POST", "PUT"})):
        return body
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body
    if not isinstance(data, dict):
        return body
    changed = _apart(data) if method == "PATCH" else _named(data)
    return msgspec.json.encode(changed) if changed is not data else body


def _apart(data: dict[str, Any]) -> dict[str, Any]:
    """Give each key that points into a list an operation of its own, with the key as its path."""
    name, operations = _item(data, "operations")
    if not isinstance(operations, list):
        return data
    apart = [each for operation in operations for each in _operations(operation)]
    return data | {name: apart} if apart != operations else data


def _operations(operation: Any) -> list[Any]:
    if not isinstance(operation, dict) or _item(operation, "path")[1]:
        return [operation]
    name, value = _item(operation, "value")
    keys = [key for key in value if "[" in key] if isinstance(value, dict) else []
    if not keys:
        return [operation]
    rest = {key: each for key, each in value.items() if key not in keys}
    parts = [operation | {"path": key, name: value[key]} for key in keys]
    return ([operation | {name: rest}] if rest else []) + parts


def _named(data: dict[str, Any]) -> dict[str, Any]:
    """Let the whole name stand in for a display name that was not sent."""
    key, given = _item(data, "displayname")
    _, name = _item(data, "name")
    whole = _item(name, "formatted")[1] if isinstance(name, dict) else None
    return data if given or not whole else {**data, key: whole}


def _item(data: dict[str, Any], name: str) -> tuple[str, Any]:
    """Return the key that is `name` whatever its case, and its value; (name, None) for none."""
    return next(((key, data[key]) for key in data if key.lower() == name), (name, None))
