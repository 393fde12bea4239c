"""What anybody may read of a meeting: the answers, and what became of each question."""

import datetime as dt
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.db import Record
from parvis.features.meetings import rules, states
from parvis.features.meetings.facts import MeetingFacts, spoken
from parvis.features.meetings.tables import Track

PAGE = 100


class PublicQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question under a public answer. `title` is None where its words are not shown."""

    number: int
    title: str | None
    body_html: str | None
    channel: str


class PublicVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A wording that is or was online, with the digest it was recorded under."""

    number: int
    body_html: str
    signed_by: str
    signed_role: str
    sha256: str
    online_at: dt.datetime


class PublicAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer online: the wording in force, the earlier ones, the questions it answers."""

    id: UUID
    number: int
    topic: str
    url: str
    first_online_at: dt.datetime
    current: PublicVersion
    earlier: tuple[PublicVersion, ...]
    questions: tuple[PublicQuestion, ...]


class PublicMeeting(msgspec.Struct, frozen=True, kw_only=True):
    """What the public pages say of the meeting itself."""

    slug: str
    title: str
    place: str
    starts_at: dt.datetime
    selection_policy: str


class PublicAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """The answers of a meeting, the newest first; at most 100 a page, `next_after` a number."""

    meeting: PublicMeeting
    items: tuple[PublicAnswer, ...]
    next_after: int | None


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one question. `label` is an English msgid; `title` None when not shown."""

    number: int
    title: str | None
    topic: str
    received_at: dt.datetime
    asked_channel: str
    channel: str
    is_late: bool
    delivery: str
    label: str
    grouped_under: int | None
    ground: str | None
    is_online: bool


class Fates(msgspec.Struct, frozen=True, kw_only=True):
    """The fate of every question, in order of number; at most 100 a page."""

    meeting: PublicMeeting
    items: tuple[Fate, ...]
    next_after: int | None


# A question's words are public when members see them, and only then: what is not shown is
# answered without them, for the law asks for the answer, not for publicity.
_WORDS = """
      JOIN contribution c ON c.tenant_id = $1 AND c.id = q.id
      LEFT JOIN revision r ON r.tenant_id = $1 AND r.id = c.live_revision_id
           AND q.visibility = ANY($3)
"""
_ANSWERS = """
    SELECT a.id, a.url, a.first_online_at, a.published_version_id, q.number, q.topic
      FROM answer a
      JOIN question q ON q.tenant_id = $1 AND q.id = a.question_id
     WHERE a.tenant_id = $1 AND q.meeting_id = $2 AND a.published_version_id IS NOT NULL
       AND q.number < $3
     ORDER BY q.number DESC LIMIT $4
"""
_ANSWERED = f"""
    SELECT a.id AS answer_id, q.number, q.channel, r.title, r.body_html
      FROM answer a
      JOIN question q ON q.tenant_id = $1
           AND (q.id = a.question_id OR q.cluster_id = a.question_id)
      {_WORDS}
     WHERE a.tenant_id = $1 AND a.id = ANY($2) AND q.delivery = ANY($4)
     ORDER BY q.number
"""
_VERSIONS = """
    SELECT v.answer_id, v.id, v.number, v.body_html, v.signed_by, v.signed_role, v.sha256,
           s.at AS online_at
      FROM answer_version v
      JOIN answer_step s ON s.tenant_id = $1 AND s.version_id = v.id AND s.step = 'published'
     WHERE v.tenant_id = $1 AND v.answer_id = ANY($2)
     ORDER BY v.number DESC
"""
_FATES = f"""
    SELECT q.number, q.topic, q.asked_channel, q.channel, q.became_free_because, q.delivery,
           u.received_at, r.title, h.number AS grouped_under, g.ground,
           EXISTS (SELECT FROM answer a
                    WHERE a.tenant_id = $1 AND a.question_id = coalesce(q.cluster_id, q.id)
                      AND a.published_version_id IS NOT NULL) AS is_online
      FROM question q
      {_WORDS}
      JOIN submission u ON u.tenant_id = $1 AND u.id = q.submission_id
      LEFT JOIN question h ON h.tenant_id = $1 AND h.id = q.cluster_id
      LEFT JOIN LATERAL (
            SELECT e.data ->> 'ground' AS ground FROM question_event e
             WHERE e.tenant_id = $1 AND e.question_id = q.id AND e.to_state = q.delivery
             ORDER BY e.id DESC LIMIT 1) g ON true
     WHERE q.tenant_id = $1 AND q.meeting_id = $2 AND q.number > $4
     ORDER BY q.number LIMIT $5
"""


