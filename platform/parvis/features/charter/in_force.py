"""The charters in force at this moment, kept in the process and compiled once a version."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from parvis.core import clock, db, engine
from parvis.core.actor import Actor
from parvis.core.ids import EPOCH, CharterVersionId, CommunityId, TenantId
from parvis.core.tenancy import Tenant
from parvis.features.charter.document import CharterDocument, parse
from parvis.features.charter.judge import CompiledCharter, Source, compile_charter
from parvis.features.charter.verdict import TENANT_SCOPE, Acceptance


def charter_path(scope: str) -> str:
    """Return where a charter is read: the tenant's, or by its slug a community's own."""
    return "/charter" if scope == TENANT_SCOPE else f"/communities/{scope}/charter"


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a published version without reading its text.

    `scope` is "tenant", or the slug of the community whose own charter it is; `is_open`: whether
    every member reads there.
    """

    id: CharterVersionId
    community_id: CommunityId | None
    scope: str
    is_open: bool
    number: int
    is_material: bool
    sha256: str
    published_at: datetime
    effective_at: datetime
    grace_until: datetime | None


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """The version that binds now. Accepting any of `enough` is accepting it.

    `lapses`: until when an earlier version was enough for material changes between it and the
    last one; None where there was none between.
    """

    tenant: Tenant
    version: Version
    charter: CompiledCharter
    enough: frozenset[CharterVersionId]
    earlier: frozenset[CharterVersionId]
    lapses: Mapping[CharterVersionId, datetime | None] = {}

    @property
    def scope(self) -> str:
        return self.version.scope

    @property
    def path(self) -> str:
        return charter_path(self.version.scope)

    @property
    def community_id(self) -> CommunityId | None:
        return self.version.community_id

    def acceptance_of(self, actor: Actor) -> Acceptance:
        """Return where a member stands with this charter."""
        if not actor.accepted.isdisjoint(self.enough):
            return Acceptance.CURRENT
        now = clock.now()
        kept = (self.lapses.get(id_) for id_ in self.earlier & actor.accepted)
        if any(lapse is None or now < lapse for lapse in kept):
            return Acceptance.EARLIER
        return Acceptance.MISSING

    def accepted_at(self, actor: Actor) -> datetime | None:
        """Return when the member last accepted a version of this charter, unless taken back."""
        versions = self.enough | self.earlier
        return max((at for id_, at in actor.accepted_at.items() if id_ in versions), default=None)

    def grace_of(self, actor: Actor) -> datetime | None:
        """Return until when this member may go on with what they accepted earlier, else None."""
        if self.acceptance_of(actor) is not Acceptance.EARLIER:
            return None
        lapses = [self.lapses.get(id_) for id_ in self.earlier & actor.accepted]
        ends = [end for end in (self.charter.grace_until, *_latest(lapses)) if end is not None]
        until = min(ends, default=None)
        return until if until is not None and clock.now() < until else None


def _latest(lapses: list[datetime | None]) -> list[datetime]:
    """Return the last of several ends, none where one of them has no end."""
    ends = [lapse for lapse in lapses if lapse is not None]
    return [max(ends)] if ends and len(ends) == len(lapses) else []


class _Span(msgspec.Struct, frozen=True):
    """What is in force from one instant until before another; None is without end."""

    since: datetime
    until: datetime | None
    current: InForce | None

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


class _Known(msgspec.Struct, frozen=True):
    """All versions of one tenant, by the community they are for; None is the whole tenant."""

    tenant: Tenant
    versions: dict[CommunityId | None, tuple[Version, ...]]
    spans: dict[CommunityId | None, _Span]


_VERSIONS = """
    SELECT v.id, v.community_id, k.slug, k.visibility = 'open' AS is_open, v.number,
           v.is_material, v.sha256, v.published_at, v.effective_at, v.grace_until
      FROM charter_version v
      LEFT JOIN community k ON k.tenant_id = v.tenant_id AND k.id = v.community_id
     WHERE v.tenant_id = $1 ORDER BY v.number
"""
_SOURCE = "SELECT source FROM charter_version WHERE tenant_id = $1 AND id = $2"
MOST_KEPT = 256

# Publishing a version notifies the tenant directory, which then makes a new Tenant: the versions
# read for one Tenant object are right as long as that object is handed out.
_known: dict[TenantId, _Known] = {}
_documents: dict[CharterVersionId, CharterDocument] = {}
_compiled: dict[tuple[CharterVersionId, datetime | None, str], CompiledCharter] = {}


async def in_force(tenant: Tenant) -> InForce | None:
    """Return the tenant's charter in force, or None when it has published none.

    Needs no open transaction; opens a short one when something has to be read and none is open.
    """
    return await charter_in_force(tenant, None)


