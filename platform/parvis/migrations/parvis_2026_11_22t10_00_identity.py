"""Ways in of every kind: domains, client keys, step-up, SCIM, tokens, invitations, emergencies.

Phase: pre-deploy. Old code runs on it: it only adds. Can run again.
"""

from uuid import UUID

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parvis.core.ids import new_id
from parvis.core.migrate import for_each_tenant, script, tenant_table
from parvis.features.identity.names import name_keys

ID = "2026-11-22T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Domains, client keys, step-up, SCIM, tokens, invitations, emergency access."

CONNECTIONS = """
ALTER TABLE connection
    ADD COLUMN IF NOT EXISTS assertion_algorithm text NOT NULL DEFAULT 'ES256'
        CHECK (assertion_algorithm IN ('ES256', 'PS256', 'RS256')),
    ADD COLUMN IF NOT EXISTS assertion_audience text NOT NULL DEFAULT 'token_endpoint'
        CHECK (assertion_audience IN ('token_endpoint', 'issuer')),
    -- 'assumed' for providers that do PKCE without saying so in their metadata.
    ADD COLUMN IF NOT EXISTS pkce text NOT NULL DEFAULT 'advertised'
        CHECK (pkce IN ('advertised', 'assumed')),
    -- Whether the text "true" counts where the standard wants a boolean.
    ADD COLUMN IF NOT EXISTS texts_as_booleans boolean NOT NULL DEFAULT false,
    -- With 'jit': verified e-mail domains let in, none for all; and the groups newcomers get.
    ADD COLUMN IF NOT EXISTS admission_domains text[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS admission_groups text[] NOT NULL DEFAULT '{}',
    -- The provider's words for how sure it is, to ours: basic, strong.
    ADD COLUMN IF NOT EXISTS acr_map jsonb NOT NULL DEFAULT '{}',
    -- Trust frameworks whose verified_claims vouch for a name (OpenID Connect for IDA).
    ADD COLUMN IF NOT EXISTS trust_frameworks text[] NOT NULL DEFAULT '{}',
    -- Which claim SCIM's externalId equals.
    ADD COLUMN IF NOT EXISTS external_id_claim text NOT NULL DEFAULT 'sub';

-- Emergency access has a session without any connection.
ALTER TABLE auth_session ALTER COLUMN connection_id DROP NOT NULL;

ALTER TABLE login_transaction
    ADD COLUMN IF NOT EXISTS purpose text NOT NULL DEFAULT 'sign_in'
        CHECK (purpose IN ('sign_in', 'step_up', 'test', 'kept')),
    ADD COLUMN IF NOT EXISTS session_id uuid,
    ADD COLUMN IF NOT EXISTS max_age_seconds integer,
    ADD COLUMN IF NOT EXISTS assurance text CHECK (assurance IN ('basic', 'strong')),
    ADD COLUMN IF NOT EXISTS form_sealed bytea,
    ADD COLUMN IF NOT EXISTS invitation_id uuid;
CREATE INDEX IF NOT EXISTS login_transaction_expiry ON login_transaction (tenant_id, expires_at);

CREATE INDEX IF NOT EXISTS auth_session_of_connection
    ON auth_session (tenant_id, connection_id) WHERE ended_at IS NULL;
-- Every admin page asks whether one runs.
CREATE INDEX IF NOT EXISTS auth_session_of_emergency
    ON auth_session (tenant_id, absolute_until) WHERE connection_id IS NULL AND ended_at IS NULL;
CREATE INDEX IF NOT EXISTS auth_event_of_connection
    ON auth_event (tenant_id, connection_id, id DESC);
"""

