"""How the seal of the journal stands, and an entry's place in it proved step by step."""

import datetime as dt
from datetime import timedelta
from uuid import UUID

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.features.journal import queries, rules
from parvis.features.journal.evidence import places
from parvis.features.journal.evidence.offline import arithmetic
from parvis.features.journal.evidence.places import Place
from parvis.features.journal.sealing import keys, notes, seals
from parvis.features.journal.sealing.seals import Anchor, Checkpoint
from parvis.features.journal.sealing.tree import leaf_hash

# The seal runs every minute: who waits this long waits for something that is broken.
LATE = timedelta(minutes=15)
# Verified every day; beyond that, nobody knows.
UNKNOWN = timedelta(hours=36)
VERIFIED, FAILED = "journal.verified", "journal.alarm"


class AnchorView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a checkpoint stands outside the house: `kind` is "object" or "timestamp"."""

    kind: str
    reference: str
    at: dt.datetime
    locked_until: dt.datetime | None


class SealStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The newest checkpoint, the newest that is anchored, and what is wrong, if anything.

    `verified_at` is when the journal last verified itself; `failed_at` when it last did not,
    unless it has since.
    """

    size: int
    number: int | None
    at: dt.datetime | None
    waiting_since: dt.datetime | None
    anchored_number: int | None
    anchors: tuple[AnchorView, ...]
    verified_at: dt.datetime | None
    failed_at: dt.datetime | None
    is_late: bool
    is_unverified: bool

    @property
    def is_sound(self) -> bool:
        return not (self.is_late or self.failed_at or self.is_unverified)


class EntrySeal(msgspec.Struct, frozen=True, kw_only=True):
    """Where an entry stands in the seal; `anchors` are those of the checkpoint it leads to."""

    position: int
    leaf: str
    checkpoint: int
    size: int
    at: dt.datetime
    anchors: tuple[AnchorView, ...]


class PathStep(msgspec.Struct, frozen=True, kw_only=True):
    """One node on the way up: the hash beside it, and the hash that both make."""

    side: str
    beside: str
    makes: str


class EntryVerification(msgspec.Struct, frozen=True, kw_only=True):
    """An entry recomputed: each part says whether it holds. `is_sound` when all do."""

    entry_id: UUID
    canonical: str
    leaf: str
    stored_leaf: str
    position: int
    path: tuple[PathStep, ...]
    root: str
    checkpoint: int
    checkpoint_root: str
    note: str
    is_leaf_sound: bool
    is_path_sound: bool
    is_signature_sound: bool

    @property
    def is_sound(self) -> bool:
        return self.is_leaf_sound and self.is_path_sound and self.is_signature_sound


_WAITING = "SELECT since FROM journal_unsealed WHERE tenant_id = $1 ORDER BY since LIMIT 1"
_LAST_ANCHORED = """
    SELECT c.id, c.number FROM journal_anchor a
      JOIN journal_checkpoint c ON c.tenant_id = a.tenant_id AND c.id = a.checkpoint_id
     WHERE a.tenant_id = $1 ORDER BY a.id DESC LIMIT 1
"""
_LAST_ACT = """
    SELECT at FROM journal_entry WHERE tenant_id = $1 AND act = $2 ORDER BY id DESC LIMIT 1
"""


async def seal_status(actor: Actor) -> SealStatus:
    """Return how the seal stands. Errors: NotFound to who may not read the journal."""
    rules.require_reader(actor)
    last = await seals.last_checkpoint()
    since = await db.fetch_value(_WAITING)
    anchored = await db.fetch_row(_LAST_ANCHORED)
    verified = await db.fetch_value(_LAST_ACT, VERIFIED)
    failed = await db.fetch_value(_LAST_ACT, FAILED)
    now = clock.now()
    return SealStatus(
        size=last.size if last else 0,
        number=last.number if last else None,
        at=last.at if last else None,
        waiting_since=since,
        anchored_number=anchored["number"] if anchored else None,
        anchors=await _anchors(anchored["id"]) if anchored else (),
        verified_at=verified,
        failed_at=failed if failed and (verified is None or failed > verified) else None,
        is_late=since is not None and now - since > LATE,
        is_unverified=verified is not None and now - verified > UNKNOWN,
    )


async def entry_seal(actor: Actor, entry_id: UUID) -> EntrySeal | None:
    """Return where an entry stands in the seal, None while it waits. Errors: NotFound."""
    await queries.entry(actor, entry_id)
    place = await places.place_of(entry_id)
    if place is None:
        return None
    return EntrySeal(
        position=place.position,
        leaf=place.leaf.hex(),
        checkpoint=place.checkpoint.number,
        size=place.checkpoint.size,
        at=place.checkpoint.at,
        anchors=await _anchors(place.checkpoint.id),
    )


async def verification(actor: Actor, entry_id: UUID) -> EntryVerification:
    """Recompute an entry's leaf and its way up to a signed checkpoint, showing each step.

    Errors: NotFound, also for an entry that has no seal yet.
    """
    await queries.entry(actor, entry_id)
    written, place = await places.sealed_form(entry_id), await places.place_of(entry_id)
    if written is None or place is None:
        raise NotFound
    leaf = leaf_hash(written)
    path = _path(leaf, place)
    root = path[-1].makes if path else leaf.hex()
    checked = arithmetic.root_of_leaf(leaf, place.position, place.checkpoint.size, list(place.path))
    return EntryVerification(
        entry_id=entry_id,
        canonical=written.decode(),
        leaf=leaf.hex(),
        stored_leaf=place.leaf.hex(),
        position=place.position,
        path=path,
        root=root,
        checkpoint=place.checkpoint.number,
        checkpoint_root=place.checkpoint.root.hex(),
        note=place.checkpoint.note,
        is_leaf_sound=leaf == place.leaf,
        is_path_sound=checked == place.checkpoint.root,
        is_signature_sound=await _is_signed(place.checkpoint),
    )


def _path(leaf: bytes, place: Place) -> tuple[PathStep, ...]:
    """Return the steps from a leaf up to the root."""
    steps: list[PathStep] = []
    here, last, found = place.position, place.checkpoint.size - 1, leaf
    for beside in place.path:
        is_left = bool(here & 1) or here == last
        found = arithmetic.node(beside, found) if is_left else arithmetic.node(found, beside)
        side = "left" if is_left else "right"
        steps.append(PathStep(side=side, beside=beside.hex(), makes=found.hex()))
        while is_left and not here & 1 and here:
            here, last = here >> 1, last >> 1
        here, last = here >> 1, last >> 1
    return tuple(steps)


async def _is_signed(checkpoint: Checkpoint) -> bool:
    """Whether the note says what is kept of the checkpoint, and one of the house's keys signed."""
    try:
        signed = notes.parse(checkpoint.note)
    except notes.NoteError:
        return False
    is_same = (signed.head.root, signed.head.size) == (checkpoint.root, checkpoint.size)
    known = [key.public_key for key in await keys.public_keys()]
    return is_same and any(notes.is_signed_by(signed, key) for key in known)


async def _anchors(checkpoint_id: UUID) -> tuple[AnchorView, ...]:
    return tuple(_anchor(one) for one in await seals.anchors_of(checkpoint_id))


def _anchor(one: Anchor) -> AnchorView:
    return AnchorView(
        kind=one.kind, reference=one.reference, at=one.at, locked_until=one.locked_until
    )
