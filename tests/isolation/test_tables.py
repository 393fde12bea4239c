"""What Piccolo believes of a table is what PostgreSQL has: migrations are the truth."""

import asyncpg
from litestar import Litestar

from parvis.core.tables import TenantTable

COLUMNS = """
    SELECT column_name, is_nullable = 'YES' AS is_nullable
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1
"""


async def test_every_piccolo_table_has_the_columns_of_the_catalogue(
    app: Litestar, superuser: asyncpg.Connection
) -> None:
    wrong = {}
    for table in TenantTable.__subclasses__():
        meta = table._meta
        believed = {column._meta.name: column._meta.params["null"] for column in meta.columns}
        rows = await superuser.fetch(COLUMNS, meta.tablename)
        found = {row["column_name"]: row["is_nullable"] for row in rows}
        if believed != found:
            wrong[meta.tablename] = dict(believed.items() ^ found.items())
    assert wrong == {}


def test_the_application_brings_its_tables(app: Litestar) -> None:
    assert len(TenantTable.__subclasses__()) > 10
