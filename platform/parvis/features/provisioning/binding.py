"""One person, one member: a directory's entry goes over to whom a sign-in shows it to be."""

from parvis.core import db, journal
from parvis.core.events import DirectoryMatched
from parvis.features.identity import membership
from parvis.features.provisioning import role_groups
from parvis.features.provisioning.source import BY

# Neither somebody who signed in themselves, nor a member the directory has an entry of already.
_GO_OVER = """
    UPDATE scim_user u SET member_id = $3
     WHERE u.tenant_id = $1 AND u.connection_id = $2 AND u.member_id = $4
       AND u.deleted_at IS NULL AND u.is_active
       AND NOT EXISTS (SELECT FROM identity i WHERE i.tenant_id = $1 AND i.member_id = $4)
       AND NOT EXISTS (SELECT FROM scim_user o
                        WHERE o.tenant_id = $1 AND o.connection_id = $2 AND o.member_id = $3)
 RETURNING u.id
"""
_GROUPS = """
    SELECT DISTINCT g.group_id
      FROM scim_group_member m
      JOIN scim_group g ON g.tenant_id = m.tenant_id AND g.id = m.scim_group_id
     WHERE m.tenant_id = $1 AND m.scim_user_id = $2 AND g.group_id IS NOT NULL
"""


async def go_over(event: DirectoryMatched) -> None:
    """Let the entry describe the member who signed in, with its groups; its stand-in ends.

    Else the directory would let go of the stand-in, and a session of the member would stay open.
    """
    row = await db.fetch_row(_GO_OVER, event.connection_id, event.member_id, event.stand_in)
    if row is None:
        return
    for group in await db.fetch(_GROUPS, row["id"]):
        await role_groups.settle(group["group_id"], [event.member_id, event.stand_in])
    await membership.deactivate(event.stand_in, None, BY)
    await journal.record(
        None,
        "provisioning.user_bound",
        subject=("member", event.member_id),
        data={"by": BY, "stand_in": str(event.stand_in)},
    )
