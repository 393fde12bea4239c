"""Moderation that can be defended: more kinds of items, sanctions, notices, appeals, letters.

Phase: post-deploy. The index on which older code joins a second cause to an open item is replaced.
Can run again.
"""

from uuid import UUID

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parvis.core.migrate import APPEND_ONLY, for_each_tenant, script, tenant_fk, tenant_table

ID = "2026-11-22T20:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Items of every kind, sanctions, legal notices, appeals, canned reasons."

NEW_TABLES = "".join([
    tenant_table("legal_notice", """
        reference text NOT NULL
        token_hash bytea NOT NULL
        token_sealed bytea
        address text NOT NULL
        contribution_id uuid → contribution
        revision_id uuid → revision
        category text NOT NULL
        keyword text
        reasons text NOT NULL CHECK (length(trim(reasons)) BETWEEN 1 AND 5000)
        law text
        good_faith boolean NOT NULL CHECK (good_faith)
        is_trusted_flagger boolean NOT NULL DEFAULT false
        notifier_name text
        notifier_email text
        notifier_hash bytea
        member_id uuid → member
        locale text NOT NULL
        status text NOT NULL CHECK (status IN ('received', 'decided'))
        received_at timestamptz NOT NULL
        acknowledged_at timestamptz
        confirmed_at timestamptz
        decision_id uuid → decision
        decided_at timestamptz
        told_at timestamptz
        is_unfounded boolean NOT NULL DEFAULT false
        CHECK ((status = 'decided') = (decision_id IS NOT NULL AND decided_at IS NOT NULL))
        UNIQUE (tenant_id, reference)
    """),
    tenant_table("appeal", """
        decision_id uuid NOT NULL → decision
        first_decider uuid → member
        member_id uuid → member
        legal_notice_id uuid → legal_notice
        text text NOT NULL CHECK (length(trim(text)) BETWEEN 1 AND 5000)
        locale text NOT NULL
        filed_at timestamptz NOT NULL
        outcome text CHECK (outcome IN ('upheld', 'reversed', 'withdrawn'))
        outcome_decision_id uuid → decision
        decided_by uuid → member
        decided_at timestamptz
        told_at timestamptz
        CHECK (num_nonnulls(member_id, legal_notice_id) = 1)
        CHECK (decided_by IS NULL OR decided_by IS DISTINCT FROM first_decider)
        CHECK ((outcome IN ('upheld', 'reversed')) IS NOT TRUE
            OR (decided_by IS NOT NULL AND outcome_decision_id IS NOT NULL))
        UNIQUE NULLS NOT DISTINCT (tenant_id, decision_id, member_id, legal_notice_id)
    """),
    tenant_table("sanction", """
        member_id uuid NOT NULL → member
        kind text NOT NULL CHECK (kind IN ('warning', 'read_only', 'suspension'))
        place_id uuid
        decision_id uuid NOT NULL → decision
        charter_version_id uuid NOT NULL → charter_version
        clause_id text NOT NULL
        starts_at timestamptz NOT NULL
        until timestamptz
        lifted_at timestamptz
        lifted_by_decision_id uuid → decision
        CHECK (kind <> 'warning' OR until IS NULL)
        CHECK (until IS NULL OR until > starts_at)
    """),
    tenant_table("review_preference", """
        member_id uuid NOT NULL → member
        digests boolean NOT NULL
        UNIQUE (tenant_id, member_id)
    """),
    tenant_table("canned_reason", """
        clause_id text NOT NULL
        action text NOT NULL
        locale text NOT NULL
        title text NOT NULL
        body text NOT NULL
        updated_by uuid → member
        updated_at timestamptz NOT NULL
        UNIQUE (tenant_id, clause_id, action, locale, title)
    """),
    tenant_table("notice_measure", """
        notifier_hash bytea NOT NULL
        kind text NOT NULL CHECK (kind IN ('warning', 'suspension'))
        legal_notice_id uuid NOT NULL → legal_notice
        facts text NOT NULL CHECK (length(trim(facts)) BETWEEN 1 AND 2000)
        decided_by uuid NOT NULL → member
        until timestamptz
        at timestamptz NOT NULL
        CHECK ((kind = 'suspension') = (until IS NOT NULL))
    """, grants=APPEND_ONLY),
    tenant_table("transparency_report", """
        year integer NOT NULL CHECK (year BETWEEN 2020 AND 2200)
        version integer NOT NULL CHECK (version >= 1)
        figures jsonb NOT NULL
        published_by uuid NOT NULL → member
        published_at timestamptz NOT NULL
        UNIQUE (tenant_id, year, version)
    """, grants=APPEND_ONLY),
])  # fmt: skip

