"""The review queue, decisions, notices, the journal and queued jobs.

Phase: pre-deploy. Old code runs on it: it only adds. Can run again.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from procrastinate.schema import SchemaManager

from parvis.core.migrate import APPEND_ONLY, exists, script, tenant_table

ID = "2026-11-21T10:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The review queue, decisions, notices, the journal and queued jobs."

SQL = "".join([
    tenant_table("review_item", """
        contribution_id uuid NOT NULL → contribution
        revision_id uuid NOT NULL → revision
        kind text NOT NULL CHECK (kind IN ('new', 'edit', 'flag'))
        contribution_kind text NOT NULL
        place_id uuid NOT NULL
        author_id uuid NOT NULL → member
        status text NOT NULL CHECK (status IN
            ('open', 'claimed', 'waiting_author', 'escalated', 'decided', 'withdrawn'))
        due_at timestamptz NOT NULL
        version integer NOT NULL DEFAULT 1
        claimed_by uuid → member
        claim_expires_at timestamptz
        created_at timestamptz NOT NULL
        decided_at timestamptz
    """),
    tenant_table("review_cause", """
        item_id uuid NOT NULL → review_item
        source text NOT NULL CHECK (source IN ('rule', 'report', 'label'))
        clause_id text
        rule_id text
        effect text
        field text
        span jsonb
        reporter_id uuid → member
        note text
        at timestamptz NOT NULL
    """, grants=APPEND_ONLY),
    tenant_table("decision", """
        item_id uuid NOT NULL → review_item
        contribution_id uuid NOT NULL → contribution
        revision_id uuid NOT NULL → revision
        decided_by uuid NOT NULL → member
        action text NOT NULL CHECK (action IN
            ('publish', 'return', 'refuse', 'redact', 'escalate'))
        clause_id text
        charter_version_id uuid → charter_version
        facts text
        statement jsonb
        text_sent text
        source_type text NOT NULL DEFAULT 'SOURCE_VOLUNTARY'
        automated_detection boolean NOT NULL
        automated_decision text NOT NULL DEFAULT 'AUTOMATED_DECISION_NOT_AUTOMATED'
        visibility_code text
        ground_code text
        category_code text
        redress_until timestamptz
        at timestamptz NOT NULL
        CHECK (action NOT IN ('refuse', 'redact', 'return') OR (
            clause_id IS NOT NULL AND charter_version_id IS NOT NULL
            AND length(trim(facts)) BETWEEN 1 AND 5000 AND length(trim(text_sent)) > 0))
        CHECK (action NOT IN ('refuse', 'redact') OR (
            statement ?& ARRAY['restriction', 'scope', 'facts', 'source', 'automated_means',
                               'ground', 'redress']
            AND visibility_code IS NOT NULL AND ground_code IS NOT NULL
            AND category_code IS NOT NULL AND redress_until IS NOT NULL))
    """, grants=APPEND_ONLY),
    tenant_table("notice", """
        member_id uuid NOT NULL → member
        kind text NOT NULL
        subject_kind text NOT NULL
        subject_id uuid NOT NULL
        data jsonb NOT NULL DEFAULT '{}'
        dedupe text NOT NULL
        created_at timestamptz NOT NULL
        read_at timestamptz
        mailed_at timestamptz
        UNIQUE (tenant_id, dedupe)
    """),
    tenant_table("journal_entry", """
        actor_id uuid → member
        act text NOT NULL
        subject_kind text
        subject_id uuid
        data jsonb NOT NULL
        at timestamptz NOT NULL
    """, grants=APPEND_ONLY),
    """
-- One open item a target: a second cause joins it, never a twin (moderation.md).
CREATE UNIQUE INDEX IF NOT EXISTS review_item_one_open ON review_item (tenant_id, contribution_id)
    WHERE status NOT IN ('decided', 'withdrawn');
CREATE INDEX IF NOT EXISTS review_item_due ON review_item (tenant_id, status, due_at, id);
CREATE INDEX IF NOT EXISTS notice_inbox ON notice (tenant_id, member_id, id DESC);
CREATE INDEX IF NOT EXISTS notice_unread ON notice (tenant_id, member_id) WHERE read_at IS NULL;
CREATE INDEX IF NOT EXISTS journal_entry_story
    ON journal_entry (tenant_id, subject_kind, subject_id, id);
CREATE INDEX IF NOT EXISTS journal_entry_actor ON journal_entry (tenant_id, actor_id, id DESC);
CREATE INDEX IF NOT EXISTS journal_entry_act ON journal_entry (tenant_id, act, id DESC);

-- The journal is append-only by grants; the owner cannot forget itself either.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER IF EXISTS journal_entry_append_only ON journal_entry;
CREATE TRIGGER journal_entry_append_only BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
""",
])  # fmt: skip

JOBS_GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events,
    procrastinate_periodic_defers, procrastinate_workers TO parvis_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO parvis_app;
"""


async def forwards() -> MigrationManager:
    """Return the manager that runs this migration's SQL."""
    manager = MigrationManager(migration_id=ID, app_name="parvis", description=DESCRIPTION)
    manager.add_raw(apply)
    return manager


async def apply() -> None:
    """Create what is missing; Procrastinate's own schema comes from its package."""
    await script(SQL)
    if not await exists("procrastinate_jobs"):
        await script(SchemaManager.get_schema())
    await script(JOBS_GRANTS)
