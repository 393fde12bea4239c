"""What runs in the background: archives made and deleted, members forgotten when it is due."""

from datetime import timedelta
from uuid import UUID

from parvis.core import clock, db, events, i18n, jobs, journal, tenancy
from parvis.core.data_rights import (
    ErasureWeighed,
    MemberErased,
    OwnDataTold,
)
from parvis.core.i18n import N_
from parvis.core.ids import MemberId, TenantId
from parvis.features.privacy import archive, rules
from parvis.features.privacy.reading import Whose
from parvis.integrations.storage import storage

ZIP = "application/zip"
POSTPONED = timedelta(days=1)
FORMER_MEMBER = N_("Former member")

_WHOSE = """
    SELECT e.member_id, m.display_name, m.locale FROM data_export e
      JOIN member m ON m.tenant_id = e.tenant_id AND m.id = e.member_id
     WHERE e.tenant_id = $1 AND e.id = $2 AND e.state = 'waiting'
"""


@jobs.job("privacy.collect", outside=True)
async def collect(*, tenant_id: TenantId, export_id: str) -> None:
    """Make an archive and tell its member; one made already, or no longer wanted, is left alone.

    A worker that is killed leaves a row that waits: the next one begins anew.
    """
    wanted = UUID(export_id)
    async with db.transaction(tenant_id):
        whose = await _whose(wanted)
    if whose is None:
        return

    async def told(percent: int) -> None:
        async with db.apart(tenant_id):
            await db.execute(_PERCENT, wanted, percent)

    name = f"privacy/{whose.member_id}/{wanted}.zip"
    async with archive.written(whose, told) as path:
        await storage().put_file(tenant_id, name, path, content_type=ZIP)
        size = path.stat().st_size
    async with db.transaction(tenant_id):
        is_kept = await _finish(wanted, whose.member_id, name, size)
    if not is_kept:  # forgotten, or done by another worker under the same name, in the meantime
        await _drop_unless_kept(tenant_id, wanted, name)


async def _whose(export_id: UUID) -> Whose | None:
    row = await db.fetch_row(_WHOSE, export_id)
    if row is None:
        return None
    tenant = await tenancy.current_tenant()
    return Whose(
        tenant=tenant,
        member_id=MemberId(row["member_id"]),
        name=row["display_name"],
        locale=tenant.spoken(row["locale"]),
        made_at=clock.now(),
    )


_PERCENT = "UPDATE data_export SET percent = $3 WHERE tenant_id = $1 AND id = $2"
_READY = """
    UPDATE data_export SET state = 'ready', percent = 100, object_key = $3, size_bytes = $4,
           ready_at = $5, expires_at = $6
     WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'
"""


async def _finish(export_id: UUID, member_id: MemberId, name: str, size: int) -> bool:
    now = clock.now()
    expires_at = now + rules.AVAILABLE
    if not await db.execute(_READY, export_id, name, size, now, expires_at):
        return False
    await jobs.enqueue(expire, at=expires_at, export_id=export_id)
    await events.publish(
        OwnDataTold(member_id=member_id, kind="own_data_ready", subject_id=export_id)
    )
    return True


async def _drop_unless_kept(tenant_id: TenantId, export_id: UUID, name: str) -> None:
    async with db.transaction(tenant_id):
        state = await db.fetch_value(
            "SELECT state FROM data_export WHERE tenant_id = $1 AND id = $2", export_id
        )
    if state != "ready":
        await storage().delete(tenant_id, name)


@jobs.job("privacy.expire", outside=True)
async def expire(*, tenant_id: TenantId, export_id: str) -> None:
    """Delete an archive whose time is over."""
    async with db.transaction(tenant_id):
        name = await db.fetch_value(
            "SELECT object_key FROM data_export"
            " WHERE tenant_id = $1 AND id = $2 AND state = 'ready' AND expires_at <= $3",
            UUID(export_id),
            clock.now(),
        )
    if name is None:
        return
    await storage().delete(tenant_id, name)
    async with db.transaction(tenant_id):
        await db.execute(
            "UPDATE data_export SET state = 'expired', object_key = NULL"
            " WHERE tenant_id = $1 AND id = $2",
            UUID(export_id),
        )


_DUE = """
    SELECT e.member_id, e.due_at, m.email FROM erasure e
      JOIN member m ON m.tenant_id = e.tenant_id AND m.id = e.member_id
     WHERE e.tenant_id = $1 AND e.id = $2 AND e.state = 'asked' FOR UPDATE OF e
"""


@jobs.job("privacy.erase")
async def erase(*, erasure_id: str) -> None:
    """Forget a member whose week is over, unless they stay, or nobody else could administer."""
    row = await db.fetch_row(_DUE, UUID(erasure_id))
    if row is None:
        return
    member_id, now = MemberId(row["member_id"]), clock.now()
    if row["due_at"] > now:
        await jobs.enqueue(erase, at=row["due_at"], erasure_id=erasure_id)
    elif await rules.is_last_administrator(member_id):
        await _postpone(UUID(erasure_id), member_id)
    else:
        await _forget(UUID(erasure_id), member_id, row["email"])


async def _postpone(erasure_id: UUID, member_id: MemberId) -> None:
    due_at = clock.now() + POSTPONED
    await db.execute(
        "UPDATE erasure SET due_at = $3 WHERE tenant_id = $1 AND id = $2", erasure_id, due_at
    )
    await jobs.enqueue(erase, at=due_at, erasure_id=erasure_id)
    data = {"by": "privacy", "reason": "last_administrator"}
    await journal.record(
        None, "privacy.erasure_postponed", subject=("member", member_id), data=data
    )


async def _forget(erasure_id: UUID, member_id: MemberId, email: str | None) -> None:
    """Let every feature let go, in one transaction; stored objects follow once it stands."""
    now, tenant = clock.now(), await tenancy.current_tenant()
    weighed = ErasureWeighed(member_id=member_id)
    await events.publish(weighed)
    erased = MemberErased(
        member_id=member_id,
        at=now,
        name=i18n.translate(tenant.locales[0], FORMER_MEMBER),
        email=email,
        kept=frozenset(weighed.kept),
    )
    await events.publish(erased)
    for name in erased.objects:
        await jobs.enqueue(drop_object, name=name)
    await db.execute(
        "UPDATE erasure SET state = 'done', ended_at = $3 WHERE tenant_id = $1 AND id = $2",
        erasure_id,
        now,
    )
    data = {"by": "privacy", "kept": len(erased.kept)}
    await journal.record(None, "privacy.erased", subject=("member", member_id), data=data)


@jobs.job("privacy.drop_object", outside=True)
async def drop_object(*, tenant_id: TenantId, name: str) -> None:
    """Delete a stored object of somebody who was forgotten."""
    await storage().delete(tenant_id, name)
