"""Nobody locks everybody out: the last way in for administrators stays open.

Decision 0014 says why it is by these who have signed in that ways are counted.
"""

from parvis.core import db
from parvis.core.errors import Conflict
from parvis.core.i18n import N_
from parvis.core.ids import ConnectionId
from parvis.features.identity.membership import (
    EMERGENCY_ADMINISTRATORS,
    enrolled_emergency_administrators,
)


class LastWayIn(Conflict):
    """Without this connection no administrator could sign in any more."""

    code = "last_way_in"
    default = N_(
        "This is the last connection through which an administrator has signed in. First sign in "
        "through another one, or have two emergency administrators enrolled."
    )


# In one order: of two administrators who close two connections at once, one comes second.
_LOCK = "SELECT FROM connection WHERE tenant_id = $1 ORDER BY id FOR UPDATE"
_WAYS = """
    SELECT DISTINCT c.id
      FROM connection c
      JOIN identity i ON i.tenant_id = c.tenant_id AND i.connection_id = c.id
      JOIN member m ON m.tenant_id = i.tenant_id AND m.id = i.member_id
      JOIN group_member gm ON gm.tenant_id = m.tenant_id AND gm.member_id = m.id
      JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
     WHERE c.tenant_id = $1 AND c.is_enabled AND i.last_sign_in_at IS NOT NULL
       AND m.state = 'active' AND m.kind = 'person' AND gm.community_id IS NULL
       AND 'tenant:manage' = ANY (g.permissions)
"""


async def check_last_way_in(connection_id: ConnectionId) -> None:
    """Raise LastWayIn when closing this connection would leave administrators no proven way in.

    Until the transaction ends, nobody else closes another. Two enrolled emergency administrators
    count as a way.
    """
    await db.fetch(_LOCK)
    ways = {row["id"] for row in await db.fetch(_WAYS)}
    if ways != {connection_id}:
        return
    if await enrolled_emergency_administrators() < EMERGENCY_ADMINISTRATORS:
        raise LastWayIn
