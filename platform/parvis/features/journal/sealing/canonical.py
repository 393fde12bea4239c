"""What of an entry is sealed, as the one text that everybody computes alike (RFC 8785)."""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec
import rfc8785

from parvis.core import db
from parvis.core.ids import TenantId

# Numbers of RFC 8785 are IEEE doubles: beyond this an integer is one only by accident.
MOST_EXACT = 2**53 - 1

ENTRY_COLUMNS = "e.id, e.actor_id, e.act, e.subject_kind, e.subject_id, e.data, e.at"


class SealableEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the journal, whole."""

    tenant_id: TenantId
    id: UUID
    actor_id: UUID | None
    act: str
    subject_kind: str | None
    subject_id: UUID | None
    data: dict[str, Any]
    at: dt.datetime


def of_row(tenant_id: TenantId, row: db.Record) -> SealableEntry:
    """Return the entry of a row that has ENTRY_COLUMNS."""
    return SealableEntry(
        tenant_id=tenant_id,
        id=row["id"],
        actor_id=row["actor_id"],
        act=row["act"],
        subject_kind=row["subject_kind"],
        subject_id=row["subject_id"],
        data=db.from_jsonb(row["data"], dict[str, Any]),
        at=row["at"],
    )


def canonical(entry: SealableEntry) -> bytes:
    """Return the bytes whose hash is the entry's leaf."""
    whole = {
        "act": entry.act,
        "actor_id": _text(entry.actor_id),
        "at": moment(entry.at),
        "data": entry.data,
        "id": str(entry.id),
        "subject_id": _text(entry.subject_id),
        "subject_kind": entry.subject_kind,
        "tenant_id": str(entry.tenant_id),
    }
    try:
        return rfc8785.dumps(whole)
    except rfc8785.IntegerDomainError:
        return rfc8785.dumps({**whole, "data": _exact(entry.data)})


def moment(at: dt.datetime) -> str:
    """Return an instant as every sealed text writes it: UTC, always six digits."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)


def _exact(value: Any) -> Any:
    """Return `value` with integers that no double holds exactly as the doubles they are read as."""
    if isinstance(value, dict):
        return {name: _exact(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_exact(part) for part in value]
    is_odd = isinstance(value, int) and abs(value) > MOST_EXACT
    return float(value) if is_odd else value
