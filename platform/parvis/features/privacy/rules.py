"""Whose data it is, and when somebody may be forgotten."""

from datetime import timedelta
from uuid import UUID

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Denied, Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.features.identity import membership
from parvis.features.identity.membership import LastAdministrator

# Who sat down at somebody's open browser is found out within a week, by mail; and a week is soon
# enough for the law, which leaves a month.
COOLING = timedelta(days=7)
# Long enough for a holiday's mail, short enough for a file that holds a whole life here.
AVAILABLE = timedelta(days=7)
# By then a job has been given up on: the archive may be asked for anew.
GIVEN_UP = timedelta(days=2)
EXPORTS_A_DAY = 3


class NotAPerson(Denied):
    """Programs and emergency access have administrators, not data rights."""

    code = "not_a_person"
    default = N_("This account is no person’s: an administrator ends it.")


async def require_person(actor: Actor) -> MemberId:
    """Return the actor's id; raise NotAPerson for a program or emergency access."""
    member_id = actor.require_member()
    kind = await db.fetch_value(
        "SELECT kind FROM member WHERE tenant_id = $1 AND id = $2", member_id
    )
    if kind != "person":
        raise NotAPerson
    return member_id


async def access_export(actor: Actor, export_id: UUID) -> db.Record:
    """Return one of the actor's own archives. Errors: NotFound."""
    row = await db.fetch_row(
        "SELECT id, state, object_key, expires_at FROM data_export"
        " WHERE tenant_id = $1 AND id = $2 AND member_id = $3",
        export_id,
        actor.require_member(),
    )
    if row is None:
        raise NotFound
    return row


async def is_last_administrator(member_id: MemberId) -> bool:
    """Whether nobody could administer the space without this member."""
    try:
        await membership.require_another_administrator(member_id)
    except LastAdministrator:
        return True
    return False


def require_name(actor: Actor, typed: str) -> None:
    """Raise Invalid unless the actor typed their own name: nobody does that by mistake."""
    if " ".join(typed.split()).casefold() != " ".join(actor.name.split()).casefold():
        raise Invalid(fields={"confirm": N_("Type your name as it is shown here.")})
