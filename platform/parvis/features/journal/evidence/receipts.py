"""Receipts: what a member takes away to show, later and to anybody, that an entry stands."""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db, pagination
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.pagination import Page
from parvis.core.permissions import Permission
from parvis.features.journal import sentences
from parvis.features.journal.evidence import places
from parvis.features.journal.evidence.places import Key, Place, Text
from parvis.features.journal.sealing import seals

FORMAT = "parvis-receipt/1"


class Anchored(msgspec.Struct, frozen=True, kw_only=True):
    """Where the checkpoint stands outside the house: `kind` is "object" or "timestamp"."""

    kind: str
    reference: str
    at: dt.datetime
    locked_until: dt.datetime | None


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """One of the reader's own entries. `is_sealed`: its receipt can be verified already."""

    id: UUID
    at: dt.datetime
    act: str
    sentence: str
    subject_name: str | None
    is_sealed: bool


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt, as it is read and as `verify.py` takes it.

    `entry` is None for what others decided about the reader: the hash of its leaf stands for it,
    because the entry names who decided. Until `sealed`, there is nothing to verify yet.
    """

    format: str = FORMAT
    id: UUID
    house: str
    space: str
    origin: str
    act: str
    sentence: str
    at: dt.datetime
    subject_kind: str | None
    subject_id: UUID | None
    subject_name: str | None
    entry: dict[str, Any] | None
    words: tuple[Text, ...]
    sealed: bool
    position: int | None = None
    leaf: str | None = None
    path: tuple[str, ...] = ()
    checkpoint: str | None = None
    checkpoint_number: int | None = None
    tree_size: int | None = None
    sealed_at: dt.datetime | None = None
    anchors: tuple[Anchored, ...] = ()
    keys: tuple[Key, ...] = ()

    @property
    def submission(self) -> UUID | None:
        """What questions were sent with, which has a receipt of its own."""
        return self.subject_id if self.subject_kind == "submission" else None


# What a member did, and what was decided about them: an entry about a decision names it.
_MINE = """
    SELECT e.id, e.at, e.act, e.actor_id, m.display_name AS actor, e.subject_kind, e.subject_id,
           e.data, l.position IS NOT NULL AS is_sealed
      FROM journal_entry e
      LEFT JOIN member m ON m.tenant_id = e.tenant_id AND m.id = e.actor_id
      LEFT JOIN journal_leaf l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
     WHERE e.tenant_id = $1 AND (e.data ->> 'hidden_from') IS DISTINCT FROM $2::uuid::text
"""
_DECIDED = """
    SELECT x.id FROM decision d
      JOIN journal_entry x ON x.tenant_id = d.tenant_id
       AND x.subject_kind = ANY ($3::text[])
       AND x.subject_id IN (d.contribution_id, d.member_id, d.id)
       AND x.data ->> 'decision' = d.id::text
     WHERE d.tenant_id = $1 AND d.member_id = $2
"""
_PAGE = f"""
    {_MINE} AND (e.actor_id = $2 OR e.id IN ({_DECIDED})) AND e.id < $4
     ORDER BY e.id DESC LIMIT {pagination.PAGE_SIZE + 1}
"""
_ONE = f"{_MINE} AND e.id = $4 AND ($5 OR e.actor_id = $2 OR e.id IN ({_DECIDED}))"
# What decisions are recorded under.
_SUBJECTS = ["post", "comment", "question", "profile", "member", "decision"]


async def own_receipts(actor: Actor, *, after: str | None = None) -> Page[ReceiptLine]:
    """Return the entries of which the actor may take a receipt, newest first, 20 a page."""
    rows = await db.fetch(_PAGE, actor.require_member(), _SUBJECTS, pagination.before(after))
    return pagination.page_of(rows, pagination.PAGE_SIZE, lambda row: _line(row, actor))


def _line(row: db.Record, actor: Actor) -> ReceiptLine:
    data = db.from_jsonb(row["data"], dict[str, Any])
    return ReceiptLine(
        id=row["id"],
        at=row["at"],
        act=row["act"],
        sentence=_sentence(row, data, actor),
        subject_name=sentences.name_subject(row["subject_kind"], actor.locale),
        is_sealed=row["is_sealed"],
    )


def _sentence(row: db.Record, data: dict[str, Any], actor: Actor) -> str:
    """Say an entry; what others did to the reader names the house, as its letters do."""
    who = row["actor"] if row["actor_id"] == actor.member_id else actor.tenant.space
    return sentences.say(row["act"], who, data, actor.locale)


async def receipt(actor: Actor, entry_id: UUID, *, as_reader: bool = False) -> Receipt:
    """Return the receipt of one of the actor's own entries.

    `as_reader`: of any entry that is not hidden from the actor, who reads the journal.
    Errors: NotFound, also for an entry of somebody else.
    """
    if as_reader and not actor.may(Permission.JOURNAL_READ):
        raise NotFound
    member_id = actor.require_member()
    row = await db.fetch_row(_ONE, member_id, _SUBJECTS, entry_id, as_reader)
    if row is None:
        raise NotFound
    is_open = as_reader or row["actor_id"] == member_id
    written = await places.sealed_form(entry_id) if is_open else None
    place = await places.place_of(entry_id)
    data = db.from_jsonb(row["data"], dict[str, Any])
    revision = places.revision_of(data) if row["actor_id"] == member_id else None
    return Receipt(
        id=row["id"],
        house=actor.tenant.name,
        space=actor.tenant.space,
        origin=places.origin(),
        act=row["act"],
        sentence=sentences.say(row["act"], row["actor"], data, actor.locale)
        if as_reader
        else _sentence(row, data, actor),
        at=row["at"],
        subject_kind=row["subject_kind"],
        subject_id=row["subject_id"],
        subject_name=sentences.name_subject(row["subject_kind"], actor.locale),
        entry=msgspec.json.decode(written) if written else None,
        words=tuple(await places.texts([revision])) if revision else (),
        **(await _sealed(place) if place else {"sealed": False}),
    )


async def _sealed(place: Place) -> dict[str, Any]:
    """Return what a receipt says of the seal."""
    anchors = await seals.anchors_of(place.checkpoint.id)
    return {
        "sealed": True,
        "position": place.position,
        "leaf": place.leaf.hex(),
        "path": tuple(one.hex() for one in place.path),
        "checkpoint": place.checkpoint.note,
        "checkpoint_number": place.checkpoint.number,
        "tree_size": place.checkpoint.size,
        "sealed_at": place.checkpoint.at,
        "anchors": tuple(
            Anchored(
                kind=one.kind, reference=one.reference, at=one.at, locked_until=one.locked_until
            )
            for one in anchors
        ),
        "keys": await places.public_keys(),
    }
