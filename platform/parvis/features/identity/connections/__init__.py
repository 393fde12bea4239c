"""A tenant's ways in, as its database keeps them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from parvis.core import crypto, db
from parvis.core.ids import ConnectionId
from parvis.core.tenancy import Tenant
from parvis.features.identity import client_keys
from parvis.integrations.login import ConnectionConfig, LoginError, Reason

CALLBACK_PATH = "/auth/oidc/{slug}/callback"
SIGNED_OUT_PATH = "/signed-out"


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """One way in. The secret stays sealed until a request to the provider needs it."""

    id: ConnectionId
    slug: str
    label: dict[str, str]
    issuer: str
    client_id: str
    auth_method: str
    secret_sealed: bytes | None
    algorithms: tuple[str, ...]
    scope: str
    name_authority: bool
    claim_map: dict[str, str]
    admission: str
    profile: str = "standard"
    assertion_algorithm: str = "ES256"
    assertion_audience: str = "token_endpoint"
    pkce: str = "advertised"
    texts_as_booleans: bool = False
    admission_domains: tuple[str, ...] = ()
    admission_groups: tuple[str, ...] = ()
    acr_map: dict[str, str] = {}
    trust_frameworks: tuple[str, ...] = ()
    external_id_claim: str = "sub"
    is_enabled: bool = True

    def label_in(self, locale: str) -> str:
        """The name members know it by, in their language."""
        return said_in(self.label, locale, otherwise=self.slug)


def said_in(texts: Mapping[str, str], locale: str, *, otherwise: str = "") -> str:
    """Return the text in `locale`, else in the tenant's first language, else `otherwise`."""
    return texts.get(locale) or next(iter(texts.values()), otherwise)


COLUMNS = """c.id, c.slug, c.label, c.issuer, c.client_id, c.auth_method, c.secret_sealed,
             c.algorithms, c.scope, c.name_authority, c.claim_map, c.admission, c.profile,
             c.assertion_algorithm, c.assertion_audience, c.pkce, c.texts_as_booleans,
             c.admission_domains, c.admission_groups, c.acr_map, c.trust_frameworks,
             c.external_id_claim, c.is_enabled"""


async def enabled() -> tuple[Connection, ...]:
    """Return the connections one may sign in with, in the tenant's order."""
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM connection c WHERE c.tenant_id = $1 AND c.is_enabled "
        "ORDER BY c.position, c.slug LIMIT 50"
    )
    return tuple(map(of_row, rows))


async def find(slug: str) -> Connection | None:
    """Return the enabled connection called `slug`, None when there is none."""
    row = await db.fetch_row(
        f"SELECT {COLUMNS} FROM connection c "
        "WHERE c.tenant_id = $1 AND c.slug = $2 AND c.is_enabled",
        slug,
    )
    return None if row is None else of_row(row)


async def get(connection_id: ConnectionId) -> Connection:
    """Return a connection by id, enabled or not: one may still sign out of it."""
    row = await db.fetch_row(
        f"SELECT {COLUMNS} FROM connection c WHERE c.tenant_id = $1 AND c.id = $2", connection_id
    )
    if row is None:
        raise LookupError(f"connection {connection_id} vanished under its sessions")
    return of_row(row)


def of_row(row: Any) -> Connection:
    """Build a Connection of the columns in COLUMNS."""
    return Connection(
        id=ConnectionId(row["id"]),
        slug=row["slug"],
        label=db.from_jsonb(row["label"], dict[str, str]),
        issuer=row["issuer"],
        client_id=row["client_id"],
        auth_method=row["auth_method"],
        secret_sealed=row["secret_sealed"],
        algorithms=tuple(row["algorithms"]),
        scope=row["scope"],
        name_authority=row["name_authority"],
        claim_map=db.from_jsonb(row["claim_map"], dict[str, str]),
        admission=row["admission"],
        profile=row["profile"],
        assertion_algorithm=row["assertion_algorithm"],
        assertion_audience=row["assertion_audience"],
        pkce=row["pkce"],
        texts_as_booleans=row["texts_as_booleans"],
        admission_domains=tuple(row["admission_domains"]),
        admission_groups=tuple(row["admission_groups"]),
        acr_map=db.from_jsonb(row["acr_map"], dict[str, str]),
        trust_frameworks=tuple(row["trust_frameworks"]),
        external_id_claim=row["external_id_claim"],
        is_enabled=row["is_enabled"],
    )


async def config_of(connection: Connection, tenant: Tenant, site: str) -> ConnectionConfig:
    """Return what the relying party needs, the secret opened. `site`: the tenant's address.

    Needs: no open transaction.
    Errors: LoginError when no key of ours opens the secret.
    """
    return ConnectionConfig(
        client_key=await _client_key(connection, tenant),
        issuer=connection.issuer,
        client_id=connection.client_id,
        client_secret=_secret(connection, tenant),
        redirect_uri=site + CALLBACK_PATH.format(slug=connection.slug),
        algorithms=connection.algorithms,
        auth_method=connection.auth_method,
        scope=connection.scope,
        profile=connection.profile,
        assertion_algorithm=connection.assertion_algorithm,
        assertion_audience=connection.assertion_audience,
        pkce=connection.pkce,
        trust_frameworks=connection.trust_frameworks,
    )


async def _client_key(connection: Connection, tenant: Tenant) -> str:
    if connection.auth_method != "private_key_jwt":
        return ""
    try:
        async with db.transaction(tenant.id):
            return await client_keys.signing_key(connection.assertion_algorithm)
    except crypto.SealError as error:
        raise LoginError(Reason.CONNECTION_INVALID, "client key") from error


def _secret(connection: Connection, tenant: Tenant) -> str:
    if connection.secret_sealed is None:
        return ""
    try:
        return crypto.keyring().open(tenant.id, connection.secret_sealed).decode()
    except crypto.SealError as error:
        raise LoginError(Reason.CONNECTION_INVALID, "client secret") from error
