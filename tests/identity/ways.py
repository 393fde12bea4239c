"""What tests of the administrators' screens of sign-in share."""

from typing import Any
from uuid import UUID

import asyncpg

from parvis.core import db
from tests.factories import House

NEW: dict[str, Any] = {
    "slug": "gerance",
    "label": {"fr": "Portail de la gérance", "en": "Managers’ portal"},
    "issuer": "https://id.gerance.test",
    "client_id": "parvis",
    "auth_method": "client_secret_basic",
    "secret": "un secret entre nous deux",
}
# The same, as a page's form sends it.
FORM: dict[str, Any] = {
    "slug": "gerance",
    "label.fr": "Portail de la gérance",
    "label.en": "Managers’ portal",
    "issuer": "https://id.gerance.test",
    "client_id": "parvis",
    "auth_method": "client_secret_basic",
    "secret": "un secret entre nous deux",
    "algorithms": ["ES256", "RS256"],
    "profile": "standard",
    "scope": "openid profile email",
    "assertion_algorithm": "ES256",
    "assertion_audience": "token_endpoint",
    "pkce": "advertised",
    "admission": "jit",
    "admission_domains": "gerance.test, Gérance.test",
    "admission_groups": "expert",
    "name_authority": "1",
    "claim.name": "name",
    "claim.groups": "roles",
    "acr_map": "urn:example:mot-de-passe = basic\nurn:example:2fa=strong",
    "external_id_claim": "oid",
    "position": "7",
}


async def connection_of(house: House, slug: str) -> UUID:
    """Return the id of one of the house's connections."""
    async with house.transaction():
        found = await db.fetch_value(
            "SELECT id FROM connection WHERE tenant_id = $1 AND slug = $2", slug
        )
    return UUID(str(found))


async def keep(superuser: asyncpg.Connection) -> None:
    """Remember every tenant's connections: tests' clean-up leaves them, for files made them."""
    await superuser.execute("CREATE TEMP TABLE kept_connection AS TABLE connection")


async def restore(superuser: asyncpg.Connection) -> None:
    """Make the connections what they were."""
    await superuser.execute(
        "SET session_replication_role = replica;"
        "DELETE FROM connection; INSERT INTO connection SELECT * FROM kept_connection;"
        "DROP TABLE kept_connection; SET session_replication_role = origin;"
    )
