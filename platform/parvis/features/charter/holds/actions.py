"""Place a legal hold, and lift it: while it lasts, retention deletes nothing it protects."""

import re
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.db import UniqueViolation
from parvis.core.errors import Conflict, Invalid, NotFound
from parvis.core.i18n import N_
from parvis.features.charter.holds.rules import require_keeper

Kind = Literal["tenant", "member", "contribution"]
ALREADY_HELD = N_("A legal hold protects this already.")
WHICH = N_("Please give the address of the member’s file, or of the contribution.")
UNKNOWN = N_("Nothing of this space has this address.")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EXISTS = {
    "member": "SELECT id FROM member WHERE tenant_id = $1 AND id = $2",
    "contribution": "SELECT id FROM contribution WHERE tenant_id = $1 AND id = $2",
}


class HoldInput(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be kept and why. `subject` is an id, or an address that ends in one."""

    kind: Kind
    subject: Annotated[str, Meta(max_length=500)] = ""
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]


async def place(actor: Actor, given: HoldInput) -> UUID:
    """Protect a member, a contribution or the whole space from being deleted by time.

    Errors: NotFound for who may not; Invalid for a subject that is missing or not of this space;
    Conflict where a hold is on it already.
    """
    require_keeper(actor)
    subject_id = await _subject(given)
    try:
        hold_id = await db.insert(
            "legal_hold", subject_kind=given.kind, subject_id=subject_id, reason=given.reason,
            placed_by=actor.require_member(), placed_at=clock.now(),
        )  # fmt: skip
    except UniqueViolation:
        raise Conflict(ALREADY_HELD) from None
    await journal.record(
        actor, "hold.placed", subject=("legal_hold", hold_id),
        data={"kind": given.kind, "subject_id": subject_id},
    )  # fmt: skip
    return hold_id


async def _subject(given: HoldInput) -> UUID | None:
    if given.kind == "tenant":
        return None
    found = _ID.findall(given.subject.lower())
    if not found:
        raise Invalid(fields={"subject": WHICH})
    known = await db.fetch_value(_EXISTS[given.kind], UUID(found[-1]))
    if known is None:
        raise Invalid(fields={"subject": UNKNOWN})
    return UUID(str(known))


async def lift(actor: Actor, hold_id: UUID) -> None:
    """End a hold: what it protected goes when its time has come.

    Errors: NotFound for who may not, and for a hold that is not there or is lifted.
    """
    require_keeper(actor)
    lifted = await db.execute(
        "UPDATE legal_hold SET lifted_by = $3, lifted_at = $4"
        " WHERE tenant_id = $1 AND id = $2 AND lifted_at IS NULL",
        hold_id, actor.require_member(), clock.now(),
    )  # fmt: skip
    if not lifted:
        raise NotFound
    await journal.record(actor, "hold.lifted", subject=("legal_hold", hold_id))