async def answers(actor: Actor, slug: str, before: int) -> PublicAnswers:
    """Return the answers online to questions numbered below `before`, newest question first.

    Words are those of shown questions only.
    """
    meeting = await rules.access_public_meeting(slug)
    rows = await db.fetch(_ANSWERS, meeting.id, before, PAGE + 1)
    kept = rows[:PAGE]
    ids = [row["id"] for row in kept]
    versions = await db.fetch(_VERSIONS, ids)
    shown, answered = sorted(states.SHOWN), sorted(states.ANSWERED)
    questions = await db.fetch(_ANSWERED, ids, shown, answered)
    return PublicAnswers(
        meeting=_meeting(meeting, actor.locale),
        items=tuple(
            _public_answer(
                row,
                [one for one in versions if one["answer_id"] == row["id"]],
                [one for one in questions if one["answer_id"] == row["id"]],
                meeting.topic_title(row["topic"], actor.locale),
            )
            for row in kept
        ),
        next_after=kept[-1]["number"] if len(rows) > PAGE else None,
    )


def _public_answer(
    row: Record, versions: list[Record], questions: list[Record], topic: str
) -> PublicAnswer:
    current = next(one for one in versions if one["id"] == row["published_version_id"])
    return PublicAnswer(
        id=row["id"],
        number=row["number"],
        topic=topic,
        url=row["url"],
        first_online_at=row["first_online_at"],
        current=_public_version(current),
        earlier=tuple(_public_version(one) for one in versions if one["id"] != current["id"]),
        questions=tuple(
            PublicQuestion(
                number=one["number"],
                title=one["title"],
                body_html=one["body_html"],
                channel=one["channel"],
            )
            for one in questions
        ),
    )


def _public_version(row: Record) -> PublicVersion:
    return PublicVersion(**{name: row[name] for name in PublicVersion.__struct_fields__})


async def fates(actor: Actor, slug: str, after: int = 0) -> Fates:
    """Return what became of every question, words left out where members do not see them."""
    meeting = await rules.access_public_meeting(slug)
    rows = await db.fetch(_FATES, meeting.id, sorted(states.SHOWN), after, PAGE + 1)
    kept = rows[:PAGE]
    return Fates(
        meeting=_meeting(meeting, actor.locale),
        items=tuple(_fate(row, meeting, actor.locale) for row in kept),
        next_after=kept[-1]["number"] if len(rows) > PAGE else None,
    )


def _fate(row: Record, meeting: MeetingFacts, locale: str) -> Fate:
    grounds = {one.code: spoken(dict(one.text), locale) for one in meeting.rules.refusals}
    return Fate(
        number=row["number"],
        title=row["title"],
        topic=meeting.topic_title(row["topic"], locale),
        received_at=row["received_at"],
        asked_channel=row["asked_channel"],
        channel=row["channel"],
        is_late=row["became_free_because"] == "late",
        delivery=row["delivery"],
        label=states.LABELS[Track.DELIVERY][row["delivery"]],
        grouped_under=row["grouped_under"],
        ground=grounds.get(row["ground"] or "", row["ground"]),
        is_online=row["is_online"],
    )


def _meeting(meeting: MeetingFacts, locale: str) -> PublicMeeting:
    return PublicMeeting(
        slug=meeting.slug,
        title=spoken(meeting.title, locale),
        place=spoken(meeting.place, locale),
        starts_at=meeting.starts_at,
        selection_policy=spoken(meeting.selection_policy, locale),
    )
