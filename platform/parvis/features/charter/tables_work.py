"""Drafts and rehearsals, dated events, windows that switched, legal holds. Keys: the migrations."""

from piccolo.columns import JSONB, UUID, Array, Boolean, Integer, Text, Timestamptz

from parvis.core.tables import TenantTable


class CharterDraft(TenantTable):
    """The next charter of the tenant, or of one community, while it is being written."""

    community_id = UUID(null=True, default=None)
    source = Text()
    based_on_id = UUID(null=True, default=None)
    version = Integer()
    updated_by = UUID()
    updated_at = Timestamptz()
    publish_at = Timestamptz(null=True, default=None)
    scheduled_by = UUID(null=True, default=None)
    unpublished = Text(null=True, default=None)


class CharterRehearsal(TenantTable):
    """A draft judged on the last days of real words: what it would have done."""

    community_id = UUID(null=True, default=None)
    version_id = UUID(null=True, default=None)
    source = Text()
    source_sha256 = Text()
    days = Integer()
    everywhere = Boolean()
    places = Array(base_column=UUID())
    state = Text()
    judged = Integer()
    total = Integer(null=True, default=None)
    work = JSONB(null=True, default=None)
    result = JSONB(null=True, default=None)
    asked_by = UUID()
    asked_at = Timestamptz()
    done_at = Timestamptz(null=True, default=None)


class CalendarEvent(TenantTable):
    """A dated event that windows of the charter may be relative to."""

    name = Text()
    title = JSONB()
    at = Timestamptz()
    source = Text()


class ActPace(TenantTable):
    """When a member last did what a rule of pace counts, oldest first; never more than it asks."""

    member_id = UUID()
    rule = Text()
    moments = Array(base_column=Timestamptz())


class WindowSwitch(TenantTable):
    """A window of the charter opened or closed at a moment; never changed."""

    charter_version_id = UUID()
    clause_id = Text()
    rule_id = Text()
    is_open = Boolean()
    moment = Timestamptz()
    noticed_at = Timestamptz()


class LegalHold(TenantTable):
    """Something that may not be deleted while a matter is pending."""

    subject_kind = Text()
    subject_id = UUID(null=True, default=None)
    reason = Text()
    placed_by = UUID(null=True, default=None)
    placed_at = Timestamptz()
    lifted_by = UUID(null=True, default=None)
    lifted_at = Timestamptz(null=True, default=None)
