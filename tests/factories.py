"""What tests are made of: houses (tenants), people with sessions, and their browsers."""

import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

import httpx
from litestar import Litestar

from parvis.core import clock, crypto, db
from parvis.core.db import Database
from parvis.core.ids import MemberId
from parvis.core.tenancy import Tenant
from parvis.features.identity.names import refresh_name_keys

_CSRF = re.compile(r'name="_csrf_token" value="([^"]+)"')


class Browser(httpx.AsyncClient):
    """One person's browser or program at one host; sends the form token as pages do."""

    @classmethod
    def at(cls, app: Litestar, host: str, session: str | None = None) -> Self:
        browser = cls(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
            base_url=f"https://{host}",
            headers={"accept-language": "fr"},
        )
        if session:
            browser.cookies.set("__Host-sid", session, domain=host)
        return browser

    async def token(self) -> str:
        """Return the form token, fetched from a page that needs no session when there is none."""
        if "__Host-csrf" not in self.cookies:
            await self.get("/charter")
        return self.cookies["__Host-csrf"]

    async def send_form(self, path: str, fields: dict[str, Any], **more: Any) -> httpx.Response:
        """Post a form the way a page without JavaScript does."""
        data = {**fields, "_csrf_token": await self.token()}
        return await self.post(path, data=data, **more)

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Call the JSON API."""
        headers = {"x-csrf-token": await self.token(), "accept": "application/json"}
        headers |= more.pop("headers", {})
        return await self.request(method, f"/api/v1{path}", json=body, headers=headers, **more)


@dataclass(frozen=True)
class Person:
    """A member and their signed-in browser."""

    id: MemberId
    name: str
    browser: Browser
    session: str


@dataclass
class House:
    """One tenant, its visitors and its people."""

    app: Litestar
    tenant: Tenant
    database: Database
    visitor: Browser
    _stack: contextlib.AsyncExitStack

    @classmethod
    @contextlib.asynccontextmanager
    async def of(cls, app: Litestar, host: str) -> AsyncIterator["House"]:
        tenant = await app.state.directory.find(host)
        assert tenant is not None, f"no tenant at {host}"
        async with contextlib.AsyncExitStack() as stack:
            visitor = await stack.enter_async_context(Browser.at(app, host))
            yield cls(app, tenant, app.state.database, visitor, stack)

    async def person(
        self,
        name: str = "Camille Vauzelle",
        *,
        roles: Sequence[str] = (),
        communities: Sequence[str] = (),
        manages: Sequence[str] = (),
        capacity: str = "client",
        accepted: bool = True,
        locale: str = "fr",
    ) -> Person:
        """Make a member who signed in, in the given groups and communities."""
        now = clock.now()
        session = crypto.token()
        async with self.database.transaction(self.tenant.id):
            member_id = await db.insert(
                "member", display_name=name, name_source="espace-client", locale=locale,
                email=f"{crypto.token()[:8].lower()}@exemple.test", capacity=capacity,
                capacity_label=None, joined_at=now,
            )  # fmt: skip
            await refresh_name_keys(member_id, name)
            await self._open_session(member_id, session)
            await self._join(member_id, roles, communities, manages)
            if accepted:
                await self._accept_charters(member_id, [*communities, *manages])
        browser = Browser.at(self.app, self.tenant.host, session)
        await self._stack.enter_async_context(browser)
        return Person(MemberId(member_id), name, browser, session)

    async def sign_in_again(self, person: Person) -> None:
        """Give a person's browser a new session, as signing in once more does."""
        session, now = crypto.token(), clock.now()
        async with self.transaction():
            await db.execute(
                "INSERT INTO auth_session (tenant_id, id, token_hash, member_id, connection_id,"
                " issuer, sub, auth_time, created_at, last_seen_at, idle_until, absolute_until)"
                " SELECT tenant_id, gen_random_uuid(), $3, member_id, connection_id, issuer, sub,"
                " $4, $4, $4, $5, $5 FROM identity WHERE tenant_id = $1 AND member_id = $2 LIMIT 1",
                person.id, crypto.digest(session), now, now + timedelta(minutes=30),
            )  # fmt: skip
        person.browser.cookies.delete("__Host-sid")
        person.browser.cookies.set("__Host-sid", session, domain=self.tenant.host)

    async def _open_session(self, member_id: UUID, session: str) -> None:
        now = clock.now()
        connection = await db.fetch_row(
            "SELECT id, issuer FROM connection WHERE tenant_id = $1 ORDER BY position LIMIT 1"
        )
        assert connection is not None
        sub = str(member_id)
        await db.insert(
            "identity", connection_id=connection["id"], issuer=connection["issuer"], sub=sub,
            member_id=member_id, last_sign_in_at=now,
        )  # fmt: skip
        await db.insert(
            "auth_session", token_hash=crypto.digest(session), member_id=member_id,
            connection_id=connection["id"], issuer=connection["issuer"], sub=sub,
            auth_time=now, created_at=now, last_seen_at=now,
            idle_until=now + timedelta(minutes=30), absolute_until=now + timedelta(hours=12),
        )  # fmt: skip

    async def _join(
        self,
        member_id: UUID,
        roles: Sequence[str],
        communities: Sequence[str],
        manages: Sequence[str],
    ) -> None:
        for slug in roles:
            group_id = await db.fetch_value(
                "SELECT id FROM role_group WHERE tenant_id = $1 AND slug = $2", slug
            )
            await db.insert("group_member", group_id=group_id, member_id=member_id, source="admin")
        for slug in [*communities, *manages]:
            await db.insert(
                "community_member", community_id=await self.community_id(slug),
                member_id=member_id, standing="member", joined_at=clock.now(),
                role="manager" if slug in manages else "member",
            )  # fmt: skip

    async def _accept_charters(self, member_id: UUID, communities: Sequence[str]) -> None:
        """Accept the tenant's newest charter, and those of the communities that have their own."""
        versions = await db.fetch(
            "SELECT DISTINCT ON (v.community_id) v.id, v.sha256 FROM charter_version v"
            "  LEFT JOIN community k ON k.tenant_id = v.tenant_id AND k.id = v.community_id"
            " WHERE v.tenant_id = $1 AND (v.community_id IS NULL OR k.slug = ANY ($2))"
            " ORDER BY v.community_id, v.number DESC",
            list(communities),
        )
        assert versions
        for version in versions:
            await db.insert(
                "charter_acceptance", version_id=version["id"], member_id=member_id,
                decision="accepted", locale="fr", sha256=version["sha256"], how="interstitial",
                at=clock.now(),
            )  # fmt: skip

    async def community_id(self, slug: str) -> UUID:
        """Return the id of a community; needs an open transaction of this tenant."""
        found = await db.fetch_value(
            "SELECT id FROM community WHERE tenant_id = $1 AND slug = $2", slug
        )
        assert found is not None, f"no community {slug}"
        return UUID(str(found))

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Look at this tenant's rows as the application does."""
        async with self.database.transaction(self.tenant.id):
            yield
