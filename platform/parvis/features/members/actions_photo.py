"""One's photo: kept in object storage, drawn anew, taken away when it is replaced."""

import asyncio

from parvis.core import db, jobs, journal
from parvis.core.actor import Actor
from parvis.core.ids import TenantId, new_id
from parvis.features.members import pictures, rules
from parvis.integrations.storage import storage

# Drawing takes memory as well as time: one at once, and the others wait their turn.
_easel = asyncio.Semaphore(1)


async def set_photo(actor: Actor, content: bytes) -> None:
    """Keep the picture as the member's photo, in place of the one before.

    Needs: no open transaction; two short ones are opened around the storage, which may be slow.
    Errors: Invalid or TooLarge for the file; StorageUnavailable (503), nothing kept.
    """
    async with db.transaction(actor.tenant.id):
        person = await rules.access_person(actor, actor.require_member())
    async with _easel:
        drawn = await asyncio.to_thread(pictures.portrait, content)
    key = f"members/{person.id}/photo/{new_id()}.{pictures.SUFFIX}"
    await storage().put(actor.tenant.id, key, drawn, content_type=pictures.MEDIA_TYPE)
    try:
        async with db.transaction(actor.tenant.id):
            await _replace(actor, key)
            await journal.record(actor, "profile.photo_changed", subject=("member", person.id))
    except BaseException:
        await storage().delete(actor.tenant.id, key)
        raise


async def remove_photo(actor: Actor) -> None:
    """Show no photo any more; without one nothing changes. Needs: an open transaction."""
    if await _replace(actor, None):
        await journal.record(
            actor, "profile.photo_removed", subject=("member", actor.require_member())
        )


async def _replace(actor: Actor, key: str | None) -> bool:
    """Point at another picture, and have the one before deleted; return whether there was one."""
    member_id = actor.require_member()
    before: str | None = await db.fetch_value(
        "SELECT photo_key FROM member WHERE tenant_id = $1 AND id = $2 FOR UPDATE", member_id
    )
    await db.execute(
        "UPDATE member SET photo_key = $3 WHERE tenant_id = $1 AND id = $2", member_id, key
    )
    if before:
        await jobs.enqueue(drop_photo, name=before)
    return before is not None


@jobs.job("members.drop_photo", outside=True)
async def drop_photo(*, tenant_id: TenantId, name: str) -> None:
    """Delete a picture that nobody shows any more."""
    await storage().delete(tenant_id, name)
