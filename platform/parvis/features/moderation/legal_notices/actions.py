"""File a notice, confirm where it came from, and bring one to words it did not find."""

import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db, jobs, journal, rates
from parvis.core.actor import Actor
from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.core.ids import new_id
from parvis.features.moderation import actions_intake, working_time
from parvis.features.moderation.actions_intake import NewCause, Words
from parvis.features.moderation.legal_notices import categories, inputs, mail, misuse, places
from parvis.features.moderation.legal_notices.inputs import Notice, NoticeInput
from parvis.features.moderation.tables import Audience, ItemKind, Source, TargetKind

AN_HOUR = 3600
MOST_AN_HOUR = 20
A_DAY = 24 * AN_HOUR
MOST_TO_A_MAILBOX = 20
# Without letters and figures that are mistaken for one another on the telephone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE = re.compile(rf"SI-[{_ALPHABET}]{{4}}-[{_ALPHABET}]{{4}}")


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """What the notifier is told: a reference, and the secret of the page that follows it."""

    reference: str
    token: str
    is_mailed: bool


class _Filing(msgspec.Struct, frozen=True, kw_only=True):
    """What the notices of one filing have in common."""

    reference: str
    token: str
    notifier_hash: bytes | None
    due_at: datetime
    at: datetime


async def file(actor: Actor, given: NoticeInput, *, client: str) -> Filed:
    """Keep a notice for each place it names, bring them to compliance, acknowledge by mail.

    `client` is the address it came from. The answer is the same whatever stands at the places.
    Errors: Invalid naming every field at fault; TooMany for a client that sends too many, or too
    many with one mailbox.
    """
    notice = await inputs.checked(given)
    await rates.spend("legal notice", client, limit=MOST_AN_HOUR, seconds=AN_HOUR)
    if notice.email:
        # Each sends a mail to an address that nobody has proved to be theirs.
        mailbox = misuse.notifier_hash(notice.email).hex()
        await rates.spend("legal notice mail", mailbox, limit=MOST_TO_A_MAILBOX, seconds=A_DAY)
    return await take(actor, notice)


async def take(actor: Actor, notice: Notice) -> Filed:
    """Keep a complete notice, bring it to compliance, acknowledge it by mail."""
    filing = await _filing(actor, notice)
    for n, address in enumerate(notice.addresses, start=1):
        reference = f"{filing.reference}-{n}" if len(notice.addresses) > 1 else filing.reference
        await _keep(actor, notice, filing, address=address, reference=reference)
    if notice.email:
        await jobs.enqueue(mail.acknowledge, token_hash=crypto.digest(filing.token).hex())
    return Filed(reference=filing.reference, token=filing.token, is_mailed=bool(notice.email))


async def _filing(actor: Actor, notice: Notice) -> _Filing:
    now = clock.now()
    notifier_hash = misuse.notifier_hash(notice.email) if notice.email else None
    suspended_until = await misuse.suspended_until(notifier_hash, now) if notifier_hash else None
    return _Filing(
        reference=_reference(),
        token=crypto.token(),
        notifier_hash=notifier_hash,
        # While its sender is suspended, a notice waits for the end of that: it is not lost.
        due_at=due_at(actor, suspended_until or now),
        at=now,
    )


def due_at(actor: Actor, since: datetime) -> datetime:
    """Return until when a notice is to be decided: sooner than what the charter holds."""
    settings = actor.tenant.settings
    hours = msgspec.structs.replace(settings, review_hours=settings.notice_hours)
    return working_time.due_at(hours, actor.tenant.timezone, since)


async def _keep(
    actor: Actor, notice: Notice, filing: _Filing, *, address: str, reference: str
) -> None:
    words = await places.words_at(address)
    category, keyword = categories.stored(notice.category)
    notice_id = await db.insert(
        "legal_notice",
        id=new_id(),
        reference=reference,
        token_hash=crypto.digest(filing.token),
        token_sealed=crypto.keyring().seal(actor.tenant.id, filing.token.encode()),
        address=address,
        contribution_id=words.contribution_id if words else None,
        revision_id=words.revision_id if words else None,
        category=category,
        keyword=keyword,
        reasons=notice.reasons,
        law=notice.law,
        good_faith=True,
        notifier_name=notice.name,
        notifier_email=notice.email,
        notifier_hash=filing.notifier_hash,
        member_id=actor.member_id,
        locale=actor.locale,
        status="received",
        received_at=filing.at,
    )
    item_id = await queue(notice_id, words, due_at=filing.due_at)
    # Who sent it stands in no journal: a notifier's name is told to nobody but compliance.
    await journal.record(
        None,
        "notice.filed",
        subject=("legal_notice", notice_id),
        data={"category": category, "item": item_id, "is_found": words is not None}
        | ({"hidden_from": words.author_id} if words else {}),
    )


