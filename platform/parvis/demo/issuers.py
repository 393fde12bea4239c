"""Identities that follow the provider when it had to take another port."""

from parvis.core import db
from parvis.core.db import Database
from parvis.core.ids import TenantId

FOLLOW = """
    UPDATE identity i SET issuer = c.issuer
      FROM connection c
     WHERE i.tenant_id = $1 AND c.tenant_id = $1 AND c.id = i.connection_id
       AND i.issuer <> c.issuer AND c.issuer = ANY($2)
"""


async def follow(database: Database, issuers: list[str]) -> None:
    """Make every identity of a demonstration's connection one of the issuer it has now.

    The people are the same, vouched for at a new address: without this they would come back as
    strangers. Anywhere else a changed issuer is a migration with an owner, never an edit.
    """
    async with database.across_tenants() as connection:
        tenants = [TenantId(row["id"]) for row in await connection.fetch("SELECT id FROM tenant")]
    for tenant_id in tenants:
        async with database.transaction(tenant_id):
            await db.execute(FOLLOW, issuers)
