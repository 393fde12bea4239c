"""`python -m parvis.preparation`: schema, tenants and life, before anybody may look."""

import asyncio
from pathlib import Path

from parvis import settings as settings_module
from parvis.app import set_up
from parvis.core import db, migrate
from parvis.core.db import Database
from parvis.core.ids import TenantId
from parvis.features.tenants.actions import apply_folder
from parvis.features.tenants.document import TENANT_FILE
from parvis.settings import Settings

# The provider had to take another port: the same people, vouched for at a new address.
FOLLOW_ISSUER = """
    UPDATE identity i SET issuer = c.issuer
      FROM connection c
     WHERE i.tenant_id = $1 AND c.tenant_id = $1 AND c.id = i.connection_id
       AND i.issuer <> c.issuer AND c.issuer = ANY($2)
"""


def main() -> None:
    settings = settings_module.load()
    files = sorted(Path(settings.tenants_dir).glob(f"*/{TENANT_FILE}"))
    asyncio.run(prepare(settings, [file.parent for file in files]))


async def prepare(settings: Settings, folders: list[Path]) -> None:
    """Bring the database to where the tenants' files say, with believable life in new ones."""
    await migrate.run(settings.owner_database_url)
    set_up(settings)
    database = await Database(settings.database_url, settings).start()
    db.use(database)
    try:
        for folder in folders:
            await apply_folder(folder, settings=settings)
        await _follow_issuers(database, list(settings.demo_issuers.values()))
    finally:
        db.use(None)
        await database.stop()


async def _follow_issuers(database: Database, issuers: list[str]) -> None:
    async with database.across_tenants() as connection:
        tenants = [TenantId(row["id"]) for row in await connection.fetch("SELECT id FROM tenant")]
    for tenant_id in tenants:
        async with database.transaction(tenant_id):
            await db.execute(FOLLOW_ISSUER, issuers)


if __name__ == "__main__":
    main()
