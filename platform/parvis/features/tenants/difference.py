"""What applying a tenant's files would change, as lines an operator reads before saying yes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from parvis.features.meetings.presets import load_preset
from parvis.features.tenants.document import (
    CalendarTable,
    ConnectionTable,
    MeetingTable,
    TenantDocument,
    key_of,
)
from parvis.features.tenants.queries import Live

MOST_SHOWN = 60
SINGLE = ("tenant", "door", "legal", "session", "step_up", "moderation", "meeting_policy")


class Change(msgspec.Struct, frozen=True):
    """One difference: `+` appears, `-` goes, `~` takes another value."""

    sign: Literal["+", "-", "~"]
    path: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        return f"{self.sign} {self.path}" + (
            f": {self.before} → {self.after}" if self.after or self.before else ""
        )


def normal(document: TenantDocument) -> TenantDocument:
    """Return the document with what has no order sorted, and meetings completed by the policy."""
    tenant = document.tenant
    first, *others = tenant.hosts
    return msgspec.structs.replace(
        document,
        tenant=msgspec.structs.replace(tenant, hosts=(first, *sorted(others))),
        connection=tuple(
            msgspec.structs.replace(one, domains=tuple(sorted(one.domains)))
            for one in document.connection
        ),
        role_group=tuple(
            msgspec.structs.replace(group, permissions=tuple(sorted(group.permissions)))
            for group in document.role_group
        ),
        meeting=tuple(_completed(meeting, document) for meeting in document.meeting),
    )


def _completed(meeting: MeetingTable, document: TenantDocument) -> MeetingTable:
    policy = document.meeting_policy
    if policy is None:
        return meeting
    preset = load_preset(meeting.preset or policy.preset)
    return msgspec.structs.replace(
        meeting,
        preset=preset.id,
        mode=meeting.mode or policy.mode or preset.default_mode,
        place=meeting.place or policy.place,
    )


def changes(
    wanted: TenantDocument, secrets: Mapping[str, str | None], live: Live | None
) -> tuple[Change, ...]:
    """Return what turns `live` into `wanted`; nothing when they agree.

    `secrets` are those of `wanted`, by connection; None keeps the one that is stored.
    """
    if live is None:
        return (Change("+", f"tenant[{wanted.tenant.slug}]"), *_all_new(wanted))
    mine, theirs = normal(wanted), normal(live.document)
    return (
        *_single(mine, theirs),
        *_keyed("connection", mine.connection, theirs.connection),
        *_secrets(wanted, secrets, live.secrets),
        *_keyed("role_group", mine.role_group, theirs.role_group),
        *_keyed("community", mine.community, theirs.community),
        *_keyed("meeting", mine.meeting, theirs.meeting),
        *_keyed("calendar", mine.calendar, _dated_by_files(mine, theirs, live)),
    )


def _dated_by_files(
    mine: TenantDocument, theirs: TenantDocument, live: Live
) -> Iterator[CalendarTable]:
    """Yield the events that files answer for: what was dated on screen stays where none does."""
    named = {event.name for event in mine.calendar}
    return (
        event
        for event in theirs.calendar
        if event.name in named or event.name not in live.dated_on_screen
    )


def _all_new(wanted: TenantDocument) -> Iterator[Change]:
    for kind in ("connection", "role_group", "community", "meeting", "calendar"):
        for entry in getattr(wanted, kind):
            yield Change("+", f"{kind}[{key_of(entry)}]")


def _single(mine: TenantDocument, theirs: TenantDocument) -> Iterator[Change]:
    for name in SINGLE:
        after = dict(_leaves(getattr(mine, name), name))
        before = dict(_leaves(getattr(theirs, name), name))
        yield from _values(before, after)


def _keyed(kind: str, mine: Iterable[Any], theirs: Iterable[Any]) -> Iterator[Change]:
    before = {key_of(entry): entry for entry in theirs}
    after = {key_of(entry): entry for entry in mine}
    for slug, entry in after.items():
        path = f"{kind}[{slug}]"
        if slug not in before:
            yield Change("+", path)
        else:
            yield from _values(dict(_leaves(before[slug], path)), dict(_leaves(entry, path)))
    for slug in before.keys() - after.keys():
        if _goes(before[slug], kind):
            yield Change("-", f"{kind}[{slug}]")
    kept = [slug for slug in before if slug in after]
    order = [slug for slug in after if slug in before]
    if kind in ("connection", "community") and kept != order:
        yield Change("~", f"order of {kind}", ", ".join(kept), ", ".join(order))


def _goes(entry: Any, kind: str) -> bool:
    """Whether an entry that the file does not name goes.

    A connection is shut, a group is dissolved; communities and meetings hold members' words and
    may have been opened on screen: a file never ends them.
    """
    is_named_by_files = kind in ("role_group", "calendar")
    return entry.is_enabled if isinstance(entry, ConnectionTable) else is_named_by_files


def _secrets(
    wanted: TenantDocument, given: Mapping[str, str | None], stored: Mapping[str, str]
) -> Iterator[Change]:
    for connection in wanted.connection:
        path = f"connection[{connection.slug}].secret"
        secret, kept = given.get(connection.slug), stored.get(connection.slug)
        if connection.secret is None and kept is not None:
            yield Change("-", path)
        elif secret is not None and secret != kept:
            yield Change("~" if kept else "+", path)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield (path, shown value) of every leaf; secrets are compared apart, never shown."""
    if isinstance(value, msgspec.Struct):
        value = {name: getattr(value, name) for name in value.__struct_fields__}
        value.pop("secret", None)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}")
    elif value is not None:
        yield path, json.dumps(msgspec.to_builtins(value), ensure_ascii=False, sort_keys=True)


def _values(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for path in {**before, **after}:
        if before.get(path) != after.get(path):
            yield _change(path, before.get(path), after.get(path))


def _change(path: str, before: str | None, after: str | None) -> Change:
    if before is None:
        return Change("+", path, "", _short(after or ""))
    if after is None:
        return Change("-", path, _short(before), "")
    return Change("~", path, _short(before), _short(after))


def _short(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"
