"""Playing the seeded life of tenants: once, in one transaction a tenant."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from parvis import settings as settings_module
from parvis.core import clock, crypto, db, events, jobs, journal, operator, tenancy
from parvis.core.db import Database
from parvis.core.ids import TenantId
from parvis.core.tenancy import Tenant
from parvis.features.admin.insights import count_insights
from parvis.features.contributions.feature import FEATURE as CONTRIBUTIONS
from parvis.features.conversations.feature import FEATURE as CONVERSATIONS
from parvis.features.meetings.feature import FEATURE as MEETINGS
from parvis.features.moderation.feature import FEATURE as MODERATION
from parvis.features.notifications.feature import FEATURE as NOTIFICATIONS
from parvis.features.tenants.actions import apply_folder, find_tenant
from parvis.features.tenants.document import TENANT_FILE, MeetingPolicyTable
from parvis.features.tenants.problems import ApplyRefusedError, TenantFileError, hint
from parvis.seeds.assembly import Assembly
from parvis.seeds.cast import Cast, SeedError
from parvis.seeds.content import Life, life_of, personas
from parvis.seeds.doorkeeping import Doorkeeping
from parvis.seeds.portraits import Portraits
from parvis.seeds.redress import Redress
from parvis.seeds.talk import Talk
from parvis.seeds.timeline import Timeline
from parvis.settings import Settings

# A house that is made for its seeded life stands a little longer than the life.
HOUSE_AGE = timedelta(days=70)
# What happened longer ago than this, its people have read.
READ_AFTER = timedelta(days=2)


async def settle(folder: Path, *, settings: Settings) -> bool:
    """Make the tenant of `folder` live, with its seeded life; return whether life is new.

    A tenant that has life keeps it as it is; one without a seed file is applied and no more.
    Needs: a process that is set up (keys, subscriptions). Errors: as `apply_folder`; SeedError.
    """
    life = life_of(folder.name)
    database = await Database(settings.operator_database_url, settings).start()
    try:
        is_known = await find_tenant(database, folder.name) is not None
    finally:
        await database.stop()
    founded = clock.now() if is_known or life is None else clock.now() - HOUSE_AGE
    with clock.travel(founded):
        applied = await apply_folder(folder, settings=settings)
    return life is not None and await _seed(applied.tenant_id, life, folder, settings)


async def _seed(tenant_id: TenantId, life: Life, folder: Path, settings: Settings) -> bool:
    database = await Database(settings.database_url, settings).start()
    try:
        async with database.transaction(tenant_id):
            if await _has_life():
                return False
        await _backdate(tenant_id, settings)
        async with database.transaction(tenant_id):
            # Two seeds at once take turns; the second then finds life.
            await db.fetch_value("SELECT pg_advisory_xact_lock(hashtext('seed ' || $1::uuid))")
            if await _has_life():
                return False
            await _play(await tenancy.current_tenant(), life, folder, settings)
            return True
    finally:
        await database.stop()


async def _has_life() -> bool:
    found = await db.fetch_value(
        "SELECT EXISTS (SELECT FROM journal_entry WHERE tenant_id = $1 AND act = 'tenant.seeded')"
    )
    return bool(found)


async def _play(tenant: Tenant, life: Life, folder: Path, settings: Settings) -> None:
    timeline = Timeline(clock.now(), ZoneInfo(tenant.timezone))
    cast = Cast(tenant, life, personas(folder))
    await cast.load()
    cast.plan(timeline)
    Talk(cast, timeline).plan(life.post)
    Portraits(cast, timeline).plan(life.portrait)
    Doorkeeping(cast, timeline).plan(life)
    if life.words and tenant.settings.meeting_policy:
        policy = msgspec.convert(tenant.settings.meeting_policy, MeetingPolicyTable)
        site = settings.public_url(tenant.host)
        Assembly(cast, timeline, policy, life.words, site).plan(life)
    Redress(cast, timeline, settings.public_url(tenant.host)).plan(life)
    await timeline.play()
    await _make_history()
    await jobs.enqueue(count_insights)
    await journal.record(
        None, "tenant.seeded", subject=("tenant", tenant.id), data={"by": "operator"}
    )


async def _make_history() -> None:
    """What was told in the past was mailed then, and read; nobody is written to now."""
    await db.execute(
        "UPDATE notice SET mailed_at = created_at,"
        " read_at = CASE WHEN created_at < $2 THEN created_at + interval '1 day' END"
        " WHERE tenant_id = $1 AND mailed_at IS NULL",
        clock.now() - READ_AFTER,
    )
    await db.execute(
        "UPDATE legal_notice SET acknowledged_at = received_at, told_at = decided_at"
        " WHERE tenant_id = $1 AND acknowledged_at IS NULL"
    )


_BACKDATE = """
    UPDATE charter_version SET published_at = $2, effective_at = $2
     WHERE tenant_id = $1 AND number = 1 AND effective_at > $2
"""


async def _backdate(tenant_id: TenantId, settings: Settings) -> None:
    """Let the first charters of a tenant that was applied just now have been there all along.

    Published versions never change, and the application cannot change them: this is done as
    the owner, for demonstration tenants, whose life would otherwise precede its charter.
    """
    if not settings.owner_database_url:
        raise SeedError("PARVIS_OWNER_DATABASE_URL is not set")
    database = await Database(settings.owner_database_url, settings).start()
    try:
        async with database.transaction(tenant_id):
            await db.execute(_BACKDATE, clock.now() - HOUSE_AGE)
    finally:
        await database.stop()


def run(slugs: Sequence[str], reason: str = "") -> int:
    """Seed the named demonstration tenants, or all: 0 done, 1 refused, 2 misused."""
    settings = settings_module.load()
    folders = {file.parent.name: file.parent for file in _files(settings)}
    unknown = [slug for slug in slugs if slug not in folders]
    for slug in unknown:
        sys.stderr.write(f'parvis seed: no tenant "{slug}"{hint(slug, folders)}\n')
    if unknown:
        return 2
    _set_up(settings)
    try:
        asyncio.run(_settle_all([folders[slug] for slug in slugs or folders], settings, reason))
    except (TenantFileError, ApplyRefusedError, SeedError) as error:
        sys.stderr.write(f"parvis seed: {error}\n")
        return 1
    return 0


def _set_up(settings: Settings) -> None:
    """Let the features hear each other; web and worker are set up by the app instead."""
    crypto.use(crypto.Keyring(settings.secret_key))
    for feature in (CONTRIBUTIONS, CONVERSATIONS, MEETINGS, MODERATION, NOTIFICATIONS):
        for event, handler in feature.subscriptions:
            events.subscribe(event, handler)


def _files(settings: Settings) -> list[Path]:
    return sorted(Path(settings.tenants_dir).glob(f"*/{TENANT_FILE}"))


async def _settle_all(folders: Sequence[Path], settings: Settings, reason: str) -> None:
    for folder in folders:
        is_told = await _tell(folder.name, settings, reason)
        is_new = await settle(folder, settings=settings)
        if not is_told:  # nobody could be told of what made them
            await _tell(folder.name, settings, reason)
        sys.stdout.write(f"{folder.name}: {'seeded' if is_new else 'nothing to seed'}\n")


async def _tell(slug: str, settings: Settings, reason: str) -> bool:
    """Announce the command to the tenant; return whether there is one."""
    database = await Database(settings.operator_database_url, settings).start()
    try:
        tenant_id = await find_tenant(database, slug)
        if tenant_id is not None:
            await operator.announce(database, tenant_id, "seeded", reason)
    finally:
        await database.stop()
    return tenant_id is not None
