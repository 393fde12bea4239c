"""Asking for a copy of one's data, asking to be forgotten, and thinking better of it."""

from uuid import UUID

import msgspec

from parvis.core import clock, db, events, jobs, journal, rates
from parvis.core.actor import Actor
from parvis.core.data_rights import OwnDataTold
from parvis.core.errors import NotFound
from parvis.features.identity import membership
from parvis.features.privacy import rules, work

_LOCK = "SELECT FROM member WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
_GIVE_UP = """
    UPDATE data_export SET state = 'failed'
     WHERE tenant_id = $1 AND member_id = $2 AND state = 'waiting' AND created_at < $3
"""
_WAITING = """
    SELECT id FROM data_export WHERE tenant_id = $1 AND member_id = $2 AND state = 'waiting'
"""


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """One's own name, typed: it confirms what cannot be undone."""

    confirm: str = ""


async def ask_export(actor: Actor) -> UUID:
    """Have the archive made, and return its id; while one is being made, it is that one.

    Errors: Denied to what is no person; TooMany after three a day.
    """
    member_id, now = await rules.require_person(actor), clock.now()
    await db.fetch(_LOCK, member_id)
    await db.execute(_GIVE_UP, member_id, now - rules.GIVEN_UP)
    waiting: UUID | None = await db.fetch_value(_WAITING, member_id)
    if waiting is not None:
        return waiting
    await rates.spend("own_data", str(member_id), limit=rules.EXPORTS_A_DAY, seconds=24 * 3600)
    export_id = await db.insert("data_export", member_id=member_id, state="waiting", created_at=now)
    await jobs.enqueue(work.collect, export_id=export_id)
    await journal.record(actor, "privacy.export_asked", subject=("member", member_id))
    return export_id


_PENDING = """
    SELECT id FROM erasure WHERE tenant_id = $1 AND member_id = $2 AND state = 'asked'
"""


async def ask_erasure(actor: Actor, given: Confirmation) -> UUID:
    """Have the actor forgotten in a week, and return the wish's id; asked twice, it is the first.

    Errors: Invalid for another name; LastAdministrator; Denied to what is no person.
    """
    member_id, now = await rules.require_person(actor), clock.now()
    rules.require_name(actor, given.confirm)
    await membership.require_another_administrator(member_id)
    await db.fetch(_LOCK, member_id)
    pending: UUID | None = await db.fetch_value(_PENDING, member_id)
    if pending is not None:
        return pending
    due_at = now + rules.COOLING
    erasure_id = await db.insert(
        "erasure", member_id=member_id, state="asked", asked_at=now, due_at=due_at
    )
    await jobs.enqueue(work.erase, at=due_at, erasure_id=erasure_id)
    await events.publish(
        OwnDataTold(member_id=member_id, kind="erasure_asked", subject_id=erasure_id)
    )
    await journal.record(actor, "privacy.erasure_asked", subject=("member", member_id))
    return erasure_id


_WITHDRAW = """
    UPDATE erasure SET state = 'withdrawn', ended_at = $3
     WHERE tenant_id = $1 AND member_id = $2 AND state = 'asked'
"""


async def withdraw_erasure(actor: Actor) -> None:
    """Stay after all. Errors: NotFound when nothing was asked, or it is done."""
    member_id = actor.require_member()
    if not await db.execute(_WITHDRAW, member_id, clock.now()):
        raise NotFound
    await journal.record(actor, "privacy.erasure_withdrawn", subject=("member", member_id))


async def take_export(actor: Actor, export: db.Record) -> str | None:
    """Return the name of an archive's object and note that it was taken; None when it is gone."""
    is_there = export["state"] == "ready" and export["expires_at"] > clock.now()
    if not is_there:
        return None
    await journal.record(actor, "privacy.export_taken", subject=("member", actor.require_member()))
    return str(export["object_key"])
