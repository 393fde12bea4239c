"""Back-Channel Logout 1.0: a provider tells us, machine to machine, that a session is over."""

import logging

from parvis.core import clock, crypto, db
from parvis.core.ids import ConnectionId
from parvis.features.identity import connections, revocation
from parvis.features.identity.attempts import Visit
from parvis.features.identity.auth_log import fold_subject, is_worth_a_line, record_event
from parvis.features.identity.connections import Connection
from parvis.integrations import login
from parvis.integrations.login import LoginError, LogoutToken, Reason

log = logging.getLogger(__name__)


async def log_out(visit: Visit, slug: str, token: str) -> None:
    """End the sessions that a provider's logout token is about; a token counts once.

    Needs: no open transaction. Errors: LoginError for a token that is none of this connection's.
    """
    async with db.transaction(visit.tenant.id):
        connection = await connections.find(slug)
    if connection is None:
        raise LoginError(Reason.CONNECTION_INVALID, "unknown")
    try:
        config = await connections.config_of(connection, visit.tenant, visit.site)
        said = await login.relying_party().logout_token(config, token)
        await _end(visit, connection, said)
    except LoginError as error:
        await _record_refusal(visit, connection, error)
        raise


async def _end(visit: Visit, connection: Connection, said: LogoutToken) -> None:
    try:
        async with db.transaction(visit.tenant.id):
            await _remember(connection.id, said)
            ended = await revocation.end_sessions(
                said.issuer, sub=said.sub, op_sid=said.sid, reason="ended_by_provider"
            )
            await record_event(
                "backchannel_logout",
                connection.id,
                None,
                correlation_id=visit.correlation_id,
                detail={
                    "issuer": said.issuer,
                    "subject": fold_subject(said.issuer, said.sub) if said.sub else "",
                    "address": visit.address,
                    "sessions": str(ended),
                },
            )
    except db.UniqueViolation as error:
        raise LoginError(Reason.REPLAYED, "jti") from error


async def _remember(connection_id: ConnectionId, said: LogoutToken) -> None:
    """Keep the token's id as long as the token could come again, and drop the older ones."""
    await db.execute(
        "DELETE FROM logout_token WHERE tenant_id = $1 AND expires_at < $2", clock.now()
    )
    await db.insert(
        "logout_token",
        connection_id=connection_id,
        jti_hash=crypto.digest(said.jti),
        expires_at=said.replayable_until,
    )


async def _record_refusal(visit: Visit, connection: Connection, error: LoginError) -> None:
    log.info("logout refused: %s", error.reason, extra={"correlation_id": visit.correlation_id})
    if not await is_worth_a_line(visit.tenant.id, "backchannel_refused", visit.address):
        return
    async with db.transaction(visit.tenant.id):
        await record_event(
            "backchannel_refused",
            connection.id,
            None,
            reason=error.reason,
            correlation_id=visit.correlation_id,
            detail={
                "detail": error.detail,
                "issuer": connection.issuer,
                "address": visit.address,
            },
        )