async def in_force_of_community(tenant: Tenant, community_id: CommunityId) -> InForce | None:
    """Return a community's own charter in force, or None: most have only the tenant's.

    Errors: none; whether the reader may know of the community is for the caller to decide.
    """
    return await charter_in_force(tenant, community_id)


async def charters_of_communities(tenant: Tenant) -> tuple[InForce, ...]:
    """Return every community's own charter in force; reads nothing where there is none."""
    known = await _read(tenant)
    found = [await charter_in_force(tenant, place) for place in known.versions if place is not None]
    return tuple(one for one in found if one is not None)


async def has_community_charters(tenant: Tenant) -> bool:
    """Whether any community of the tenant has ever published a charter of its own."""
    known = await _read(tenant)
    return len(known.versions) > (None in known.versions)


async def charter_in_force(tenant: Tenant, community_id: CommunityId | None) -> InForce | None:
    """Return the charter in force of the tenant, or of one of its communities."""
    known, now = await _read(tenant), clock.now()
    span = known.spans.get(community_id)
    if span is None or not span.holds(now):
        begins = [one.effective_at for one in known.versions.get(community_id, ())]
        span = known.spans[community_id] = _Span(
            max((at for at in begins if at <= now), default=EPOCH),
            min((at for at in begins if at > now), default=None),
            await _made(tenant, community_id),
        )
    return span.current


async def _made(tenant: Tenant, community_id: CommunityId | None) -> InForce | None:
    effective = await effective_versions(tenant, community_id)
    if not effective:
        return None
    material = [version for version in effective if version.is_material] or effective[:1]
    current, last = effective[-1], material[-1]
    return InForce(
        tenant=tenant,
        version=current,
        charter=await _charter(tenant, current, last.grace_until),
        enough=frozenset(v.id for v in effective if v.number >= last.number),
        earlier=frozenset(v.id for v in effective if v.number < last.number),
        lapses={v.id: _lapse(v, material[:-1]) for v in effective if v.number < last.number},
    )


def _lapse(version: Version, material: list[Version]) -> datetime | None:
    """Return when the first grace ended among the material changes that came after a version."""
    ends = [one.grace_until for one in material if one.number > version.number]
    return min((end for end in ends if end is not None), default=None)


async def effective_versions(
    tenant: Tenant, community_id: CommunityId | None = None
) -> list[Version]:
    """Return the versions that are or were in force, oldest first; not those still to come.

    A version that a later one overtook before its day never was in force.
    """
    now = clock.now()
    known = await _read(tenant)
    begun = [one for one in known.versions.get(community_id, ()) if one.effective_at <= now]
    return [
        version
        for place, version in enumerate(begun)
        if all(version.effective_at <= later.effective_at for later in begun[place + 1 :])
    ]


def forget(tenant: Tenant) -> None:
    """Read the tenant's versions anew: somebody has just learnt of one published meanwhile."""
    _known.pop(tenant.id, None)


async def _read(tenant: Tenant) -> _Known:
    cached = _known.get(tenant.id)
    if cached is not None and cached.tenant is tenant:
        return cached
    async with reading(tenant):
        rows = await db.fetch(_VERSIONS)
    versions: dict[CommunityId | None, list[Version]] = {}
    for version in map(_version, rows):
        versions.setdefault(version.community_id, []).append(version)
    known = _Known(tenant, {place: tuple(found) for place, found in versions.items()}, {})
    _known[tenant.id] = known
    return known


def _version(row: Any) -> Version:
    return Version(
        id=CharterVersionId(row["id"]),
        community_id=CommunityId(row["community_id"]) if row["community_id"] else None,
        scope=row["slug"] or TENANT_SCOPE,
        is_open=row["is_open"] is not False,
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
    # Which grace runs may change while the version stays: an earlier material one came into force.
    key = (version.id, grace_until, tenant.timezone)
    if key not in _compiled:
        _compiled[key] = compile_charter(
            await document_of(tenant, version),
            grace_until=grace_until,
            source=Source(scope=version.scope, number=version.number, version_id=version.id),
            timezone=tenant.timezone,
        )
        _bound(_compiled)
    return _compiled[key]


async def document_of(tenant: Tenant, version: Version) -> CharterDocument:
    """Return a version's document; published versions never change, so it is kept."""
    if version.id not in _documents:
        async with reading(tenant):
            source = await db.fetch_value(_SOURCE, version.id)
        name = Path(f"{tenant.slug}/{version.scope}-charter-{version.number}.toml")
        _documents[version.id] = parse(source, name)
        _bound(_documents)
    return _documents[version.id]


def _bound(kept: dict[Any, Any]) -> None:
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
