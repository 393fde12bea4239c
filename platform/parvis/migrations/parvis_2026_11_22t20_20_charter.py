"""The charter at work: drafts and rehearsals, dated events, windows that switched, legal holds.

Phase: pre-deploy. Old code runs on it: it only adds. Can run again.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parvis.core.migrate import APPEND_ONLY, script, tenant_table

ID = "2026-11-22T20:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Drafts, rehearsals, dated events, window switches, legal holds."

SQL = "".join([
    tenant_table("charter_draft", """
        community_id uuid → community
        source text NOT NULL
        based_on_id uuid → charter_version
        version integer NOT NULL DEFAULT 1
        updated_by uuid NOT NULL → member
        updated_at timestamptz NOT NULL
        publish_at timestamptz
        UNIQUE NULLS NOT DISTINCT (tenant_id, community_id)
    """),
    tenant_table("charter_rehearsal", """
        draft_id uuid NOT NULL → charter_draft
        source_sha256 text NOT NULL
        days integer NOT NULL CHECK (days BETWEEN 1 AND 365)
        state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed'))
        judged integer NOT NULL DEFAULT 0
        total integer
        result jsonb
        asked_by uuid NOT NULL → member
        asked_at timestamptz NOT NULL
        done_at timestamptz
    """),
    tenant_table("calendar_event", """
        name text NOT NULL
        title jsonb NOT NULL DEFAULT '{}'
        at timestamptz NOT NULL
        source text NOT NULL CHECK (source IN ('file', 'meeting', 'admin'))
        UNIQUE (tenant_id, name)
    """),
    tenant_table("window_switch", """
        charter_version_id uuid NOT NULL → charter_version
        clause_id text NOT NULL
        rule_id text NOT NULL
        is_open boolean NOT NULL
        moment timestamptz NOT NULL
        noticed_at timestamptz NOT NULL
        UNIQUE (tenant_id, charter_version_id, clause_id, rule_id, is_open, moment)
    """, grants=APPEND_ONLY),
    tenant_table("legal_hold", """
        subject_kind text NOT NULL CHECK (subject_kind IN ('tenant', 'member', 'contribution'))
        subject_id uuid
        reason text NOT NULL
        placed_by uuid → member
        placed_at timestamptz NOT NULL
        lifted_by uuid → member
        lifted_at timestamptz
    """),
    """
CREATE UNIQUE INDEX IF NOT EXISTS legal_hold_one ON legal_hold (tenant_id, subject_kind, subject_id)
    NULLS NOT DISTINCT WHERE lifted_at IS NULL;
CREATE INDEX IF NOT EXISTS charter_rehearsal_newest ON charter_rehearsal (tenant_id, id DESC);
""",
])  # fmt: skip


async def forwards() -> MigrationManager:
    """Return the manager that runs this migration's SQL."""
    manager = MigrationManager(migration_id=ID, app_name="parvis", description=DESCRIPTION)
    manager.add_raw(apply)
    return manager


async def apply() -> None:
    """Create what is missing."""
    await script(SQL)
