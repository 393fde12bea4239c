"""What the moderation screen shows: the API's views, and what only a page needs beside them."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from parvis.core import clock
from parvis.core.actor import Actor
from parvis.features.moderation import (
    drafting,
    figures,
    passages,
    queries,
    queries_case,
    queries_choices,
    rules,
)
from parvis.features.moderation.appeals import queries as appeals
from parvis.features.moderation.appeals.queries import AppealCase
from parvis.features.moderation.decisions.forms import DecisionForm
from parvis.features.moderation.drafting import Letter
from parvis.features.moderation.figures import Figures, Line
from parvis.features.moderation.legal_notices import queries as notices
from parvis.features.moderation.legal_notices.queries import NoticeCase
from parvis.features.moderation.letter import Law
from parvis.features.moderation.passages import Paragraph
from parvis.features.moderation.queries import ItemSummary, Queue
from parvis.features.moderation.queries_case import CaseView, CauseView, ClauseView
from parvis.features.moderation.queries_choices import Choices
from parvis.features.moderation.queries_lists import Asked, QueueList
from parvis.features.moderation.tables import Action, Source


class CaseScreen(msgspec.Struct, frozen=True, kw_only=True):
    """The case in the middle: its words with the passages marked, and the decision form.

    `named_clauses` are those that causes name; all of them where none is named.
    """

    case: CaseView
    title: Paragraph
    paragraphs: tuple[Paragraph, ...]
    points: tuple[CauseView, ...]
    named_clauses: tuple[ClauseView, ...]
    other_clauses: tuple[ClauseView, ...]
    form: DecisionForm
    notice: str = ""
    notices: tuple[NoticeCase, ...] = ()
    appeals: tuple[AppealCase, ...] = ()


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a case that is no longer the moderator's, and what they had written in it."""

    notice: str
    text: str = ""
    facts: str = ""


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen. `position` counts from 1 on the page of the list that is shown.

    `tail` ends the addresses that lead back to this list.
    """

    tail: str
    choices: Choices
    kept: Kept | None
    figures: Figures
    decisions_line: Line | None
    delay_line: Line | None
    queue: Queue
    case: CaseScreen | None
    position: int | None
    previous: ItemSummary | None
    next: ItemSummary | None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the queue somebody stands: the list, what it is narrowed to, the page of it."""

    which: QueueList = QueueList.OPEN
    asked: Asked = Asked()
    after: str | None = None

    @property
    def tail(self) -> str:
        """How an address ends that leads here; the first list needs nothing."""
        asked = msgspec.structs.asdict(self.asked)
        named = {"list": self.which.value, **asked, "after": self.after}
        said = {name: str(value) for name, value in named.items() if value}
        given = {name: value for name, value in said.items() if (name, value) != ("list", "open")}
        return f"?{urlencode(given)}" if given else ""


async def list_screen(actor: Actor, position: Position, kept: Kept | None = None) -> Screen:
    """Return the screen of a list, with its first case where there is one."""
    found = await queries.queue(actor, position.which, asked=position.asked, after=position.after)
    first = found.page.items[0] if found.page.items else None
    case = await case_screen(actor, first.id) if first else None
    return await _screen(actor, position, found, case, kept)


async def detail_screen(actor: Actor, position: Position, case: CaseScreen) -> Screen:
    """Return the screen around a case, with the list it was opened from."""
    found = await queries.queue(actor, position.which, asked=position.asked, after=position.after)
    return await _screen(actor, position, found, case)


async def _with_redress(actor: Actor, case: CaseScreen) -> CaseScreen:
    """Return the case with the notices and the appeals that brought it."""
    item_id, sources = case.case.item.id, {cause.source for cause in case.case.causes}
    if not sources & {Source.NOTICE, Source.APPEAL}:
        return case
    return msgspec.structs.replace(
        case,
        notices=await notices.of_item(actor, item_id),
        appeals=await appeals.of_item(actor, item_id),
    )


async def _screen(
    actor: Actor,
    position: Position,
    found: Queue,
    case: CaseScreen | None,
    kept: Kept | None = None,
) -> Screen:
    shown = await figures.figures(actor)
    case = await _with_redress(actor, case) if case else None
    items = found.page.items
    ids = [item.id for item in items]
    at = ids.index(case.case.item.id) if case and case.case.item.id in ids else None
    return Screen(
        tail=position.tail,
        choices=await queries_choices.choices(actor),
        kept=kept,
        figures=shown,
        decisions_line=figures.sparkline(shown.decisions_by_day),
        delay_line=figures.sparkline(shown.median_minutes_by_day),
        queue=found,
        case=case,
        position=None if at is None else at + 1,
        previous=items[at - 1] if at else None,
        next=_next(items, at),
    )


def _next(items: tuple[ItemSummary, ...], at: int | None) -> ItemSummary | None:
    following = 0 if at is None else at + 1
    return items[following] if following < len(items) else None


async def case_screen(actor: Actor, item_id: UUID, form: DecisionForm | None = None) -> CaseScreen:
    """Return a case as the page shows it. Errors: as rules.access_item."""
    case = await queries_case.case(actor, item_id)
    return of_case(case, form or DecisionForm(clause_id=first_clause(case)))


def first_clause(case: CaseView) -> str:
    """Return the clause that the first cause names: what a decision most often rests on."""
    return next((cause.clause_id for cause in case.causes if cause.clause_id), "")


def of_case(case: CaseView, form: DecisionForm, notice: str = "") -> CaseScreen:
    """Return a case as the page shows it, with a notice above it where there is one."""
    named = {cause.clause_id for cause in case.causes} or {clause.id for clause in case.clauses}
    return CaseScreen(
        case=case,
        title=passages.passages(case.title, case.spans("title")),
        paragraphs=passages.paragraphs(case.body, case.spans("body")),
        points=_points(case),
        named_clauses=tuple(clause for clause in case.clauses if clause.id in named),
        other_clauses=tuple(clause for clause in case.clauses if clause.id not in named),
        form=form,
        notice=notice,
    )


def _points(case: CaseView) -> tuple[CauseView, ...]:
    """Return the causes without those that would read the same again."""
    told = {
        (cause.source, cause.clause_id, cause.quoted, cause.note): cause
        for cause in reversed(case.causes)
    }
    return tuple(cause for cause in case.causes if cause in told.values())


async def letter(
    actor: Actor,
    item_id: UUID,
    action: Action,
    clause_id: str | None,
    *,
    law: Law | None = None,
    until: datetime | None = None,
    reason_id: UUID | None = None,
) -> Letter | None:
    """Return the text proposed for a decision not yet taken. Errors: as rules.access_item."""
    item = await rules.access_item(actor, item_id)
    if item.revision_id is None:
        return None
    draft = await drafting.draft(actor, item, clock.now())
    return await drafting.proposed(
        draft, action, clause_id, law=law, until=until, reason_id=reason_id
    )
