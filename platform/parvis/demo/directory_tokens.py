"""With which token the demonstration's directory is let in: placed, so that nobody has to copy it.

It follows from the folder's own secret key. The provider is told the tokens, never that key.
"""

import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta
from pathlib import Path

from parvis.core import clock, db
from parvis.core.db import Database
from parvis.demo.identity_provider.directory import SYMBOLIC
from parvis.features.provisioning.tokens import KIND
from parvis.features.tenants import document
from parvis.features.tenants.actions import find_tenant
from parvis.settings import Settings

LIFETIME = timedelta(days=730)
LABEL = "Annuaire de la démonstration"


def token_of(secret_key: str, tenant: str, connection: str) -> str:
    """Return the token of a connection, by the slugs of tenant and connection."""
    mac = hmac.digest(secret_key.encode(), f"directory {tenant} {connection}".encode(), "sha256")
    return KIND.prefix + urlsafe_b64encode(mac).rstrip(b"=").decode()


def tokens_of(secret_key: str, tenants: Path) -> dict[str, str]:
    """Return the tokens of all connections to the demonstration, by "tenant/connection"."""
    return {
        f"{tenant}/{connection}": token_of(secret_key, tenant, connection)
        for file in sorted(tenants.glob(f"*/{document.TENANT_FILE}"))
        for tenant, connection in _connections(file.parent)
    }


async def place(folder: Path, *, settings: Settings) -> None:
    """Let the directories of a tenant's demonstration connections in; those let in stay so.

    Needs: the tenant applied.
    """
    database = await Database(settings.database_url, settings).start()
    try:
        for tenant, connection in _connections(folder):
            tenant_id = await find_tenant(database, tenant)
            if tenant_id is None:
                raise LookupError(f"{tenant} was not applied")
            async with database.transaction(tenant_id):
                await _place(connection, token_of(settings.secret_key, tenant, connection))
    finally:
        await database.stop()


async def _place(connection: str, token: str) -> None:
    now, placed = clock.now(), KIND.of(token)
    connection_id = await db.fetch_value(
        "SELECT id FROM connection WHERE tenant_id = $1 AND slug = $2", connection
    )
    is_placed = await db.fetch_value(
        "SELECT true FROM scim_token WHERE tenant_id = $1 AND token_hash = $2",
        placed.hash,
    )
    if connection_id is None or is_placed:
        return
    await db.insert(
        "scim_token",
        connection_id=connection_id,
        label=LABEL,
        token_hash=placed.hash,
        hint=placed.hint,
        created_by=None,
        created_at=now,
        expires_at=now + LIFETIME,
    )


def _connections(folder: Path) -> list[tuple[str, str]]:
    tenant = document.load(folder).value
    return [
        (tenant.tenant.slug, connection.slug)
        for connection in tenant.connection
        if connection.issuer.startswith(SYMBOLIC)
    ]
