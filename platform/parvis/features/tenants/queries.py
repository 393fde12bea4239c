"""What is live of a tenant, in the shape of its files."""

import datetime as dt
from collections.abc import Mapping
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import db
from parvis.core.crypto import Keyring
from parvis.core.ids import TenantId
from parvis.core.tenancy import TenantSettings
from parvis.features.tenants.document import (
    CalendarTable,
    CommunityTable,
    ConnectionTable,
    DoorTable,
    LegalTable,
    MeetingPolicyTable,
    MeetingTable,
    ModerationTable,
    RoleGroupTable,
    SessionTable,
    StepUpTable,
    TenantDocument,
    TenantTable,
    Weekday,
)

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SYMBOLIC = "demo:"


class LiveCharter(msgspec.Struct, frozen=True, kw_only=True):
    """The newest charter of the whole tenant, and who published it: None is a file."""

    number: int
    source: str
    sha256: str
    published_by: UUID | None
    published_at: dt.datetime


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant as the database has it."""

    document: TenantDocument
    secrets: Mapping[str, str]  # opened, by connection
    charter: LiveCharter | None
    community_charters: Mapping[str, LiveCharter] = {}  # the newest of each, by community
    dated_on_screen: frozenset[str] = frozenset()  # events of the calendar that no file named


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `parvis tenant list`."""

    id: TenantId
    slug: str
    name: str
    hosts: tuple[str, ...]


async def tenants(database: db.Database) -> tuple[Listed, ...]:
    """Return every tenant, by slug. Needs no tenant transaction: these tables are global."""
    async with database.across_tenants() as connection:
        rows = await connection.fetch(_LISTED)
    return tuple(Listed(**{**dict(row), "hosts": tuple(row["hosts"] or ())}) for row in rows)


_LISTED = """
    SELECT t.id, t.slug, t.name,
           array_agg(h.host ORDER BY h.is_primary DESC, h.host) FILTER (WHERE h.host IS NOT NULL)
               AS hosts
      FROM tenant t LEFT JOIN tenant_host h ON h.tenant_id = t.id
     GROUP BY t.id ORDER BY t.slug
"""


async def live_tenant(keyring: Keyring, demo_issuers: Mapping[str, str]) -> Live | None:
    """Return the open transaction's tenant as its files would write it, None before the first.

    Issuers of the demonstration come back under their symbolic names.
    """
    row = await db.fetch_row("SELECT * FROM tenant WHERE id = $1")
    if row is None:
        return None
    settings = db.from_jsonb(row["settings"], TenantSettings)
    policy = settings.meeting_policy
    document = TenantDocument(
        format=1,
        tenant=await _tenant(row),
        door=msgspec.convert(msgspec.to_builtins(settings.door), DoorTable),
        legal=msgspec.convert(msgspec.to_builtins(settings.legal), LegalTable),
        session=_session(settings),
        step_up=StepUpTable(**settings.step_up_minutes),
        moderation=_moderation(settings),
        connection=await _connections({url: name for name, url in demo_issuers.items()}),
        role_group=await _role_groups(),
        community=await _communities(),
        meeting_policy=msgspec.convert(policy, MeetingPolicyTable) if policy else None,
        meeting=await _meetings(),
        calendar=await _calendar(row["timezone"]),
    )
    tenant_id = db.current_tenant()
    return Live(
        document=document,
        secrets=await _secrets(tenant_id, keyring),
        charter=await live_charter(),
        community_charters=await _community_charters(),
        dated_on_screen=await _dated_on_screen(),
    )


async def _tenant(row: db.Record) -> TenantTable:
    hosts = await db.fetch(
        "SELECT host FROM tenant_host WHERE tenant_id = $1 ORDER BY is_primary DESC, host"
    )
    return TenantTable(
        slug=row["slug"],
        name=row["name"],
        space=row["space"],
        locales=tuple(row["locales"]),
        timezone=row["timezone"],
        theme=row["theme"],
        hosts=tuple(host["host"] for host in hosts),
    )


def _session(settings: TenantSettings) -> SessionTable:
    return SessionTable(
        idle_minutes=settings.session_idle_minutes,
        absolute_hours=settings.session_absolute_hours,
    )


def _moderation(settings: TenantSettings) -> ModerationTable:
    opens, closes = settings.working_hours
    kept = {
        "due_hours": settings.review_hours,
        "notice_due_hours": settings.notice_hours,
        "trusted_flaggers": settings.trusted_flaggers,
        "export_statements": settings.exports_statements,
        "working_days": [WEEKDAYS[day] for day in settings.working_days],
        "opens": opens,
        "closes": closes,
        "holidays": settings.holidays,
        "digest": settings.review_digest,
    }
    return msgspec.convert(kept, ModerationTable)


_CONNECTIONS = """
    SELECT c.*, ARRAY (
           SELECT d.domain FROM connection_domain d
            WHERE d.tenant_id = c.tenant_id AND d.connection_id = c.id
              AND d.verified_by = 'operator' ORDER BY d.domain) AS domains
      FROM connection c WHERE c.tenant_id = $1 ORDER BY c.position, c.slug
"""


async def _connections(names: Mapping[str, str]) -> tuple[ConnectionTable, ...]:
    rows = await db.fetch(_CONNECTIONS)
    return tuple(_connection(row, names) for row in rows)


