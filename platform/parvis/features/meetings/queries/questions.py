"""Questions in a list: one statement for twenty of them with author, topic, answer and support."""

from typing import Any, Literal
from uuid import UUID

import msgspec

from parvis.core import db, pagination
from parvis.core.actor import Actor
from parvis.core.db import Record
from parvis.core.errors import BadRequest
from parvis.core.i18n import N_
from parvis.core.ids import MemberId, QuestionId
from parvis.features.meetings import rules, states
from parvis.features.meetings.facts import MeetingFacts, QuestionFacts
from parvis.features.meetings.queries.views import (
    AnswerView,
    QuestionCan,
    QuestionView,
    TopicView,
)
from parvis.features.members import queries as members
from parvis.features.members.queries import author_columns

Tab = Literal["all", "answered", "under_way", "mine"]
Sort = Literal["support", "recent", "receipt"]


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which questions, in which order. `receipt` is the order of the statutory list."""

    tab: Tab = "all"
    sort: Sort = "recent"
    topic: str | None = None
    after: str | None = None


class QuestionPage(msgspec.Struct, frozen=True, kw_only=True):
    """At most 20 questions; `next_after` is None on the last page."""

    items: tuple[QuestionView, ...]
    next_after: str | None


# $2 is the reader. Where nothing is live, only the author or staff is ever given the row. LIMIT 1
# makes PostgreSQL look each contribution up; without it, it may walk through all there are.
QUESTION = f"""
    SELECT q.id, q.meeting_id, q.submission_id, q.number, q.topic, q.channel, q.asked_channel,
           q.became_free_because, q.delivery, q.visibility, q.support_count, q.cluster_id,
           w.*, m.display_name, {author_columns("m")}, h.number AS grouped_under,
           (SELECT count(*) FROM question g
             WHERE g.tenant_id = $1 AND g.cluster_id = q.id) AS group_size,
           EXISTS (SELECT FROM support s
                    WHERE s.tenant_id = $1 AND s.question_id = q.id AND s.member_id = $2)
               AS supported,
           a.published_at, a.question_id AS answered_question, v.body_html AS answer_html,
           v.signed_by, v.signed_role
      FROM question q
      JOIN LATERAL (
            SELECT c.author_id, c.created_at, r.title, r.excerpt, r.body_html, r.capacity,
                   r.capacity_label
              FROM contribution c
              JOIN revision r ON r.tenant_id = $1 AND r.contribution_id = c.id
                             AND (r.id = c.live_revision_id OR c.live_revision_id IS NULL)
             WHERE c.tenant_id = $1 AND c.id = q.id
             ORDER BY r.number DESC LIMIT 1) w ON true
      JOIN member m ON m.tenant_id = $1 AND m.id = w.author_id
      LEFT JOIN question h ON h.tenant_id = $1 AND h.id = q.cluster_id
      LEFT JOIN answer a ON a.tenant_id = $1 AND a.question_id = coalesce(q.cluster_id, q.id)
      LEFT JOIN answer_version v ON v.tenant_id = $1 AND v.id = a.published_version_id
"""
# The page's ids first, then all the rest for these twenty.
_LISTED = """
    SELECT q.id
      FROM question q
     CROSS JOIN LATERAL (
            SELECT x.author_id, x.withdrawn_at FROM contribution x
             WHERE x.tenant_id = $1 AND x.id = q.id LIMIT 1) c
     WHERE q.tenant_id = $1 AND q.meeting_id = $3
       AND (q.visibility = ANY($4) OR c.author_id = $2)
       AND ($5::text[] IS NULL OR q.delivery = ANY($5))
       AND ($6::text IS NULL OR q.topic = $6)
       AND (NOT $7 OR c.author_id = $2)
       AND ($7 OR c.withdrawn_at IS NULL)
