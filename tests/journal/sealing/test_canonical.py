"""The text of an entry that is hashed: one only for a meaning, another for any other meaning."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from parvis.core import db
from parvis.core.ids import TenantId
from parvis.features.journal.sealing.canonical import (
    MOST_EXACT,
    SealableEntry,
    canonical,
    of_row,
)

EXACT = st.integers(-(2**53) + 1, 2**53 - 1)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | EXACT
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
ENTRIES = st.builds(
    SealableEntry,
    tenant_id=st.uuids().map(TenantId),
    id=st.uuids(),
    actor_id=st.none() | st.uuids(),
    act=NAMES,
    subject_kind=st.none() | NAMES,
    subject_id=st.none() | st.uuids(),
    data=st.dictionaries(NAMES, VALUES, max_size=6),
    at=st.datetimes(timezones=st.just(dt.UTC)),
)


def back(text: bytes) -> SealableEntry:
    """Read a canonical text as anybody could, its numbers as doubles."""
    read = json.loads(text, parse_int=_double)
    ids = {name: None if read[name] is None else UUID(read[name])
           for name in ("actor_id", "id", "subject_id", "tenant_id")}  # fmt: skip
    return SealableEntry(**{**read, **ids, "at": dt.datetime.fromisoformat(read["at"])})


def _double(digits: str) -> int | float:
    return int(digits) if abs(int(digits)) <= MOST_EXACT else float(digits)


def as_written(entry: SealableEntry) -> dict[str, Any]:
    """The row as PostgreSQL gives it back: data as text of its own form."""
    row = msgspec.structs.asdict(entry)
    return {**row, "data": json.dumps(entry.data, indent=1, ensure_ascii=True)}


@given(ENTRIES)
def test_it_is_read_back_as_the_same_entry(entry: SealableEntry) -> None:
    assert back(canonical(entry)) == entry


@given(ENTRIES)
def test_the_way_the_database_writes_it_does_not_matter(entry: SealableEntry) -> None:
    shuffled = dict(reversed(entry.data.items()))
    again = msgspec.structs.replace(entry, data=shuffled)
    assert canonical(of_row(entry.tenant_id, as_written(again))) == canonical(entry)  # type: ignore[arg-type]  # a row is read by name


@given(ENTRIES, ENTRIES)
def test_two_entries_have_two_texts(one: SealableEntry, other: SealableEntry) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)


def test_it_is_what_the_standard_says() -> None:
    entry = SealableEntry(
        tenant_id=TenantId(UUID(int=1)), id=UUID(int=2), actor_id=None, act="post.published",
        subject_kind="post", subject_id=UUID(int=3), data={"b": 1.0, "a": "é€\u2028", "c": 1e21},
        at=dt.datetime(2026, 11, 22, 7, 13, 11, tzinfo=dt.timezone(dt.timedelta(hours=1))),
    )  # fmt: skip
    assert canonical(entry).decode() == (
        '{"act":"post.published","actor_id":null,"at":"2026-11-22T06:13:11.000000Z",'
        '"data":{"a":"é€\u2028","b":1,"c":1e+21},"id":"00000000-0000-0000-0000-000000000002",'
        '"subject_id":"00000000-0000-0000-0000-000000000003","subject_kind":"post",'
        '"tenant_id":"00000000-0000-0000-0000-000000000001"}'
    )


def test_a_number_that_no_double_holds_is_sealed_as_the_double_it_is_read_as() -> None:
    entry = SealableEntry(
        tenant_id=TenantId(UUID(int=1)), id=UUID(int=2), actor_id=None, act="x",
        subject_kind=None, subject_id=None, data=db.from_jsonb('{"n": [9007199254740993]}', dict),
        at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    assert b'"data":{"n":[9007199254740992]}' in canonical(entry)