MEMBERS = """
ALTER TABLE member
    -- A service is a program with a token; who is there for emergencies has no provider.
    ADD COLUMN IF NOT EXISTS kind text NOT NULL DEFAULT 'person'
        CHECK (kind IN ('person', 'service', 'emergency')),
    ADD COLUMN IF NOT EXISTS in_directory boolean NOT NULL DEFAULT true,
    ADD COLUMN IF NOT EXISTS register_number text,
    ADD COLUMN IF NOT EXISTS firm text,
    ADD COLUMN IF NOT EXISTS photo_key text,
    ADD COLUMN IF NOT EXISTS deactivated_at timestamptz,
    ADD COLUMN IF NOT EXISTS erased_at timestamptz;
-- Two members of one address are shown to the administrators.
CREATE INDEX IF NOT EXISTS member_by_lower_email ON member (tenant_id, lower(email));

-- What is no person takes part as a program.
ALTER TABLE member DROP CONSTRAINT IF EXISTS member_capacity_check;
ALTER TABLE member ADD CONSTRAINT member_capacity_check CHECK (capacity IN
    ('client', 'adviser', 'shareholder', 'employee', 'director', 'distributor', 'program'));

ALTER TABLE name_record
    ADD COLUMN IF NOT EXISTS framework text,
    ADD COLUMN IF NOT EXISTS level text,
    ADD COLUMN IF NOT EXISTS verified_at timestamptz;

-- Words of a profile that have to be read first travel as contributions do.
ALTER TABLE contribution DROP CONSTRAINT IF EXISTS contribution_kind_check;
ALTER TABLE contribution ADD CONSTRAINT contribution_kind_check
    CHECK (kind IN ('post', 'comment', 'question', 'profile'));
CREATE UNIQUE INDEX IF NOT EXISTS contribution_profile ON contribution (tenant_id, author_id)
    WHERE kind = 'profile' AND withdrawn_at IS NULL;
-- What somebody has published, newest first: their page, and the feed of who follows them.
CREATE INDEX IF NOT EXISTS contribution_published ON contribution (tenant_id, author_id, id DESC)
    WHERE kind = 'post' AND live_revision_id IS NOT NULL;

ALTER TABLE group_member DROP CONSTRAINT IF EXISTS group_member_source_check;
ALTER TABLE group_member ADD CONSTRAINT group_member_source_check
    CHECK (source IN ('claims', 'admin', 'scim'));
"""

# Whoever is absent, gone or no person has no row in these indexes: no scan meets them.
DIRECTORY = """
CREATE INDEX IF NOT EXISTS member_name_key_listed ON member_name_key (tenant_id, key)
    WHERE is_first AND is_listed;
CREATE INDEX IF NOT EXISTS member_name_key_capacity ON member_name_key (tenant_id, capacity, key)
    WHERE is_first AND is_listed;
CREATE INDEX IF NOT EXISTS member_name_key_word ON member_name_key (tenant_id, key)
    WHERE is_listed;

-- Members change in many places; what the directory knows of them changes here.
CREATE OR REPLACE FUNCTION list_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE member_name_key
       SET capacity = NEW.capacity,
           is_listed = NEW.kind = 'person' AND NEW.state = 'active' AND NEW.in_directory
                       AND NEW.erased_at IS NULL
     WHERE tenant_id = NEW.tenant_id AND member_id = NEW.id;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS member_listed ON member;
CREATE TRIGGER member_listed AFTER UPDATE ON member FOR EACH ROW
    WHEN ((OLD.capacity, OLD.kind, OLD.state, OLD.in_directory, OLD.erased_at)
          IS DISTINCT FROM (NEW.capacity, NEW.kind, NEW.state, NEW.in_directory, NEW.erased_at))
    EXECUTE FUNCTION list_member();
"""

