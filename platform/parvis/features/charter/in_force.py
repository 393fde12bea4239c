"""The charter in force at this moment, kept in the process and compiled once a version."""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from parvis.core import clock, db, engine
from parvis.core.actor import Actor
from parvis.core.ids import CharterVersionId, TenantId
from parvis.core.tenancy import Tenant
from parvis.features.charter.document import CharterDocument, parse
from parvis.features.charter.judge import CompiledCharter, compile_charter
from parvis.features.charter.verdict import Acceptance


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a published version without reading its text."""

    id: CharterVersionId
    number: int
    is_material: bool
    sha256: str
    published_at: datetime
    effective_at: datetime
    grace_until: datetime | None


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """The version that binds now. Accepting any of `enough` is accepting it."""

    tenant: Tenant
    version: Version
    charter: CompiledCharter
    enough: frozenset[CharterVersionId]
    earlier: frozenset[CharterVersionId]

    def acceptance_of(self, actor: Actor) -> Acceptance:
        """Return where a member stands with this charter."""
        if not actor.accepted.isdisjoint(self.enough):
            return Acceptance.CURRENT
        if not actor.accepted.isdisjoint(self.earlier):
            return Acceptance.EARLIER
        return Acceptance.MISSING


_VERSIONS = """
    SELECT id, number, is_material, sha256, published_at, effective_at, grace_until
      FROM charter_version WHERE tenant_id = $1 AND community_id IS NULL ORDER BY number
"""
_SOURCE = "SELECT source FROM charter_version WHERE tenant_id = $1 AND id = $2"
MOST_KEPT = 256

# Publishing a version notifies the tenant directory, which then makes a new Tenant: the versions
# read for one Tenant object are right as long as that object is handed out.
_versions: dict[TenantId, tuple[Tenant, tuple[Version, ...]]] = {}
_documents: dict[CharterVersionId, CharterDocument] = {}
_compiled: dict[CharterVersionId, CompiledCharter] = {}


async def in_force(tenant: Tenant) -> InForce | None:
    """Return the tenant's charter in force, or None when it has published none.

    Needs no open transaction; opens a short one when something has to be read and none is open.
    """
    effective = await effective_versions(tenant)
    if not effective:
        return None
    material = max((v for v in effective if v.is_material), key=_number, default=effective[0])
    current = effective[-1]
    return InForce(
        tenant=tenant,
        version=current,
        charter=await _charter(tenant, current, material.grace_until),
        enough=frozenset(v.id for v in effective if v.number >= material.number),
        earlier=frozenset(v.id for v in effective if v.number < material.number),
    )


async def effective_versions(tenant: Tenant) -> list[Version]:
    """Return the versions that are or were in force, oldest first; not those still to come."""
    now = clock.now()
    return [version for version in await _known(tenant) if version.effective_at <= now]


def _number(version: Version) -> int:
    return version.number


async def _known(tenant: Tenant) -> tuple[Version, ...]:
    cached = _versions.get(tenant.id)
    if cached is not None and cached[0] is tenant:
        return cached[1]
    async with reading(tenant):
        rows = await db.fetch(_VERSIONS)
    versions = tuple(_version(row) for row in rows)
    _versions[tenant.id] = (tenant, versions)
    return versions


def _version(row: Any) -> Version:
    return Version(
        id=CharterVersionId(row["id"]),
        number=row["number"],
        is_material=row["is_material"],
        sha256=row["sha256"],
        published_at=row["published_at"],
        effective_at=row["effective_at"],
        grace_until=row["grace_until"],
    )


async def _charter(
    tenant: Tenant, version: Version, grace_until: datetime | None
) -> CompiledCharter:
    if version.id not in _compiled:
        document = await document_of(tenant, version)
        _compiled[version.id] = compile_charter(document, grace_until=grace_until)
        _bound(_compiled)
    return _compiled[version.id]


async def document_of(tenant: Tenant, version: Version) -> CharterDocument:
    """Return a version's document; published versions never change, so it is kept."""
    if version.id not in _documents:
        async with reading(tenant):
            source = await db.fetch_value(_SOURCE, version.id)
        _documents[version.id] = parse(source, Path(f"{tenant.slug}/charter-{version.number}.toml"))
        _bound(_documents)
    return _documents[version.id]


def _bound(kept: dict[CharterVersionId, Any]) -> None:
    """Drop the oldest entry of a cache that holds too many."""
    if len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]


@contextlib.asynccontextmanager
async def reading(tenant: Tenant) -> AsyncIterator[None]:
    """Use the open transaction, or a short one of our own on routes that manage theirs."""
    if engine.current.get() is not None:
        yield
        return
    async with db.transaction(tenant.id):
        yield
