"""No way in writes unjudged, and each statement names its tenant: the protocol’s way in, too."""

from typing import Any

import pytest
from litestar import Litestar, asgi

from parvis.core.acts import ACTS, UndeclaredRouteError, refuse_undeclared
from parvis.features.charter.vocabulary import ACTS as KNOWN
from parvis.features.charter.vocabulary import WRITING
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
