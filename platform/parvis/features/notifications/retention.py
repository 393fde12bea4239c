"""How long notices stay that were read: as long as the charter says."""

from parvis.core import db
from parvis.core.retention import RetentionDue

_READ = """
    DELETE FROM notice WHERE tenant_id = $1 AND id IN (
        SELECT id FROM notice
         WHERE tenant_id = $1 AND read_at < $2 AND NOT member_id = ANY ($4::uuid[])
         ORDER BY id LIMIT $3)
"""


async def let_go(due: RetentionDue) -> None:
    """Delete the notices that were read long enough ago."""
    if due.name == "read_notices":
        due.gone.append(await db.execute(_READ, due.before, due.most, list(due.members)))
