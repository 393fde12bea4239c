"""One meeting with its dates, documents and figures: one statement, and now and then a second."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.db import Record, from_jsonb
from parvis.core.errors import NotFound
from parvis.features.meetings import rules, states
from parvis.features.meetings.deadlines import FrozenTrace
from parvis.features.meetings.facts import MeetingFacts, meeting_of, spoken
from parvis.features.meetings.presets import Rule
from parvis.features.meetings.queries.supporters import supporters
from parvis.features.meetings.queries.views import (
    Closing,
    DeadlineView,
    DocumentView,
    Figures,
    MeetingCan,
    MeetingView,
    TopicView,
    TracedDay,
)

_MEETING = """
    SELECT m.*, f.*, d.deadlines, x.documents,
           (SELECT count(*) FROM contribution c
             WHERE c.tenant_id = $1 AND c.author_id = $3 AND c.kind = 'question'
               AND c.place_id = m.id) AS mine
      FROM meeting m
     CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE q.visibility = ANY($4)) AS shown,
                   count(*) FILTER (WHERE q.visibility = ANY($4) AND q.delivery = ANY($5))
                       AS answered,
                   count(*) FILTER (WHERE q.visibility = ANY($4) AND q.delivery = ANY($6))
                       AS under_way
              FROM question q
             WHERE q.tenant_id = $1 AND q.meeting_id = m.id) f
     CROSS JOIN LATERAL (
            SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY l.utc_at), '[]') AS deadlines
              FROM meeting_deadline l
             WHERE l.tenant_id = $1 AND l.meeting_id = m.id) d
     CROSS JOIN LATERAL (
            SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY l.published_at DESC), '[]')
                   AS documents
              FROM meeting_document l
             WHERE l.tenant_id = $1 AND l.meeting_id = m.id) x
     WHERE m.tenant_id = $1 AND m.slug = $2
