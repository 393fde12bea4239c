"""Who reads the journal is told when it no longer is what was sealed."""

from parvis.core import db
from parvis.core.events_seal import JournalBroken
from parvis.core.permissions import Permission
from parvis.features.notifications.actions import tell
from parvis.features.notifications.sentences_seal import KIND, SUBJECT

_READERS = """
    SELECT DISTINCT m.id FROM member m
      JOIN group_member x ON x.tenant_id = m.tenant_id AND x.member_id = m.id
      JOIN role_group g ON g.tenant_id = x.tenant_id AND g.id = x.group_id
     WHERE m.tenant_id = $1 AND m.state = 'active' AND $2 = ANY (g.permissions)
"""


async def tell_broken(event: JournalBroken) -> None:
    """Tell each reader of the journal, once a day."""
    for reader in await db.fetch(_READERS, Permission.JOURNAL_READ):
        await tell(
            reader["id"],
            KIND,
            subject=(SUBJECT, db.current_tenant()),
            data={"count": event.problems},
            dedupe=f"{KIND}/{event.day.isoformat()}/{reader['id']}",
        )
