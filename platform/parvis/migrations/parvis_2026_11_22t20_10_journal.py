"""The journal sealed: what waits for its seal, leaves, tiles of the tree, checkpoints, anchors.

Phase: pre-deploy. Old code runs on it: it only adds. Can run again.
"""

from uuid import UUID

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parvis.core.migrate import APPEND_ONLY, for_each_tenant, script, tenant_table

ID = "2026-11-22T20:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Leaves, tiles, checkpoints and anchors of the journal."

SQL = "".join([
    # Entries that no leaf stands for yet, under their own id: the seal takes them from here, so
    # that one which commits late is not missed.
    tenant_table("journal_unsealed", """
        since timestamptz NOT NULL DEFAULT now()
    """, grants="SELECT, INSERT, DELETE"),
    tenant_table("journal_leaf", """
        entry_id uuid NOT NULL → journal_entry
        position bigint NOT NULL CHECK (position >= 0)
        hash bytea NOT NULL CHECK (length(hash) = 32)
        UNIQUE (tenant_id, position)
        UNIQUE (tenant_id, entry_id)
    """, grants=APPEND_ONLY),
    # 256 hashes of one level of the tree, kept once they are complete (RFC 6962, in tiles), and
    # the one they make together: an entry of the level above.
    tenant_table("journal_tile", """
        level integer NOT NULL CHECK (level >= 0)
        index bigint NOT NULL CHECK (index >= 0)
        hashes bytea NOT NULL CHECK (length(hashes) = 8192)
        root bytea NOT NULL CHECK (length(root) = 32)
        UNIQUE (tenant_id, level, index)
    """, grants=APPEND_ONLY),
    tenant_table("journal_key", """
        name text NOT NULL
        public_key bytea NOT NULL CHECK (length(public_key) = 32)
        private_sealed bytea NOT NULL
        created_at timestamptz NOT NULL
        retired_at timestamptz
        UNIQUE (tenant_id, name)
    """),
    tenant_table("journal_checkpoint", """
        number bigint NOT NULL CHECK (number > 0)
        size bigint NOT NULL CHECK (size > 0)
        root bytea NOT NULL CHECK (length(root) = 32)
        previous bytea CHECK (length(previous) = 32)
        note text NOT NULL
        key_id uuid NOT NULL → journal_key
        at timestamptz NOT NULL
        CHECK ((number = 1) = (previous IS NULL))
        UNIQUE (tenant_id, number)
        UNIQUE (tenant_id, size)
    """, grants=APPEND_ONLY),
    tenant_table("journal_anchor", """
        checkpoint_id uuid NOT NULL → journal_checkpoint
        kind text NOT NULL CHECK (kind IN ('object', 'timestamp'))
        reference text NOT NULL
        token bytea
        chain text
        locked_until timestamptz
        at timestamptz NOT NULL
        UNIQUE (tenant_id, checkpoint_id, kind)
    """, grants=APPEND_ONLY),
    # Figures of the tenant's life, counted again every hour; none over fewer than five people.
    tenant_table("insight", """
        name text NOT NULL
        part text NOT NULL DEFAULT ''
        unit text NOT NULL CHECK (unit IN ('count', 'share', 'hours'))
        value double precision NOT NULL
        among integer NOT NULL CHECK (among >= 5)
        counted_at timestamptz NOT NULL
        UNIQUE (tenant_id, name, part)
    """),
    """
CREATE INDEX IF NOT EXISTS journal_unsealed_oldest ON journal_unsealed (tenant_id, since);

CREATE OR REPLACE FUNCTION await_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal_unsealed (tenant_id, id)
    SELECT n.tenant_id, n.id FROM written n;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS journal_entry_awaits_seal ON journal_entry;
CREATE TRIGGER journal_entry_awaits_seal AFTER INSERT ON journal_entry
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION await_seal();

DO $$ DECLARE sealed text; BEGIN
    FOREACH sealed IN ARRAY ARRAY['journal_leaf', 'journal_tile', 'journal_checkpoint',
                                  'journal_anchor'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS append_only ON %I', sealed);
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION refuse_change()', sealed);
    END LOOP;
END $$;
""",
])  # fmt: skip

_WAITING = """
    INSERT INTO journal_unsealed (tenant_id, id)
    SELECT e.tenant_id, e.id FROM journal_entry e
     WHERE e.tenant_id = $1
       AND NOT EXISTS (SELECT FROM journal_leaf l
                        WHERE l.tenant_id = $1 AND l.entry_id = e.id)
    ON CONFLICT DO NOTHING
"""


async def forwards() -> MigrationManager:
    """Return the manager that runs this migration's SQL."""
    manager = MigrationManager(migration_id=ID, app_name="parvis", description=DESCRIPTION)
    manager.add_raw(apply)
    return manager


async def apply() -> None:
    """Create what is missing; what was written before waits for its seal too."""
    await script(SQL)
    await for_each_tenant(_await_seal)


async def _await_seal(connection: asyncpg.Connection, tenant_id: UUID) -> None:
    await connection.execute(_WAITING, tenant_id)
