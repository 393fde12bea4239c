"""What the members' screens say on the tenant admin's overview: who is invited and not in yet."""

from datetime import timedelta

from parvis.core import clock, db, i18n
from parvis.core.events_admin import AdminCard, AdminHomeOpened, CardFigure, CardLine
from parvis.core.i18n import N_
from parvis.core.permissions import Permission

SOON = timedelta(days=7)
MOST_COUNTED = 1000
INVITATIONS = "/admin/members/invitations"

_INVITED = f"""
    SELECT count(*) AS waiting, count(*) FILTER (WHERE expires_at <= $3) AS ending
      FROM (SELECT expires_at FROM invitation
             WHERE tenant_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL
               AND expires_at > $2 LIMIT {MOST_COUNTED}) AS counted
"""


async def show(event: AdminHomeOpened) -> None:
    """Append who is awaited, for who looks after members."""
    if not event.actor.may(Permission.MEMBER_MANAGE):
        return
    locale, now = event.actor.locale, clock.now()
    row = await db.fetch_row(_INVITED, now, now + SOON)
    waiting, ending = (row["waiting"], row["ending"]) if row else (0, 0)
    label = i18n.translate(locale, N_("Invited, not in yet"))
    value = i18n.number(waiting, locale) + ("+" if waiting >= MOST_COUNTED else "")
    event.cards.append(
        AdminCard(
            place=30,
            name="members",
            title=i18n.translate(locale, N_("Members")),
            href="/admin/members",
            icon="users",
            figures=(CardFigure(label=label, value=value, href=INVITATIONS),),
            lines=_lines(ending, locale),
        )
    )


def _lines(ending: int, locale: str) -> tuple[CardLine, ...]:
    if not ending:
        return ()
    text = i18n.ntranslate(
        locale, "{n} invitation ends within a week", "{n} invitations end within a week", ending
    )
    return (CardLine(text=text, href=INVITATIONS, tone="warn"),)


SUBSCRIPTIONS = ((AdminHomeOpened, show),)
