"""What the charter says on the tenant admin's overview: which version binds, what comes next."""

from datetime import datetime

from parvis.core import clock, db, formats, i18n
from parvis.core.actor import Actor
from parvis.core.events_admin import (
    AdminCard,
    AdminHomeOpened,
    CardFigure,
    CardLine,
    Insight,
    InsightsCounted,
)
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.core.tenancy import current_tenant
from parvis.features.charter.in_force import in_force

CHARTER = "/admin/charter"

_NEXT = """
    SELECT number, effective_at FROM charter_version
     WHERE tenant_id = $1 AND community_id IS NULL AND effective_at > $2
     ORDER BY effective_at LIMIT 1
"""
_SCHEDULED = """
    SELECT publish_at FROM charter_draft
     WHERE tenant_id = $1 AND community_id IS NULL AND publish_at IS NOT NULL
     ORDER BY publish_at LIMIT 1
"""
# Of the people who may come in, those whose last answer to a version that is enough was yes.
_ACCEPTED = """
    SELECT count(*) AS people, count(*) FILTER (WHERE EXISTS (
               SELECT FROM charter_acceptance a
                WHERE a.tenant_id = $1 AND a.member_id = m.id AND a.version_id = ANY ($2::uuid[])
                  AND a.decision = 'accepted' AND NOT EXISTS (
                      SELECT FROM charter_acceptance b
                       WHERE b.tenant_id = $1 AND b.member_id = m.id
                         AND b.version_id = a.version_id AND b.id > a.id))) AS accepted
      FROM member m
     WHERE m.tenant_id = $1 AND m.state = 'active' AND m.kind = 'person'
"""


async def show(event: AdminHomeOpened) -> None:
    """Append the charter in force and the next one, for who publishes charters."""
    actor = event.actor
    if not actor.may(Permission.CHARTER_PUBLISH):
        return
    event.cards.append(
        AdminCard(
            place=25,
            name="charter",
            title=i18n.translate(actor.locale, N_("Charter")),
            href=CHARTER,
            icon="scale",
            figures=await _figures(actor),
            lines=await _lines(actor),
        )
    )


async def _figures(actor: Actor) -> tuple[CardFigure, ...]:
    current = await in_force(actor.tenant)
    label = i18n.translate(actor.locale, N_("Version in force"))
    if current is None:
        return (CardFigure(label=label, value="–", tone="warn"),)
    version = current.version
    note = i18n.translate(actor.locale, N_("since {day}"), day=_day(actor, version.effective_at))
    return (CardFigure(label=label, value=i18n.number(version.number, actor.locale), note=note),)


async def _lines(actor: Actor) -> tuple[CardLine, ...]:
    told: list[CardLine] = []
    if row := await db.fetch_row(_NEXT, clock.now()):
        text = i18n.translate(
            actor.locale,
            N_("Version {number} applies from {day}"),
            number=row["number"],
            day=_day(actor, row["effective_at"]),
        )
        told.append(CardLine(text=text, href=CHARTER))
    if at := await db.fetch_value(_SCHEDULED):
        day = _day(actor, at)
        text = i18n.translate(actor.locale, N_("A draft will be published on {day}"), day=day)
        told.append(CardLine(text=text, href=CHARTER))
    return tuple(told)


def _day(actor: Actor, at: datetime) -> str:
    return formats.date(at, "short", locale=actor.locale, timezone=actor.tenant.timezone)


async def count(event: InsightsCounted) -> None:
    """Append the share of members who accepted the charter in force."""
    current = await in_force(await current_tenant())
    row = await db.fetch_row(_ACCEPTED, sorted(current.enough)) if current else None
    if row is None or not row["people"]:
        return
    share = row["accepted"] / row["people"]
    event.found.append(
        Insight(name="charter_acceptance", unit="share", value=share, among=row["people"])
    )


SUBSCRIPTIONS = ((AdminHomeOpened, show), (InsightsCounted, count))
