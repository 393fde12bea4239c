"""What the screen of legal holds shows, with what the charter says is kept how long."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.i18n import N_
from parvis.features.charter.holds.rules import require_keeper
from parvis.features.charter.in_force import in_force
from parvis.features.charter.kinds.retention import CLASSES
from parvis.features.charter.retention import periods

KINDS = {
    "tenant": N_("The whole space"),
    "member": N_("A member"),
    "contribution": N_("A contribution"),
}
SHOWN = 100


class HoldView(msgspec.Struct, frozen=True, kw_only=True):
    """One hold. `kind_label` is a msgid; `who` names the member it protects, if it is one."""

    id: UUID
    kind: str
    kind_label: str
    subject_id: UUID | None
    who: str
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str
    lifted_at: datetime | None


class KeptView(msgspec.Struct, frozen=True, kw_only=True):
    """A class of what is kept, a msgid, and for how many days."""

    name: str
    label: str
    days: int


class HoldsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Holds, those that last first, and how long everything else is kept."""

    holds: tuple[HoldView, ...]
    kept: tuple[KeptView, ...]


_HOLDS = f"""
    SELECT h.id, h.subject_kind, h.subject_id, h.reason, h.placed_at, h.lifted_at,
           coalesce(w.display_name, '') AS who, coalesce(p.display_name, '') AS placed_by,
           coalesce(l.display_name, '') AS lifted_by
      FROM legal_hold h
      LEFT JOIN member w ON w.tenant_id = h.tenant_id AND w.id = h.subject_id
      LEFT JOIN member p ON p.tenant_id = h.tenant_id AND p.id = h.placed_by
      LEFT JOIN member l ON l.tenant_id = h.tenant_id AND l.id = h.lifted_by
     WHERE h.tenant_id = $1 ORDER BY h.lifted_at DESC NULLS FIRST, h.id DESC LIMIT {SHOWN}
"""


async def holds_page(actor: Actor) -> HoldsPage:
    """Return the holds of the space. Errors: NotFound for who may not see them."""
    require_keeper(actor)
    current = await in_force(actor.tenant)
    kept = periods(current) if current is not None else {}
    rows = await db.fetch(_HOLDS)
    return HoldsPage(
        holds=tuple(_hold(row) for row in rows),
        kept=tuple(_kept(name, period) for name, period in sorted(kept.items())),
    )


def _kept(name: str, period: timedelta) -> KeptView:
    return KeptView(name=name, label=CLASSES[name], days=period.days)


def _hold(row: db.Record) -> HoldView:
    return HoldView(
        id=row["id"],
        kind=row["subject_kind"],
        kind_label=KINDS[row["subject_kind"]],
        subject_id=row["subject_id"],
        who=row["who"],
        reason=row["reason"],
        placed_by=row["placed_by"],
        placed_at=row["placed_at"],
        lifted_by=row["lifted_by"],
        lifted_at=row["lifted_at"],
    )
