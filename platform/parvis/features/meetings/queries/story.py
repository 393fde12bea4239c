"""One question with all that happened to it: its moves, its answers and their earlier wordings."""

import datetime as dt

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.db import Record
from parvis.core.errors import NotFound
from parvis.features.meetings import rules, states
from parvis.features.meetings.facts import QuestionFacts, spoken
from parvis.features.meetings.queries.questions import question_view
from parvis.features.meetings.queries.views import QuestionView
from parvis.features.meetings.tables import Track


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a question's story. `label` is an English msgid.

    `reason` is there for the author and for staff only, `by` for staff only: a name, or the msgid
    of what a rule says of itself.
    """

    track: str
    to_state: str
    label: str
    at: dt.datetime
    reason: str | None
    by: str | None


class OnlineVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A wording that is or was online."""

    number: int
    body_html: str
    sha256: str
    signed_by: str
    signed_role: str
    online_at: dt.datetime


class QuestionPage(msgspec.Struct, frozen=True, kw_only=True):
    """A question, what became of it, and every wording of its answer that was ever online."""

    question: QuestionView
    meeting_slug: str
    meeting_title: str
    delivery_label: str
    visibility_label: str
    moves: tuple[Move, ...]
    versions: tuple[OnlineVersion, ...]
    answer_url: str | None


_MOVES = """
    SELECT e.track, e.to_state, e.reason, e.at, e.by_rule, m.display_name
      FROM question_event e
      LEFT JOIN member m ON m.tenant_id = $1 AND m.id = e.by_member
     WHERE e.tenant_id = $1 AND e.question_id = $2
     ORDER BY e.id
"""
_VERSIONS = """
    SELECT v.number, v.body_html, v.sha256, v.signed_by, v.signed_role, s.at AS online_at, a.url
      FROM answer a
      JOIN answer_version v ON v.tenant_id = $1 AND v.answer_id = a.id
      JOIN answer_step s ON s.tenant_id = $1 AND s.version_id = v.id AND s.step = 'published'
     WHERE a.tenant_id = $1 AND a.question_id = $2
     ORDER BY v.number DESC
"""


async def question_page(actor: Actor, question: QuestionFacts) -> QuestionPage:
    """Return the page of a question to which access was granted."""
    meeting = await rules.meeting_by_id(question.meeting_id)
    view = await question_view(actor, meeting, question.id)
    if view is None:
        raise NotFound
    versions = await db.fetch(_VERSIONS, question.answer_owner)
    return QuestionPage(
        question=view,
        meeting_slug=meeting.slug,
        meeting_title=spoken(meeting.title, actor.locale),
        delivery_label=states.LABELS[Track.DELIVERY][view.delivery],
        visibility_label=states.LABELS[Track.VISIBILITY][view.visibility],
        moves=await moves_of(actor, question),
        versions=tuple(_version(row) for row in versions),
        answer_url=versions[0]["url"] if versions else None,
    )


async def moves_of(actor: Actor, question: QuestionFacts) -> tuple[Move, ...]:
    """Return what happened to a question, oldest first, as far as the actor may know."""
    insider = rules.is_staff(actor)
    party = insider or rules.is_author(actor, question)
    rows = await db.fetch(_MOVES, question.id)
    return tuple(
        _move(row, party=party, insider=insider)
        for row in rows
        if party or row["track"] == Track.DELIVERY
    )


def _move(row: Record, *, party: bool, insider: bool) -> Move:
    return Move(
        track=row["track"],
        to_state=row["to_state"],
        label=states.LABELS[Track(row["track"])][row["to_state"]],
        at=row["at"],
        reason=row["reason"] if party else None,
        by=_mover(row) if insider else None,
    )


def _mover(row: Record) -> str | None:
    rule = row["by_rule"]
    by: str | None = row["display_name"] or states.RULES.get(rule, rule)
    return by


def _version(row: Record) -> OnlineVersion:
    return OnlineVersion(**{name: row[name] for name in OnlineVersion.__struct_fields__})
