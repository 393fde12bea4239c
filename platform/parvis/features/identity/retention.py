"""How long the log of sign-ins and ended sessions stay: as long as the charter says."""

from parvis.core import db
from parvis.core.retention import RetentionDue

# Nothing is ever taken out of the log but by this function, which minds legal holds itself.
_SIGN_INS = "SELECT forget_sign_ins($1, $2, $3)"
_SESSIONS = """
    DELETE FROM auth_session WHERE tenant_id = $1 AND id IN (
        SELECT id FROM auth_session
         WHERE tenant_id = $1 AND least(ended_at, absolute_until) < $2
           AND NOT member_id = ANY ($4::uuid[])
         ORDER BY id LIMIT $3)
"""


async def let_go(due: RetentionDue) -> None:
    """Delete what is due of the log of sign-ins, or of sessions."""
    if due.name == "sign_ins":
        due.gone.append(await db.fetch_value(_SIGN_INS, due.before, due.most))
    elif due.name == "sessions":
        due.gone.append(await db.execute(_SESSIONS, due.before, due.most, list(due.members)))
