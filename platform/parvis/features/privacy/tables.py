"""What members ask of the data about them. Keys, policies and checks: the migrations."""

from piccolo.columns import UUID, BigInt, Integer, Text, Timestamptz

from parvis.core.tables import TenantTable


class DataExport(TenantTable):
    """An archive of a member's own data."""

    member_id = UUID()
    state = Text()
    object_key = Text(null=True, default=None)
    size_bytes = BigInt(null=True, default=None)
    percent = Integer()
    created_at = Timestamptz()
    ready_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz(null=True, default=None)


class Erasure(TenantTable):
    """A member's wish to be forgotten, carried out when it is due."""

    member_id = UUID()
    state = Text()
    asked_at = Timestamptz()
    due_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
