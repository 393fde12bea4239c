"""The queue, its causes and the decisions. Keys, policies and checks stand in the migration."""

from enum import StrEnum

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    Boolean,
    Bytea,
    Integer,
    Real,
    Text,
    Timestamptz,
)

from parvis.core.tables import TenantTable


class ItemKind(StrEnum):
    """Why something is in the queue: new words, changed words, or words somebody reported."""

    NEW = "new"
    EDIT = "edit"
    FLAG = "flag"
    LEGAL_NOTICE = "legal_notice"
    JOIN = "join"
    PROFILE = "profile"
    UPLOAD = "upload"
    MESSAGE_REPORT = "message_report"
    RECOMMENDATION = "recommendation"
    APPEAL = "appeal"
    MEMBER = "member"


class TargetKind(StrEnum):
    """What an item is about; a decision is one under appeal."""

    CONTRIBUTION = "contribution"
    LEGAL_NOTICE = "legal_notice"
    DECISION = "decision"
    MEMBER = "member"
    COMMUNITY = "community"


class Audience(StrEnum):
    """Who judges an item."""

    MODERATORS = "moderators"
    COMPLIANCE = "compliance"
    TENANT_ADMIN = "tenant_admin"


class Status(StrEnum):
    """Where an item stands. One that is neither decided nor withdrawn is open."""

    OPEN = "open"
    CLAIMED = "claimed"
    WAITING_AUTHOR = "waiting_author"
    ESCALATED = "escalated"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Source(StrEnum):
    """Where a cause comes from: a rule of the charter, a member, an automatic label, a notice."""

    RULE = "rule"
    REPORT = "report"
    LABEL = "label"
    NOTICE = "notice"
    APPEAL = "appeal"


class Action(StrEnum):
    """What can be decided: of words, of a member, of a decision under appeal, of a request."""

    PUBLISH = "publish"
    KEEP = "keep"
    RETURN = "return"
    REFUSE = "refuse"
    REDACT = "redact"
    ESCALATE = "escalate"
    RESTORE = "restore"
    UPHOLD = "uphold"
    REVERSE = "reverse"
    DISMISS = "dismiss"
    WARN = "warn"
    READ_ONLY = "read_only"
    SUSPEND = "suspend"
    LIFT = "lift"
    ADMIT = "admit"
    DECLINE = "decline"


# Keep words from readers, so they need a clause, and a text that tells their author why.
RESTRICTIONS = frozenset({Action.RETURN, Action.REFUSE, Action.REDACT})
# What a member is given for what they did; a warning restricts nothing, and is told like the rest.
SANCTIONS = frozenset({Action.WARN, Action.READ_ONLY, Action.SUSPEND})


class SanctionKind(StrEnum):
    """What a member can be given, mildest first."""

    WARNING = "warning"
    READ_ONLY = "read_only"
    SUSPENSION = "suspension"


class ReviewItem(TenantTable):
    """Something that needs a decision. At most one open item a target.

    `target_id` is the contribution, or what `other_target_id` says.
    """

    contribution_id = UUID(null=True, default=None)
    revision_id = UUID(null=True, default=None)
    kind = Text()
    target_kind = Text()
    target_id = UUID(null=True, default=None)
    other_target_id = UUID(null=True, default=None)
    audience = Text()
    contribution_kind = Text(null=True, default=None)
    place_id = UUID(null=True, default=None)
    author_id = UUID(null=True, default=None)
    escalated_at = Timestamptz(null=True, default=None)
    overdue_at = Timestamptz(null=True, default=None)
    reports = Integer(default=0)
    status = Text()
    due_at = Timestamptz()
    version = Integer()
    claimed_by = UUID(null=True, default=None)
    claim_expires_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    decided_at = Timestamptz(null=True, default=None)


class ReviewCause(TenantTable):
    """One reason for which an item is in the queue; never changed."""

    item_id = UUID()
    source = Text()
    clause_id = Text(null=True, default=None)
    rule_id = Text(null=True, default=None)
    effect = Text(null=True, default=None)
    field = Text(null=True, default=None)
    span = JSONB(null=True, default=None)
    reporter_id = UUID(null=True, default=None)
    legal_notice_id = UUID(null=True, default=None)
    confidence = Real(null=True, default=None)
    note = Text(null=True, default=None)
    at = Timestamptz()


class ReviewPreference(TenantTable):
    """What a moderator wants of the queue's mails; a row once they said so."""

    member_id = UUID()
    digests = Boolean()


class Decision(TenantTable):
    """What was decided, by whom, on which ground; never changed. Approvals are decisions too."""

    item_id = UUID(null=True, default=None)
    contribution_id = UUID(null=True, default=None)
    revision_id = UUID(null=True, default=None)
    member_id = UUID(null=True, default=None)
    decided_by = UUID(null=True, default=None)
    decided_by_rule = Text(null=True, default=None)
    reverses_id = UUID(null=True, default=None)
    action = Text()
    ground = Text(null=True, default=None)
    law = Text(null=True, default=None)
    territory = Array(Text())
    until = Timestamptz(null=True, default=None)
    clause_id = Text(null=True, default=None)
    charter_version_id = UUID(null=True, default=None)
    facts = Text(null=True, default=None)
    statement = JSONB(null=True, default=None)
    text_sent = Text(null=True, default=None)
    digest = Text(null=True, default=None)
    salt = Bytea(null=True, default=None)
    source_type = Text()
    automated_detection = Boolean()
    automated_decision = Text()
    visibility_code = Text(null=True, default=None)
    provision_code = Text(null=True, default=None)
    account_code = Text(null=True, default=None)
    ground_code = Text(null=True, default=None)
    category_code = Text(null=True, default=None)
    redress_until = Timestamptz(null=True, default=None)
    at = Timestamptz()


class Sanction(TenantTable):
    """What a member was given by a decision, until it ends or another decision lifts it."""

    member_id = UUID()
    kind = Text(choices=SanctionKind)
    place_id = UUID(null=True, default=None)
    decision_id = UUID()
    charter_version_id = UUID()
    clause_id = Text()
    starts_at = Timestamptz()
    until = Timestamptz(null=True, default=None)
    lifted_at = Timestamptz(null=True, default=None)
    lifted_by_decision_id = UUID(null=True, default=None)


class CannedReason(TenantTable):
    """A text ready for the letter of one action under one clause, in one language."""

    clause_id = Text()
    action = Text()
    locale = Text()
    title = Text()
    body = Text()
    updated_by = UUID(null=True, default=None)
    updated_at = Timestamptz()
