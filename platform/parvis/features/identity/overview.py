"""What coming in says on the tenant admin's overview: who could not, and emergency access."""

from datetime import timedelta

from parvis.core import clock, db, i18n
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
from parvis.core.ids import first_id_of
from parvis.core.permissions import Permission
from parvis.features.identity.sign_in_log import FAILURES

DAY, LATELY = timedelta(hours=24), timedelta(days=30)
MOST_COUNTED = 1000
LOG = "/admin/sign-in/log"

# By id, which is by time: the day's lines and no older ones are read.
_FAILED = f"""
    SELECT count(*) FROM (SELECT FROM auth_event WHERE tenant_id = $1 AND id >= $2
       AND kind = ANY ($3::text[]) LIMIT {MOST_COUNTED}) AS counted
"""
_SHUT = "SELECT count(*) FROM connection WHERE tenant_id = $1 AND NOT is_enabled"
_ACTIVE = """
    SELECT count(DISTINCT s.member_id) FROM auth_session s
      JOIN member m ON m.tenant_id = s.tenant_id AND m.id = s.member_id AND m.kind = 'person'
     WHERE s.tenant_id = $1 AND s.last_seen_at >= $2
"""


async def show(event: AdminHomeOpened) -> None:
    """Append what went wrong at the door, for who looks after it."""
    if not event.actor.may(Permission.TENANT_MANAGE):
        return
    locale = event.actor.locale
    failed = await db.fetch_value(_FAILED, first_id_of(clock.now() - DAY), list(FAILURES))
    label = i18n.translate(locale, N_("Refused or failed, 24 hours"))
    value = i18n.number(failed, locale) + ("+" if failed >= MOST_COUNTED else "")
    event.cards.append(
        AdminCard(
            place=40,
            name="sign_in",
            title=i18n.translate(locale, N_("Sign-in")),
            href="/admin/sign-in",
            icon="lock",
            figures=(CardFigure(label=label, value=value, href=f"{LOG}?failures=1"),),
            lines=await _lines(event.actor),
        )
    )


async def _lines(actor: Actor) -> tuple[CardLine, ...]:
    told: list[CardLine] = []
    if actor.emergency_runs:
        text = i18n.translate(actor.locale, N_("Emergency access is in use."))
        told.append(CardLine(text=text, href="/admin/journal?act=emergency.signed_in", tone="bad"))
    if shut := await db.fetch_value(_SHUT):
        text = i18n.ntranslate(
            actor.locale, "{n} connection is shut", "{n} connections are shut", shut
        )
        told.append(CardLine(text=text, href="/admin/sign-in", tone="warn"))
    return tuple(told)


async def count(event: InsightsCounted) -> None:
    """Append how many members came in the last thirty days."""
    active = await db.fetch_value(_ACTIVE, clock.now() - LATELY)
    event.found.append(Insight(name="active_members", unit="count", value=active, among=active))


SUBSCRIPTIONS = ((AdminHomeOpened, show), (InsightsCounted, count))
