"""Putting a tenant's files live: everything checked first, then one transaction, or nothing."""

from pathlib import Path

import msgspec

from parvis.core import db, journal, tenancy
from parvis.core.crypto import Keyring
from parvis.core.db import Database
from parvis.core.ids import TenantId, new_id
from parvis.features.charter import actions as charter
from parvis.features.tenants import (
    calendar_file,
    charter_file,
    community_charters,
    meeting_files,
    upserts,
)
from parvis.features.tenants.difference import Change, changes
from parvis.features.tenants.document import CHARTER_FILE
from parvis.features.tenants.plan import Plan, plans
from parvis.features.tenants.problems import TenantFileError
from parvis.features.tenants.queries import SYMBOLIC, Live, live_tenant
from parvis.features.tenants.strict_toml import Finding
from parvis.settings import Settings


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What applying a folder changed, or would change. `changes` is empty when nothing did."""

    tenant_id: TenantId
    slug: str
    is_new: bool
    changes: tuple[Change, ...]


async def apply_folder(folder: Path, *, settings: Settings, dry_run: bool = False) -> Applied:
    """Make the tenant of `folder` what its files say; a second time changes nothing.

    Runs as `parvis_operator`, in one transaction that names this tenant and sees no other's rows.
    Errors: TenantFileError naming file and line; ApplyRefusedError. Nothing is written then.
    """
    (wanted,) = plans([folder], settings)
    return await apply_plan(wanted, settings=settings, dry_run=dry_run)


async def apply_plan(wanted: Plan, *, settings: Settings, dry_run: bool = False) -> Applied:
    """Apply what `plan.plans` found sound; see `apply_folder`."""
    database = await Database(settings.operator_database_url, settings).start()
    try:
        known = await find_tenant(database, wanted.document.tenant.slug)
        tenant_id = known or TenantId(new_id())
        async with database.transaction(tenant_id):
            return await _apply(wanted, settings, dry_run=dry_run)
    finally:
        await database.stop()


async def find_tenant(database: Database, slug: str) -> TenantId | None:
    """Return the id of the tenant called `slug`. Needs no tenant transaction."""
    async with database.across_tenants() as connection:
        found = await connection.fetchval("SELECT id FROM tenant WHERE slug = $1", slug)
    return TenantId(found) if found else None


async def _apply(wanted: Plan, settings: Settings, *, dry_run: bool) -> Applied:
    keyring = Keyring(settings.secret_key)
    # Two applies of one tenant take turns; the second then finds nothing to do.
    await db.fetch_value("SELECT id FROM tenant WHERE id = $1 FOR UPDATE")
    live = await live_tenant(keyring, settings.demo_issuers)
    await _refuse_what_is_not_theirs(wanted, live)
    found = changes(wanted.document, wanted.secrets, live)
    file = wanted.folder / CHARTER_FILE
    if charter_file.is_newer(file, live.charter if live else None):
        number = live.charter.number + 1 if live and live.charter else 1
        found = (*found, Change("+", f"charter version {number}"))
    found = (*found, *community_charters.changes(wanted, live))
    if found and not dry_run:
        await _write(wanted, keyring, found)
    return Applied(
        tenant_id=db.current_tenant(),
        slug=wanted.document.tenant.slug,
        is_new=live is None,
        changes=found,
    )


async def _refuse_what_is_not_theirs(wanted: Plan, live: Live | None) -> None:
    problems = [
        *await _taken_hosts(wanted),
        *await _moved_issuers(wanted),
        *_missing_secrets(wanted, live),
        *meeting_files.problems(wanted, live),
    ]
    if problems:
        raise TenantFileError(wanted.parsed.problem(path, text) for path, text in problems)
    await calendar_file.require_known_events(wanted)


async def _taken_hosts(wanted: Plan) -> list[Finding]:
    hosts = wanted.document.tenant.hosts
    rows = await db.fetch(
        "SELECT host FROM tenant_host WHERE tenant_id <> $1 AND host = ANY ($2)", list(hosts)
    )
    taken = {row["host"] for row in rows}
    return [
        (("tenant", "hosts", n), f'"{host}" is another tenant\'s host')
        for n, host in enumerate(hosts)
        if host in taken
    ]


_IN_USE = """
    SELECT c.slug, c.issuer FROM connection c
     WHERE c.tenant_id = $1 AND EXISTS (
           SELECT 1 FROM identity i WHERE i.tenant_id = $1 AND i.connection_id = c.id)
"""


async def _moved_issuers(wanted: Plan) -> list[Finding]:
    """A real provider's people are known by its address: another address is other people."""
    in_use = {row["slug"]: row["issuer"] for row in await db.fetch(_IN_USE)}
    found: list[Finding] = []
    for n, connection in enumerate(wanted.document.connection):
        before = in_use.get(connection.slug, wanted.issuers[connection.slug])
        if before != wanted.issuers[connection.slug] and not connection.issuer.startswith(SYMBOLIC):
            text = f"members signed in through {before}: add a second connection instead"
            found.append((("connection", n, "issuer"), text))
    return found


def _missing_secrets(wanted: Plan, live: Live | None) -> list[Finding]:
    stored = live.secrets if live else {}
    return [
        (("connection", n, "secret"), f"{connection.secret.removeprefix('env:')} is not set")
        for n, connection in enumerate(wanted.document.connection)
        if connection.secret
        and wanted.secrets.get(connection.slug) is None
        and connection.slug not in stored
    ]


async def _write(wanted: Plan, keyring: Keyring, found: tuple[Change, ...]) -> None:
    await upserts.write_tenant(wanted)
    await upserts.write_hosts(wanted)
    await upserts.write_connections(wanted, keyring)
    await upserts.write_role_groups(wanted)
    await upserts.write_communities(wanted)
    await calendar_file.write_calendar(wanted)
    tenant = await tenancy.current_tenant()
    # Before the charter, whose windows may follow them.
    await meeting_files.write_meetings(wanted, tenant)
    await charter.publish_version(tenant, wanted.charter, file=wanted.folder / CHARTER_FILE)
    await community_charters.publish(wanted, tenant)
    await journal.record(
        None,
        "tenant.applied",
        subject=("tenant", tenant.id),
        data={"by": "operator", "changes": [str(change) for change in found]},
    )
