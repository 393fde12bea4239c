"""What moderation says on the tenant admin's overview: what waits, what is late, how fast."""

from datetime import datetime

from parvis.core import clock, db, formats, i18n
from parvis.core.actor import Actor
from parvis.core.events_admin import (
    AdminCard,
    AdminHomeOpened,
    CardFigure,
    CardLine,
    InsightsCounted,
)
from parvis.core.i18n import N_
from parvis.features.moderation import insights, queries, rules
from parvis.features.moderation.queries import MOST_COUNTED, Counts
from parvis.features.moderation.queries_lists import WAITING, in_scope, scope_values
from parvis.features.moderation.rules import Scope

QUEUE = "/admin/moderation"


async def show(event: AdminHomeOpened) -> None:
    """Append the reader's own queue, where they have one."""
    if not rules.has_queue(event.actor):
        return
    scope = rules.scope_of(event.actor)
    counts = await queries.counts(scope)
    event.cards.append(
        AdminCard(
            place=10,
            name="moderation",
            title=i18n.translate(event.actor.locale, N_("Moderation")),
            href=QUEUE,
            icon="inbox",
            figures=_figures(event.actor.locale, counts),
            lines=(*await _due(event.actor, scope), *_lines(event.actor.locale, counts)),
        )
    )


def _figures(locale: str, counts: Counts) -> tuple[CardFigure, ...]:
    def said(text: str) -> str:
        return i18n.translate(locale, text)

    return (
        CardFigure(label=said(N_("To look at")), value=_up_to(counts.open, locale), href=QUEUE),
        CardFigure(
            label=said(N_("Past their time")),
            value=_up_to(counts.late, locale),
            tone="bad" if counts.late else "",
        ),
        CardFigure(
            label=said(N_("Mine")), value=_up_to(counts.mine, locale), href=f"{QUEUE}?list=mine"
        ),
    )


async def _due(actor: Actor, scope: Scope) -> tuple[CardLine, ...]:
    """Say when the first case is due."""
    if (due := await _oldest(scope)) is None:
        return ()
    told = formats.date(due, "ago", locale=actor.locale, timezone=actor.tenant.timezone)
    text = i18n.translate(actor.locale, N_("Due first: {moment}"), moment=told)
    return (CardLine(text=text, href=QUEUE, tone="bad" if due < clock.now() else ""),)


async def _oldest(scope: Scope) -> datetime | None:
    found: datetime | None = await db.fetch_value(
        f"SELECT i.due_at FROM review_item i WHERE {in_scope(scope)} AND {WAITING}"
        " ORDER BY i.due_at LIMIT 1",
        *scope_values(scope),
    )
    return found


def _lines(locale: str, counts: Counts) -> tuple[CardLine, ...]:
    """Say what is more urgent than the rest, where there is any."""
    told = {
        "notices": counts.notices
        and i18n.ntranslate(
            locale, "{n} legal notice waits", "{n} legal notices wait", counts.notices
        ),
        "appeals": counts.appeals
        and i18n.ntranslate(locale, "{n} appeal waits", "{n} appeals wait", counts.appeals),
        "escalated": counts.escalated
        and i18n.ntranslate(
            locale, "{n} case was escalated", "{n} cases were escalated", counts.escalated
        ),
    }
    return tuple(
        CardLine(text=text, href=f"{QUEUE}?list={which}", tone="warn")
        for which, text in told.items()
        if text
    )


def _up_to(n: int, locale: str) -> str:
    """Write a number that was counted no further than anybody reads."""
    return i18n.number(n, locale) + ("+" if n >= MOST_COUNTED else "")


async def count(event: InsightsCounted) -> None:
    """Append how long decisions take, what waits, and which are taken back."""
    event.found.extend(await insights.counted())


SUBSCRIPTIONS = ((AdminHomeOpened, show), (InsightsCounted, count))
