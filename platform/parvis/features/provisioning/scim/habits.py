"""Habits of providers that the protocol does not know, put into its words before it is read.

Microsoft Entra names an entry of a list in the key of a value, compares past it in filters, and
removes entries by more than what they are known by; some directories send a person's whole name
as `name.formatted` only. What cannot be read here is passed on as it came: the protocol's own
reader tells what is wrong with it.
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
    if not isinstance(operation, dict):
        return [operation]
    name, value = _item(operation, "value")
    path, op = (str(_item(operation, key)[1] or "").lower() for key in ("path", "op"))
    if path:
        is_entries = path == "members" or op == "remove"
        return [operation | {name: _entries(value)} if is_entries and value else operation]
    if not isinstance(value, dict):
        return [operation]
    parts = [operation | {"path": key, name: value[key]} for key in value if "[" in key]
    rest = {
        key: _entries(each) if key.lower() == "members" else each
        for key, each in value.items()
        if "[" not in key
    }
    return ([operation | {name: rest}] if rest or not parts else []) + parts


def _entries(value: Any) -> Any:
    """Return entries by their value alone: what else is said of them is ours, or out of date.

    Okta names the people of a group as well, and Entra sends `"$ref": null`.
    """
    if isinstance(value, list):
        return [_entries(one) for one in value]
    return {"value": value["value"]} if isinstance(value, dict) and "value" in value else value


def _named(data: dict[str, Any]) -> dict[str, Any]:
    """Let the whole name stand in for a display name that was not sent."""
    key, given = _item(data, "displayname")
    _, name = _item(data, "name")
    whole = _item(name, "formatted")[1] if isinstance(name, dict) else None
    return data if given or not whole else {**data, key: whole}


def _item(data: dict[str, Any], name: str) -> tuple[str, Any]:
    """Return the key that is `name` whatever its case, and its value; (name, None) for none."""
    return next(((key, data[key]) for key in data if key.lower() == name), (name, None))
