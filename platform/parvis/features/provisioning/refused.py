"""The log of what a directory asked in vain: for whoever has to set its provider right."""

import msgspec

from parvis.core import db
from parvis.core.ids import ConnectionId, TenantId
from parvis.features.identity.auth_log import record_event

KIND = "scim_refused"
TOKEN = "token"  # noqa: S105 -- a word of the log: the token was none
# What providers ask to find out whether somebody is there; and what is refused for its number.
_EXPECTED = {("GET", 404)}
_TOO_MANY = 429


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A request that came to nothing: what it was about, and why, without a word of what it said.

    `reason` is a code of the protocol or of ours; `attribute` the name of what was at fault.
    """

    method: str
    endpoint: str
    status: int
    reason: str
    attribute: str
    correlation_id: str


ENDPOINTS = {"users", "groups", "me", "bulk", "schemas", "resourcetypes", "serviceproviderconfig"}


async def record(tenant_id: TenantId, connection_id: ConnectionId | None, refusal: Refusal) -> None:
    """Log a refusal so that it stays when the request around it is rolled back."""
    is_expected = (refusal.method, refusal.status) in _EXPECTED
    if is_expected or refusal.status == _TOO_MANY:
        return
    async with db.apart(tenant_id):
        await record_event(
            KIND,
            connection_id,
            None,
            reason=refusal.reason,
            correlation_id=refusal.correlation_id,
            detail={
                "method": refusal.method,
                # What is no endpoint may be anything, a name among it.
                "endpoint": refusal.endpoint if refusal.endpoint in ENDPOINTS else "",
                "status": str(refusal.status),
                "attribute": refusal.attribute[:100],
            },
        )
