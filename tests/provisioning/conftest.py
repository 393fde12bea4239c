"""A directory of a bank, as a program that sends SCIM requests with a token."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from parvis.core import clock, db
from parvis.features.provisioning import tokens
from tests.factories import Browser, House

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


async def new_token(house: House, slug: str, *, days: int = 30) -> str:
    """Make a token behind the scenes; the pages that make one have tests of their own."""
    fresh, now = tokens.KIND.fresh(), clock.now()
    async with house.transaction():
        connection_id = await db.fetch_value(
            "SELECT id FROM connection WHERE tenant_id = $1 AND slug = $2", slug
        )
        await db.insert(
            "scim_token", connection_id=connection_id, label="Entra", hint=fresh.hint,
            token_hash=fresh.hash, created_at=now,
            expires_at=now + timedelta(days=days),
        )  # fmt: skip
    return fresh.text


@dataclass
class Provider:
    """A provider's directory at one connection of a house."""

    house: House
    client: httpx.AsyncClient
    token: str

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}", "accept": "application/scim+json"}
        headers |= more.pop("headers", {})
        if body is not None:
            headers.setdefault("content-type", "application/scim+json")
            more["json"] = body
        return await self.client.request(method, f"/scim/v2{path}", headers=headers, **more)

    async def user(self, user_name: str = "anne.tavel@orvance.example", **said: Any) -> Any:
        """Create a user and return it."""
        body = {"schemas": [USER], "userName": user_name, "displayName": "Anne Tavel", **said}
        answer = await self.ask("POST", "/Users", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def group(self, name: str, members: Sequence[str] = (), **said: Any) -> Any:
        """Create a group and return it."""
        value = [{"value": one} for one in members]
        body = {"schemas": [GROUP], "displayName": name, "members": value, **said}
        answer = await self.ask("POST", "/Groups", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def patch(self, path: str, *operations: dict[str, Any], **more: Any) -> httpx.Response:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return await self.ask("PATCH", path, body, **more)

    async def member(self, user_id: str) -> Any:
        """Return the member behind a user, with the names of their groups by source."""
        async with self.house.transaction():
            row = await db.fetch_row(
                "SELECT m.* FROM scim_user u"
                " JOIN member m ON m.tenant_id = u.tenant_id AND m.id = u.member_id"
                " WHERE u.tenant_id = $1 AND u.id = $2",
                UUID(user_id),
            )
        assert row is not None
        return row

    async def groups_of(self, member_id: UUID) -> set[tuple[str, str]]:
        async with self.house.transaction():
            rows = await db.fetch(
                "SELECT g.slug, gm.source FROM group_member gm"
                " JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id"
                " WHERE gm.tenant_id = $1 AND gm.member_id = $2",
                member_id,
            )
        return {(row["slug"], row["source"]) for row in rows}


async def provider_at(house: House, slug: str) -> Provider:
    client = Browser.at(house.app, house.tenant.host)
    return Provider(house, client, await new_token(house, slug))


@pytest.fixture
async def entra(orvance: House) -> AsyncIterator[Provider]:
    """The directory behind the bank's own connection."""
    provider = await provider_at(orvance, "espace-client")
    async with provider.client:
        yield provider


@pytest.fixture
async def okta(orvance: House) -> AsyncIterator[Provider]:
    """The directory of the partners' connection of the same bank."""
    provider = await provider_at(orvance, "partenaires")
    async with provider.client:
        yield provider


@pytest.fixture
async def abroad(ardelune: House) -> AsyncIterator[Provider]:
    """A directory of another tenant."""
    provider = await provider_at(ardelune, "collaborateurs")
    async with provider.client:
        yield provider
