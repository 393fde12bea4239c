"""General meetings: called, questioned, and answered as far as the seed file says."""

import datetime as dt
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from parvis.core.permissions import Permission
from parvis.features.meetings import rules
from parvis.features.meetings.actions import schedule
from parvis.features.meetings.deadlines import Deadline, compute_deadlines
from parvis.features.meetings.facts import MeetingFacts
from parvis.features.meetings.presets import load_preset
from parvis.features.tenants.document import MeetingPolicyTable, MeetingTable
from parvis.features.tenants.meeting_files import announced
from parvis.seeds.cast import Cast, SeedError
from parvis.seeds.content import Life, Meeting, Question, Words
from parvis.seeds.questioning import Questioning
from parvis.seeds.timeline import Timeline

QUESTION_RULE = "question"
OPENS_BEFORE = dt.timedelta(days=23)
MOST_DAYS_AHEAD = 40
# How long after the deadline a late question arrives, and a held meeting is closed.
LATE_BY = dt.timedelta(hours=9)
CLOSED_AFTER = dt.timedelta(hours=4)


class Assembly:
    """The meetings of one tenant."""

    def __init__(
        self, cast: Cast, timeline: Timeline, policy: MeetingPolicyTable, words: Words, site: str
    ) -> None:
        self._cast = cast
        self._timeline = timeline
        self._policy = policy
        self._words = words
        self._site = site

    def plan(self, life: Life) -> None:
        for meeting in life.meeting:
            is_to_come = meeting.held_days_ago is None
            asked = [
                question
                for question in life.question
                if question.meeting == meeting.slug or (is_to_come and question.meeting is None)
            ]
            day = self._day(meeting)
            opens = self._opens(meeting, day)
            self._timeline.plan(opens, partial(self._open, meeting, day, asked))

    def _day(self, meeting: Meeting) -> dt.date:
        """Return the day on which the seeded meeting is held: a business day for both kinds."""
        today = self._timeline.now.astimezone(self._zone).date()
        if meeting.held_days_ago is not None:
            day = today - dt.timedelta(days=meeting.held_days_ago)
            return day - dt.timedelta(days=max(0, day.weekday() - 4))
        until = self._timeline.now + dt.timedelta(days=(meeting.open_days_left or 0) - 0.5)
        for ahead in range(MOST_DAYS_AHEAD):
            day = today + dt.timedelta(days=ahead)
            if day.weekday() < 5 and self._deadline(day).utc >= until:
                return day
        raise SeedError(f"no day for {meeting.slug}")

    def _opens(self, meeting: Meeting, day: dt.date) -> dt.datetime:
        if meeting.held_days_ago is None:
            return self._timeline.ago(meeting.opened_days_ago)
        return (
            dt.datetime.combine(day, meeting.starts, self._zone).astimezone(dt.UTC) - OPENS_BEFORE
        )

    def _deadline(self, day: dt.date) -> Deadline:
        preset = load_preset(self._policy.preset)
        mode = preset.require_mode(self._policy.mode or preset.default_mode)
        found = compute_deadlines(preset, day, mode=mode, seat=self._policy.seat)
        return next(one for one in found if one.id == QUESTION_RULE)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(load_preset(self._policy.preset).timezone)

    async def _open(self, meeting: Meeting, day: dt.date, asked: list[Question]) -> None:
        secretary = self._cast.holder_of(Permission.MEETING_MANAGE)
        table = MeetingTable(
            slug=meeting.slug, title=meeting.title, date=day, starts=meeting.starts
        )
        meeting_id = await schedule.open_meeting(secretary, announced(table, self._policy))
        facts = await rules.meeting_by_id(meeting_id)
        questioning = Questioning(self._cast, self._timeline, self._words, meeting_id, self._site)
        for question in asked:
            questioning.plan(question, self._sent_at(question, facts))
        if meeting.held_days_ago is not None:
            closed = facts.starts_at + CLOSED_AFTER
            self._timeline.plan(closed, partial(self._close, meeting_id))

    def _sent_at(self, question: Question, meeting: MeetingFacts) -> dt.datetime:
        if question.late and meeting.statutory_until:
            return meeting.statutory_until + LATE_BY
        return self._timeline.ago(question.age)

    async def _close(self, meeting_id: UUID) -> None:
        secretary = self._cast.holder_of(Permission.MEETING_MANAGE)
        await schedule.close_meeting(secretary, await rules.meeting_by_id(meeting_id))
