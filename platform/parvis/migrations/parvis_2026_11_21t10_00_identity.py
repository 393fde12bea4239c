"""Tenants and their hosts, members, identities and sessions.

Phase: pre-deploy. Old code runs on it: it only adds. Can run again.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parvis.core.migrate import APPEND_ONLY, script, tenant_table

ID = "2026-11-21T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Tenants and their hosts, members, identities and sessions."

GLOBAL = """
CREATE TABLE IF NOT EXISTS tenant (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text NOT NULL,
    space text NOT NULL,
    locales text[] NOT NULL CHECK (cardinality(locales) > 0),
    timezone text NOT NULL,
    theme text NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    has_meetings boolean NOT NULL DEFAULT false,
    applied_sha256 text,
    created_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS tenant_host (
    host text PRIMARY KEY CHECK (host = lower(host)),
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    is_primary boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX IF NOT EXISTS tenant_host_one_primary
    ON tenant_host (tenant_id) WHERE is_primary;
CREATE INDEX IF NOT EXISTS tenant_host_tenant ON tenant_host (tenant_id);

-- The web may read which tenants there are; only the operator's command writes them.
GRANT SELECT ON tenant, tenant_host TO parvis_app;
GRANT INSERT, UPDATE, DELETE ON tenant, tenant_host TO parvis_operator;

CREATE OR REPLACE FUNCTION tell_tenant_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('parvis_tenant', '');
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS tenant_changed ON tenant;
CREATE TRIGGER tenant_changed AFTER INSERT OR UPDATE OR DELETE ON tenant
    FOR EACH STATEMENT EXECUTE FUNCTION tell_tenant_changed();
DROP TRIGGER IF EXISTS tenant_host_changed ON tenant_host;
CREATE TRIGGER tenant_host_changed AFTER INSERT OR UPDATE OR DELETE ON tenant_host
    FOR EACH STATEMENT EXECUTE FUNCTION tell_tenant_changed();
"""

SQL = "".join([
    GLOBAL,
    tenant_table("member", """
        display_name text NOT NULL CHECK (display_name <> '')
        name_source text NOT NULL
        email text
        locale text
        capacity text NOT NULL CHECK (capacity IN
            ('client', 'adviser', 'shareholder', 'employee', 'director', 'distributor'))
        capacity_label text
        headline text
        state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'deactivated'))
        joined_at timestamptz NOT NULL
        last_seen_at timestamptz
    """),
    tenant_table("name_record", """
        member_id uuid NOT NULL → member
        display_name text NOT NULL
        source text NOT NULL
        at timestamptz NOT NULL
    """, grants=APPEND_ONLY),
    tenant_table("connection", """
        slug text NOT NULL
        label jsonb NOT NULL
        issuer text NOT NULL
        client_id text NOT NULL
        auth_method text NOT NULL CHECK (auth_method IN
            ('none', 'client_secret_basic', 'private_key_jwt'))
        secret_sealed bytea
        algorithms text[] NOT NULL
        profile text NOT NULL DEFAULT 'standard' CHECK (profile IN ('standard', 'fapi2'))
        scope text NOT NULL DEFAULT 'openid profile email'
        name_authority boolean NOT NULL
        claim_map jsonb NOT NULL DEFAULT '{}'
        admission text NOT NULL CHECK (admission IN ('invite_only', 'scim_only', 'jit'))
        is_enabled boolean NOT NULL DEFAULT true
        position integer NOT NULL DEFAULT 0
        UNIQUE (tenant_id, slug)
    """),
    tenant_table("identity", """
        connection_id uuid NOT NULL → connection
        issuer text NOT NULL
        sub text NOT NULL CHECK (length(sub) BETWEEN 1 AND 255)
        member_id uuid NOT NULL → member
        last_sign_in_at timestamptz
        UNIQUE (tenant_id, issuer, sub)
    """),
    tenant_table("login_transaction", """
        state_hash bytea NOT NULL
        browser_hash bytea NOT NULL
        connection_id uuid NOT NULL → connection
        nonce text NOT NULL
        code_verifier text NOT NULL
        next_path text NOT NULL
        created_at timestamptz NOT NULL
        expires_at timestamptz NOT NULL
        UNIQUE (tenant_id, state_hash)
    """),
    tenant_table("auth_session", """
        token_hash bytea NOT NULL
        member_id uuid NOT NULL → member
        connection_id uuid NOT NULL → connection
        issuer text NOT NULL
        sub text NOT NULL
        op_sid text
        acr text
        amr text[]
        auth_time timestamptz
        id_token_sealed bytea
        created_at timestamptz NOT NULL
        last_seen_at timestamptz NOT NULL
        idle_until timestamptz NOT NULL
        absolute_until timestamptz NOT NULL
        ended_at timestamptz
        end_reason text
        label text
        UNIQUE (tenant_id, token_hash)
    """),
    tenant_table("auth_event", """
        kind text NOT NULL
        connection_id uuid → connection
        member_id uuid → member
        reason text
        correlation_id text
        detail jsonb NOT NULL DEFAULT '{}'
        at timestamptz NOT NULL
    """, grants=APPEND_ONLY),
    tenant_table("role_group", """
        slug text NOT NULL
        title jsonb NOT NULL
        permissions text[] NOT NULL
        UNIQUE (tenant_id, slug)
    """),
    """
CREATE INDEX IF NOT EXISTS auth_session_op_sid ON auth_session (tenant_id, issuer, op_sid);
CREATE INDEX IF NOT EXISTS auth_session_sub ON auth_session (tenant_id, issuer, sub);
CREATE INDEX IF NOT EXISTS member_by_email ON member (tenant_id, email);
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
