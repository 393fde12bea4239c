"""A meeting and a question as rules and actions see them: read once, frozen."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

import msgspec

from parvis.core.db import Record, from_jsonb
from parvis.core.ids import MeetingId, MemberId, QuestionId
from parvis.features.meetings.presets import Preset, load_preset

Texts = dict[str, str]
Phase = Literal["draft", "before", "open", "closed", "held"]


class StatutoryChannel(msgspec.Struct, frozen=True, kw_only=True):
    """What the notice of meeting says of written questions: where they go, until when."""

    reference: str
    address: str
    date: dt.date | None = None
    until: dt.date | None = None


class Topic(msgspec.Struct, frozen=True):
    """A theme questions are sorted under."""

    slug: str
    title: Texts


class MeetingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One meeting. Moments are aware UTC; `*_until` are exclusive."""

    id: MeetingId
    slug: str
    title: Texts
    preset: str
    mode: str | None
    seat: str | None
    starts_at: dt.datetime
    meeting_date: dt.date
    timezone: str
    place: Texts
    state: str
    statutory_channel: StatutoryChannel | None
    opens_at: dt.datetime
    statutory_until: dt.datetime | None
    free_until: dt.datetime
    topics: tuple[Topic, ...]
    selection_policy: Texts
    board_review: bool
    quiet_until: dt.datetime | None
    question_count: int

    @property
    def rules(self) -> Preset:
        return load_preset(self.preset)

    @property
    def cure_until(self) -> dt.datetime:
        """Until when a missing proof of holding may be handed in: as long as anyone may ask."""
        return max(self.statutory_until or self.free_until, self.free_until)

    def phase(self, now: dt.datetime) -> Phase:
        """Return where the meeting stands for somebody who wants to ask."""
        if self.state in ("draft", "held"):
            return "draft" if self.state == "draft" else "held"
        if now < self.opens_at:
            return "before"
        closes = min(self.cure_until, self.starts_at)
        return "open" if self.state == "open" and now < closes else "closed"

    def takes_statutory(self, now: dt.datetime) -> bool:
        """Whether a written question put on the platform now counts as one in law."""
        return (
            self.statutory_channel is not None
            and self.statutory_until is not None
            and now < self.statutory_until
        )

    def topic_title(self, slug: str | None, locale: str) -> str:
        """Return a topic's title in a language, "" for none."""
        found = next((topic for topic in self.topics if topic.slug == slug), None)
        return spoken(found.title, locale) if found else ""


class QuestionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One question on its two tracks; `title` is its author's newest wording."""

    id: QuestionId
    meeting_id: MeetingId
    meeting_slug: str
    submission_id: UUID
    author_id: MemberId
    number: int
    title: str
    topic: str | None
    channel: str
    asked_channel: str
    delivery: str
    visibility: str
    support_count: int
    cluster_id: QuestionId | None

    @property
    def answer_owner(self) -> QuestionId:
        """The question whose answer answers this one: the head of its cluster, or itself."""
        return self.cluster_id or self.id


def spoken(texts: Texts, locale: str) -> str:
    """Return one of several languages of a text, the first one where `locale` is missing."""
    return texts.get(locale) or next(iter(texts.values()), "")


def meeting_of(row: Record) -> MeetingFacts:
    """Build MeetingFacts from a row with the columns of `meeting`."""
    columns: dict[str, Any] = {name: row[name] for name in _PLAIN}
    channel = row["statutory_channel"]
    return MeetingFacts(
        **columns,
        title=from_jsonb(row["title"], Texts),
        place=from_jsonb(row["place"], Texts),
        selection_policy=from_jsonb(row["selection_policy"], Texts),
        topics=from_jsonb(row["topics"], tuple[Topic, ...]),
        statutory_channel=from_jsonb(channel, StatutoryChannel) if channel else None,
    )


_PLAIN = (
    "id", "slug", "preset", "mode", "seat", "starts_at", "meeting_date", "timezone", "state",
    "opens_at", "statutory_until", "free_until", "board_review", "quiet_until", "question_count",
)  # fmt: skip


def question_of(row: Record) -> QuestionFacts:
    """Build QuestionFacts from a row of `rules.QUESTION`."""
    return QuestionFacts(**{name: row[name] for name in QuestionFacts.__struct_fields__})
