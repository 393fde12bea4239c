"""The two tracks of a question, as data: who may move it where, and who is told.

A transition belongs to one track and never changes the other; an act that moves both (an author
who withdraws) applies two. `actions.moves` carries them out, `mermaid` draws them.
"""

from collections.abc import Iterable, Iterator

import msgspec

from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.features.meetings.tables import Delivery, Track, Visibility

AUTHOR = "author"
RULE = "rule"
TRIAGE = Permission.QUESTION_TRIAGE
DRAFT = Permission.ANSWER_DRAFT
LEGAL = Permission.ANSWER_APPROVE_LEGAL
BOARD = Permission.ANSWER_APPROVE_BOARD
PUBLISH = Permission.ANSWER_PUBLISH
MODERATION = Permission.REVIEW_DECIDE


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """One allowed move. `by`: a permission, the author, or a rule; any of them will do.

    `records` names what the event keeps beside who and when; `tells_author` whether a notice
    goes out.
    """

    track: Track
    source: str
    target: str
    by: tuple[str, ...]
    records: tuple[str, ...] = ()
    tells_author: bool = False


# from, from … → to | who may | what is recorded | whether the author is told
_DELIVERY = """
draft → submitted | author | receipt |
submitted → eligibility_pending | rule | |
submitted → curable | rule | reason | tells
submitted → eligible | rule | reason |
submitted → admitted_free | rule | reason | tells
eligibility_pending → curable | question:triage | reason | tells
curable → eligibility_pending | author | certificate |
eligibility_pending, curable → eligible | question:triage | reason |
eligibility_pending, curable → ineligible | question:triage | ground, reason | tells
eligible → admitted_statutory | rule | | tells
ineligible → admitted_free | question:triage | reason | tells
admitted_statutory, admitted_free → triaged | question:triage | topic |
admitted_statutory, admitted_free, triaged, routed → clustered | question:triage | cluster | tells
clustered → triaged | question:triage, rule | reason | tells
triaged, reserved_for_meeting → routed | question:triage | |
routed → drafting | answer:draft | | tells
drafting → legal_review | answer:draft | version |
legal_review → drafting | answer:approve_legal, answer:publish | reason |
legal_review → board_review | answer:approve_legal | market_abuse |
board_review → drafting | answer:approve_board, answer:publish | reason |
legal_review, board_review → published | answer:publish | url, sha256 |
clustered → published | rule | url, sha256 |
published, corrected → corrected | answer:publish, rule | url, sha256 |
admitted_statutory, admitted_free, triaged, routed, drafting → reserved_for_meeting | question:triage | reason | tells
reserved_for_meeting → answered_orally | question:triage | reason | tells
admitted_statutory, admitted_free, triaged, routed, clustered, reserved_for_meeting → refused | question:triage | ground, reason | tells
submitted, eligibility_pending, curable, eligible, ineligible → withdrawn | author | |
admitted_statutory, admitted_free, triaged, clustered, routed, drafting, legal_review, reserved_for_meeting → withdrawn | author | |
"""  # noqa: E501 -- a table reads by its rows

_VISIBILITY = """
private → visible | rule | |
private → pending | rule | clauses |
pending → visible | review:decide | decision |
pending, visible, visible_redacted, labelled, reversed → held | review:decide | decision |
held → pending | rule | clauses |
held → visible | review:decide, rule | |
restricted, visible_redacted → visible | review:decide, rule | decision |
upheld → reversed | review:decide | decision |
pending, held, visible, labelled, reversed → visible_redacted | review:decide | decision |
pending, held, visible, visible_redacted, labelled, reversed → restricted | review:decide | decision |
restricted, visible_redacted → appeal | author | reason |
appeal → upheld | review:decide | decision |
appeal → reversed | review:decide | decision |
visible → labelled | review:decide | decision |
private, pending, held, visible, visible_redacted, labelled, reversed → archived | author | |
restricted, appeal, upheld → archived | author | |
"""  # noqa: E501 -- as above


def _rows(track: Track, states: type[Delivery | Visibility], table: str) -> Iterator[Transition]:
    for line in table.strip().splitlines():
        move, by, records, tells = (part.strip() for part in line.split("|"))
        sources, _, target = move.partition("→")
        for source in _words(sources):
            yield Transition(
                track=track,
                source=states(source),
                target=states(target.strip()),
                by=_words(by),
                records=_words(records),
                tells_author=tells == "tells",
            )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


TRANSITIONS: tuple[Transition, ...] = (
    *_rows(Track.DELIVERY, Delivery, _DELIVERY),
    *_rows(Track.VISIBILITY, Visibility, _VISIBILITY),
)
_BY_MOVE = {(one.track, one.source, one.target): one for one in TRANSITIONS}

SHOWN: frozenset[str] = frozenset(
    {Visibility.VISIBLE, Visibility.VISIBLE_REDACTED, Visibility.LABELLED, Visibility.REVERSED}
)
"""Visibility states in which every member, and the public page, sees the words."""

