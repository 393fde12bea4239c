"""Emergency administrators: made by the operator, let in without any provider, heard by all.

For the day on which the firm's own provider lets nobody in. They may administer the way in and
the members, nothing else, for an hour; every use is journaled, logged, mailed and shown.
"""

from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db, jobs, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.core.tenancy import Tenant
from parvis.features.identity import revocation, sessions
from parvis.features.identity.attempts import Visit
from parvis.features.identity.auth_log import record_event
from parvis.features.identity.emergency import mail, rules
from parvis.features.identity.emergency.rules import EmergencyRefused

ENROL_PATH = "/emergency/enrol/"
SOURCE = "emergency"


class Enrolling(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who holds a good enrolment link, and the secret their app is to learn."""

    id: UUID
    member_id: MemberId
    name: str
    email: str
    secret: str


class EnrolInput(msgspec.Struct, frozen=True, kw_only=True):
    """What an emergency administrator chooses, and a code to show that the app has learnt."""

    passphrase: str
    again: str
    code: str


class EmergencyInput(msgspec.Struct, frozen=True, kw_only=True):
    """What an emergency administrator signs in with."""

    email: str = ""
    passphrase: str = ""
    code: str = ""


_TAKEN = """
    SELECT true FROM emergency_access a
      JOIN member m ON m.tenant_id = a.tenant_id AND m.id = a.member_id
     WHERE a.tenant_id = $1 AND a.revoked_at IS NULL AND lower(m.email) = lower($2)
"""


async def add(tenant: Tenant, *, name: str, email: str) -> str:
    """Make an emergency administrator, and return the path of their one-time enrolment link.

    Needs: an open transaction. Errors: Conflict when that address has one already.
    """
    if await db.fetch_value(_TAKEN, email):
        raise Conflict(N_("This address already has emergency access."))
    now, token = clock.now(), crypto.token()
    member_id = await db.insert(
        "member",
        display_name=name,
        name_source=SOURCE,
        email=email,
        locale=tenant.locales[0],
        capacity="employee",
        state="active",
        kind="emergency",
        in_directory=False,
        joined_at=now,
    )
    await db.insert(
        "emergency_access",
        member_id=member_id,
        passphrase_hash="",
        totp_sealed=crypto.keyring().seal(tenant.id, rules.new_secret().encode()),
        is_enrolled=False,
        created_at=now,
        enrolment_hash=crypto.digest(token),
        enrolment_until=now + rules.ENROLMENT_LIFETIME,
    )
    await journal.record(
        None, "emergency.added", subject=("member", member_id), data={"by": "operator"}
    )
    return ENROL_PATH + token


_REVOKE = """
    UPDATE emergency_access SET revoked_at = $3, enrolment_hash = NULL
     WHERE tenant_id = $1 AND revoked_at IS NULL
       AND member_id IN (SELECT id FROM member WHERE tenant_id = $1 AND kind = 'emergency'
                            AND lower(email) = lower($2))
 RETURNING member_id
"""


async def revoke(email: str) -> None:
    """Take emergency access away from an address, and end what runs of it. Errors: NotFound."""
    member_id = await db.fetch_value(_REVOKE, email, clock.now())
    if member_id is None:
        raise NotFound
    await db.execute(
        "UPDATE member SET state = 'deactivated', deactivated_at = $3"
        " WHERE tenant_id = $1 AND id = $2",
        member_id,
        clock.now(),
    )
    await revocation.revoke_member(member_id, "emergency_revoked")
    await journal.record(
        None, "emergency.revoked", subject=("member", member_id), data={"by": "operator"}
    )


_ENROLLING = """
    SELECT a.id, a.member_id, a.totp_sealed, m.display_name, m.email
      FROM emergency_access a
      JOIN member m ON m.tenant_id = a.tenant_id AND m.id = a.member_id
     WHERE a.tenant_id = $1 AND a.enrolment_hash = $2 AND a.enrolment_until > $3
       AND NOT a.is_enrolled AND a.revoked_at IS NULL
       FOR UPDATE OF a
"""


async def access_enrolment(tenant: Tenant, token: str) -> Enrolling:
    """Return who may enrol with this link. Errors: NotFound for used, old and invented ones."""
    row = await db.fetch_row(_ENROLLING, crypto.digest(token), clock.now())
    if row is None:
        raise NotFound
    return Enrolling(
        id=row["id"],
        member_id=MemberId(row["member_id"]),
        name=row["display_name"],
        email=row["email"],
        secret=crypto.keyring().open(tenant.id, row["totp_sealed"]).decode(),
    )


_ENROL = """
    UPDATE emergency_access
       SET passphrase_hash = $3, is_enrolled = true, last_step = $4, enrolment_hash = NULL,
           enrolment_until = NULL
     WHERE tenant_id = $1 AND id = $2
"""


async def enrol(tenant: Tenant, who: Enrolling, given: EnrolInput) -> None:
    """Keep the passphrase and open emergency access; the link is used up. Errors: Invalid."""
    names = (who.name, who.email, tenant.name, tenant.space, tenant.slug)
    rules.check_passphrase(given.passphrase, apart_from=names)
    if rules.normal(given.passphrase) != rules.normal(given.again):
        raise Invalid(fields={"again": N_("The two do not agree.")})
    step = rules.step_of(who.secret, given.code, clock.now())
    if step is None:
        raise Invalid(fields={"code": N_("This is not the code that the app shows now.")})
    await db.execute(_ENROL, who.id, await rules.hashed(given.passphrase), step)
    actor = Actor(tenant=tenant, locale=tenant.locales[0], member_id=who.member_id)
    await journal.record(actor, "emergency.enrolled", subject=("member", who.member_id))
    await _tell("enrolled", who.member_id)


class _Found(msgspec.Struct, frozen=True):
    id: UUID
    member_id: MemberId
    passphrase_hash: str
    totp_sealed: bytes


_FIND = """
    SELECT a.id, a.member_id, a.passphrase_hash, a.totp_sealed
      FROM emergency_access a
      JOIN member m ON m.tenant_id = a.tenant_id AND m.id = a.member_id
     WHERE a.tenant_id = $1 AND lower(m.email) = lower($2) AND a.is_enrolled
       AND a.revoked_at IS NULL AND m.state = 'active'
"""
# Codes count once: who saw one being typed comes too late.
_USE = """
    UPDATE emergency_access SET last_step = $3, last_used_at = $4
     WHERE tenant_id = $1 AND id = $2 AND (last_step IS NULL OR last_step < $3)
"""


async def sign_in(visit: Visit, given: EmergencyInput) -> str:
    """Open a short session of an emergency administrator, and tell everybody; return its token.

    Whatever is wrong takes the same time and gets the same answer. Needs: no open transaction.
    Errors: EmergencyRefused.
    """
    tenant = visit.tenant
    async with db.transaction(tenant.id):
        row = await db.fetch_row(_FIND, given.email.strip())
    found = msgspec.convert(dict(row), _Found) if row else None
    secret = _secret_of(tenant, found) or rules.new_secret()
    is_passphrase = await rules.is_passphrase(
        given.passphrase, found.passphrase_hash if found else None
    )
    step = rules.step_of(secret, given.code, clock.now())
    if found is None or not is_passphrase or step is None:
        wrong = "unknown" if found is None else "code" if is_passphrase else "passphrase"
        raise await _refused(visit, found, wrong)
    async with db.transaction(tenant.id):
        if await db.execute(_USE, found.id, step, clock.now()):
            return await _open(visit, found)
    raise await _refused(visit, found, "code_used")


def _secret_of(tenant: Tenant, found: _Found | None) -> str | None:
    if found is None:
        return None
    try:
        return crypto.keyring().open(tenant.id, found.totp_sealed).decode()
    except crypto.SealError:  # sealed under a key since lost: the operator makes a new access
        return None


async def _refused(visit: Visit, found: _Found | None, reason: str) -> EmergencyRefused:
    async with db.transaction(visit.tenant.id):
        await record_event(
            "emergency_refused",
            None,
            found.member_id if found else None,
            reason=reason,
            correlation_id=visit.correlation_id,
            detail={"address": visit.address},
        )
    return EmergencyRefused()


async def _open(visit: Visit, found: _Found) -> str:
    if sessions.is_token(visit.session_token):
        await sessions.end_by_token(visit.tenant, visit.session_token or "", "rotated")
    opened = await sessions.open_emergency_session(
        visit.tenant, found.member_id, lifetime=rules.SESSION_LIFETIME, label=visit.device
    )
    await record_event(
        "emergency_signed_in",
        None,
        found.member_id,
        correlation_id=visit.correlation_id,
        detail={"address": visit.address},
    )
    actor = Actor(tenant=visit.tenant, locale=visit.locale, member_id=found.member_id)
    await journal.record(actor, "emergency.signed_in", subject=("session", opened.id))
    await _tell("signed_in", found.member_id)
    return opened.token


async def _tell(what: str, member_id: MemberId) -> None:
    """Have everybody who administers the space told by mail, each in their own language."""
    moment = clock.now().isoformat()
    for reader in await mail.administrators():
        await jobs.enqueue(
            mail.tell,
            what=what,
            reader_id=str(reader),
            member_id=str(member_id),
            moment=moment,
        )
