"""A community's own charter for tests: written small, published for one test, gone after it."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
from litestar import Litestar

from parvis.features.charter import in_force
from parvis.features.charter.actions import Published, publish_version
from tests.factories import House

FILE = Path("charter.toml")
ACCEPTANCE = """
[[clause]]
id = "between-us"
title = { fr = "Entre nous", en = "Between us" }
text = { fr = "Ce qui se lit ici n’en sort pas.", en = "What is read here stays here." }
[[clause.rule]]
kind = "acceptance"
"""
NO_NAMES = """
[[clause]]
id = "no-names"
title = { fr = "Pas de noms", en = "No names" }
text = { fr = "On ne nomme personne.", en = "Nobody is named." }
[[clause.rule]]
kind = "terms"
id = "names"
effect = "refuse"
words.any = ["dupont*"]
reason = { fr = "Vous nommez quelqu’un.", en = "You name somebody." }
"""


def charter(
    *clauses: str, change: str = "material", title: str = "Charte du lieu", more: str = ""
) -> str:
    """Return the source of a community's charter of the given clauses."""
    return f"""
format = 1
locales = ["fr", "en"]
title = {{ fr = "{title}", en = "Charter of the place" }}
preamble = {{ fr = "Un lieu à part.", en = "A place apart." }}
[version]
change = "{change}"
{more}
{"".join(clauses)}
"""


class Publisher:
    """Publishes versions of charters, the tenant's or a community's, and waits to see them."""

    def __init__(self, app: Litestar, house: House) -> None:
        self._app, self._house = app, house

    async def __call__(self, source: str, slug: str | None = None) -> Published:
        """Publish `source` for the community `slug`, for the whole tenant without one."""
        house = self._house
        async with house.transaction():
            place: Any = await house.community_id(slug) if slug else None
            published = await publish_version(house.tenant, source, file=FILE, community_id=place)
        await self.seen()
        return published

    async def seen(self) -> None:
        """Make the process read the versions anew, as the database's word would in a moment."""
        self._app.state.directory.forget()
        tenant = await self._app.state.directory.find(self._house.tenant.host)
        in_force.forget(tenant)


@contextlib.asynccontextmanager
async def publishing(
    app: Litestar, house: House, superuser: asyncpg.Connection
) -> AsyncIterator[Publisher]:
    """Give a Publisher; what it published is gone afterwards."""
    before = [row["id"] for row in await superuser.fetch("SELECT id FROM charter_version")]
    publisher = Publisher(app, house)
    yield publisher
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute("DELETE FROM charter_version WHERE NOT id = ANY ($1)", before)
    await superuser.execute("SET session_replication_role = origin")
    await superuser.execute("NOTIFY parvis_tenant")
    await publisher.seen()
