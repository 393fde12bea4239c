"""An index of the members whom others do not see: few, and taken off the count of a community.

Phase: pre-deploy. Old code runs on it: it only adds. Can run again.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parvis.core.migrate import script

ID = "2026-11-22T20:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An index of the members whom others do not see."

SQL = """
CREATE INDEX IF NOT EXISTS member_unlisted ON member (tenant_id, id)
    WHERE NOT (kind = 'person' AND state = 'active' AND in_directory AND erased_at IS NULL);
"""


async def forwards() -> MigrationManager:
    """Return the manager that runs this migration's SQL."""
    manager = MigrationManager(migration_id=ID, app_name="parvis", description=DESCRIPTION)
    manager.add_raw(apply)
    return manager


async def apply() -> None:
    """Create what is missing."""
    await script(SQL)
