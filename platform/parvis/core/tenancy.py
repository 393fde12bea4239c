"""Which tenant a request is for, by host; kept in the process, dropped on the database's word."""

import asyncio
import contextlib
import logging
from typing import Any

import msgspec

from parvis.core.db import GONE, Database, fetch_row, from_jsonb
from parvis.core.ids import TenantId

log = logging.getLogger(__name__)
CHANNEL = "parvis_tenant"
RELISTEN_SECONDS = 2
PING_SECONDS = 15


class LegalFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers for the space, as its legal notice says."""

    name: str = ""
    address: str = ""
    contact: str = ""
    data_protection: str = ""
    notice: dict[str, str] = {}


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """What a visitor reads before signing in, by locale."""

    lead: dict[str, str] = {}
    audience: dict[str, str] = {}
    sign_in: dict[str, str] = {}


class TenantSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's choices that every request may need; tenant.toml holds them."""

    door: Door = Door()
    legal: LegalFacts = LegalFacts()
    session_idle_minutes: int = 30
    session_absolute_hours: int = 12
    # Minutes by core/step_up.StepUp, where the tenant has its own.
    step_up_minutes: dict[str, int] = {}
    # Monday is 0; hours are local, the second one exclusive.
    working_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    working_hours: tuple[int, int] = (9, 18)
    review_hours: int = 8
    # A calendar of legal holidays, on which nobody has to decide: meetings/calendars.py names them.
    holidays: str | None = None
    # How often moderators are sent a digest of what waits: daily, weekly, off.
    review_digest: str = "daily"
    # Of legal notices; whose e-mail domain is here goes first.
    notice_hours: int = 4
    trusted_flaggers: tuple[str, ...] = ()
    # Whether statements of reasons may be exported for the Commission's database.
    exports_statements: bool = False
    meeting_policy: dict[str, Any] | None = None


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """A firm's own space: everything else belongs to one of these and to no other."""

    id: TenantId
    slug: str
    name: str
    space: str
    locales: tuple[str, ...]
    timezone: str
    theme: str
    host: str
    has_meetings: bool = False
    settings: TenantSettings = TenantSettings()

    def spoken(self, locale: str) -> str:
        """Return the language to write to somebody in: theirs, or else the house's own."""
        return locale if locale in self.locales else self.locales[0]


_TENANT = """
    SELECT t.id, t.slug, t.name, t.space, t.locales, t.timezone, t.theme, t.settings,
           t.has_meetings, p.host AS primary_host
      FROM tenant t
      JOIN tenant_host p ON p.tenant_id = t.id AND p.is_primary
"""
_BY_HOST = f"{_TENANT} JOIN tenant_host h ON h.tenant_id = t.id WHERE h.host = $1"
_BY_ID = f"{_TENANT} WHERE t.id = $1"


class TenantDirectory:
    """Hosts and their tenants. Unknown hosts are remembered too, so they cost nothing.

    A notification on any change empties the directory; so does losing the connection that
    listens, for changes may then have been missed.
    """

    MOST_UNKNOWN = 1000

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tenants: dict[str, Tenant | None] = {}
        self._last_known: dict[str, Tenant] = {}
        self._listener: asyncio.Task[None] | None = None

    async def find(self, host: str) -> Tenant | None:
        """Return the tenant of `host` (lower case, without port) or None."""
        if host in self._tenants:
            return self._tenants[host]
        async with self._database.across_tenants() as connection:
            row = await connection.fetchrow(_BY_HOST, host)
        tenant = None if row is None else tenant_of(row)
        if len(self._tenants) > self.MOST_UNKNOWN:
            self._tenants.clear()
        self._tenants[host] = tenant
        if tenant is not None:
            self._last_known[host] = tenant
        return tenant

    def last_known(self, host: str) -> Tenant | None:
        """Return the tenant `host` had when the database was last asked: for error pages only."""
        return self._last_known.get(host)

    def start(self) -> None:
        """Begin to listen for changes, for as long as the process lives."""
        self._listener = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(*GONE):
                connection = await self._database.listen(CHANNEL, self.forget)
                self._tenants.clear()
                try:
                    await _lost(connection)
                finally:
                    connection.terminate()
            self._tenants.clear()
            await asyncio.sleep(RELISTEN_SECONDS)

    def forget(self, _payload: str = "") -> None:
        """Ask the database again for each host from now on."""
        self._tenants.clear()


async def _lost(connection: Any) -> None:
    """Return when the connection ends, or raise when it no longer answers."""
    ended = asyncio.Event()
    connection.add_termination_listener(lambda _connection: ended.set())
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), timeout=PING_SECONDS)
        await connection.execute("SELECT 1", timeout=PING_SECONDS)


async def current_tenant() -> Tenant:
    """Return the tenant of the open transaction: what a job knows it by is the id alone."""
    row = await fetch_row(_BY_ID)
    if row is None:
        raise LookupError("the open transaction's tenant is gone, or has no primary host")
    return tenant_of(row)


def tenant_of(row: Any) -> Tenant:
    """Build a Tenant from a row of tenant joined to its primary host."""
    return Tenant(
        id=TenantId(row["id"]),
        slug=row["slug"],
        name=row["name"],
        space=row["space"],
        locales=tuple(row["locales"]),
        timezone=row["timezone"],
        theme=row["theme"],
        host=row["primary_host"],
        has_meetings=row["has_meetings"],
        settings=from_jsonb(row["settings"], TenantSettings),
    )
