"""What a member sees of their data rights, and what an administrator sees of a wish to go."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import clock, db, events, i18n
from parvis.core.actor import Actor
from parvis.core.data_rights import ErasureWeighed
from parvis.core.dossier import DossierOpened, DossierRow, DossierSection
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.core.permissions import Permission
from parvis.features.privacy import rules

MOST_EXPORTS = 5


class ExportView(msgspec.Struct, frozen=True, kw_only=True):
    """One archive: `state` is waiting, ready, failed or expired."""

    id: UUID
    state: str
    percent: int
    size_bytes: int | None
    created_at: datetime
    expires_at: datetime | None


class ErasureView(msgspec.Struct, frozen=True, kw_only=True):
    """A wish to be forgotten that is not carried out yet."""

    id: UUID
    asked_at: datetime
    due_at: datetime


class ProofView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that stays after an erasure, and why, in the reader's language."""

    what: str
    why: str


class DataPage(msgspec.Struct, frozen=True, kw_only=True):
    """One's archives, the wish to be forgotten, and what would stay.

    `is_last_administrator`: one cannot be forgotten before somebody else administers the space.
    """

    exports: tuple[ExportView, ...]
    erasure: ErasureView | None
    proofs: tuple[ProofView, ...]
    is_last_administrator: bool
    cooling_days: int = rules.COOLING.days
    available_days: int = rules.AVAILABLE.days


_EXPORTS = f"""
    SELECT id, percent, size_bytes, created_at, expires_at,
           CASE WHEN state = 'ready' AND expires_at <= $3 THEN 'expired'
                WHEN state = 'waiting' AND created_at < $4 THEN 'failed' ELSE state END AS state
      FROM data_export
     WHERE tenant_id = $1 AND member_id = $2
     ORDER BY id DESC LIMIT {MOST_EXPORTS}
"""


async def data_page(actor: Actor) -> DataPage:
    """Return what the actor may ask of their data, and has asked. Errors: Denied to no person."""
    member_id = await rules.require_person(actor)
    return DataPage(
        exports=await exports(actor),
        erasure=await pending_erasure(member_id),
        proofs=await _proofs(actor, member_id),
        is_last_administrator=actor.may(Permission.TENANT_MANAGE)
        and await rules.is_last_administrator(member_id),
    )


async def exports(actor: Actor) -> tuple[ExportView, ...]:
    """Return the actor's newest archives."""
    now = clock.now()
    rows = await db.fetch(_EXPORTS, actor.require_member(), now, now - rules.GIVEN_UP)
    return tuple(ExportView(**dict(row)) for row in rows)


async def pending_erasure(member_id: MemberId) -> ErasureView | None:
    """Return a member's open wish to be forgotten, for them and for administrators."""
    row = await db.fetch_row(
        "SELECT id, asked_at, due_at FROM erasure"
        " WHERE tenant_id = $1 AND member_id = $2 AND state = 'asked'",
        member_id,
    )
    return None if row is None else ErasureView(**dict(row))


async def _proofs(actor: Actor, member_id: MemberId) -> tuple[ProofView, ...]:
    weighed = ErasureWeighed(member_id=member_id)
    await events.publish(weighed)
    return tuple(
        ProofView(
            what=i18n.translate(actor.locale, proof.what, n=proof.count),
            why=i18n.translate(actor.locale, proof.why),
        )
        for proof in weighed.proofs
    )


async def tell_dossier(event: DossierOpened) -> None:
    """Let administrators know that a member is about to be forgotten."""
    if pending := await pending_erasure(event.member_id):
        text = i18n.translate(
            event.actor.locale, N_("Asked to be forgotten. Every wish is carried out when due.")
        )
        row = DossierRow(at=pending.due_at, text=text)
        event.sections.append(
            DossierSection(place=5, name="erasure", title=N_("To be forgotten"), rows=(row,))
        )
