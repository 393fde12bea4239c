"""What a firm's directory told of a member: given as a copy, and let go."""

from parvis.core import db
from parvis.core.data_rights import (
    MemberErased,
    OwnDataAsked,
)
from parvis.core.i18n import N_
from parvis.core.own_data import section

_DESCRIBED = """
    SELECT u.id, u.user_name, u.external_id, u.is_active, u.resource, u.created_at, u.updated_at
      FROM scim_user u
     WHERE u.tenant_id = $1 AND u.member_id = $2 AND u.id > $3 ORDER BY u.id LIMIT $4
"""


async def give(asked: OwnDataAsked) -> None:
    """Append the member as directories describe them."""
    asked.sections.append(
        section(
            "directory_entries",
            N_("What a directory of the firm says of you"),
            {
                "id": N_("Reference"),
                "user_name": N_("User name"),
                "external_id": N_("Reference there"),
                "is_active": N_("In use"),
                "resource": N_("Entry"),
                "created_at": N_("Since"),
                "updated_at": N_("Changed"),
            },
            _DESCRIBED,
            asked.member_id,
            json=("resource",),
        )
    )


_ENTRIES = "SELECT id FROM scim_user WHERE tenant_id = $1 AND member_id = $2"
_BELOW = ("scim_user_email", "scim_group_member")


async def let_go(event: MemberErased) -> None:
    """Delete the member's entries: a directory that still has them describes a new member."""
    for table in _BELOW:
        await db.execute(
            f"DELETE FROM {table} WHERE tenant_id = $1 AND scim_user_id IN ({_ENTRIES})",
            event.member_id,
        )
    await db.execute(
        "DELETE FROM scim_user WHERE tenant_id = $1 AND member_id = $2", event.member_id
    )


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (MemberErased, let_go),
)
