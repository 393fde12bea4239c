"""What members are told of: each handler hears an event of a lower tier, in its transaction."""

from uuid import UUID

from parvis.core import db
from parvis.core.data_rights import (
    OwnDataTold,
)
from parvis.core.events import (
    AnswerPublished,
    ContributionDecided,
    ContributionShown,
    QuestionStateTold,
    RequestDecided,
)
from parvis.core.events_measures import MeasureTaken
from parvis.core.events_review import JudgeTold
from parvis.core.text import excerpt
from parvis.features.notifications.actions import tell

TITLE_LENGTH = 80

_WORDS = "SELECT title, body FROM revision WHERE tenant_id = $1 AND id = $2"
_COMMENT = """
    SELECT post.author_id, r.title, m.display_name AS name
      FROM contribution post
      JOIN revision r ON r.tenant_id = $1 AND r.id = post.live_revision_id
      JOIN member m ON m.tenant_id = $1 AND m.id = $3
     WHERE post.tenant_id = $1 AND post.id = $2
"""


async def tell_decision(event: ContributionDecided) -> None:
    """Tell the author what a moderator decided, with the moderator's words.

    What restricts leads to the decision, with all its reasons and the way to contest it; what
    comes back to be changed leads to where that is done.
    """
    if event.action == "escalate":
        return
    restricts = event.action in ("refuse", "redact")
    own = (event.kind, event.contribution_id)
    await tell(
        event.author_id,
        "contribution_decided",
        subject=("decision", event.decision_id) if restricts else own,
        data={
            "action": "restore" if event.is_reversal else event.action,
            "title": await _title(event.revision_id),
            "text": event.text,
        },
        dedupe=f"decision/{event.decision_id}",
    )


async def tell_measure(event: MeasureTaken) -> None:
    """Tell a member what a decision takes from them, or gives back."""
    await tell(
        event.member_id,
        "measure_taken",
        subject=("decision", event.decision_id),
        data={"action": event.action, "text": event.text},
        dedupe=f"decision/{event.decision_id}",
    )


async def tell_comment(event: ContributionShown) -> None:
    """Tell the author of a post that somebody else commented on it."""
    if event.kind != "comment" or event.parent_id is None:
        return
    row = await db.fetch_row(_COMMENT, event.parent_id, event.author_id)
    if row is None or row["author_id"] == event.author_id:
        return
    await tell(
        row["author_id"],
        "comment_on_post",
        subject=("comment", event.contribution_id),
        data={"name": row["name"], "title": row["title"]},
        dedupe=f"comment/{event.contribution_id}",
    )


async def tell_request_decided(event: RequestDecided) -> None:
    """Tell who asked to join a community whether they were let in."""
    await tell(
        event.member_id,
        "request_decided",
        subject=("community", event.community_id),
        data={
            "is_admitted": event.is_admitted,
            "title": event.community_title,
            "slug": event.community_slug,
        },
        dedupe=f"request/{event.request_id}",
    )


async def tell_question_moved(event: QuestionStateTold) -> None:
    """Tell the author of a question where it stands now."""
    await tell(
        event.member_id,
        "question_moved",
        subject=("question", event.question_id),
        data={
            "track": event.track,
            "state": event.to_state,
            "number": event.number,
            "title": event.title,
            "text": event.reason,
        },
        dedupe=f"question-event/{event.event_id}",
    )


async def tell_answer(event: AnswerPublished) -> None:
    """Tell an asker that the answer, or its correction, is online."""
    await tell(
        event.member_id,
        "answer_published",
        subject=("question", event.question_id),
        data={
            "number": event.number,
            "title": event.title,
            "is_correction": event.is_correction,
        },
        dedupe=f"answer/{event.question_id}/{event.version_id}",
    )


async def tell_own_data(event: OwnDataTold) -> None:
    """Tell a member that their archive is ready, or that they asked to be forgotten."""
    await tell(
        event.member_id,
        event.kind,
        subject=("own_data", event.subject_id),
        data={},
        dedupe=f"{event.kind}/{event.subject_id}",
    )


async def tell_judge(event: JudgeTold) -> None:
    """Tell somebody who judges what waits for them."""
    lists = {"review_overdue": "escalated", "review_notice": "notices"}
    await tell(
        event.member_id,
        event.kind,
        subject=("review", event.subject_id),
        data={**event.data, "list": lists.get(event.kind)},
        dedupe=event.dedupe,
    )


async def _title(revision_id: UUID) -> str:
    """Return what to call a text: its title, or how a comment begins."""
    row = await db.fetch_row(_WORDS, revision_id)
    if row is None:
        return ""
    return row["title"] or excerpt(row["body"], TITLE_LENGTH)
