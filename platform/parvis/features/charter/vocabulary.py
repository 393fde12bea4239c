"""The words a charter file may use: acts, people, places. Part of the file format."""

from fnmatch import fnmatchcase

READ = "read"
# Format 1 knows the acts of the whole product, so that a firm's charter can speak of a feature
# before the firm turns it on. A test holds core.acts to this list.
ACTS = frozenset((
    "read",
    "answer.approve", "answer.draft", "answer.publish", "appeal.file", "charter.edit",
    "calendar.change", "charter.publish", "comment.edit",
    "comment.publish", "community.admit", "community.create", "community.join", "connection.change",
    "content.report", "content.withdraw", "document.share", "evidence.upload", "hold.change",
    "idea.edit",
    "idea.submit", "invitation.send", "meeting.close", "meeting.open", "member.follow",
    "member.invite", "member.manage", "member.provision", "member.sanction",
    "message.send", "notice.file", "poll.vote", "post.edit", "post.publish", "profile.edit",
    "question.edit", "question.submit", "question.support", "question.triage",
    "question.withdraw", "reaction.add", "reasons.change", "recommendation.publish",
    "review.claim", "review.decide", "review.hand_over", "review.release", "review.reverse",
    "transparency.publish",
))  # fmt: skip

# What members write for others to read. Rules about texts cover these unless they name acts:
# a report or an appeal must be able to quote the very words it is about.
WRITING = (
    "comment.publish", "community.create", "document.share", "idea.submit", "invitation.send",
    "member.provision", "message.send", "post.publish", "profile.edit", "question.submit",
    "recommendation.publish",
)  # fmt: skip
EVERYTHING = ("*",)

# What passed once is judged again when it changes: a rule on the left covers the right.
_COVERING = {
    "comment.edit": "comment.publish",
    "idea.edit": "idea.submit",
    "post.edit": "post.publish",
    "question.edit": "question.submit",
}

CAPACITIES = frozenset((
    "adviser", "client", "director", "distributor", "employee", "shareholder",
))  # fmt: skip
GROUP_PREFIX = "group:"

PLACES = frozenset((
    "community", "community:business", "community:listed", "community:official",
    "community:open", "community:secret", "community:social", "meeting", "message", "profile",
))  # fmt: skip
PLACE_PREFIX = "place:"


def act_matches(pattern: str, act: str) -> bool:
    """Whether `post.*`, `*` or an exact name covers an act, or the act it edits."""
    covering = _COVERING.get(act)
    return fnmatchcase(act, pattern) or (covering is not None and fnmatchcase(covering, pattern))


def is_known_act(pattern: str) -> bool:
    return any(fnmatchcase(act, pattern) for act in ACTS)


def is_known_person(label: str) -> bool:
    return label in CAPACITIES or (label.startswith(GROUP_PREFIX) and label != GROUP_PREFIX)


def is_known_place(label: str) -> bool:
    return label in PLACES or (label.startswith(PLACE_PREFIX) and label != PLACE_PREFIX)
