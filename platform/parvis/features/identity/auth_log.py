"""The tenant's sign-in log: who came in, who was refused and why, which sessions ended."""

from parvis.core import clock, crypto, db, rates
from parvis.core.ids import ConnectionId, MemberId, TenantId
from parvis.core.rates import TooMany
from parvis.integrations.login import SignedIn

# Failures of one address that are logged in ten minutes: visitors and machines write this log
# too, anybody can make callbacks up, and nothing is ever taken out of it again.
MOST_FAILURES, FAILURES_SECONDS = 60, 600


async def is_worth_a_line(tenant_id: TenantId, what: str, address: str) -> bool:
    """Count a failure of `address`; tell whether it is among the first few, which are logged."""
    try:
        await rates.spend(
            what, address, limit=MOST_FAILURES, seconds=FAILURES_SECONDS, tenant_id=tenant_id
        )
    except TooMany:
        return False
    return True


async def record_event(
    kind: str,
    connection_id: ConnectionId | None,
    member_id: MemberId | None,
    *,
    reason: str | None = None,
    correlation_id: str | None = None,
    detail: dict[str, str] | None = None,
) -> None:
    """Add a line in the open transaction: never a token, nor a claim's value."""
    await db.insert(
        "auth_event",
        kind=kind,
        connection_id=connection_id,
        member_id=member_id,
        reason=reason,
        correlation_id=correlation_id,
        detail=db.jsonb({name: said for name, said in (detail or {}).items() if said}),
        at=clock.now(),
    )


def fold_subject(issuer: str, sub: str) -> str:
    """Return what stands for a subject in the log: the same for the same one, and no way back.

    Enough to find somebody's lines when their provider names them, too little to name them.
    """
    return crypto.digest(f"{issuer}\n{sub}").hex()[:16]


def said_of(signed: SignedIn) -> dict[str, str]:
    """Return what the log keeps of a provider's word: who spoke, about whom, and how sure."""
    return {
        "issuer": signed.issuer,
        "subject": fold_subject(signed.issuer, signed.sub),
        "acr": signed.acr or "",
    }
