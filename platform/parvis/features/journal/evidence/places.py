"""Where an entry stands in the sealed journal, and what shows it to others."""

import base64
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.features.journal.sealing import keys, notes, proofs, seals
from parvis.features.journal.sealing.canonical import ENTRY_COLUMNS, canonical, of_row
from parvis.features.journal.sealing.seals import Checkpoint


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The place of a sealed entry, and the way from there to a checkpoint's root."""

    position: int
    leaf: bytes
    checkpoint: Checkpoint
    path: tuple[bytes, ...]


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """Words that an entry commits to: HMAC-SHA256 of `text` under `salt` (hex)."""

    revision_id: UUID
    text: str
    salt: str


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A public key of the house; `vkey` is the form that verifiers of signed notes take."""

    name: str
    public_key: str
    vkey: str


_ENTRY = f"SELECT {ENTRY_COLUMNS} FROM journal_entry e WHERE e.tenant_id = $1 AND e.id = $2"
_WORDS = """
    SELECT r.id AS revision_id, r.title, r.body, r.salt FROM revision r
     WHERE r.tenant_id = $1 AND r.id = ANY ($2::uuid[]) AND r.salt IS NOT NULL
"""


async def place_of(entry_id: UUID) -> Place | None:
    """Return where an entry stands, None while it waits for its seal.

    The way leads to the first checkpoint that stands outside the house too; while there is none,
    to the first one that holds the entry.
    """
    leaf = await seals.sealed(entry_id)
    holds = await seals.checkpoint_over(leaf.position) if leaf else None
    if leaf is None or holds is None:
        return None
    checkpoint = await seals.first_anchored_from(holds.number) or holds
    path = await proofs.inclusion_proof(checkpoint.size, leaf.position)
    return Place(position=leaf.position, leaf=leaf.hash, checkpoint=checkpoint, path=path)


async def sealed_form(entry_id: UUID) -> bytes | None:
    """Return the bytes of an entry whose hash is its leaf."""
    row = await db.fetch_row(_ENTRY, entry_id)
    return None if row is None else canonical(of_row(db.current_tenant(), row))


async def texts(revisions: list[UUID]) -> list[Text]:
    """Return what these revisions say; those whose words were erased are left out."""
    return [
        Text(
            revision_id=row["revision_id"],
            text=f"{row['title']}\n\n{row['body']}",
            salt=bytes(row["salt"]).hex(),
        )
        for row in await db.fetch(_WORDS, revisions)
    ]


def revision_of(data: dict[str, Any]) -> UUID | None:
    """Return the revision whose words an entry commits to."""
    named = data.get("revision") if "digest" in data else None
    try:
        return UUID(str(named)) if named else None
    except ValueError:
        return None


async def public_keys() -> tuple[Key, ...]:
    """Return the house's keys, the newest first."""
    return tuple(
        Key(name=key.name, public_key=base64.b64encode(key.public_key).decode(), vkey=key.vkey)
        for key in await keys.public_keys()
    )


def origin() -> str:
    """Return the name of the journal of the tenant whose transaction is open."""
    return notes.origin_of(db.current_tenant())
