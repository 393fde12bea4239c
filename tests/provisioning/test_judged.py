"""No way in writes unjudged, and each statement names its tenant: the protocol’s way in, too."""

from typing import Any

import asyncpg
import pytest
from litestar import Litestar, asgi

from parvis.core.acts import ACTS, UndeclaredRouteError, refuse_undeclared
from parvis.features.charter.vocabulary import ACTS as KNOWN
from parvis.features.charter.vocabulary import WRITING
from tests.charter.community_charter import publishing
from tests.charter.test_live_kinds import NO_ADVICE, with_rules
from tests.isolation.test_statements import statements, without_tenant
from tests.provisioning.conftest import GROUP, USER, Provider

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def test_the_protocols_way_in_declares_its_act_and_asks_no_member(app: Litestar) -> None:
    routes = [route for route in app.routes if route.path.startswith("/scim")]
    handlers = [
        handler
        for route in routes
        for handler in route.route_handlers
        if set(handler.http_methods) & WRITES
    ]
    assert len(handlers) == 2
    assert {handler.opt["act"] for handler in handlers} == {"member.provision"}
    assert "member.provision" in ACTS.keys() & KNOWN & set(WRITING)


def test_a_mounted_application_without_an_act_does_not_start() -> None:
    @asgi("/elsewhere", is_mount=True, copy_scope=True)
    async def elsewhere(scope: Any, receive: Any, send: Any) -> None: ...

    with pytest.raises(UndeclaredRouteError, match="/elsewhere"):
        refuse_undeclared(Litestar([elsewhere], openapi_config=None).routes)


async def test_every_statement_names_the_tenant(entra: Provider) -> None:
    known = await entra.house.person("Bruno Bach")
    with statements() as seen:
        user = await entra.user(
            externalId=str(known.id), emails=[{"value": "a@orvance.example"}], title="Analyste"
        )
        group = await entra.group("moderator", [user["id"]])
        path = f"/Users/{user['id']}"
        record = {"schemas": [USER], "userName": "b", "displayName": "B C", "active": False}
        await entra.ask("PUT", path, record)
        await entra.patch(path, {"op": "replace", "path": "active", "value": True})
        for query in ('emails eq "a"', 'userName eq "b"', 'emails[type eq "x" and value eq "y"]'):
            await entra.ask("GET", "/Users", params={"filter": query})
        await entra.ask("GET", "/", params={"filter": 'displayName eq "x"'})
        await entra.ask("PUT", f"/Groups/{group['id']}", {"schemas": [GROUP], "displayName": "x"})
        await entra.ask("DELETE", f"/Groups/{group['id']}")
        await entra.ask("DELETE", path)
        await entra.client.get("/scim/v2/Users")
    assert len(seen) > 80
    assert without_tenant(seen) == []


async def test_a_directory_is_refused_by_the_clause_that_refuses_everybody(
    app: Litestar, entra: Provider, superuser: asyncpg.Connection
) -> None:
    """Form, JSON, token, upload and edit: tests/charter/test_live_kinds.py, by the same clause."""
    advice = {"title": "Achetez FR0000120321 sans hésiter"}
    async with publishing(app, entra.house, superuser) as publish:
        await publish(with_rules(NO_ADVICE))
        body = {"schemas": [USER], "userName": "a@orvance.example", "displayName": "A B"}
        created = await entra.ask("POST", "/Users", {**body, **advice})
        assert (created.status_code, "(clause more)" in created.text) == (400, True)
        calm = await entra.user()
        path = f"/Users/{calm['id']}"
        replace = {"op": "replace", "path": "title", "value": advice["title"]}
        patched = await entra.patch(path, replace)
        assert (patched.status_code, "(clause more)" in patched.text) == (400, True)
    assert await superuser.fetchval("SELECT count(*) FROM scim_user") == 1
