"""The Structs that pages and API share: a meeting, its dates, its questions, their answers."""

import datetime as dt
from uuid import UUID

import msgspec

from parvis.core.ids import MeetingId, QuestionId
from parvis.features.meetings.facts import Phase, StatutoryChannel
from parvis.features.members.queries import Author


class TopicView(msgspec.Struct, frozen=True, kw_only=True):
    """A theme, in the reader's language."""

    slug: str
    title: str


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """When something ends. `at` is exclusive; `last_day` is set when that is a local midnight."""

    at: dt.datetime
    last_day: dt.date | None


class TracedDay(msgspec.Struct, frozen=True, kw_only=True):
    """One day the count passed, and why it counted or not."""

    day: dt.date
    counted: bool
    number: int | None
    why: str
    holiday: str | None


class DeadlineView(msgspec.Struct, frozen=True, kw_only=True):
    """A date as frozen when the meeting opened. `at` is exclusive, in UTC.

    `closes_channel`: after it, questions no longer take one of the two ways. `trace` is empty
    where nobody asked how the days were counted.
    """

    rule_id: str
    label: str
    note: str
    at: dt.datetime
    local_at: str
    last_day: dt.date | None
    basis: str
    rules_version: str
    closes_channel: bool
    trace: tuple[TracedDay, ...]


class DocumentView(msgspec.Struct, frozen=True, kw_only=True):
    """A document to download."""

    id: UUID
    title: str
    media_type: str
    size_bytes: int
    published_at: dt.datetime


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How many questions members see, by where they stand; `mine` are the reader's own."""

    shown: int
    answered: int
    under_way: int
    mine: int
    supporters: int


class MeetingCan(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader may do here, and why not where they may not."""

    ask: bool
    ask_statutory: bool
    why_not: str | None


class MeetingView(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting as members see it. `*_until` are exclusive moments in UTC."""

    id: MeetingId
    slug: str
    title: str
    place: str
    preset: str
    preset_name: str
    recipient: str
    phase: Phase
    meeting_date: dt.date
    starts_at: dt.datetime
    timezone: str
    opens_at: dt.datetime
    statutory_until: Closing | None
    free_until: Closing
    closes: Closing
    answers_until: Closing | None
    statutory_channel: StatutoryChannel | None
    topics: tuple[TopicView, ...]
    selection_policy: str
    deadlines: tuple[DeadlineView, ...]
    documents: tuple[DocumentView, ...]
    figures: Figures
    can: MeetingCan


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """What is online: the words, who signs them, since when. `is_common`: given to a group."""

    body_html: str
    signed_by: str
    signed_role: str
    published_at: dt.datetime
    is_common: bool


class QuestionCan(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader may do with a question."""

    support: bool
    edit: bool
    withdraw: bool


class QuestionView(msgspec.Struct, frozen=True, kw_only=True):
    """A question as the reader sees it: shown to all, or the reader's own.

    `became_free_because`: late, no_channel or not_proven. `grouped_under` is the number of the
    question whose answer answers it, `group_size` how many others wait for its own.
    """

    id: QuestionId
    number: int
    title: str
    excerpt: str
    body_html: str
    topic: TopicView | None
    author: Author
    asked_at: dt.datetime
    channel: str
    became_free_because: str | None
    delivery: str
    visibility: str
    support_count: int
    supported: bool
    is_mine: bool
    grouped_under: int | None
    group_size: int
    answer: AnswerView | None
    can: QuestionCan
