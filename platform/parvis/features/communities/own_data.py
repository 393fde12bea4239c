"""What communities keep of a member: where they take part."""

from parvis.core import db
from parvis.core.data_rights import (
    MemberErased,
    OwnDataAsked,
)
from parvis.core.i18n import N_
from parvis.core.own_data import section

_PLACES = """
    SELECT cm.id, c.slug, c.title, cm.standing, cm.role, cm.joined_at
      FROM community_member cm
      JOIN community c ON c.tenant_id = cm.tenant_id AND c.id = cm.community_id
     WHERE cm.tenant_id = $1 AND cm.member_id = $2 AND cm.id > $3 ORDER BY cm.id LIMIT $4
"""


async def give(asked: OwnDataAsked) -> None:
    """Append the communities the member belongs to, or asked to."""
    asked.sections.append(
        section(
            "communities",
            N_("Your communities"),
            {
                "id": N_("Reference"),
                "slug": N_("Address"),
                "title": N_("Community"),
                "standing": N_("Standing"),
                "role": N_("Role"),
                "joined_at": N_("Since"),
            },
            _PLACES,
            asked.member_id,
        )
    )


async def let_go(event: MemberErased) -> None:
    """End every membership and request."""
    await db.execute(
        "DELETE FROM community_member WHERE tenant_id = $1 AND member_id = $2", event.member_id
    )


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (MemberErased, let_go),
)
