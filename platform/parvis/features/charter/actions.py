"""Publish a version; accept, refuse, withdraw. Each is a row that nobody can change."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.ids import CharterVersionId, CommunityId
from parvis.core.tenancy import CHANNEL, Tenant
from parvis.features.charter import in_force, rules
from parvis.features.charter.calendar import read_events
from parvis.features.charter.document import CharterDocument, VersionTable, parse
from parvis.features.charter.in_force import InForce
from parvis.features.charter.tables import Decision

How = Literal["interstitial", "join", "api", "after_warning"]

_LATEST = """
    SELECT id, number, sha256 FROM charter_version
     WHERE tenant_id = $1 AND community_id IS NOT DISTINCT FROM $2 ORDER BY number DESC LIMIT 1
"""
_NEWEST = """
    SELECT number FROM charter_version
     WHERE tenant_id = $1 AND community_id IS NOT DISTINCT FROM $2 AND effective_at <= $3
     ORDER BY number DESC LIMIT 1
"""
_IS_OVERTAKING = """
    SELECT EXISTS (SELECT FROM charter_version
     WHERE tenant_id = $1 AND community_id IS NOT DISTINCT FROM $2
       AND is_material AND effective_at > $3)
"""
# Whoever publishes waits for the answers being given, and those for whoever publishes: nobody
# accepts a version that another has just replaced.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('charter ' || $1::uuid))"
_LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtext('charter ' || $1::uuid))"
_TELL = f"SELECT pg_notify('{CHANNEL}', $1::uuid::text)"


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version of a charter. `is_new` is False when the source had not changed."""

    id: CharterVersionId
    number: int
    is_new: bool


async def publish_version(
    tenant: Tenant,
    source: str,
    *,
    file: Path,
    by: Actor | None = None,
    community_id: CommunityId | None = None,
) -> Published:
    """Make `source` the newest charter of the tenant, or of one community, unless it already is.

    Needs: an open transaction of the tenant, and that `by` may publish it. `file` names the
    source in errors; `by` is None when an operator applies files.
    Errors: TenantFileError with every mistake and its line; nothing is published then.
    """
    # Whatever was true when it was written: windows follow events that stand in the calendar now.
    known = await read_events()
    document = parse(source, file, known, of_community=community_id is not None)
    await db.fetch_value(_LOCK)  # two at once would take the same number
    latest = await db.fetch_row(_LATEST, community_id)
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    if latest is not None and latest["sha256"] == sha256:
        return Published(id=CharterVersionId(latest["id"]), number=latest["number"], is_new=False)
    number = latest["number"] + 1 if latest else 1
    effective_at = _effective_at(document.version, tenant)
    version_id = await db.insert(
        "charter_version",
        community_id=community_id,
        number=number,
        source=source,
        sha256=sha256,
        published_by=by.member_id if by else None,
        # Before the first there is nothing that members could go on having accepted. What a
        # material change that never began would have asked, the version that overtakes it asks.
        is_material=document.version.change == "material"
        or latest is None
        or await db.fetch_value(_IS_OVERTAKING, community_id, effective_at),
        document=db.jsonb(document),
        published_at=clock.now(),
        effective_at=effective_at,
        grace_until=effective_at + timedelta(days=document.version.grace_days),
    )
    data = {"number": number, "sha256": sha256, "change": document.version.change}
    if community_id is not None:
        data["community"] = str(community_id)
    await journal.record(
        by, "charter.published", subject=("charter_version", version_id), data=data
    )
    await db.fetch_value(_TELL)
    return Published(id=CharterVersionId(version_id), number=number, is_new=True)


def _effective_at(version: VersionTable, tenant: Tenant) -> datetime:
    """Return the first instant of the day named, in the tenant's time; at once without one."""
    now = clock.now()
    if version.effective_on is None:
        return now
    begins = datetime.combine(version.effective_on, time(), ZoneInfo(tenant.timezone))
    return max(now, begins)


class AcceptanceInput(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to the charter in force. `version` is the number that was read."""

    decision: Decision
    version: int


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, the community whose own charter it is about, and how it was given."""

    given: AcceptanceInput
    how: How
    community_id: CommunityId | None = None


async def answer(
    actor: Actor,
    given: AcceptanceInput,
    *,
    how: How,
    community_id: CommunityId | None = None,
) -> None:
    """Keep a member's answer to the charter in force: the tenant's, or a community's own.

    A refusal or withdrawal also takes back every acceptance that still counts.
    Errors: CharterChanged (409) when another version is in force by now.
    """
    await answer_together(actor, [Answered(given=given, how=how, community_id=community_id)])


async def answer_together(actor: Actor, answered: Sequence[Answered]) -> None:
    """Keep several answers, or none of them when one was read in another version; see `answer`."""
    await db.fetch_value(_LOCK_SHARED)
    charters = [await _read_by(actor.tenant, one) for one in answered]
    for one, current in zip(answered, charters, strict=True):
        await _keep(actor, one, current)


async def _keep(actor: Actor, answered: Answered, current: InForce) -> None:
    given, how = answered.given, answered.how
    if given.decision is Decision.ACCEPTED and rules.is_renewal(actor, current):
        how = "after_warning"
    versions = {current.version.id}
    if given.decision is not Decision.ACCEPTED:
        versions |= actor.accepted & (current.enough | current.earlier)
    sha256 = text_sha256(current.charter.document, actor.locale)
    for version_id in sorted(versions):
        await _insert_answer(actor, version_id, given.decision, sha256, how)
    await journal.record(
        actor, f"charter.{given.decision}", subject=("charter_version", current.version.id),
        data={"number": given.version, "locale": actor.locale, "sha256": sha256, "how": how},
    )  # fmt: skip


async def _read_by(tenant: Tenant, answered: Answered) -> InForce:
    """Return the charter in force when it is the one that was read, whatever this process kept.

    Errors: CharterChanged.
    """
    number, place = answered.given.version, answered.community_id
    if await db.fetch_value(_NEWEST, place, clock.now()) != number:
        in_force.forget(tenant)
        raise rules.CharterChanged
    found = await in_force.charter_in_force(tenant, place)
    if found is None or found.version.number != number:
        in_force.forget(tenant)
        found = await in_force.charter_in_force(tenant, place)
    return rules.require_current(found, number)


async def _insert_answer(
    actor: Actor, version_id: CharterVersionId, decision: Decision, sha256: str, how: How
) -> None:
    await db.insert(
        "charter_acceptance",
        version_id=version_id,
        member_id=actor.require_member(),
        decision=decision,
        locale=actor.locale,
        sha256=sha256,
        how=how,
        session_id=actor.session_id,
        at=clock.now(),
    )


def text_sha256(document: CharterDocument, locale: str) -> str:
    """Return the SHA-256 of what a reader of one language was shown, as canonical JSON."""
    shown = (document.title, document.preamble)
    clauses = [
        (c.id, *(_in(locale, t) for t in (c.title, c.text, c.law))) for c in document.clauses
    ]
    text: Any = [*(_in(locale, texts) for texts in shown), clauses]
    return hashlib.sha256(msgspec.json.encode(text)).hexdigest()


def _in(locale: str, texts: dict[str, str]) -> str:
    return texts.get(locale) or next(iter(texts.values()), "")
