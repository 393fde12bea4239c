"""What privacy itself keeps of a member: what they asked of their data."""

from parvis.core import db
from parvis.core.data_rights import (
    MemberErased,
    OwnDataAsked,
)
from parvis.core.i18n import N_
from parvis.core.own_data import section

_EXPORTS = """
    SELECT e.id, e.state, e.size_bytes, e.created_at, e.ready_at, e.expires_at FROM data_export e
     WHERE e.tenant_id = $1 AND e.member_id = $2 AND e.id > $3 ORDER BY e.id LIMIT $4
"""
_ERASURES = """
    SELECT e.id, e.state, e.asked_at, e.due_at, e.ended_at FROM erasure e
     WHERE e.tenant_id = $1 AND e.member_id = $2 AND e.id > $3 ORDER BY e.id LIMIT $4
"""


async def give(asked: OwnDataAsked) -> None:
    """Append the member's archives and wishes to be forgotten."""
    exports = {
        "id": N_("Reference"),
        "state": N_("State"),
        "size_bytes": N_("Bytes"),
        "created_at": N_("When"),
        "ready_at": N_("Ready"),
        "expires_at": N_("Valid until"),
    }
    erasures = {
        "id": N_("Reference"),
        "state": N_("State"),
        "asked_at": N_("When"),
        "due_at": N_("Due"),
        "ended_at": N_("Ended"),
    }
    who = asked.member_id
    asked.sections.extend(
        [
            section("exports", N_("Copies of your data"), exports, _EXPORTS, who),
            section("erasures", N_("Wishes to be forgotten"), erasures, _ERASURES, who),
        ]
    )


async def let_go(event: MemberErased) -> None:
    """Delete the member's archives. The wish to be forgotten stays: it proves what was done."""
    rows = await db.fetch(
        "DELETE FROM data_export WHERE tenant_id = $1 AND member_id = $2 RETURNING object_key",
        event.member_id,
    )
    event.objects.extend(row["object_key"] for row in rows if row["object_key"])


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (MemberErased, let_go),
)
