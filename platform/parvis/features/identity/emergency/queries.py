"""Who could come in without any provider: for the administrators' screen and the operator."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import db


class EmergencyAdministrator(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with emergency access; until they have enrolled they cannot sign in."""

    id: UUID
    name: str
    email: str
    is_enrolled: bool
    created_at: datetime
    last_used_at: datetime | None


_ALL = """
    SELECT m.id, m.display_name AS name, m.email, a.is_enrolled, a.created_at, a.last_used_at
      FROM emergency_access a
      JOIN member m ON m.tenant_id = a.tenant_id AND m.id = a.member_id
     WHERE a.tenant_id = $1 AND a.revoked_at IS NULL
     ORDER BY m.display_name, m.id LIMIT 50
"""


async def emergency_administrators() -> tuple[EmergencyAdministrator, ...]:
    """Return everybody with emergency access, by name."""
    rows = await db.fetch(_ALL)
    return tuple(msgspec.convert(dict(row), EmergencyAdministrator) for row in rows)
