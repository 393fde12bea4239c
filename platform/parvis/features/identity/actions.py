"""What members do about their own presence here: leave, end a session, choose a language."""

from urllib.parse import urlsplit

import msgspec

from parvis.core import db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import SessionId
from parvis.features.identity import connections, sessions
from parvis.features.identity.auth_log import record_event
from parvis.features.identity.connections import SIGNED_OUT_PATH
from parvis.features.identity.sessions import Ended
from parvis.integrations import login
from parvis.integrations.login import LoginError


class MeInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one may change of oneself; the name is not among it."""

    locale: str | msgspec.UnsetType = msgspec.UNSET


async def sign_out(actor: Actor, site: str) -> str:
    """End the actor's session here, and return where the browser goes on.

    That is the provider's own sign-out where it has one. Its absence or silence changes
    nothing: the session here has ended by then. Needs: no open transaction.
    """
    if actor.member_id is None or actor.session_id is None:
        return SIGNED_OUT_PATH
    tenant = actor.tenant
    async with db.transaction(tenant.id):
        ended = await sessions.end(tenant, actor.member_id, actor.session_id, "signed_out")
        if ended is None:
            return SIGNED_OUT_PATH
        await _record_end(actor, ended, "signed_out")
        connection = await connections.get(ended.connection_id)
    if ended.id_token is None:
        return SIGNED_OUT_PATH
    try:
        config = await connections.config_of(connection, tenant, site)
        url = await login.relying_party().logout_url(
            config, id_token=ended.id_token, return_to=site + SIGNED_OUT_PATH
        )
    except LoginError:
        return SIGNED_OUT_PATH
    return url if url and origin(url) == origin(connection.issuer) else SIGNED_OUT_PATH


def origin(url: str) -> str:
    """Return the origin of an address: what a page's policy lets its forms lead to.

    The sign-out form may lead to the issuer's own origin and nowhere else, so a provider that
    ends sessions under another host than it signs in is not followed there.
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def end_own_session(actor: Actor, session_id: SessionId) -> None:
    """End one of the actor's sessions; NotFound for anybody else's."""
    ended = await sessions.end(actor.tenant, actor.require_member(), session_id, "ended_by_member")
    if ended is None:
        raise NotFound
    await _record_end(actor, ended, "session_ended")


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
