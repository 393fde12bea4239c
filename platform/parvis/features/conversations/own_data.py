"""What conversations keep of a member beside their words: the thanks they gave."""

from parvis.core import db
from parvis.core.data_rights import (
    MemberErased,
    OwnDataAsked,
)
from parvis.core.i18n import N_
from parvis.core.own_data import section

# The post thanked for is somebody else's: its reference is given, not its words.
_THANKS = """
    SELECT r.id, r.contribution_id AS post, r.at FROM reaction r
     WHERE r.tenant_id = $1 AND r.member_id = $2 AND r.id > $3 ORDER BY r.id LIMIT $4
"""


async def give(asked: OwnDataAsked) -> None:
    """Append the thanks the member gave."""
    columns = {"id": N_("Reference"), "post": N_("Post"), "at": N_("When")}
    asked.sections.append(
        section("thanks", N_("Thanks you gave"), columns, _THANKS, asked.member_id)
    )


_LET_GO = """
    WITH gone AS (
        DELETE FROM reaction WHERE tenant_id = $1 AND member_id = $2 RETURNING contribution_id)
    UPDATE post SET thank_count = thank_count - 1
      FROM gone WHERE post.tenant_id = $1 AND post.id = gone.contribution_id
"""


async def let_go(event: MemberErased) -> None:
    """Take the member's thanks back."""
    await db.execute(_LET_GO, event.member_id)


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (MemberErased, let_go),
)
