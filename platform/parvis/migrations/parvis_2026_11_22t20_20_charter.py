"""The charter at work: drafts and rehearsals, dated events, windows that switched, legal holds.

Phase: pre-deploy. Old code runs on it: it only adds. Can run again.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parvis.core.migrate import APPEND_ONLY, script, tenant_table

ID = "2026-11-22T20:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Drafts, rehearsals, dated events, window switches, legal holds."

# The application can take nothing out of these two: what its charter lets go leaves by these
# functions alone, oldest first, and nothing that a legal hold protects.
RETENTION = """
CREATE INDEX IF NOT EXISTS auth_event_by_age ON auth_event (tenant_id, at);

CREATE OR REPLACE FUNCTION require_no_hold_on_all(whose uuid, before timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF before > now() - interval '1 day' OR EXISTS (
        SELECT FROM legal_hold h WHERE h.tenant_id = whose AND h.subject_kind = 'tenant'
           AND h.lifted_at IS NULL) THEN
        RAISE EXCEPTION 'this has to be kept' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION forget_sign_ins(tenant_id uuid, before timestamptz, most integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE gone integer;
BEGIN
    PERFORM require_no_hold_on_all($1, $2);
    DELETE FROM auth_event e WHERE e.tenant_id = $1 AND e.id IN (
        SELECT x.id FROM auth_event x
         WHERE x.tenant_id = $1 AND x.at < $2 AND NOT EXISTS (
               SELECT FROM legal_hold h
                WHERE h.tenant_id = $1 AND h.lifted_at IS NULL AND h.subject_kind = 'member'
                  AND h.subject_id = x.member_id)
         ORDER BY x.at LIMIT $3);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

CREATE OR REPLACE FUNCTION forget_review_notes(tenant_id uuid, before timestamptz, most integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE gone integer;
BEGIN
    PERFORM require_no_hold_on_all($1, $2);
    UPDATE review_cause c SET note = NULL WHERE c.tenant_id = $1 AND c.id IN (
        SELECT x.id FROM review_cause x
          JOIN review_item i ON i.tenant_id = $1 AND i.id = x.item_id
         WHERE x.tenant_id = $1 AND x.note IS NOT NULL AND i.decided_at < $2 AND NOT EXISTS (
               SELECT FROM legal_hold h
                WHERE h.tenant_id = $1 AND h.lifted_at IS NULL
                  AND (h.subject_kind, h.subject_id) IN (
                      ('member', i.author_id), ('member', x.reporter_id),
                      ('contribution', i.contribution_id)))
         ORDER BY i.decided_at LIMIT $3);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

REVOKE ALL ON FUNCTION forget_sign_ins(uuid, timestamptz, integer),
    forget_review_notes(uuid, timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_sign_ins(uuid, timestamptz, integer),
    forget_review_notes(uuid, timestamptz, integer) TO parvis_app;
"""

SQL = "".join([
    tenant_table("charter_draft", """
        community_id uuid → community
        source text NOT NULL
        based_on_id uuid → charter_version
        version integer NOT NULL DEFAULT 1
        updated_by uuid NOT NULL → member
        updated_at timestamptz NOT NULL
        publish_at timestamptz
        scheduled_by uuid → member
        unpublished text CHECK (unpublished IN ('outdated', 'unsound'))
        CHECK ((publish_at IS NULL) = (scheduled_by IS NULL))
        UNIQUE NULLS NOT DISTINCT (tenant_id, community_id)
    """),
    tenant_table("charter_rehearsal", """
        community_id uuid → community
        version_id uuid → charter_version
        source text NOT NULL
        source_sha256 text NOT NULL
        days integer NOT NULL CHECK (days BETWEEN 1 AND 365)
        everywhere boolean NOT NULL
        places uuid[] NOT NULL
        state text NOT NULL
            CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled'))
        judged integer NOT NULL DEFAULT 0
        total integer
        work jsonb
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
    tenant_table("act_pace", """
        member_id uuid NOT NULL → member
        rule text NOT NULL
        moments timestamptz[] NOT NULL
        UNIQUE (tenant_id, member_id, rule)
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
-- A rehearsal reads the words of some days in the order in which they were written.
CREATE INDEX IF NOT EXISTS revision_written ON revision (tenant_id, created_at, id);
""",
    RETENTION,
])  # fmt: skip


async def forwards() -> MigrationManager:
    """Return the manager that runs this migration's SQL."""
    manager = MigrationManager(migration_id=ID, app_name="parvis", description=DESCRIPTION)
    manager.add_raw(apply)
    return manager


async def apply() -> None:
    """Create what is missing."""
    await script(SQL)
