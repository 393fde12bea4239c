"""Taking words and names out of append-only tables, from who asked to be forgotten.

Phase: pre-deploy. Old code runs on it: it only adds. Can run again.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parvis.core.migrate import script

ID = "2026-11-22T10:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Functions that forget names, words and letters."

# Words, names and letters stand in append-only tables: nobody alters them, and that stays so. These
# take them away, whole, from who asked to be forgotten, and can put nothing in their place.
SQL = """
CREATE OR REPLACE FUNCTION require_erasure_of(whose uuid, member uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM erasure e WHERE e.tenant_id = whose AND e.member_id = member
                      AND e.state = 'asked') THEN
        RAISE EXCEPTION 'nobody asked for this' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION forget_names(tenant_id uuid, member_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM require_erasure_of($1, $2);
    DELETE FROM name_record n WHERE n.tenant_id = $1 AND n.member_id = $2;
END $$;

-- Of a text that is kept, the revision readers see stays, else the newest.
CREATE OR REPLACE FUNCTION forget_words(tenant_id uuid, member_id uuid, kept uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM require_erasure_of($1, $2);
    UPDATE revision r SET capacity_label = NULL WHERE r.tenant_id = $1 AND r.author_id = $2;
    UPDATE revision r SET title = '', body = '', body_html = '', excerpt = '', salt = NULL
     WHERE r.tenant_id = $1 AND r.author_id = $2 AND NOT (
           r.contribution_id = ANY ($3) AND r.id = (
               SELECT coalesce(c.live_revision_id, (
                          SELECT n.id FROM revision n
                           WHERE n.tenant_id = $1 AND n.contribution_id = c.id
                           ORDER BY n.number DESC LIMIT 1))
                 FROM contribution c WHERE c.tenant_id = $1 AND c.id = r.contribution_id));
END $$;

CREATE OR REPLACE FUNCTION forget_letters(tenant_id uuid, member_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM require_erasure_of($1, $2);
    UPDATE review_cause x SET note = NULL WHERE x.tenant_id = $1 AND x.reporter_id = $2;
    UPDATE decision d SET text_sent = '…'
     WHERE d.tenant_id = $1 AND d.text_sent IS NOT NULL AND d.contribution_id IN (
           SELECT c.id FROM contribution c WHERE c.tenant_id = $1 AND c.author_id = $2);
END $$;

REVOKE ALL ON FUNCTION forget_names(uuid, uuid), forget_words(uuid, uuid, uuid[]),
    forget_letters(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_names(uuid, uuid), forget_words(uuid, uuid, uuid[]),
    forget_letters(uuid, uuid) TO parvis_app;
"""


async def forwards() -> MigrationManager:
    """Return the manager that runs this migration's SQL."""
    manager = MigrationManager(migration_id=ID, app_name="parvis", description=DESCRIPTION)
    manager.add_raw(apply)
    return manager


async def apply() -> None:
    """Create what is missing."""
    await script(SQL)
