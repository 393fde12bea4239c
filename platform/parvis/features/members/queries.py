"""How members appear to one another."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.capacities import CAPACITIES, role, worded_label
from parvis.core.errors import NotFound
from parvis.core.ids import MemberId

__all__ = ["CAPACITIES", "Author", "MemberPage", "member_page", "role"]


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote something, in the capacity they had when they wrote it.

    `role` is that capacity in words, in the reader's language unless the firm words it.
    """

    id: MemberId
    name: str
    capacity: str
    role: str


class MemberPage(msgspec.Struct, frozen=True, kw_only=True):
    """A member as every other member of the tenant sees them.

    `vouched_by` names who vouches for the name; None when it is no provider still in use.
    """

    id: MemberId
    name: str
    capacity: str
    role: str
    headline: str | None
    vouched_by: str | None
    joined_at: datetime


_MEMBER = """
    SELECT m.id, m.display_name, m.capacity, m.capacity_label, m.firm,
           m.register_number, m.headline, m.joined_at, c.label AS vouched_by
      FROM member m
      LEFT JOIN connection c ON c.tenant_id = m.tenant_id AND c.slug = m.name_source
     WHERE m.tenant_id = $1 AND m.id = $2 AND m.state = 'active'
"""


async def member_page(actor: Actor, member_id: UUID) -> MemberPage:
    """Return a member's page; raise NotFound for someone unknown or gone."""
    actor.require_member()
    row = await db.fetch_row(_MEMBER, member_id)
    if row is None:
        raise NotFound
    return MemberPage(
        id=MemberId(row["id"]),
        name=row["display_name"],
        capacity=row["capacity"],
        role=role(row["capacity"], _label(row), actor.locale),
        headline=row["headline"],
        vouched_by=_voucher(row["vouched_by"], actor.locale),
        joined_at=row["joined_at"],
    )


def _label(row: db.Record) -> str | None:
    return worded_label(row["capacity_label"], row["firm"], row["register_number"])


def _voucher(label: str | None, locale: str) -> str | None:
    texts = db.from_jsonb(label, dict[str, str]) if label else {}
    return texts.get(locale) or next(iter(texts.values()), None)
