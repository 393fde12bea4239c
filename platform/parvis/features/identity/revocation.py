"""Ending what is open: sessions by member, connection or provider's word; a member's tokens.

Everything here happens in the open transaction, so access ends with the act that ends it.
"""

from parvis.core import clock, db
from parvis.core.ids import ConnectionId, MemberId
from parvis.features.identity.auth_log import record_event

_END = """
    UPDATE auth_session SET ended_at = $2, end_reason = $3
     WHERE tenant_id = $1 AND ended_at IS NULL AND {which}
 RETURNING connection_id, member_id
"""
_REVOKE_TOKENS = """
    UPDATE api_token SET revoked_at = $2, revoke_reason = $3
     WHERE tenant_id = $1 AND revoked_at IS NULL AND member_id = $4
"""


async def revoke_member(member_id: MemberId, reason: str) -> int:
    """End all sessions and API tokens of a member; return how many sessions ended."""
    ended = await _end("member_id = $4", reason, member_id)
    await db.execute(_REVOKE_TOKENS, clock.now(), reason, member_id)
    return ended


async def end_sessions_of_member(
    member_id: MemberId, reason: str, *, but: object | None = None
) -> int:
    """End a member's sessions, but for the session `but`; return how many ended."""
    return await _end("member_id = $4 AND id IS DISTINCT FROM $5", reason, member_id, but)


async def end_sessions_of_connection(connection_id: ConnectionId, reason: str) -> int:
    """End all sessions opened through a connection; return how many ended."""
    return await _end("connection_id = $4", reason, connection_id)


async def end_sessions(
    issuer: str, *, sub: str | None = None, op_sid: str | None = None, reason: str
) -> int:
    """End the sessions that a provider's word is about: by its session, its subject, or both.

    With both, a session whose provider never said which of its own it belongs to ends too: it
    may be the one meant. Neither given ends nothing: no provider's word is about everybody.
    """
    if sub is None and op_sid is None:
        return 0
    return await _end(_MEANT, reason, issuer, sub, op_sid)


_MEANT = """issuer = $4 AND ($5::text IS NULL OR sub = $5)
       AND ($6::text IS NULL OR op_sid = $6 OR (op_sid IS NULL AND sub = $5))"""


async def _end(which: str, reason: str, *values: object) -> int:
    """End the sessions that `which` finds, and log it: one line for each member and connection."""
    rows = await db.fetch(_END.format(which=which), clock.now(), reason, *values)
    ended: dict[tuple[ConnectionId | None, MemberId], int] = {}
    for row in rows:
        whose = (row["connection_id"], row["member_id"])
        ended[whose] = ended.get(whose, 0) + 1
    for (connection_id, member_id), count in ended.items():
        await record_event(
            "sessions_ended",
            connection_id,
            member_id,
            reason=reason,
            detail={"sessions": str(count)},
        )
    return len(rows)