def _connection(row: db.Record, names: Mapping[str, str]) -> ConnectionTable:
    name = names.get(row["issuer"])
    return ConnectionTable(
        slug=row["slug"],
        label=db.from_jsonb(row["label"], dict[str, str]),
        issuer=f"{SYMBOLIC}{name}" if name else row["issuer"],
        client_id=row["client_id"],
        auth_method=row["auth_method"],
        secret=secret_name(row["slug"]) if row["secret_sealed"] else None,
        algorithms=tuple(row["algorithms"]),
        scope=row["scope"],
        name_authority=row["name_authority"],
        claim_map=db.from_jsonb(row["claim_map"], dict[str, str]),
        admission=row["admission"],
        admission_domains=tuple(row["admission_domains"]),
        admission_groups=tuple(row["admission_groups"]),
        profile=row["profile"],
        assertion_algorithm=row["assertion_algorithm"],
        assertion_audience=row["assertion_audience"],
        pkce=row["pkce"],
        texts_as_booleans=row["texts_as_booleans"],
        acr_map=db.from_jsonb(row["acr_map"], dict[str, Literal["basic", "strong"]]),
        trust_frameworks=tuple(row["trust_frameworks"]),
        external_id_claim=row["external_id_claim"],
        domains=tuple(row["domains"]),
        is_enabled=row["is_enabled"],
    )


def secret_name(slug: str) -> str:
    """Return the reference an exported file names a secret by; the secret itself never leaves."""
    return f"env:{slug.upper().replace('-', '_')}_SECRET"


async def _secrets(tenant_id: TenantId, keyring: Keyring) -> dict[str, str]:
    rows = await db.fetch(
        "SELECT slug, secret_sealed FROM connection"
        " WHERE tenant_id = $1 AND secret_sealed IS NOT NULL"
    )
    return {row["slug"]: keyring.open(tenant_id, row["secret_sealed"]).decode() for row in rows}


async def _role_groups() -> tuple[RoleGroupTable, ...]:
    rows = await db.fetch(
        "SELECT slug, title, permissions FROM role_group WHERE tenant_id = $1 ORDER BY slug"
    )
    return tuple(
        RoleGroupTable(
            slug=row["slug"],
            title=db.from_jsonb(row["title"], dict[str, str]),
            permissions=tuple(row["permissions"]),
        )
        for row in rows
    )


async def _communities() -> tuple[CommunityTable, ...]:
    rows = await db.fetch("SELECT * FROM community WHERE tenant_id = $1 ORDER BY position, slug")
    names = CommunityTable.__struct_fields__
    return tuple(CommunityTable(**{name: row[name] for name in names}) for row in rows)


async def _meetings() -> tuple[MeetingTable, ...]:
    rows = await db.fetch(
        "SELECT slug, title, preset, mode, place, starts_at, meeting_date, timezone, quiet_until"
        " FROM meeting WHERE tenant_id = $1 ORDER BY meeting_date, slug"
    )
    return tuple(
        MeetingTable(
            slug=row["slug"],
            title=db.from_jsonb(row["title"], dict[str, str]),
            date=row["meeting_date"],
            starts=row["starts_at"].astimezone(ZoneInfo(row["timezone"])).time(),
            preset=row["preset"],
            mode=row["mode"],
            place=db.from_jsonb(row["place"], dict[str, str]),
            quiet_until=_last_day(row["quiet_until"], row["timezone"]),
        )
        for row in rows
    )


async def _calendar(zone: str) -> tuple[CalendarTable, ...]:
    rows = await db.fetch(
        "SELECT name, title, at FROM calendar_event WHERE tenant_id = $1 ORDER BY at, name"
    )
    return tuple(
        CalendarTable(
            name=row["name"],
            title=db.from_jsonb(row["title"], dict[str, str]),
            at=row["at"].astimezone(ZoneInfo(zone)).replace(tzinfo=None),
        )
        for row in rows
    )


async def _dated_on_screen() -> frozenset[str]:
    rows = await db.fetch(
        "SELECT name FROM calendar_event WHERE tenant_id = $1 AND source = 'admin'"
    )
    return frozenset(row["name"] for row in rows)


def _last_day(until: dt.datetime | None, zone: str) -> dt.date | None:
    """Return the day that ends at the exclusive instant `until`."""
    if until is None:
        return None
    return until.astimezone(ZoneInfo(zone)).date() - dt.timedelta(days=1)


async def live_charter() -> LiveCharter | None:
    """Return the newest version of the tenant's own charter."""
    row = await db.fetch_row(
        "SELECT number, source, sha256, published_by, published_at FROM charter_version"
        " WHERE tenant_id = $1 AND community_id IS NULL ORDER BY number DESC LIMIT 1"
    )
    return None if row is None else LiveCharter(**dict(row))


async def _community_charters() -> dict[str, LiveCharter]:
    rows = await db.fetch(
        "SELECT DISTINCT ON (k.slug) k.slug, v.number, v.source, v.sha256, v.published_by,"
        "       v.published_at"
        "  FROM charter_version v"
        "  JOIN community k ON k.tenant_id = v.tenant_id AND k.id = v.community_id"
        " WHERE v.tenant_id = $1 ORDER BY k.slug, v.number DESC"
    )
    return {
        row["slug"]: LiveCharter(**{k: v for k, v in row.items() if k != "slug"}) for row in rows
    }
