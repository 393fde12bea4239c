"""What a meeting's questions are kept in. Keys, policies and checks stand in the migration."""

from enum import StrEnum

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    Boolean,
    Date,
    Integer,
    Text,
    Timestamptz,
)

from parvis.core.tables import TenantTable


class Channel(StrEnum):
    """How a question reaches the board: by right, or by the board's leave."""

    STATUTORY = "statutory"
    FREE = "free"


class Delivery(StrEnum):
    """Where a question stands on its way to the board and back: the track law cares for."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ELIGIBILITY_PENDING = "eligibility_pending"
    CURABLE = "curable"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    ADMITTED_STATUTORY = "admitted_statutory"
    ADMITTED_FREE = "admitted_free"
    TRIAGED = "triaged"
    CLUSTERED = "clustered"
    ROUTED = "routed"
    DRAFTING = "drafting"
    LEGAL_REVIEW = "legal_review"
    BOARD_REVIEW = "board_review"
    PUBLISHED = "published"
    CORRECTED = "corrected"
    RESERVED_FOR_MEETING = "reserved_for_meeting"
    ANSWERED_ORALLY = "answered_orally"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Visibility(StrEnum):
    """What the community sees of a question's words: the track moderation moves."""

    PRIVATE = "private"
    PENDING = "pending"
    VISIBLE = "visible"
    VISIBLE_REDACTED = "visible_redacted"
    HELD = "held"
    RESTRICTED = "restricted"
    APPEAL = "appeal"
    UPHELD = "upheld"
    REVERSED = "reversed"
    LABELLED = "labelled"
    ARCHIVED = "archived"


class Track(StrEnum):
    """The two independent tracks of a question."""

    DELIVERY = "delivery"
    VISIBILITY = "visibility"


class AnswerState(StrEnum):
    """Where the newest version of an answer stands."""

    DRAFT = "draft"
    LEGAL_REVIEW = "legal_review"
    BOARD_REVIEW = "board_review"
    APPROVED = "approved"
    PUBLISHED = "published"


class Meeting(TenantTable):
    """A general meeting and the window in which questions may be put to it."""

    slug = Text()
    title = JSONB()
    preset = Text()
    mode = Text(null=True)
    seat = Text(null=True)
    starts_at = Timestamptz()
    meeting_date = Date()
    timezone = Text()
    place = JSONB()
    state = Text()
    statutory_channel = JSONB(null=True)
    opens_at = Timestamptz()
    statutory_until = Timestamptz(null=True)
    free_until = Timestamptz()
    topics = JSONB()
    selection_policy = JSONB()
    board_review = Boolean()
    quiet_until = Timestamptz(null=True)
    question_count = Integer()
    created_at = Timestamptz()


class MeetingDeadline(TenantTable, tablename="meeting_deadline"):
    """A date as it was computed and frozen when the window opened."""

    meeting_id = UUID()
    rule_id = Text()
    mode = Text(null=True)
    local_at = Text()
    utc_at = Timestamptz()
    last_day = Date(null=True)
    basis = Text()
    trace = JSONB()
    rules_version = Text()
    frozen_at = Timestamptz()


class MeetingDocument(TenantTable, tablename="meeting_document"):
    """A document put at the holders' disposal, kept in object storage."""

    meeting_id = UUID()
    title = Text()
    object_key = Text()
    media_type = Text()
    size_bytes = BigInt()
    sha256 = Text()
    published_at = Timestamptz()


class Submission(TenantTable):
    """What one holder sent at once: up to ten questions under one proof of holding."""

    meeting_id = UUID()
    member_id = UUID()
    via = Text()
    sent_at = Timestamptz()
    received_at = Timestamptz()
    certificate_key = Text(null=True)
    eligibility = Text()
    eligibility_note = Text(null=True)
    receipt = Text()


class Question(TenantTable):
    """A question on its two tracks; its words are the contribution of the same id."""

    meeting_id = UUID()
    submission_id = UUID()
    number = Integer()
    topic = Text(null=True)
    channel = Text()
    asked_channel = Text()
    became_free_because = Text(null=True)
    delivery = Text()
    visibility = Text()
    support_count = Integer()
    cluster_id = UUID(null=True)


class QuestionEvent(TenantTable, tablename="question_event"):
    """One move of one question on one track: who or which rule, when, why."""

    question_id = UUID()
    track = Text()
    from_state = Text()
    to_state = Text()
    by_member = UUID(null=True)
    by_rule = Text(null=True)
    reason = Text(null=True)
    data = JSONB()
    at = Timestamptz()


class Support(TenantTable):
    """One member's support of one question."""

    question_id = UUID()
    member_id = UUID()
    at = Timestamptz()


class Answer(TenantTable):
    """The answer to a question, or the common answer of a cluster."""

    question_id = UUID()
    state = Text()
    current_version_id = UUID(null=True)
    published_version_id = UUID(null=True)
    published_at = Timestamptz(null=True)
    first_online_at = Timestamptz(null=True)
    url = Text(null=True)


class AnswerVersion(TenantTable, tablename="answer_version"):
    """One wording of an answer; never changed."""

    answer_id = UUID()
    number = Integer()
    body = Text()
    body_html = Text()
    sha256 = Text()
    written_by = UUID()
    signed_by = Text()
    signed_role = Text()
    created_at = Timestamptz()


class AnswerStep(TenantTable, tablename="answer_step"):
    """What one person answers for on the way to a published answer."""

    answer_id = UUID()
    version_id = UUID()
    step = Text()
    member_id = UUID()
    mandate = Text(null=True)
    market_abuse = Text(null=True)
    market_abuse_url = Text(null=True)
    note = Text(null=True)
    at = Timestamptz()
