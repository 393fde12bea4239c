"""Anchors: checkpoints where the database cannot reach, so that it cannot be rewritten unseen.

As objects in the storage, locked where it can, and as time-stamps where an authority is named.
What cannot be reached is asked again five minutes later; sealing never waits for it.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from parvis.core import clock, db, jobs
from parvis.core.errors import AppError
from parvis.core.ids import TenantId, new_id
from parvis.features.journal.sealing import notes, seals
from parvis.features.journal.sealing.seals import Checkpoint
from parvis.integrations import storage, timestamping
from parvis.integrations.timestamping import TimestampError
from parvis.settings import Settings

log = logging.getLogger(__name__)

FOLDER = "journal/checkpoints"
CONTENT_TYPE = "text/plain; charset=utf-8"


class Pace(msgspec.Struct, frozen=True):
    """How often is anchored, and for how long objects are locked."""

    every: timedelta = timedelta(hours=1)
    lock: timedelta = timedelta(days=1827)


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an anchor that holds."""

    reference: str
    token: bytes | None = None
    chain: str | None = None
    locked_until: datetime | None = None


_pace = Pace()


def use(settings: Settings) -> None:
    """Anchor as the settings say, in this process."""
    global _pace  # noqa: PLW0603 -- one pace a process, chosen once at start
    _pace = Pace(
        every=timedelta(minutes=settings.journal_anchor_minutes),
        lock=timedelta(days=settings.journal_lock_days),
    )


# The newest checkpoint, unless it is anchored, or another one was a short time ago.
_DUE = f"""
    SELECT * FROM ({seals.CHECKPOINT} ORDER BY number DESC LIMIT 1) last
     WHERE NOT EXISTS (SELECT FROM journal_anchor a
                        WHERE a.tenant_id = $1 AND a.kind = $2
                          AND (a.checkpoint_id = last.id OR a.at > $3))
"""
_ADD = """
    INSERT INTO journal_anchor (tenant_id, id, checkpoint_id, kind, reference, token, chain,
                                locked_until, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (tenant_id, checkpoint_id, kind) DO NOTHING
"""


@jobs.job("journal.anchor", outside=True, every="*/5 * * * *")
async def anchor_journal(*, tenant_id: TenantId) -> None:
    """Anchor the newest checkpoint, where it is time."""
    await anchor_now(tenant_id, not_since=clock.now() - _pace.every)


async def anchor_now(tenant_id: TenantId, *, not_since: datetime | None = None) -> int:
    """Anchor the newest checkpoint wherever it can be; return in how many places it was.

    Skips what is anchored already, or was with another checkpoint after `not_since`.
    """
    placed = 0
    for kind, place in _places().items():
        async with db.transaction(tenant_id):
            row = await db.fetch_row(_DUE, kind, not_since or clock.now())
        if row:
            placed += await _anchor(tenant_id, Checkpoint(**row), kind, place)
    return placed


Place = Callable[[TenantId, Checkpoint], Awaitable[Placed]]


def _places() -> dict[str, Place]:
    places: dict[str, Place] = {}
    if storage.is_configured():
        places["object"] = _as_object
    if timestamping.authority():
        places["timestamp"] = _as_timestamp
    return places


async def _anchor(tenant_id: TenantId, checkpoint: Checkpoint, kind: str, place: Place) -> bool:
    try:
        placed = await place(tenant_id, checkpoint)
    except (AppError, TimestampError) as error:
        log.warning(
            "checkpoint %d is not anchored (%s): %s", checkpoint.number, kind, error or repr(error),
            extra={"tenant": str(tenant_id)},
        )  # fmt: skip
        return False
    async with db.transaction(tenant_id):
        await db.execute(
            _ADD, new_id(), checkpoint.id, kind, placed.reference, placed.token, placed.chain,
            placed.locked_until, clock.now(),
        )  # fmt: skip
    return True


def name_of(number: int, size: int, note: str) -> str:
    """Return the name of a checkpoint's object: the name alone says what the object must hold."""
    return f"{FOLDER}/{number:010d}-{size}-{notes.note_hash(note).hex()}.txt"


async def _as_object(tenant_id: TenantId, checkpoint: Checkpoint) -> Placed:
    name = name_of(checkpoint.number, checkpoint.size, checkpoint.note)
    locked_until = await storage.storage().put_locked(
        tenant_id, name, checkpoint.note.encode(), content_type=CONTENT_TYPE,
        until=clock.now() + _pace.lock,
    )  # fmt: skip
    return Placed(reference=name, locked_until=locked_until)


async def _as_timestamp(_tenant_id: TenantId, checkpoint: Checkpoint) -> Placed:
    authority = timestamping.authority()
    if authority is None:
        raise TimestampError("no authority is named")
    stamp = await authority.stamp(checkpoint.note.encode())
    reference = f"{authority.url} #{stamp.serial:x} {stamp.at.isoformat()}"
    return Placed(reference=reference, token=stamp.token, chain=stamp.chain)
