"""E-mail domains of a connection: claimed, shown to be the firm's own, looked at again each day."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, crypto, db, jobs, journal, rates
from parvis.core.actor import Actor
from parvis.core.errors import Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import TenantId, new_id
from parvis.features.identity.connections import Connection
from parvis.features.identity.domains import email_domains
from parvis.features.identity.domains.records import record_name, record_text
from parvis.integrations import dns
from parvis.integrations.dns import Fault, LookupFailedError

MOST_DOMAINS = 200
# Looked at as often as somebody who waits for DNS to spread may want, not as often as a script.
MOST_CHECKS, CHECKS_SECONDS = 20, 600
EVERY = timedelta(days=1)
# A record that is gone for a week is no accident. That nobody answers proves nothing.
GRACE = timedelta(days=7)


class DomainInput(msgspec.Struct, kw_only=True):
    """A domain somebody says is the firm's own."""

    domain: Annotated[str, Meta(min_length=1, max_length=253)]


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed domain, as the database keeps it."""

    id: UUID
    connection_id: UUID
    domain: str
    challenge: str
    is_verified: bool
    missing_since: Any = None


# Not an error of the database's: the transaction goes on to show the page again.
_CLAIM = """
    INSERT INTO connection_domain (tenant_id, id, connection_id, domain, challenge, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant_id, domain, connection_id) DO NOTHING
 RETURNING id
"""


async def claim(actor: Actor, connection: Connection, given: DomainInput) -> UUID:
    """Write a domain down as claimed, which opens nothing yet; return its id.

    Errors: Invalid for what is no domain, stands there already, or is one too many.
    """
    domain = email_domains.normal_domain(given.domain.removeprefix("@"))
    if domain is None:
        raise Invalid(fields={"domain": N_("This is not a domain, such as example.com.")})
    await _refuse_too_many(connection)
    challenge = crypto.token()
    claimed = await db.fetch_value(_CLAIM, new_id(), connection.id, domain, challenge, clock.now())
    if claimed is None:
        message = N_("This domain already stands in the list of this connection.")
        raise Invalid(fields={"domain": message})
    await _record(actor, "domain.claimed", connection.id, domain)
    domain_id: UUID = claimed
    return domain_id


async def _refuse_too_many(connection: Connection) -> None:
    count = await db.fetch_value(
        "SELECT count(*) FROM connection_domain WHERE tenant_id = $1 AND connection_id = $2",
        connection.id,
    )
    if count >= MOST_DOMAINS:
        message = N_("A connection has at most {most} domains.")
        raise Invalid(fields={"domain": message}, most=MOST_DOMAINS)


async def remove(actor: Actor, connection: Connection, domain_id: UUID) -> None:
    """Make a domain lead nowhere. Errors: NotFound."""
    domain = await db.fetch_value(
        "DELETE FROM connection_domain WHERE tenant_id = $1 AND connection_id = $2 AND id = $3"
        " RETURNING domain",
        connection.id,
        domain_id,
    )
    if domain is None:
        raise NotFound
    await _record(actor, "domain.removed", connection.id, domain)


async def verify(actor: Actor, connection_id: UUID, domain_id: UUID) -> None:
    """Look at the domain's record now, and keep what was found.

    Needs: no open transaction, for it waits for DNS; an actor who may change the connection.
    Errors: NotFound; TooMany.
    """
    tenant_id = actor.tenant.id
    async with db.transaction(tenant_id):
        found = await _get(domain_id)
    if found is None or found.connection_id != connection_id:
        raise NotFound
    await rates.spend(
        "domain.verify",
        str(domain_id),
        limit=MOST_CHECKS,
        seconds=CHECKS_SECONDS,
        tenant_id=tenant_id,
    )
    await _look(tenant_id, found, actor)


@jobs.job("identity.look_at_domain", outside=True)
async def look_again(*, tenant_id: TenantId, domain_id: str) -> None:
    """Look at a verified domain's record again, and once more tomorrow while it is verified."""
    async with db.transaction(tenant_id):
        found = await _get(UUID(domain_id), unseen_for=EVERY / 2)
    if found is not None and found.is_verified:
        await _look(tenant_id, found, None)


_GET = """
    SELECT id, connection_id, domain, challenge, missing_since,
           verified_by IS NOT DISTINCT FROM 'dns' AS is_verified
      FROM connection_domain
     WHERE tenant_id = $1 AND id = $2 AND verified_by IS DISTINCT FROM 'operator'
       AND (checked_at IS NULL OR checked_at <= $3)
"""


async def _get(domain_id: UUID, *, unseen_for: timedelta = timedelta(0)) -> Domain | None:
    """Return a domain that nobody looked at for a while: a job that runs twice looks once.

    None for what the operator vouches for: no record speaks for it, none against it.
    """
    row = await db.fetch_row(_GET, domain_id, clock.now() - unseen_for)
    return None if row is None else Domain(**dict(row))


async def _look(tenant_id: TenantId, domain: Domain, actor: Actor | None) -> None:
    fault = await _fault_of(domain)
    async with db.transaction(tenant_id):
        if fault is None:
            await _keep_verified(domain, actor)
        else:
            await _keep_fault(domain, fault)


async def _fault_of(domain: Domain) -> Fault | None:
    """Return what is wrong with the record, None when it is there."""
    try:
        published = await dns.texts(record_name(domain.domain))
    except LookupFailedError as error:
        return error.fault
    wanted = record_text(domain.challenge)
    return None if any(text.strip() == wanted for text in published) else Fault.MISSING


_VERIFIED = """
    UPDATE connection_domain
       SET verified_by = 'dns', verified_at = coalesce(verified_at, $3),
           checked_at = $3, problem = NULL, missing_since = NULL
     WHERE tenant_id = $1 AND id = $2
"""
_FAULTY = """
    UPDATE connection_domain
       SET checked_at = $3, problem = $4,
           missing_since = CASE WHEN $5 THEN coalesce(missing_since, $3) ELSE missing_since END
     WHERE tenant_id = $1 AND id = $2
"""
_LOST = """
    UPDATE connection_domain SET verified_by = NULL, verified_at = NULL
     WHERE tenant_id = $1 AND id = $2 AND verified_by = 'dns'
"""


async def _keep_verified(domain: Domain, actor: Actor | None) -> None:
    # Removed while DNS was asked: nothing to keep, nothing to look at tomorrow.
    if not await db.execute(_VERIFIED, domain.id, clock.now()):
        return
    if not domain.is_verified:
        await _record(actor, "domain.verified", domain.connection_id, domain.domain)
    await _tomorrow(domain)


async def _keep_fault(domain: Domain, fault: Fault) -> None:
    now, is_definite = clock.now(), fault in dns.DEFINITE
    if not await db.execute(_FAULTY, domain.id, now, fault.value, is_definite):
        return
    if not domain.is_verified:
        return
    since = domain.missing_since
    if is_definite and since is not None and now - since >= GRACE:
        await db.execute(_LOST, domain.id)
        await _record(None, "domain.lost", domain.connection_id, domain.domain)
        return
    await _tomorrow(domain)


async def _tomorrow(domain: Domain) -> None:
    await jobs.enqueue(look_again, at=clock.now() + EVERY, domain_id=str(domain.id))


async def _record(actor: Actor | None, act: str, connection_id: UUID, domain: str) -> None:
    data = {"domain": domain} if actor else {"domain": domain, "by": "daily look"}
    await journal.record(actor, act, subject=("connection", connection_id), data=data)