ANSWERED: frozenset[str] = frozenset(
    {Delivery.PUBLISHED, Delivery.CORRECTED, Delivery.ANSWERED_ORALLY}
)
UNDER_WAY: frozenset[str] = frozenset(
    {Delivery.ROUTED, Delivery.DRAFTING, Delivery.LEGAL_REVIEW, Delivery.BOARD_REVIEW}
)
SETTLED: frozenset[str] = ANSWERED | {Delivery.REFUSED, Delivery.WITHDRAWN, Delivery.INELIGIBLE}
"""Delivery states from which nothing more is owed to the author."""

UNANSWERED: frozenset[str] = frozenset(
    {
        Delivery.WITHDRAWN,
        Delivery.REFUSED,
        Delivery.INELIGIBLE,
        Delivery.RESERVED_FOR_MEETING,
        Delivery.ANSWERED_ORALLY,
    }
)
"""Delivery states in which no written answer is awaited, whatever was drafted before."""

LABELS: dict[Track, dict[str, str]] = {
    Track.DELIVERY: {
        Delivery.DRAFT: N_("Draft"),
        Delivery.SUBMITTED: N_("Received"),
        Delivery.ELIGIBILITY_PENDING: N_("Holding being checked"),
        Delivery.CURABLE: N_("Proof of holding awaited"),
        Delivery.ELIGIBLE: N_("Holding proven"),
        Delivery.INELIGIBLE: N_("Holding not proven"),
        Delivery.ADMITTED_STATUTORY: N_("Admitted as a written question"),
        Delivery.ADMITTED_FREE: N_("Admitted as a free question"),
        Delivery.TRIAGED: N_("Read by the corporate secretary"),
        Delivery.CLUSTERED: N_("Grouped"),
        Delivery.ROUTED: N_("Handed to the experts"),
        Delivery.DRAFTING: N_("Answer being written"),
        Delivery.LEGAL_REVIEW: N_("Answer in legal review"),
        Delivery.BOARD_REVIEW: N_("Answer before the board"),
        Delivery.PUBLISHED: N_("Answered"),
        Delivery.CORRECTED: N_("Answered, then corrected"),
        Delivery.RESERVED_FOR_MEETING: N_("Kept for the meeting"),
        Delivery.ANSWERED_ORALLY: N_("Answered in the meeting"),
        Delivery.REFUSED: N_("Refused"),
        Delivery.WITHDRAWN: N_("Withdrawn"),
    },
    Track.VISIBILITY: {
        Visibility.PRIVATE: N_("Not shown yet"),
        Visibility.PENDING: N_("In moderation, visible to its author only"),
        Visibility.VISIBLE: N_("Visible to members"),
        Visibility.VISIBLE_REDACTED: N_("Visible, with passages blacked out"),
        Visibility.HELD: N_("Returned to its author for revision"),
        Visibility.RESTRICTED: N_("Not shown to members"),
        Visibility.APPEAL: N_("Not shown, under appeal"),
        Visibility.UPHELD: N_("Not shown, confirmed on appeal"),
        Visibility.REVERSED: N_("Visible again after an appeal"),
        Visibility.LABELLED: N_("Visible, with a note from moderation"),
        Visibility.ARCHIVED: N_("Archived"),
    },
}

RULES: dict[str, str] = {
    "channel.free": N_("by rule: free questions need no proof"),
    "channel.late": N_("by rule: it came after the deadline"),
    "channel.no_channel": N_("by rule: the notice declares no channel"),
    "channel.statutory": N_("by rule: the holding is proven"),
    "holding.claim": N_("by rule: the sign-in vouches for it"),
    "holding.register": N_("by rule: to be found in the register"),
    "holding.certificate": N_("by rule: bearers attach a certificate"),
    "decision.over": N_("by rule: the restriction was for a time"),
    "charter.verdict": N_("by rule of the charter"),
    "cluster.common_answer": N_("by rule: one answer for the group"),
    "cluster.head_withdrawn": N_("by rule: the head of the group was withdrawn"),
}
"""What a rule that moves questions says of itself, by the name in the event."""


def find(track: Track, source: str, target: str) -> Transition | None:
    """Return the transition between two states of one track, None when there is none."""
    return _BY_MOVE.get((track, source, target))


def targets(track: Track, source: str, by: Iterable[str]) -> tuple[str, ...]:
    """Return the states that a holder of any of `by` may move a question to, in order."""
    held = set(by)
    return tuple(
        one.target
        for one in TRANSITIONS
        if one.track is track and one.source == source and held & set(one.by)
    )


def mermaid(track: Track) -> str:
    """Return the track as the text of a Mermaid state diagram, for the guides."""
    lines = [
        f"    {one.source} --> {one.target}: {', '.join(one.by)}"
        for one in TRANSITIONS
        if one.track is track
    ]
    return "\n".join(["stateDiagram-v2", *lines])
