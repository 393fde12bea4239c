"""Communities, charter versions, contributions and their revisions.

Phase: pre-deploy. Old code runs on it: it only adds. Can run again.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parvis.core.migrate import APPEND_ONLY, script, tenant_table

ID = "2026-11-21T10:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Communities, charter versions, contributions and their revisions."

SQL = "".join([
    tenant_table("community", """
        slug text NOT NULL
        title text NOT NULL
        description text NOT NULL DEFAULT ''
        visibility text NOT NULL CHECK (visibility IN ('open', 'listed', 'secret'))
        joining text NOT NULL CHECK (joining IN ('free', 'request', 'invitation'))
        kind text NOT NULL CHECK (kind IN ('business', 'social'))
        official boolean NOT NULL DEFAULT false
        position integer NOT NULL DEFAULT 0
        created_at timestamptz NOT NULL
        UNIQUE (tenant_id, slug)
    """),
    tenant_table("community_member", """
        community_id uuid NOT NULL → community
        member_id uuid NOT NULL → member
        standing text NOT NULL CHECK (standing IN ('member', 'pending', 'invited'))
        role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'manager'))
        joined_at timestamptz NOT NULL
        UNIQUE (tenant_id, community_id, member_id)
    """),
    tenant_table("group_member", """
        group_id uuid NOT NULL → role_group
        member_id uuid NOT NULL → member
        community_id uuid → community
        source text NOT NULL CHECK (source IN ('claims', 'admin'))
        UNIQUE NULLS NOT DISTINCT (tenant_id, group_id, member_id, community_id)
    """),
    tenant_table("charter_version", """
        community_id uuid → community
        number integer NOT NULL CHECK (number > 0)
        is_material boolean NOT NULL
        source text NOT NULL
        document jsonb NOT NULL
        sha256 text NOT NULL
        published_by uuid → member
        published_at timestamptz NOT NULL
        effective_at timestamptz NOT NULL
        grace_until timestamptz
        UNIQUE NULLS NOT DISTINCT (tenant_id, community_id, number)
    """, grants=APPEND_ONLY),
    tenant_table("charter_acceptance", """
        version_id uuid NOT NULL → charter_version
        member_id uuid NOT NULL → member
        decision text NOT NULL CHECK (decision IN ('accepted', 'refused', 'withdrawn'))
        locale text NOT NULL
        sha256 text NOT NULL
        how text NOT NULL CHECK (how IN ('interstitial', 'join', 'api', 'after_warning'))
        session_id uuid
        at timestamptz NOT NULL
    """, grants=APPEND_ONLY),
    tenant_table("contribution", """
        kind text NOT NULL CHECK (kind IN ('post', 'comment', 'question'))
        author_id uuid NOT NULL → member
        place_id uuid NOT NULL
        parent_id uuid → contribution
        live_revision_id uuid
        created_at timestamptz NOT NULL
        withdrawn_at timestamptz
    """),
    tenant_table("revision", """
        contribution_id uuid NOT NULL → contribution
        number integer NOT NULL CHECK (number > 0)
        title text NOT NULL DEFAULT ''
        body text NOT NULL DEFAULT ''
        body_html text NOT NULL DEFAULT ''
        author_id uuid NOT NULL → member
        capacity text NOT NULL
        capacity_label text
        salt bytea
        digest text NOT NULL
        marks jsonb NOT NULL DEFAULT '[]'
        charter_version_id uuid → charter_version
        created_at timestamptz NOT NULL
        UNIQUE (tenant_id, contribution_id, number)
    """, grants=APPEND_ONLY),
    tenant_table("post", """
        community_id uuid NOT NULL → community
        post_kind text NOT NULL CHECK (post_kind IN ('discussion', 'question', 'announcement'))
        is_official boolean NOT NULL DEFAULT false
        comment_count integer NOT NULL DEFAULT 0 CHECK (comment_count >= 0)
        thank_count integer NOT NULL DEFAULT 0 CHECK (thank_count >= 0)
    """),
    tenant_table("reaction", """
        contribution_id uuid NOT NULL → contribution
        member_id uuid NOT NULL → member
        kind text NOT NULL CHECK (kind IN ('thanks'))
        at timestamptz NOT NULL
        UNIQUE (tenant_id, contribution_id, member_id, kind)
    """),
    """
-- What readers see: live contributions of a place, newest first. Held ones are not in it.
CREATE INDEX IF NOT EXISTS contribution_live ON contribution (tenant_id, place_id, kind, id DESC)
    WHERE live_revision_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS contribution_replies ON contribution (tenant_id, parent_id, id)
    WHERE live_revision_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS contribution_own ON contribution (tenant_id, author_id, id DESC);
CREATE INDEX IF NOT EXISTS community_member_of
    ON community_member (tenant_id, member_id, community_id);
CREATE INDEX IF NOT EXISTS charter_acceptance_latest
    ON charter_acceptance (tenant_id, member_id, version_id, id DESC);
DO $$ BEGIN
    ALTER TABLE post ADD CONSTRAINT post_contribution_fkey
        FOREIGN KEY (tenant_id, id) REFERENCES contribution (tenant_id, id);
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN
    ALTER TABLE contribution ADD CONSTRAINT contribution_live_revision_fkey
        FOREIGN KEY (tenant_id, live_revision_id) REFERENCES revision (tenant_id, id);
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
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
