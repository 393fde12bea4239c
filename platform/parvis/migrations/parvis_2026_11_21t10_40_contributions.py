"""Excerpts for cards, the last decision for authors, indexes of own posts and voices.

Phase: pre-deploy. Old code runs on it: it only adds. Can run again.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parvis.core.migrate import script

ID = "2026-11-21T10:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Excerpts, the last decision, indexes of own posts and voices."

SQL = """
-- The outcome for its newest revision; NULL while nobody decided. Its author reads it in place.
ALTER TABLE contribution ADD COLUMN IF NOT EXISTS decision text
    CHECK (decision IN ('publish', 'return', 'refuse', 'redact'));

-- A card shows the beginning of a text; made once, when it is written, not at each reading.
ALTER TABLE revision ADD COLUMN IF NOT EXISTS excerpt text NOT NULL DEFAULT '';

-- What an author has that nobody else sees: waiting, returned or refused.
CREATE INDEX IF NOT EXISTS contribution_unseen ON contribution (tenant_id, author_id, id DESC)
    WHERE live_revision_id IS NULL AND withdrawn_at IS NULL;

-- The tabs of the feed: the firm's voice, and the members'.
CREATE INDEX IF NOT EXISTS post_by_voice ON post (tenant_id, community_id, is_official, id DESC);
"""


async def forwards() -> MigrationManager:
    """Return the manager that runs this migration's SQL."""
    manager = MigrationManager(migration_id=ID, app_name="parvis", description=DESCRIPTION)
    manager.add_raw(apply)
    return manager


async def apply() -> None:
    """Create what is missing."""
    await script(SQL)