"""
# Comparisons one column at a time: those of a row are not leakproof, so RLS keeps them off indexes.
_AFTER = {
    "support": "AND q.support_count <= $9 AND (q.support_count < $9 OR q.id < $10)",
    "recent": "AND q.id < $9",
    "receipt": "AND q.channel = 'statutory' AND q.number > $9",
}
_ORDER = {
    "support": "ORDER BY q.support_count DESC, q.id DESC",
    "recent": "ORDER BY q.id DESC",
    "receipt": "ORDER BY q.number",
}
_PAGES = {
    sort: f"""
    {QUESTION} WHERE q.tenant_id = $1
       AND q.id = ANY (ARRAY({_LISTED} {_AFTER[sort]} {order} LIMIT $8))
    {order}"""
    for sort, order in _ORDER.items()
}
_MOST = 2**31 - 1


async def question_list(actor: Actor, meeting: MeetingFacts, asked: Filter) -> QuestionPage:
    """Return one page of the questions the actor sees. Errors: BadRequest for a bad cursor."""
    delivery = {"answered": states.ANSWERED, "under_way": states.UNDER_WAY}.get(asked.tab)
    size = pagination.PAGE_SIZE
    rows = await db.fetch(
        _PAGES[asked.sort],
        actor.member_id,
        meeting.id,
        sorted(states.SHOWN),
        sorted(delivery) if delivery else None,
        asked.topic,
        asked.tab == "mine",
        size + 1,
        *_cursor(asked),
    )
    kept = rows[:size]
    return QuestionPage(
        items=tuple(view_of(row, actor, meeting) for row in kept),
        next_after=_next(asked.sort, kept[-1]) if len(rows) > size else None,
    )


async def question_view(
    actor: Actor, meeting: MeetingFacts, question_id: UUID
) -> QuestionView | None:
    """Return one question whose access was granted already."""
    row = await db.fetch_row(
        f"{QUESTION} WHERE q.tenant_id = $1 AND q.id = $3", actor.member_id, question_id
    )
    return None if row is None else view_of(row, actor, meeting)


def _cursor(asked: Filter) -> tuple[Any, ...]:
    """Return the values the page's rows come after, in the order asked for."""
    if asked.sort == "recent":
        return (pagination.before(asked.after),)
    if not asked.after:
        return (0,) if asked.sort == "receipt" else (_MOST, pagination.LAST_ID)
    count, _, last = asked.after.partition(".")
    if not count.isdigit() or len(count) > 9:
        raise BadRequest(N_("The cursor “{cursor}” is not one of ours."), cursor=asked.after)
    return (int(count),) if asked.sort == "receipt" else (int(count), pagination.before(last))


def _next(sort: Sort, last: Record) -> str:
    if sort == "recent":
        return str(last["id"])
    return str(last["number"]) if sort == "receipt" else f"{last['support_count']}.{last['id']}"


def view_of(row: Record, actor: Actor, meeting: MeetingFacts) -> QuestionView:
    """Build a question's view from a row of QUESTION."""
    facts = _facts(row, meeting)
    title = meeting.topic_title(row["topic"], actor.locale)
    return QuestionView(
        id=facts.id,
        number=facts.number,
        title=facts.title,
        excerpt=row["excerpt"],
        body_html=row["body_html"],
        topic=TopicView(slug=row["topic"], title=title) if title else None,
        author=members.author(
            actor.locale,
            member_id=MemberId(row["author_id"]),
            name=row["display_name"],
            capacity=row["capacity"],
            label=row["capacity_label"],
            is_former=row["author_is_former"],
            has_page=row["author_has_page"],
        ),
        asked_at=row["created_at"],
        channel=facts.channel,
        became_free_because=row["became_free_because"],
        delivery=facts.delivery,
        visibility=facts.visibility,
        support_count=facts.support_count,
        supported=row["supported"],
        is_mine=rules.is_author(actor, facts),
        grouped_under=row["grouped_under"],
        group_size=row["group_size"],
        answer=_answer(row),
        can=QuestionCan(
            support=rules.can_support(actor, facts),
            edit=rules.can_edit(actor, facts),
            withdraw=rules.can_withdraw(actor, facts),
        ),
    )


def _answer(row: Record) -> AnswerView | None:
    if row["answer_html"] is None:
        return None
    return AnswerView(
        body_html=row["answer_html"],
        signed_by=row["signed_by"],
        signed_role=row["signed_role"],
        published_at=row["published_at"],
        is_common=row["answered_question"] != row["id"],
    )


def _facts(row: Record, meeting: MeetingFacts) -> QuestionFacts:
    return QuestionFacts(
        id=QuestionId(row["id"]),
        meeting_id=meeting.id,
        meeting_slug=meeting.slug,
        submission_id=row["submission_id"],
        author_id=MemberId(row["author_id"]),
        number=row["number"],
        title=row["title"],
        topic=row["topic"],
        channel=row["channel"],
        asked_channel=row["asked_channel"],
        delivery=row["delivery"],
        visibility=row["visibility"],
        support_count=row["support_count"],
        cluster_id=row["cluster_id"],
    )
