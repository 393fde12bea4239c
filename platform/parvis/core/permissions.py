"""What a group may hold: `area:verb`, alphabetical. "Who may" is always a group."""

from enum import StrEnum


class Permission(StrEnum):
    """Every permission there is. Views, rules and tenant files use these names only."""

    ANSWER_APPROVE_BOARD = "answer:approve_board"
    ANSWER_APPROVE_LEGAL = "answer:approve_legal"
    ANSWER_DRAFT = "answer:draft"
    ANSWER_PUBLISH = "answer:publish"
    CHARTER_PUBLISH = "charter:publish"
    COMMUNITY_MANAGE = "community:manage"
    JOURNAL_READ = "journal:read"
    MEETING_MANAGE = "meeting:manage"
    MEMBER_MANAGE = "member:manage"
    NOTICE_DECIDE = "notice:decide"
    POST_OFFICIAL = "post:official"
    QUESTION_TRIAGE = "question:triage"
    REVIEW_DECIDE = "review:decide"
    TENANT_MANAGE = "tenant:manage"


# Any of these opens the tenant admin; each screen then asks for its own.
STAFF: frozenset[str] = frozenset(Permission)

# Any of these opens the questions of a meeting: its link and its screens agree on it.
MEETING_STAFF: frozenset[str] = frozenset(
    {
        Permission.MEETING_MANAGE,
        Permission.QUESTION_TRIAGE,
        Permission.ANSWER_DRAFT,
        Permission.ANSWER_APPROVE_LEGAL,
        Permission.ANSWER_APPROVE_BOARD,
        Permission.ANSWER_PUBLISH,
    }
)
