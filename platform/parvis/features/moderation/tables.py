"""The queue, its causes and the decisions. Keys, policies and checks stand in the migration."""

from enum import StrEnum

from piccolo.columns import JSONB, UUID, Boolean, Integer, Text, Timestamptz

from parvis.core.tables import TenantTable


class ItemKind(StrEnum):
    """Why something is in the queue: new words, changed words, or words somebody reported."""

    NEW = "new"
    EDIT = "edit"
    FLAG = "flag"


class Status(StrEnum):
    """Where an item stands. One that is neither decided nor withdrawn is open."""

    OPEN = "open"
    CLAIMED = "claimed"
    WAITING_AUTHOR = "waiting_author"
    ESCALATED = "escalated"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Source(StrEnum):
    """Where a cause comes from: a rule of the charter, a member, an automatic label."""

    RULE = "rule"
    REPORT = "report"
    LABEL = "label"


class Action(StrEnum):
    """What a moderator can decide."""

    PUBLISH = "publish"
    RETURN = "return"
    REFUSE = "refuse"
    REDACT = "redact"
    ESCALATE = "escalate"


# Keep words from readers, so they need a clause, and a text that tells their author why.
RESTRICTIONS = frozenset({Action.RETURN, Action.REFUSE, Action.REDACT})


class ReviewItem(TenantTable):
    """One contribution that needs a decision. At most one open item a contribution."""

    contribution_id = UUID()
    revision_id = UUID()
    kind = Text()
    contribution_kind = Text()
    place_id = UUID()
    author_id = UUID()
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
    note = Text(null=True, default=None)
    at = Timestamptz()


class Decision(TenantTable):
    """What was decided, by whom, on which ground; never changed. Approvals are decisions too."""

    item_id = UUID()
    contribution_id = UUID()
    revision_id = UUID()
    decided_by = UUID()
    action = Text()
    clause_id = Text(null=True, default=None)
    charter_version_id = UUID(null=True, default=None)
    facts = Text(null=True, default=None)
    statement = JSONB(null=True, default=None)
    text_sent = Text(null=True, default=None)
    source_type = Text()
    automated_detection = Boolean()
    automated_decision = Text()
    visibility_code = Text(null=True, default=None)
    ground_code = Text(null=True, default=None)
    category_code = Text(null=True, default=None)
    redress_until = Timestamptz(null=True, default=None)
    at = Timestamptz()
