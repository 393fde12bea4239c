"""What the journal says on the tenant admin's overview: that it is sealed, or the alarm."""

from datetime import timedelta

from parvis.core import clock, formats, i18n
from parvis.core.actor import Actor
from parvis.core.events_admin import AdminCard, AdminHomeOpened, CardFigure, CardLine, Tone
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.features.journal import queries_operator, queries_seal
from parvis.features.journal.queries_seal import SealStatus

JOURNAL = "/admin/journal"
DAY = timedelta(hours=20)


async def show(event: AdminHomeOpened) -> None:
    """Append how the journal stands, for who reads it."""
    actor = event.actor
    if not actor.may(Permission.JOURNAL_READ):
        return
    seal = await queries_seal.seal_status(actor)
    event.cards.append(
        AdminCard(
            place=90,
            name="journal",
            title=i18n.translate(actor.locale, N_("Journal")),
            href=JOURNAL,
            icon="history",
            figures=_figures(actor, seal),
            lines=(*_lines(actor, seal), *await _operator(actor)),
        )
    )


def _figures(actor: Actor, seal: SealStatus) -> tuple[CardFigure, ...]:
    entries = CardFigure(
        label=i18n.translate(actor.locale, N_("Sealed entries")),
        value=i18n.number(seal.size, actor.locale),
    )
    if seal.at is None or seal.number is None:
        return (entries,)
    told = formats.date(seal.at, "time", locale=actor.locale, timezone=actor.tenant.timezone)
    checkpoint = CardFigure(
        label=i18n.translate(actor.locale, N_("Last checkpoint")),
        value=i18n.number(seal.number, actor.locale),
        note=told if clock.now() - seal.at < DAY else "",
    )
    return (entries, checkpoint)


def _lines(actor: Actor, seal: SealStatus) -> tuple[CardLine, ...]:
    told: tuple[tuple[object, str, Tone], ...] = (
        (seal.failed_at, N_("The journal did not verify: read why."), "bad"),
        (seal.is_late, N_("Entries wait too long for their seal."), "bad"),
        (seal.is_unverified, N_("The journal has not verified itself for too long."), "warn"),
        (seal.is_sound and seal.verified_at, N_("Verified, and nothing is wrong."), "ok"),
    )
    return tuple(
        CardLine(text=i18n.translate(actor.locale, text), href=JOURNAL, tone=tone)
        for is_so, text, tone in told
        if is_so
    )


async def _operator(actor: Actor) -> tuple[CardLine, ...]:
    """Say what the operator did last."""
    page = await queries_operator.operator_page(actor)
    return tuple(
        CardLine(
            text=one.sentence,
            note=formats.date(one.at, "ago", locale=actor.locale, timezone=actor.tenant.timezone),
            href=f"{JOURNAL}/operator",
        )
        for one in page.items[:1]
    )


SUBSCRIPTIONS = ((AdminHomeOpened, show),)
