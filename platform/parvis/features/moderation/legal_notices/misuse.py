"""Notices that are manifestly unfounded, again and again (DSA art. 23): a warning, then a pause.

Counted per mailbox, by a keyed hash: nobody can be looked up who is not writing at this moment.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Denied, Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.permissions import Permission

LONGEST_DAYS = 180
MOST_FACTS = 2000


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a notifier: the numbers that the law wants weighed, and what was done."""

    notices: int
    unfounded: int
    warned_at: datetime | None
    suspended_until: datetime | None

    @property
    def share(self) -> int:
        """How many of a hundred notices were manifestly unfounded."""
        return round(100 * self.unfounded / self.notices) if self.notices else 0


class MeasureInput(msgspec.Struct, frozen=True, kw_only=True):
    """A warning, or a suspension of so many days, and the facts weighed."""

    kind: str
    facts: str = ""
    days: int | None = None


def notifier_hash(email: str) -> bytes:
    """Return what stands for a mailbox."""
    secret = crypto.keyring().signing_key("notifiers").encode()
    whose = f"{db.current_tenant()}/{email.strip().lower()}"
    return hmac.digest(secret, whose.encode(), hashlib.sha256)


_SUSPENDED = """
    SELECT max(until) FROM notice_measure
     WHERE tenant_id = $1 AND notifier_hash = $2 AND kind = 'suspension' AND until > $3
"""


async def suspended_until(whose: bytes, now: datetime) -> datetime | None:
    """Return until when notices of a mailbox are not handled, None when they are."""
    found: datetime | None = await db.fetch_value(_SUSPENDED, whose, now)
    return found


_STANDING = """
    SELECT (SELECT count(*) FROM legal_notice
             WHERE tenant_id = $1 AND notifier_hash = $2) AS notices,
           (SELECT count(*) FROM legal_notice
             WHERE tenant_id = $1 AND notifier_hash = $2 AND is_unfounded) AS unfounded,
           (SELECT max(at) FROM notice_measure
             WHERE tenant_id = $1 AND notifier_hash = $2 AND kind = 'warning') AS warned_at,
           (SELECT max(until) FROM notice_measure
             WHERE tenant_id = $1 AND notifier_hash = $2 AND until > $3) AS suspended_until
"""


async def standing(whose: bytes | None) -> Standing | None:
    """Return what is known of a notifier, None for one who gave no address."""
    if whose is None:
        return None
    row = await db.fetch_row(_STANDING, whose, clock.now())
    return msgspec.convert(dict(row or {}), Standing)


_MARK = """
    UPDATE legal_notice n SET is_unfounded = true
     WHERE n.tenant_id = $1 AND n.id IN (SELECT x.legal_notice_id FROM review_cause x
           WHERE x.tenant_id = $1 AND x.item_id = $2 AND x.source = 'notice')
"""


async def mark(item_id: UUID, decision_id: UUID) -> None:
    """Count the notices of an item as manifestly unfounded, as a decision found them."""
    if await db.execute(_MARK, item_id):
        await journal.record(
            None, "notice.found_unfounded", subject=("decision", decision_id),
            data={"item": item_id},
        )  # fmt: skip


_NOTICE = "SELECT id, notifier_hash FROM legal_notice WHERE tenant_id = $1 AND id = $2 FOR UPDATE"


async def measure(actor: Actor, notice_id: UUID, given: MeasureInput) -> datetime | None:
    """Warn whoever sent a notice, or pause their notices; return until when.

    Errors: NotFound to who may not decide notices; Invalid; Conflict for a suspension of who was
    not warned before.
    """
    if not (actor.may(Permission.NOTICE_DECIDE) or actor.may(Permission.TENANT_MANAGE)):
        raise NotFound
    row = await db.fetch_row(_NOTICE, notice_id)
    if row is None:
        raise NotFound
    known = await standing(row["notifier_hash"])
    if known is None or not known.unfounded:
        raise Denied(N_("None of this notifier’s notices was found manifestly unfounded."))
    until = _until(given, known)
    await db.insert(
        "notice_measure",
        notifier_hash=row["notifier_hash"],
        kind=given.kind,
        legal_notice_id=notice_id,
        facts=given.facts.strip(),
        decided_by=actor.require_member(),
        until=until,
        at=clock.now(),
    )
    act = "notice.notifier_suspended" if until else "notice.notifier_warned"
    await journal.record(
        actor, act, subject=("legal_notice", notice_id), data={"until": until} if until else {}
    )
    return until


def _until(given: MeasureInput, known: Standing) -> datetime | None:
    errors = {}
    if given.kind not in ("warning", "suspension"):
        errors["kind"] = N_("Choose a warning or a suspension.")
    if not 0 < len(given.facts.strip()) <= MOST_FACTS:
        errors["facts"] = N_("Say what you weighed: number, share, gravity, intent.")
    if given.kind == "suspension" and not 1 <= (given.days or 0) <= LONGEST_DAYS:
        errors["days"] = N_("Between one day and half a year, please.")
    if errors:
        raise Invalid(fields=errors)
    if given.kind == "warning":
        return None
    if known.warned_at is None:
        raise Conflict(N_("A warning comes first: nobody is suspended without one."))
    return clock.now() + timedelta(days=given.days or 0)