SQL = "".join([
    CONNECTIONS,
    MEMBERS,
    tenant_table("client_key", """
        kid text NOT NULL
        algorithm text NOT NULL CHECK (algorithm IN ('ES256', 'PS256', 'RS256'))
        public_jwk jsonb NOT NULL
        private_sealed bytea NOT NULL
        created_at timestamptz NOT NULL
        signs_from timestamptz NOT NULL
        published_until timestamptz
        UNIQUE (tenant_id, kid)
    """),
    tenant_table("connection_domain", """
        connection_id uuid NOT NULL → connection
        domain text NOT NULL CHECK (domain = lower(domain))
        challenge text NOT NULL
        verified_by text CHECK (verified_by IN ('dns', 'operator'))
        verified_at timestamptz
        checked_at timestamptz
        problem text
        missing_since timestamptz
        created_at timestamptz NOT NULL
        UNIQUE (tenant_id, domain, connection_id)
    """),
    tenant_table("connection_test", """
        connection_id uuid NOT NULL → connection
        member_id uuid NOT NULL → member
        state text NOT NULL CHECK (state IN ('begun', 'passed', 'failed'))
        checks jsonb NOT NULL DEFAULT '[]'
        claims_sealed bytea
        created_at timestamptz NOT NULL
        ended_at timestamptz
        expires_at timestamptz NOT NULL
    """),
    "ALTER TABLE login_transaction ADD COLUMN IF NOT EXISTS test_id uuid;",
    tenant_table("logout_token", """
        connection_id uuid NOT NULL → connection
        jti_hash bytea NOT NULL
        expires_at timestamptz NOT NULL
        UNIQUE (tenant_id, connection_id, jti_hash)
    """),
    tenant_table("rate_count", """
        what text NOT NULL
        key_hash bytea NOT NULL
        window_starts timestamptz NOT NULL
        tries integer NOT NULL
        UNIQUE (tenant_id, what, key_hash, window_starts)
    """),
    tenant_table("emergency_access", """
        member_id uuid NOT NULL → member
        passphrase_hash text NOT NULL
        totp_sealed bytea NOT NULL
        last_step bigint
        is_enrolled boolean NOT NULL DEFAULT false
        enrolment_hash bytea
        enrolment_until timestamptz
        created_at timestamptz NOT NULL
        last_used_at timestamptz
        revoked_at timestamptz
        UNIQUE (tenant_id, member_id)
    """),
    tenant_table("api_token", """
        member_id uuid NOT NULL → member
        label text NOT NULL
        token_hash bytea NOT NULL
        hint text NOT NULL
        scopes text[] NOT NULL
        created_by uuid NOT NULL → member
        created_at timestamptz NOT NULL
        expires_at timestamptz NOT NULL
        last_used_at timestamptz
        revoked_at timestamptz
        revoke_reason text
        UNIQUE (tenant_id, token_hash)
    """),
    tenant_table("scim_token", """
        connection_id uuid NOT NULL → connection
        label text NOT NULL
        token_hash bytea NOT NULL
        hint text NOT NULL
        created_by uuid → member
        created_at timestamptz NOT NULL
        expires_at timestamptz NOT NULL
        last_used_at timestamptz
        revoked_at timestamptz
        UNIQUE (tenant_id, token_hash)
    """),
    tenant_table("scim_user", """
        connection_id uuid NOT NULL → connection
        member_id uuid NOT NULL → member
        user_name text NOT NULL
        user_name_key text NOT NULL
        display_name_key text NOT NULL
        external_id text
        is_active boolean NOT NULL
        ended_membership boolean NOT NULL DEFAULT false
        resource jsonb NOT NULL
        version text NOT NULL
        created_at timestamptz NOT NULL
        updated_at timestamptz NOT NULL
        deleted_at timestamptz
    """),
    # Of a deleted user the external id stays, so that who comes back is the same member.
    """
CREATE UNIQUE INDEX IF NOT EXISTS scim_user_name
    ON scim_user (tenant_id, connection_id, user_name_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX IF NOT EXISTS scim_user_external
    ON scim_user (tenant_id, connection_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS scim_user_display
    ON scim_user (tenant_id, connection_id, display_name_key) WHERE deleted_at IS NULL;
CREATE INDEX IF NOT EXISTS scim_user_updated
    ON scim_user (tenant_id, connection_id, updated_at) WHERE deleted_at IS NULL;
""",
    tenant_table("scim_user_email", """
        scim_user_id uuid NOT NULL → scim_user
        value_key text NOT NULL
        type_key text NOT NULL
        UNIQUE (tenant_id, scim_user_id, value_key, type_key)
    """),
    """
CREATE INDEX IF NOT EXISTS scim_user_email_value ON scim_user_email (tenant_id, value_key);
""",
    tenant_table("scim_group", """
        connection_id uuid NOT NULL → connection
        display_name text NOT NULL
        display_name_key text NOT NULL
        external_id text
        group_id uuid → role_group
        mapped_by uuid → member
        version text NOT NULL
        created_at timestamptz NOT NULL
        updated_at timestamptz NOT NULL
    """),
    """
CREATE INDEX IF NOT EXISTS scim_group_name
    ON scim_group (tenant_id, connection_id, display_name_key);
CREATE UNIQUE INDEX IF NOT EXISTS scim_group_external
    ON scim_group (tenant_id, connection_id, external_id) WHERE external_id IS NOT NULL;
""",
    tenant_table("scim_group_member", """
        scim_group_id uuid NOT NULL → scim_group
        scim_user_id uuid NOT NULL → scim_user
        UNIQUE (tenant_id, scim_group_id, scim_user_id)
    """),
    tenant_table("member_import", """
        started_by uuid NOT NULL → member
        connection_id uuid NOT NULL → connection
        file_name text NOT NULL
        state text NOT NULL CHECK (state IN ('waiting', 'running', 'done'))
        total integer NOT NULL
        invited integer NOT NULL DEFAULT 0
        refused integer NOT NULL DEFAULT 0
        created_at timestamptz NOT NULL
        ended_at timestamptz
    """),
    tenant_table("member_import_line", """
        import_id uuid NOT NULL → member_import
        line integer NOT NULL
        given jsonb NOT NULL
        state text NOT NULL CHECK (state IN ('waiting', 'invited', 'refused'))
        problem text
        field text
        UNIQUE (tenant_id, import_id, line)
    """),
    tenant_table("invitation", """
        connection_id uuid NOT NULL → connection
        email text NOT NULL
        token_hash bytea NOT NULL
        token_sealed bytea
        locale text
        capacity text CHECK (capacity IN
            ('client', 'adviser', 'shareholder', 'employee', 'director', 'distributor'))
        capacity_label text
        register_number text
        firm text
        groups text[] NOT NULL DEFAULT '{}'
        communities text[] NOT NULL DEFAULT '{}'
        invited_by uuid NOT NULL → member
        import_id uuid → member_import
        created_at timestamptz NOT NULL
        expires_at timestamptz NOT NULL
        sent_at timestamptz
        revoked_at timestamptz
        accepted_at timestamptz
        member_id uuid → member
        UNIQUE (tenant_id, token_hash)
    """),
    """
CREATE UNIQUE INDEX IF NOT EXISTS invitation_open ON invitation (tenant_id, connection_id, email)
    WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX IF NOT EXISTS invitation_of_member ON invitation (tenant_id, member_id);
CREATE INDEX IF NOT EXISTS member_import_waiting ON member_import_line (tenant_id, import_id, line)
    WHERE state = 'waiting';
""",
    tenant_table("member_follow", """
        follower_id uuid NOT NULL → member
        followed_id uuid NOT NULL → member
        created_at timestamptz NOT NULL
        CHECK (followed_id <> follower_id)
        UNIQUE (tenant_id, follower_id, followed_id)
    """),
    tenant_table("member_topic", """
        member_id uuid NOT NULL → member
        topic text NOT NULL
        topic_key text COLLATE "C" NOT NULL
        UNIQUE (tenant_id, member_id, topic_key)
    """),
    """
CREATE INDEX IF NOT EXISTS member_topic_key ON member_topic (tenant_id, topic_key, member_id);
""",
    tenant_table("member_contact", """
        member_id uuid NOT NULL → member
        kind text NOT NULL CHECK (kind IN ('email', 'phone', 'website', 'office'))
        value text NOT NULL
        visibility text NOT NULL CHECK (visibility IN ('nobody', 'communities', 'members'))
        UNIQUE (tenant_id, member_id, kind)
    """),
    # A key for each word of a name, that word first: the directory is read and searched along it.
    tenant_table("member_name_key", """
        member_id uuid NOT NULL → member
        key text COLLATE "C" NOT NULL
        is_first boolean NOT NULL
        capacity text NOT NULL
        is_listed boolean NOT NULL
        UNIQUE (tenant_id, key)
    """),
    DIRECTORY,
    tenant_table("profile_revision", """
        member_id uuid NOT NULL → member
        content jsonb NOT NULL
        state text NOT NULL CHECK (state IN ('live', 'held', 'refused', 'replaced'))
        created_at timestamptz NOT NULL
    """),
    tenant_table("data_export", """
        member_id uuid NOT NULL → member
        state text NOT NULL CHECK (state IN ('waiting', 'ready', 'failed', 'expired'))
        object_key text
        size_bytes bigint
        percent integer NOT NULL DEFAULT 0
        created_at timestamptz NOT NULL
        ready_at timestamptz
        expires_at timestamptz
    """),
    tenant_table("erasure", """
        member_id uuid NOT NULL → member
        state text NOT NULL CHECK (state IN ('asked', 'withdrawn', 'done'))
        asked_at timestamptz NOT NULL
        due_at timestamptz NOT NULL
        ended_at timestamptz
    """),
    """
CREATE UNIQUE INDEX IF NOT EXISTS erasure_open ON erasure (tenant_id, member_id)
    WHERE state = 'asked';
""",
])  # fmt: skip


