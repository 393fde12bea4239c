"""What a member was told. Keys, policies and checks: the migrations."""

from piccolo.columns import JSONB, UUID, Text, Timestamptz

from parvis.core.tables import TenantTable


class Notice(TenantTable):
    """One thing told to one member; `dedupe` names the occasion, which is told once."""

    member_id = UUID()
    kind = Text()
    subject_kind = Text()
    subject_id = UUID()
    data = JSONB()
    dedupe = Text()
    created_at = Timestamptz()
    read_at = Timestamptz(null=True, default=None)
    mail_claimed_at = Timestamptz(null=True, default=None)
    mailed_at = Timestamptz(null=True, default=None)
