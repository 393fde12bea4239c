"""Legal notices and appeals. Keys, policies and checks stand in the migrations."""

from enum import StrEnum

from piccolo.columns import UUID, Boolean, Bytea, Text, Timestamptz

from parvis.core.tables import TenantTable


class Outcome(StrEnum):
    """How an appeal ended."""

    UPHELD = "upheld"
    REVERSED = "reversed"
    WITHDRAWN = "withdrawn"


class LegalNotice(TenantTable):
    """What anybody says is illegal here (DSA art. 16), with an account or without."""

    reference = Text()
    token_hash = Bytea()
    token_sealed = Bytea(null=True, default=None)
    address = Text()
    contribution_id = UUID(null=True, default=None)
    revision_id = UUID(null=True, default=None)
    category = Text()
    keyword = Text(null=True, default=None)
    reasons = Text()
    law = Text(null=True, default=None)
    good_faith = Boolean()
    is_trusted_flagger = Boolean()
    notifier_name = Text(null=True, default=None)
    notifier_email = Text(null=True, default=None)
    notifier_hash = Bytea(null=True, default=None)
    member_id = UUID(null=True, default=None)
    locale = Text()
    status = Text()
    received_at = Timestamptz()
    acknowledged_at = Timestamptz(null=True, default=None)
    confirmed_at = Timestamptz(null=True, default=None)
    decision_id = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    told_at = Timestamptz(null=True, default=None)
    is_unfounded = Boolean()


class Appeal(TenantTable):
    """A complaint against a decision (DSA art. 20), of whom it hit or of who had notified."""

    decision_id = UUID()
    first_decider = UUID(null=True, default=None)
    member_id = UUID(null=True, default=None)
    legal_notice_id = UUID(null=True, default=None)
    text = Text()
    locale = Text()
    filed_at = Timestamptz()
    outcome = Text(null=True, default=None, choices=Outcome)
    outcome_decision_id = UUID(null=True, default=None)
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    told_at = Timestamptz(null=True, default=None)


class NoticeMeasure(TenantTable):
    """What whoever sends manifestly unfounded notices was given (DSA art. 23); never changed."""

    notifier_hash = Bytea()
    kind = Text()
    legal_notice_id = UUID()
    facts = Text()
    decided_by = UUID()
    until = Timestamptz(null=True, default=None)
    at = Timestamptz()
