"""General meetings: deadlines, submissions, questions and answers.

Phase: pre-deploy. Old code runs on it: it only adds. Can run again.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parvis.core.migrate import APPEND_ONLY, script, tenant_table

ID = "2026-11-21T10:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "General meetings: deadlines, submissions, questions and answers."

DELIVERY = """('draft', 'submitted', 'eligibility_pending', 'curable', 'eligible', 'ineligible',
    'admitted_statutory', 'admitted_free', 'triaged', 'clustered', 'routed', 'drafting',
    'legal_review', 'board_review', 'published', 'corrected', 'reserved_for_meeting',
    'answered_orally', 'refused', 'withdrawn')"""
VISIBILITY = """('private', 'pending', 'visible', 'visible_redacted', 'held', 'restricted',
    'appeal', 'upheld', 'reversed', 'labelled', 'archived')"""

SQL = "".join([
    tenant_table("meeting", """
        slug text NOT NULL
        title jsonb NOT NULL
        preset text NOT NULL
        mode text
        seat text
        starts_at timestamptz NOT NULL
        meeting_date date NOT NULL
        timezone text NOT NULL
        place jsonb NOT NULL
        state text NOT NULL CHECK (state IN ('draft', 'open', 'closed', 'held'))
        statutory_channel jsonb
        opens_at timestamptz NOT NULL
        statutory_until timestamptz
        free_until timestamptz NOT NULL
        topics jsonb NOT NULL DEFAULT '[]'
        selection_policy jsonb NOT NULL DEFAULT '{}'
        board_review boolean NOT NULL DEFAULT false
        quiet_until timestamptz
        question_count integer NOT NULL DEFAULT 0
        created_at timestamptz NOT NULL
        UNIQUE (tenant_id, slug)
    """),
    tenant_table("meeting_deadline", """
        meeting_id uuid NOT NULL → meeting
        rule_id text NOT NULL
        mode text
        local_at text NOT NULL
        utc_at timestamptz NOT NULL
        last_day date
        basis text NOT NULL
        trace jsonb NOT NULL
        rules_version text NOT NULL
        frozen_at timestamptz NOT NULL
    """),
    tenant_table("meeting_document", """
        meeting_id uuid NOT NULL → meeting
        title text NOT NULL
        object_key text NOT NULL
        media_type text NOT NULL
        size_bytes bigint NOT NULL
        sha256 text NOT NULL
        published_at timestamptz NOT NULL
    """),
    tenant_table("submission", """
        meeting_id uuid NOT NULL → meeting
        member_id uuid NOT NULL → member
        via text NOT NULL CHECK (via IN ('platform', 'letter'))
        sent_at timestamptz NOT NULL
        received_at timestamptz NOT NULL
        certificate_key text
        eligibility text NOT NULL CHECK (eligibility IN
            ('pending', 'curable', 'eligible', 'ineligible'))
        eligibility_note text
        receipt text NOT NULL
    """),
    tenant_table("question", f"""
        meeting_id uuid NOT NULL → meeting
        submission_id uuid NOT NULL → submission
        number integer NOT NULL
        topic text
        channel text NOT NULL CHECK (channel IN ('statutory', 'free'))
        asked_channel text NOT NULL CHECK (asked_channel IN ('statutory', 'free'))
        became_free_because text
        delivery text NOT NULL CHECK (delivery IN {DELIVERY.replace(chr(10), " ")})
        visibility text NOT NULL CHECK (visibility IN {VISIBILITY.replace(chr(10), " ")})
        support_count integer NOT NULL DEFAULT 0 CHECK (support_count >= 0)
        cluster_id uuid → question
        UNIQUE (tenant_id, meeting_id, number)
    """),
    tenant_table("question_event", """
        question_id uuid NOT NULL → question
        track text NOT NULL CHECK (track IN ('delivery', 'visibility'))
        from_state text NOT NULL
        to_state text NOT NULL
        by_member uuid → member
        by_rule text
        reason text
        data jsonb NOT NULL DEFAULT '{}'
        at timestamptz NOT NULL
    """, grants=APPEND_ONLY),
    tenant_table("support", """
        question_id uuid NOT NULL → question
        member_id uuid NOT NULL → member
        at timestamptz NOT NULL
        UNIQUE (tenant_id, question_id, member_id)
    """),
    tenant_table("answer", """
        question_id uuid NOT NULL → question
        state text NOT NULL CHECK (state IN
            ('draft', 'legal_review', 'board_review', 'approved', 'published'))
        current_version_id uuid
        published_version_id uuid
        published_at timestamptz
        first_online_at timestamptz
        url text
        UNIQUE (tenant_id, question_id)
    """),
    tenant_table("answer_version", """
        answer_id uuid NOT NULL → answer
        number integer NOT NULL
        body text NOT NULL
        body_html text NOT NULL
        sha256 text NOT NULL
        written_by uuid NOT NULL → member
        signed_by text NOT NULL
        signed_role text NOT NULL
        created_at timestamptz NOT NULL
        UNIQUE (tenant_id, answer_id, number)
    """, grants=APPEND_ONLY),
    tenant_table("answer_step", """
        answer_id uuid NOT NULL → answer
        version_id uuid NOT NULL → answer_version
        step text NOT NULL CHECK (step IN
            ('drafted', 'legal_approved', 'board_approved', 'published', 'returned'))
        member_id uuid NOT NULL → member
        mandate text
        market_abuse text CHECK (market_abuse IN ('public_already', 'not_inside', 'hold'))
        market_abuse_url text
        note text
        at timestamptz NOT NULL
        CHECK (step <> 'legal_approved' OR market_abuse IS NOT NULL)
        CHECK (market_abuse <> 'public_already' OR market_abuse_url IS NOT NULL)
    """, grants=APPEND_ONLY),
    """
-- Four eyes and more: one person never holds two steps of one answer (meetings.md, point 8).
CREATE UNIQUE INDEX IF NOT EXISTS answer_step_four_eyes
    ON answer_step (tenant_id, version_id, member_id) WHERE step <> 'returned';
CREATE INDEX IF NOT EXISTS question_by_support
    ON question (tenant_id, meeting_id, support_count DESC, id DESC);
CREATE INDEX IF NOT EXISTS question_by_delivery ON question (tenant_id, meeting_id, delivery, id);
CREATE INDEX IF NOT EXISTS question_event_story ON question_event (tenant_id, question_id, id);
CREATE INDEX IF NOT EXISTS submission_own ON submission (tenant_id, member_id, id DESC);
DO $$ BEGIN
    ALTER TABLE question ADD CONSTRAINT question_contribution_fkey
        FOREIGN KEY (tenant_id, id) REFERENCES contribution (tenant_id, id);
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN
    ALTER TABLE answer ADD CONSTRAINT answer_current_version_fkey
        FOREIGN KEY (tenant_id, current_version_id) REFERENCES answer_version (tenant_id, id);
    ALTER TABLE answer ADD CONSTRAINT answer_published_version_fkey
        FOREIGN KEY (tenant_id, published_version_id) REFERENCES answer_version (tenant_id, id);
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
