"""What members do about their own presence here: leave, end a session, choose a language."""

import msgspec

from parvis.core import db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import ConnectionId, MemberId, SessionId
from parvis.core.permissions import Permission
from parvis.features.identity import connections, revocation, sessions
from parvis.features.identity.auth_log import record_event
from parvis.features.identity.connections import SIGNED_OUT_PATH
from parvis.features.identity.sessions import Ended
from parvis.integrations import login
from parvis.integrations.login import LoginError


class MeInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one may change of oneself; the name is not among it."""

    locale: str | msgspec.UnsetType = msgspec.UNSET


class Left(msgspec.Struct, frozen=True):
    """A session has ended; `url` is where its provider's own ends, None where there is no such."""

    url: str | None = None
    provider: str = ""


async def sign_out(actor: Actor, site: str) -> Left:
    """End the actor's session here, and return where the provider's own is ended.

    A provider's absence or silence changes nothing: the session here has ended by then.
    Needs: no open transaction.
    """
    if actor.member_id is None or actor.session_id is None:
        return Left()
    tenant = actor.tenant
    async with db.transaction(tenant.id):
        ended = await sessions.end(tenant, actor.member_id, actor.session_id, "signed_out")
        if ended is None:
            return Left()
        await _record_end(actor, ended, "signed_out")
        if ended.connection_id is None or ended.id_token is None:
            return Left()
        connection = await connections.get(ended.connection_id)
    try:
        config = await connections.config_of(connection, tenant, site)
        url = await login.relying_party().logout_url(
            config, id_token=ended.id_token, return_to=site + SIGNED_OUT_PATH
        )
    except LoginError:
        return Left()
    return Left(url, connection.label_in(actor.locale))


async def end_own_session(actor: Actor, session_id: SessionId) -> None:
    """End one of the actor's sessions; NotFound for anybody else's."""
    ended = await sessions.end(actor.tenant, actor.require_member(), session_id, "ended_by_member")
    if ended is None:
        raise NotFound
    await _record_end(actor, ended, "session_ended")


async def end_other_sessions(actor: Actor) -> int:
    """End all of the actor's sessions but this one; return how many ended."""
    member_id = actor.require_member()
    count = await revocation.end_sessions_of_member(
        member_id, "ended_by_member", but=actor.session_id
    )
    await journal.record(
        actor,
        "identity.other_sessions_ended",
        subject=("member", member_id),
        data={"sessions": count},
    )
    return count


async def end_sessions_of_member(actor: Actor, member_id: MemberId) -> int:
    """End all sessions of a member, as an administrator; return how many ended.

    Errors: NotFound for who may not, and for nobody's id.
    """
    if not actor.may(Permission.MEMBER_MANAGE):
        raise NotFound
    if not await db.fetch_value(_IS_MEMBER, member_id):
        raise NotFound
    count = await revocation.end_sessions_of_member(member_id, "ended_by_administrator")
    await journal.record(
        actor, "identity.sessions_ended", subject=("member", member_id), data={"sessions": count}
    )
    return count


async def end_sessions_of_connection(actor: Actor, connection_id: ConnectionId) -> int:
    """End all sessions opened through a connection, as an administrator; return how many ended.

    The actor's own may be among them. Errors: NotFound for who may not, and for nobody's id.
    """
    if not actor.may(Permission.TENANT_MANAGE):
        raise NotFound
    if not await db.fetch_value(_IS_CONNECTION, connection_id):
        raise NotFound
    count = await revocation.end_sessions_of_connection(connection_id, "ended_by_administrator")
    await journal.record(
        actor,
        "identity.sessions_ended",
        subject=("connection", connection_id),
        data={"sessions": count},
    )
    return count


_IS_MEMBER = "SELECT true FROM member WHERE tenant_id = $1 AND id = $2"
_IS_CONNECTION = "SELECT true FROM connection WHERE tenant_id = $1 AND id = $2"


async def _record_end(actor: Actor, ended: Ended, kind: str) -> None:
    await record_event(kind, ended.connection_id, actor.member_id)
    await journal.record(actor, f"identity.{kind}", subject=("session", ended.id))


async def change_me(actor: Actor, given: MeInput) -> None:
    """Make the given language the member's own; Invalid for one the tenant does not speak."""
    if given.locale is msgspec.UNSET:
        return
    if given.locale not in actor.tenant.locales:
        raise Invalid(fields={"locale": N_("This space does not speak that language.")})
    await db.execute(
        "UPDATE member SET locale = $3 WHERE tenant_id = $1 AND id = $2",
        actor.require_member(),
        given.locale,
    )