"""


class FrozenDeadline(msgspec.Struct, frozen=True, kw_only=True):
    """A row of meeting_deadline as JSON."""

    rule_id: str
    mode: str | None
    local_at: str
    utc_at: dt.datetime
    last_day: dt.date | None
    basis: str
    trace: msgspec.Raw
    rules_version: str


async def load(
    actor: Actor, slug: str, *, every_trace: bool = False
) -> tuple[MeetingFacts, MeetingView]:
    """Return a meeting as rules see it and as the actor does.

    Dates that close a channel come with the days that were counted, the others with `every_trace`.

    A visitor sees what members see; the caller decides whether the page is public.
    Errors: NotFound.
    """
    row = await db.fetch_row(
        _MEETING,
        slug,
        actor.member_id,
        sorted(states.SHOWN),
        sorted(states.ANSWERED),
        sorted(states.UNDER_WAY),
    )
    if row is None or (row["state"] == "draft" and not rules.is_staff(actor)):
        raise NotFound
    meeting = meeting_of(row)
    figures = Figures(
        shown=row["shown"],
        answered=row["answered"],
        under_way=row["under_way"],
        mine=row["mine"],
        supporters=await supporters(meeting.id),
    )
    return meeting, _view(meeting, figures, row, actor.locale, every_trace=every_trace)


async def only_slug() -> str | None:
    """Return the meeting to show first: the next one, else the last one held; None without any."""
    slug: str | None = await db.fetch_value(
        "SELECT slug FROM meeting WHERE tenant_id = $1 AND state <> 'draft'"
        " ORDER BY starts_at < $2, CASE WHEN starts_at < $2 THEN NULL ELSE starts_at END,"
        " starts_at DESC LIMIT 1",
        clock.now(),
    )
    return slug


def _view(
    meeting: MeetingFacts, figures: Figures, row: Record, locale: str, *, every_trace: bool
) -> MeetingView:
    now = clock.now()
    deadlines = _deadlines(meeting, row["deadlines"], locale, every_trace=every_trace)
    due = next((one.at for one in deadlines if one.rule_id == meeting.rules.answer.due), None)
    why_not = rules.why_closed(meeting, now)
    statutory = meeting.takes_statutory(now)
    return MeetingView(
        id=meeting.id,
        slug=meeting.slug,
        title=spoken(meeting.title, locale),
        place=spoken(meeting.place, locale),
        preset=meeting.preset,
        preset_name=spoken(dict(meeting.rules.name), locale),
        recipient=spoken(dict(meeting.rules.recipient), locale),
        phase=meeting.phase(now),
        meeting_date=meeting.meeting_date,
        starts_at=meeting.starts_at,
        timezone=meeting.timezone,
        opens_at=meeting.opens_at,
        statutory_until=(
            closing(meeting.statutory_until, meeting.timezone) if meeting.statutory_until else None
        ),
        free_until=closing(meeting.free_until, meeting.timezone),
        closes=closing(_closes(meeting, statutory=statutory), meeting.timezone),
        answers_until=closing(due, meeting.timezone) if due else None,
        statutory_channel=meeting.statutory_channel,
        topics=topics_of(meeting, locale),
        selection_policy=spoken(meeting.selection_policy, locale),
        deadlines=deadlines,
        documents=from_jsonb(row["documents"], tuple[DocumentView, ...]),
        figures=figures,
        can=MeetingCan(
            ask=why_not is None, ask_statutory=why_not is None and statutory, why_not=why_not
        ),
    )


def topics_of(meeting: MeetingFacts, locale: str) -> tuple[TopicView, ...]:
    """Return the meeting's topics in a language, in the firm's order."""
    return tuple(
        TopicView(slug=one.slug, title=spoken(one.title, locale)) for one in meeting.topics
    )


def closing(at: dt.datetime, timezone: str) -> Closing:
    """Return an exclusive moment together with the last day before it, if it is a midnight."""
    local = at.astimezone(ZoneInfo(timezone))
    ends_a_day = local.time() == dt.time.min
    return Closing(at=at, last_day=local.date() - dt.timedelta(days=1) if ends_a_day else None)


def _closes(meeting: MeetingFacts, *, statutory: bool) -> dt.datetime:
    """Return the moment a member should be told of: the next one after which less is possible."""
    if statutory and meeting.statutory_until is not None:
        return meeting.statutory_until
    return min(meeting.free_until, meeting.starts_at)


def _deadlines(
    meeting: MeetingFacts, rows: str, locale: str, *, every_trace: bool
) -> tuple[DeadlineView, ...]:
    closing_rules = {channel.deadline for channel in meeting.rules.channels}
    by_id = {rule.id: rule for rule in meeting.rules.rules if rule.holds_on(meeting.meeting_date)}
    return tuple(
        _deadline(
            one,
            by_id.get(one.rule_id),
            locale,
            closes=one.rule_id in closing_rules,
            traced=every_trace or one.rule_id in closing_rules,
        )
        for one in from_jsonb(rows, tuple[FrozenDeadline, ...])
    )


def _deadline(
    frozen: FrozenDeadline, rule: Rule | None, locale: str, *, closes: bool, traced: bool
) -> DeadlineView:
    return DeadlineView(
        rule_id=frozen.rule_id,
        label=spoken(dict(rule.label), locale) if rule else frozen.rule_id,
        note=spoken(dict(rule.note), locale) if rule and rule.note else "",
        at=frozen.utc_at,
        local_at=frozen.local_at,
        last_day=frozen.last_day,
        basis=frozen.basis,
        rules_version=frozen.rules_version,
        closes_channel=closes,
        trace=_trace(frozen, locale) if traced else (),
    )


def _trace(frozen: FrozenDeadline, locale: str) -> tuple[TracedDay, ...]:
    kept = msgspec.json.decode(frozen.trace, type=FrozenTrace)
    return tuple(
        TracedDay(
            day=day.day,
            counted=day.counted,
            number=day.number,
            why=day.why,
            holiday=spoken(dict(day.holiday), locale) if day.holiday else None,
        )
        for day in kept.days
    )
