"""`python -m parvis.preparation`: schema, tenants and life, before anybody may look."""

import asyncio
import sys
from pathlib import Path

from parvis import settings as settings_module
from parvis.app import set_up
from parvis.core import migrate
from parvis.demo import directory_tokens
from parvis.features.tenants.document import TENANT_FILE
from parvis.features.tenants.problems import ApplyRefusedError, TenantFileError
from parvis.seeds.cast import SeedError
from parvis.seeds.runner import settle
from parvis.settings import Settings


def main() -> None:
    settings = settings_module.load()
    files = sorted(Path(settings.tenants_dir).glob(f"*/{TENANT_FILE}"))
    try:
        asyncio.run(prepare(settings, [file.parent for file in files]))
    except (TenantFileError, ApplyRefusedError, SeedError) as error:
        sys.exit(str(error))


async def prepare(settings: Settings, folders: list[Path]) -> None:
    """Bring the database to where the tenants' files say, with believable life in new ones."""
    await migrate.run(settings.owner_database_url)
    set_up(settings)
    for folder in folders:
        await settle(folder, settings=settings)
        if settings.demo_issuers:
            await directory_tokens.place(folder, settings=settings)


if __name__ == "__main__":
    main()
