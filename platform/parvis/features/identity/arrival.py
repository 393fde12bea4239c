"""A session that begins because a provider vouched for somebody: opened, logged and journaled."""

from parvis.core import journal
from parvis.core.actor import Actor
from parvis.core.ids import MemberId
from parvis.features.identity import sessions
from parvis.features.identity.attempts import Visit
from parvis.features.identity.auth_log import record_event, said_of
from parvis.features.identity.connections import Connection
from parvis.features.identity.sessions import Opened
from parvis.integrations.login import SignedIn


async def begin_session(
    visit: Visit,
    connection: Connection,
    member_id: MemberId,
    signed: SignedIn,
    *,
    logged_as: str,
    journaled_as: str,
) -> Opened:
    """Open a session for who was admitted; the sign-in log and the journal tell of it.

    Needs: an open transaction, in which the session before was ended.
    """
    opened = await sessions.open_session(
        visit.tenant, member_id, connection.id, signed, label=visit.device
    )
    await record_event(
        logged_as,
        connection.id,
        member_id,
        correlation_id=visit.correlation_id,
        detail=said_of(signed) | {"address": visit.address},
    )
    await journal.record(
        Actor(tenant=visit.tenant, locale=visit.locale, member_id=member_id),
        journaled_as,
        subject=("session", opened.id),
        data={"connection": connection.slug, "acr": signed.acr},
    )
    return opened
