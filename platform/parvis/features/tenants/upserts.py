"""The rows behind a tenant's file. Each function leaves what the document says, run once or twice.

Needs, all of them: an open transaction of the tenant as `parvis_operator`.
"""

import hashlib
from typing import Any

import msgspec

from parvis.core import clock, crypto, db
from parvis.core.crypto import Keyring
from parvis.core.ids import new_id
from parvis.features.tenants.document import TENANT_FILE, ConnectionTable
from parvis.features.tenants.plan import Plan, settings_of

_TENANT = """
    INSERT INTO tenant (id, slug, name, space, locales, timezone, theme, settings, has_meetings,
                        applied_sha256, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (id) DO UPDATE
       SET name = $3, space = $4, locales = $5, timezone = $6, theme = $7, settings = $8,
           has_meetings = $9, applied_sha256 = $10
"""


async def write_tenant(plan: Plan) -> None:
    tenant = plan.document.tenant
    await db.execute(
        _TENANT,
        tenant.slug,
        tenant.name,
        tenant.space,
        list(tenant.locales),
        tenant.timezone,
        tenant.theme,
        db.jsonb(settings_of(plan.document)),
        plan.document.meeting_policy is not None,
        hashlib.sha256((plan.folder / TENANT_FILE).read_bytes()).hexdigest(),
        clock.now(),
    )


async def write_hosts(plan: Plan) -> None:
    hosts = plan.document.tenant.hosts
    # All of them anew: two primaries must not meet, not even between two statements.
    await db.execute("DELETE FROM tenant_host WHERE tenant_id = $1")
    await db.execute_many(
        "INSERT INTO tenant_host (tenant_id, host, is_primary) VALUES ($1, $2, $3)",
        [(host, host == hosts[0]) for host in hosts],
    )


# Members are known by (issuer, subject): a provider that moved takes its people along.
_MOVE_IDENTITIES = """
    UPDATE identity i SET issuer = c.issuer FROM connection c
     WHERE i.tenant_id = $1 AND c.tenant_id = $1 AND i.connection_id = c.id
       AND i.issuer <> c.issuer
"""


async def write_connections(plan: Plan, keyring: Keyring) -> None:
    """Leave the document's connections, and shut those it does not name."""
    for position, connection in enumerate(plan.document.connection):
        await _write_connection(plan, keyring, connection, position)
    await db.execute(_MOVE_IDENTITIES)
    await db.execute(
        "UPDATE connection SET is_enabled = false WHERE tenant_id = $1 AND NOT slug = ANY ($2)",
        [connection.slug for connection in plan.document.connection],
    )


async def _write_connection(
    plan: Plan, keyring: Keyring, connection: ConnectionTable, position: int
) -> None:
    secret = plan.secrets.get(connection.slug)
    sealed = keyring.seal(db.current_tenant(), secret.encode()) if secret else None
    values = _columns_of(connection) | {
        "issuer": plan.issuers[connection.slug],
        "secret_sealed": sealed,
        "position": position,
    }
    # Where the file names a secret whose variable is not set here, the stored one stays.
    kept = "secret_sealed" if connection.secret is not None and secret is None else ""
    names, places = ", ".join(values), ", ".join(f"${n}" for n in range(3, len(values) + 3))
    updates = ", ".join(
        f"{name} = excluded.{name}" for name in values if name not in {"slug", kept}
    )
    await db.execute(
        f"INSERT INTO connection (tenant_id, id, {names}) VALUES ($1, $2, {places})"
        f" ON CONFLICT (tenant_id, slug) DO UPDATE SET {updates}",
        new_id(),
        *values.values(),
    )
    await _write_domains(connection)


_DOMAIN = """
    INSERT INTO connection_domain (tenant_id, id, connection_id, domain, challenge, verified_by,
                                   verified_at, created_at)
    SELECT $1, $2, c.id, $3, $4, 'operator', $5, $5 FROM connection c
     WHERE c.tenant_id = $1 AND c.slug = $6
        ON CONFLICT (tenant_id, domain, connection_id) DO UPDATE
       SET verified_by = 'operator', problem = NULL, missing_since = NULL,
           verified_at = coalesce(connection_domain.verified_at, excluded.verified_at)
"""
_DROP_DOMAINS = """
    DELETE FROM connection_domain d USING connection c
     WHERE d.tenant_id = $1 AND c.tenant_id = $1 AND d.connection_id = c.id AND c.slug = $2
       AND d.verified_by = 'operator' AND NOT d.domain = ANY ($3)
"""


async def _write_domains(connection: ConnectionTable) -> None:
    """Vouch for the file's domains, and for no other; what DNS has shown stays (decision 0016)."""
    now, slug = clock.now(), connection.slug
    for domain in connection.domains:
        await db.execute(_DOMAIN, new_id(), domain, crypto.token(), now, slug)
    await db.execute(_DROP_DOMAINS, slug, list(connection.domains))


def _columns_of(connection: ConnectionTable) -> dict[str, Any]:
    """Return the columns that are the file's own keys, as PostgreSQL takes them."""
    values = msgspec.structs.asdict(connection)
    del values["issuer"], values["secret"], values["domains"]
    return {name: _stored(value) for name, value in values.items()}


def _stored(value: Any) -> Any:
    if isinstance(value, dict):
        return db.jsonb(value)
    return list(value) if isinstance(value, tuple) else value


_ROLE_GROUP = """
    INSERT INTO role_group (tenant_id, id, slug, title, permissions) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (tenant_id, slug) DO UPDATE
       SET title = excluded.title, permissions = excluded.permissions
"""


async def write_role_groups(plan: Plan) -> None:
    """Leave the document's groups, and dissolve the others."""
    groups = plan.document.role_group
    gone = "SELECT id FROM role_group WHERE tenant_id = $1 AND NOT slug = ANY ($2)"
    slugs = [group.slug for group in groups]
    for table, column in (("group_member", "group_id"), ("role_group", "id")):
        await db.execute(
            f"DELETE FROM {table} WHERE tenant_id = $1 AND {column} IN ({gone})", slugs
        )
    for group in groups:
        await db.execute(
            _ROLE_GROUP, new_id(), group.slug, db.jsonb(group.title), list(group.permissions)
        )


_COMMUNITY = """
    INSERT INTO community (tenant_id, id, slug, title, description, visibility, joining, kind,
                           official, position, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (tenant_id, slug) DO UPDATE
       SET title = excluded.title, description = excluded.description,
           visibility = excluded.visibility, joining = excluded.joining, kind = excluded.kind,
           official = excluded.official, position = excluded.position
"""


async def write_communities(plan: Plan) -> None:
    await db.execute_many(
        _COMMUNITY,
        [
            (
                new_id(), one.slug, one.title, one.description, one.visibility, one.joining,
                one.kind, one.official, position, clock.now(),
            )
            for position, one in enumerate(plan.document.community)
        ],
    )  # fmt: skip
