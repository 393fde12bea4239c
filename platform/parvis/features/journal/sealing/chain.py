"""Checkpoints, verified: each says what is kept of it, is signed by the house, follows the last."""

from typing import Self
from uuid import UUID

from parvis.core import db
from parvis.features.journal.sealing import keys, notes
from parvis.features.journal.sealing.findings import Fault, Problem, Report
from parvis.features.journal.sealing.keys import PublicKey
from parvis.features.journal.sealing.notes import Head, NoteError, SignedHead
from parvis.features.journal.sealing.seals import Checkpoint


class Chain:
    """The checkpoints one after the other; `check` reports what is wrong with the next."""

    def __init__(
        self,
        report: Report,
        origin: str,
        known: dict[UUID, PublicKey],
        foreign: frozenset[UUID],
        before: Checkpoint | None,
    ) -> None:
        self._report = report
        self._origin = origin
        self._known = known
        self._foreign = foreign
        self._before: Checkpoint | None = None
        if before:
            self._check_alone(before)
            self._before = before

    @classmethod
    async def load(cls, report: Report, before: Checkpoint | None) -> Self:
        """Return the chain after `before`, which is itself verified, or from its beginning."""
        origin = notes.origin_of(db.current_tenant())
        known = {key.id: key for key in await keys.public_keys()}
        return cls(report, origin, known, await keys.foreign_keys(), before)

    def check(self, checkpoint: Checkpoint) -> None:
        """Verify the next checkpoint."""
        self._report.checkpoints += 1
        self._check_alone(checkpoint)
        self._check_order(checkpoint)
        self._before = checkpoint

    def _check_alone(self, checkpoint: Checkpoint) -> None:
        try:
            signed = notes.parse(checkpoint.note)
        except NoteError:
            self._add(Fault.NOTE_ALTERED, checkpoint)
            return
        if signed.head != _kept(checkpoint, self._origin):
            self._add(Fault.NOTE_ALTERED, checkpoint)
        self._check_signature(checkpoint, signed)

    def _check_signature(self, checkpoint: Checkpoint, signed: SignedHead) -> None:
        key = self._known.get(checkpoint.key_id)
        if key is None or not notes.is_signed_by(signed, key.public_key):
            self._add(Fault.NOTE_UNSIGNED, checkpoint)
        elif key.id in self._foreign:
            self._add(Fault.KEY_FOREIGN, checkpoint)
        elif key.retired_at is not None and signed.head.at > key.retired_at:
            self._add(Fault.KEY_RETIRED, checkpoint)

    def _check_order(self, checkpoint: Checkpoint) -> None:
        before = self._before
        number, previous = 1, None
        if before:
            number, previous = before.number + 1, notes.note_hash(before.note)
        if (checkpoint.number, checkpoint.previous) != (number, previous):
            self._add(Fault.CHAIN_BROKEN, checkpoint)
        if before and (checkpoint.size <= before.size or checkpoint.at < before.at):
            self._add(Fault.SHRUNK, checkpoint)

    def _add(self, fault: Fault, checkpoint: Checkpoint) -> None:
        first = self._before.size if self._before else 0
        self._report.add(Problem(fault=fault, position=first, values={"number": checkpoint.number}))


def _kept(checkpoint: Checkpoint, origin: str) -> Head:
    return Head(
        origin=origin,
        size=checkpoint.size,
        root=checkpoint.root,
        number=checkpoint.number,
        previous=checkpoint.previous,
        at=checkpoint.at,
    )
