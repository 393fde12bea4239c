"""The protocol itself: the tester of its authors, and the contract of their storage."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from scim2_client import BaseSyncSCIMClient
from scim2_client.engines.asgi import ASGISCIMClient
from scim2_server.storage import ScimStorage
from scim2_server.testing import SEARCH_USERS, AsyncScimStorageContract, BlockingStorage
from scim2_tester import Status, check_server

from parvis.core import db
from parvis.core.db import Database
from parvis.features.identity import connections
from parvis.features.provisioning.scim.models import PROVIDER
from parvis.features.provisioning.scim.storage import Storage
from parvis.features.provisioning.source import Source
from parvis.settings import Settings
from tests.factories import House
from tests.provisioning.conftest import Provider

# Attributes that this service keeps of users: the others are dropped when they come.
KEPT = {"userName", "displayName", "title", "name", "active", "emails"}


class Caller(BaseSyncSCIMClient):
    """The tester's client is synchronous: it waits for requests made in the test's own loop."""

    def __init__(self, client: ASGISCIMClient, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._client, self._loop = client, loop

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return self._client._stays_under_base_url(endpoint)

    def _parse_json(self, response: Any) -> Any:
        return response.json()

    def request(self, method: str, url: str, **kwargs: Any) -> Any:
        asked = self._client.request(method, url, **kwargs)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(timeout=20)


async def test_the_tester_of_the_protocol_finds_nothing(entra: Provider) -> None:
    host = entra.house.tenant.host
    client = ASGISCIMClient(
        entra.house.app,  # type: ignore[arg-type]  # an ASGI application by another type
        base_url=f"https://{host}/scim/v2",
        headers={"Authorization": f"Bearer {entra.token}"},
    )
    caller = Caller(client, asyncio.get_running_loop())
    results = await asyncio.to_thread(check_server, caller)
    wrong = [
        (one.status.name, one.resource_type, one.title, one.reason)
        for one in results
        if one.status is not Status.SUCCESS
    ]
    assert "\n".join(map(str, wrong)) == ""
    assert len(results) > 60


class TestStorage(AsyncScimStorageContract):
    """The rules of the library's storages, on ours.

    Skipped by the suite: cursors and sorting, which we do not announce; and filters that no index
    answers, which storages may refuse.
    """

    @pytest.fixture
    def provider(self) -> Any:
        return PROVIDER

    @pytest.fixture
    def storage(self, orvance: House, settings: Settings) -> Iterator[ScimStorage]:
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            database = Database(settings.database_url, settings)
            source = runner.run(begin(database, orvance))
            try:
                yield BlockingStorage(Storage(source), runner)
            finally:
                runner.run(end(database))

    def create_users(
        self, storage: Any, user_type: Any, user_model: Any, *user_names: str
    ) -> list[Any]:
        return [
            storage.create(user_type, user_model(user_name=name, display_name=f"Anne {name}"))
            for name in user_names
        ]

    def test_create_does_not_change_the_given_resource(
        self, storage: Any, user_type: Any, user_model: Any
    ) -> None:
        """As in the suite, whose user has no name: here nobody comes in without one."""
        given = user_model(user_name="bjensen", display_name="Barbara Jensen")
        storage.create(user_type, given)
        assert (given.id, given.meta, given.active) == (None, None, None)

    def search_users(self) -> list[dict[str, Any]]:
        return [
            {"displayName": f"Anne {user['userName']}"}
            | {name: value for name, value in user.items() if name in KEPT}
            for user in SEARCH_USERS
        ]


async def begin(database: Database, house: House) -> Source:
    """Open a transaction in the loop of the suite, and return a source within it."""
    await database.start()
    db.current.set(await database.begin(house.tenant.id))
    connection = await connections.find("espace-client")
    assert connection is not None
    return Source(tenant=house.tenant, connection=connection)


async def end(database: Database) -> None:
    opened = db.current.get()
    assert opened is not None
    await database.rollback(opened)
    await database.stop()