CHANGES = f"""
ALTER TABLE review_item
    ALTER COLUMN contribution_id DROP NOT NULL,
    ALTER COLUMN revision_id DROP NOT NULL,
    ALTER COLUMN contribution_kind DROP NOT NULL,
    ALTER COLUMN place_id DROP NOT NULL,
    ALTER COLUMN author_id DROP NOT NULL,
    -- What is judged: a contribution, or a notice about a place we could not find, a decision
    -- under appeal, a member. One open item a target, whatever it is.
    ADD COLUMN IF NOT EXISTS target_kind text NOT NULL DEFAULT 'contribution'
        CHECK (target_kind IN ('contribution', 'legal_notice', 'decision', 'member', 'community')),
    ADD COLUMN IF NOT EXISTS target_id uuid
        GENERATED ALWAYS AS (coalesce(other_target_id, contribution_id)) STORED,
    -- Who judges it: moderators; compliance for legal notices; the tenant admin for what concerns
    -- a moderator.
    ADD COLUMN IF NOT EXISTS audience text NOT NULL DEFAULT 'moderators'
        CHECK (audience IN ('moderators', 'compliance', 'tenant_admin')),
    ADD COLUMN IF NOT EXISTS escalated_at timestamptz,
    -- How many members reported it.
    ADD COLUMN IF NOT EXISTS reports integer NOT NULL DEFAULT 0,
    -- When its time was found to be over: that is told once.
    ADD COLUMN IF NOT EXISTS overdue_at timestamptz,
    DROP CONSTRAINT IF EXISTS review_item_kind_check,
    ADD CONSTRAINT review_item_kind_check CHECK (kind IN
        ('new', 'edit', 'flag', 'legal_notice', 'join', 'profile', 'upload', 'message_report',
         'recommendation', 'appeal', 'member')),
    DROP CONSTRAINT IF EXISTS review_item_target,
    ADD CONSTRAINT review_item_target CHECK (target_id IS NOT NULL
        AND (target_kind <> 'contribution'
             OR (contribution_id IS NOT NULL AND revision_id IS NOT NULL AND author_id IS NOT NULL
                 AND place_id IS NOT NULL AND contribution_kind IS NOT NULL)));
DROP INDEX IF EXISTS review_item_one_open;
CREATE UNIQUE INDEX IF NOT EXISTS review_item_one_open_target
    ON review_item (tenant_id, target_kind, target_id)
    WHERE status NOT IN ('decided', 'withdrawn');
-- The lists of the queue: oldest due first, of the whole tenant, of one place, of one holder; and
-- what was decided, newest first.
CREATE INDEX IF NOT EXISTS review_item_waiting ON review_item (tenant_id, due_at, id)
    WHERE status IN ('open', 'claimed', 'escalated');
CREATE INDEX IF NOT EXISTS review_item_waiting_place
    ON review_item (tenant_id, place_id, due_at, id)
    WHERE status IN ('open', 'claimed', 'escalated');
CREATE INDEX IF NOT EXISTS review_item_waiting_kind ON review_item (tenant_id, kind, due_at, id)
    WHERE status IN ('open', 'claimed', 'escalated');
CREATE INDEX IF NOT EXISTS review_item_held_by ON review_item (tenant_id, claimed_by, due_at, id)
    WHERE claimed_by IS NOT NULL;
CREATE INDEX IF NOT EXISTS review_item_reported ON review_item (tenant_id, due_at, id)
    WHERE reports > 0 AND status IN ('open', 'claimed');
CREATE INDEX IF NOT EXISTS review_item_decided ON review_item (tenant_id, decided_at DESC, id DESC)
    WHERE decided_at IS NOT NULL;

ALTER TABLE review_cause
    ADD COLUMN IF NOT EXISTS legal_notice_id uuid,
    ADD COLUMN IF NOT EXISTS confidence real CHECK (confidence BETWEEN 0 AND 1),
    DROP CONSTRAINT IF EXISTS review_cause_source_check,
    ADD CONSTRAINT review_cause_source_check
        CHECK (source IN ('rule', 'report', 'label', 'notice', 'appeal'));
{tenant_fk("review_cause", "legal_notice_id", "legal_notice")}

ALTER TABLE decision
    ALTER COLUMN item_id DROP NOT NULL,
    ALTER COLUMN contribution_id DROP NOT NULL,
    ALTER COLUMN revision_id DROP NOT NULL,
    -- A rule decided when nobody did: then its id stands here.
    ALTER COLUMN decided_by DROP NOT NULL,
    ADD COLUMN IF NOT EXISTS decided_by_rule text,
    -- Whom it concerns: the author, the member who is sanctioned.
    ADD COLUMN IF NOT EXISTS member_id uuid,
    ADD COLUMN IF NOT EXISTS ground text CHECK (ground IN ('clause', 'law')),
    ADD COLUMN IF NOT EXISTS law text,
    ADD COLUMN IF NOT EXISTS territory text[] NOT NULL DEFAULT '{{}}',
    ADD COLUMN IF NOT EXISTS until timestamptz,
    ADD COLUMN IF NOT EXISTS provision_code text,
    ADD COLUMN IF NOT EXISTS account_code text,
    -- The decision that this one takes back.
    ADD COLUMN IF NOT EXISTS reverses_id uuid,
    -- What the journal keeps of facts and letter, and what makes it unguessable once it is gone.
    ADD COLUMN IF NOT EXISTS digest text,
    ADD COLUMN IF NOT EXISTS salt bytea,
    DROP CONSTRAINT IF EXISTS decision_action_check,
    ADD CONSTRAINT decision_action_check CHECK (action IN
        ('publish', 'keep', 'return', 'refuse', 'redact', 'escalate', 'restore', 'uphold',
         'reverse', 'dismiss', 'warn', 'read_only', 'suspend', 'lift', 'admit', 'decline')),
    DROP CONSTRAINT IF EXISTS decision_check,
    DROP CONSTRAINT IF EXISTS decision_check1,
    DROP CONSTRAINT IF EXISTS decision_decider,
    DROP CONSTRAINT IF EXISTS decision_reasons,
    DROP CONSTRAINT IF EXISTS decision_statement,
    ADD CONSTRAINT decision_decider CHECK (num_nonnulls(decided_by, decided_by_rule) >= 1),
    -- Whoever is restricted reads why, on which ground of the charter or of the law.
    ADD CONSTRAINT decision_reasons CHECK (
        action NOT IN ('refuse', 'redact', 'return', 'warn', 'read_only', 'suspend') OR (
            ((clause_id IS NOT NULL AND charter_version_id IS NOT NULL)
                OR (ground = 'law' AND length(trim(law)) > 0)) IS TRUE
            AND (length(trim(facts)) BETWEEN 1 AND 5000) IS TRUE
            AND (length(trim(text_sent)) > 0) IS TRUE)),
    -- The statement of reasons of article 17, whole or not at all.
    ADD CONSTRAINT decision_statement CHECK (
        action NOT IN ('refuse', 'redact', 'read_only', 'suspend') OR (
            (statement ?& ARRAY['restriction', 'scope', 'facts', 'source', 'automated_means',
                                'ground', 'redress']) IS TRUE
            AND num_nonnulls(visibility_code, provision_code, account_code) >= 1
            AND ground_code IS NOT NULL AND category_code IS NOT NULL
            AND redress_until IS NOT NULL));
{tenant_fk("decision", "member_id", "member")}
{tenant_fk("decision", "reverses_id", "decision")}
CREATE UNIQUE INDEX IF NOT EXISTS decision_reversed_once ON decision (tenant_id, reverses_id)
    WHERE reverses_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS decision_newest ON decision (tenant_id, id DESC);
CREATE INDEX IF NOT EXISTS decision_of_member ON decision (tenant_id, member_id, id DESC);
CREATE INDEX IF NOT EXISTS decision_until ON decision (tenant_id, until) WHERE until IS NOT NULL;
ALTER TABLE notice ADD COLUMN IF NOT EXISTS mail_claimed_at timestamptz;
CREATE INDEX IF NOT EXISTS sanction_in_force ON sanction (tenant_id, member_id, kind)
    WHERE lifted_at IS NULL;
CREATE INDEX IF NOT EXISTS decision_at ON decision (tenant_id, at);
CREATE INDEX IF NOT EXISTS legal_notice_token ON legal_notice (tenant_id, token_hash);
CREATE INDEX IF NOT EXISTS legal_notice_notifier ON legal_notice (tenant_id, notifier_hash)
    WHERE notifier_hash IS NOT NULL;
CREATE INDEX IF NOT EXISTS legal_notice_received ON legal_notice (tenant_id, received_at);
CREATE INDEX IF NOT EXISTS notice_measure_notifier ON notice_measure (tenant_id, notifier_hash);
CREATE INDEX IF NOT EXISTS appeal_filed ON appeal (tenant_id, filed_at);
CREATE INDEX IF NOT EXISTS appeal_open ON appeal (tenant_id, filed_at) WHERE outcome IS NULL;
"""
FORGETTING = """
-- Letters about a member's account, and answers to their appeals, are about no contribution.
CREATE OR REPLACE FUNCTION forget_letters(tenant_id uuid, member_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM require_erasure_of($1, $2);
    UPDATE review_cause x SET note = NULL WHERE x.tenant_id = $1 AND x.reporter_id = $2;
    UPDATE decision d SET text_sent = '…', salt = NULL
     WHERE d.tenant_id = $1 AND d.text_sent IS NOT NULL AND (d.member_id = $2
           OR d.contribution_id IN (
              SELECT c.id FROM contribution c WHERE c.tenant_id = $1 AND c.author_id = $2));
END $$;
"""
# What was reported before is counted; each tenant for itself, as the policies want it.
_COUNTED = """
    UPDATE review_item i SET reports = (
           SELECT count(*) FROM review_cause x
            WHERE x.tenant_id = $1 AND x.item_id = i.id AND x.source = 'report')
     WHERE i.tenant_id = $1 AND i.reports = 0
       AND EXISTS (SELECT FROM review_cause x
                    WHERE x.tenant_id = $1 AND x.item_id = i.id AND x.source = 'report')
"""
ITEM_TARGET = "ALTER TABLE review_item ADD COLUMN IF NOT EXISTS other_target_id uuid;"


async def forwards() -> MigrationManager:
    """Return the manager that runs this migration's SQL."""
    manager = MigrationManager(migration_id=ID, app_name="parvis", description=DESCRIPTION)
    manager.add_raw(apply)
    return manager


async def apply() -> None:
    """Create what is missing."""
    await script(NEW_TABLES)
    await script(ITEM_TARGET)
    await script(CHANGES)
    await script(FORGETTING)
    await for_each_tenant(_count_reports)


async def _count_reports(connection: asyncpg.Connection, tenant_id: UUID) -> None:
    await connection.execute(_COUNTED, tenant_id)