async def forwards() -> MigrationManager:
    """Return the manager that runs this migration's SQL."""
    manager = MigrationManager(migration_id=ID, app_name="parvis", description=DESCRIPTION)
    manager.add_raw(apply)
    return manager


async def apply() -> None:
    """Create what is missing; file the names of members who were here before."""
    await script(SQL)
    await for_each_tenant(file_names)


UNFILED = """
    SELECT m.id, m.display_name, m.capacity, m.kind = 'person' AND m.state = 'active' AS is_listed
      FROM member m
     WHERE m.tenant_id = $1
       AND NOT EXISTS (SELECT FROM member_name_key k
                        WHERE k.tenant_id = $1 AND k.member_id = m.id)
     LIMIT 5000
"""
FILE = """
    INSERT INTO member_name_key (tenant_id, id, member_id, key, is_first, capacity, is_listed)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def file_names(connection: asyncpg.Connection, tenant_id: UUID) -> None:
    """File a tenant's members under the words of their names: folding is not SQL's to do."""
    while rows := await connection.fetch(UNFILED, tenant_id):
        filed = [
            (tenant_id, new_id(), row["id"], key, n == 0, row["capacity"], row["is_listed"])
            for row in rows
            for n, key in enumerate(name_keys(row["id"], row["display_name"]))
        ]
        await connection.executemany(FILE, filed)