async def queue(
    notice_id: UUID, words: Words | None, *, due_at: datetime, audience: Audience | None = None
) -> UUID:
    """Return the item of the queue in which a notice is judged: of the words, or of itself."""
    kind = TargetKind.CONTRIBUTION if words else TargetKind.LEGAL_NOTICE
    return await actions_intake.open_item(
        target_kind=kind,
        target_id=words.contribution_id if words else notice_id,
        kind=ItemKind.LEGAL_NOTICE,
        audience=audience,
        words=words,
        causes=[NewCause(source=Source.NOTICE, legal_notice_id=notice_id)],
        due_at=due_at,
    )


_CONFIRM = """
    UPDATE legal_notice n SET confirmed_at = $3, is_trusted_flagger =
           split_part(lower(n.notifier_email), '@', 2) = ANY($4::text[])
     WHERE n.tenant_id = $1 AND n.token_hash = $2 AND n.confirmed_at IS NULL
       AND n.notifier_email IS NOT NULL
 RETURNING n.id, n.is_trusted_flagger
"""
# A trusted flagger's notices come before all others (art. 22).
_HASTEN = """
    UPDATE review_item i SET due_at = least(i.due_at, $3), version = i.version + 1
     WHERE i.tenant_id = $1 AND i.status IN ('open', 'claimed', 'escalated') AND EXISTS (
           SELECT FROM review_cause x WHERE x.tenant_id = $1 AND x.item_id = i.id
              AND x.legal_notice_id = ANY($2::uuid[]))
"""


async def confirm(actor: Actor, token: str) -> None:
    """Note that whoever has the mailbox says so on the page whose link was mailed there, once.

    That is what makes a trusted flagger of who writes from a trusted flagger's domain.
    """
    domains = list(actor.tenant.settings.trusted_flaggers)
    rows = await db.fetch(_CONFIRM, crypto.digest(token), clock.now(), domains)
    trusted = [row["id"] for row in rows if row["is_trusted_flagger"]]
    if trusted:
        await db.execute(_HASTEN, trusted, clock.now() + timedelta(hours=1))


_LOCK = """
    SELECT n.id FROM legal_notice n
      JOIN review_cause x ON x.tenant_id = n.tenant_id AND x.legal_notice_id = n.id
     WHERE n.tenant_id = $1 AND x.item_id = $2 AND n.status = 'received'
       AND n.contribution_id IS NULL
       FOR UPDATE OF n
"""
_FIND = """
    UPDATE legal_notice SET contribution_id = $3, revision_id = $4, address = $5
     WHERE tenant_id = $1 AND id = $2
"""


class PlaceInput(msgspec.Struct, frozen=True, kw_only=True):
    """Where the words are that a notice is about, for whoever judges it."""

    version: int
    address: str


async def pick(actor: Actor, item_id: UUID, address: str) -> UUID:
    """Bring a notice whose place was not found to the words meant; return the item judged now.

    The item of the notice itself must be the actor's to judge. Errors: Invalid where no words
    of a member stand at the address.
    """
    row = await db.fetch_row(_LOCK, item_id)
    words = await places.words_at(address)
    if row is None or words is None:
        raise Invalid(fields={"address": N_("No words of a member stand at this address.")})
    await db.execute(
        _FIND, row["id"], words.contribution_id, words.revision_id, address[: places.LONGEST]
    )
    found = await queue(row["id"], words, due_at=due_at(actor, clock.now()))
    await journal.record(
        actor, "notice.place_found", subject=("legal_notice", row["id"]), data={"item": found}
    )
    return found


def is_reference(given: str) -> bool:
    """Whether a notice could bear this reference: a page repeats no other words."""
    return bool(_REFERENCE.fullmatch(given))


def _reference() -> str:
    """Return a reference that can be read out: eight signs in two groups."""
    signs = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"SI-{signs[:4]}-{signs[4:]}"
