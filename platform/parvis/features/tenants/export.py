"""Writing what is live back into files, without losing what their author wrote around it."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import msgspec
import tomlkit
from tomlkit.items import AoT, Table

from parvis.features.tenants.charter_file import community_file, write_charter
from parvis.features.tenants.document import CHARTER_FILE, TENANT_FILE, TenantDocument, key_of, load
from parvis.features.tenants.queries import Live

# TOML has dates and times of its own.
_DATES = (dt.date, dt.time, dt.datetime)


def write_files(folder: Path, live: Live) -> list[Path]:
    """Make the files in `folder` say what is live, so that applying them changes nothing.

    A file that is already there keeps its comments and order: only values that differ change.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / TENANT_FILE
    is_known = file.is_file()
    document = _with_known_secrets(live.document, load(folder).value if is_known else None)
    written = tomlkit.parse(file.read_text("utf-8")) if is_known else tomlkit.document()
    _merge(written, document)
    file.write_text(tomlkit.dumps(written), "utf-8")
    charters = {folder / CHARTER_FILE: live.charter} if live.charter else {}
    charters |= {community_file(folder, slug): own for slug, own in live.community_charters.items()}
    return [file, *(write_charter(one, known) for one, known in charters.items())]


def _with_known_secrets(live: TenantDocument, known: TenantDocument | None) -> TenantDocument:
    """Keep the references that the file has; only their authors know which variable to set."""
    names = {one.slug: one.secret for one in known.connection} if known else {}
    return msgspec.structs.replace(
        live,
        connection=tuple(
            msgspec.structs.replace(one, secret=one.secret and (names.get(one.slug) or one.secret))
            for one in live.connection
        ),
    )


def _merge(container: Any, struct: msgspec.Struct) -> None:
    """Make a TOML table say what `struct` holds; defaults are not spelt out where absent."""
    for field in msgspec.structs.fields(type(struct)):
        value = getattr(struct, field.name)
        if field.name in container:
            _replace(container, field.name, value)
        elif field.required or value not in (None, {}, (), field.default):
            container.append(field.name, _item(value, field.type))


def _replace(container: Any, name: str, value: Any) -> None:
    before = container[name]
    if value is None:
        del container[name]
    elif isinstance(value, msgspec.Struct):
        _merge(before, value)
    elif isinstance(before, AoT):
        _merge_entries(before, value)
    elif _plain(before) != msgspec.to_builtins(value, builtin_types=_DATES):
        container[name] = _item(value, type(value))


def _plain(item: Any) -> Any:
    return item.unwrap() if hasattr(item, "unwrap") else item  # booleans come as they are


def _merge_entries(entries: AoT, wanted: Iterable[Any]) -> None:
    """Match entries by their key: known ones are merged, new ones added at the end, others go."""
    by_key = {key_of(one): one for one in wanted}
    for place in reversed(range(len(entries))):
        if _written_key(entries[place]) not in by_key:
            del entries[place]
    for entry in entries:
        _merge(entry, by_key.pop(_written_key(entry)))
    for one in by_key.values():
        entries.append(_table(one))


def _written_key(entry: Table) -> str:
    return str(entry.get("slug") or entry.get("name"))


def _item(value: Any, shape: Any) -> Any:
    """Return a value as TOML would have it written by hand."""
    if isinstance(value, msgspec.Struct):
        return _table(value)
    holds_tables = any(
        isinstance(inner, type) and issubclass(inner, msgspec.Struct) for inner in get_args(shape)
    )
    if value and isinstance(value, tuple) and holds_tables:
        entries = tomlkit.aot()
        for one in value:
            entries.append(_table(one))
        return entries
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update(value)
        return table
    return tomlkit.item(msgspec.to_builtins(value, builtin_types=_DATES))


def _table(struct: msgspec.Struct) -> Table:
    table = tomlkit.table()
    _merge(table, struct)
    return table
