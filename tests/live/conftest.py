"""Our product and providers that are not ours, each a process on loopback, for all live tests."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from parvis.demo import ports
from tests.live import canaille, certified, house
from tests.live.browser import LiveBrowser
from tests.live.canaille import Canaille
from tests.live.certified import Certified, signing_keys
from tests.live.house import CLIENT_SECRET, LOOPBACK, PLAIN_SECRET, LiveHouse

PROVIDERS = {"certified": certified.is_installed, "canaille": canaille.is_installed}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip where a provider is missing, never on a machine that must prove everything."""
    if os.environ.get("CI"):
        return
    for name, is_installed in PROVIDERS.items():
        missing = pytest.mark.skip(reason=f"{name} is missing: see tests/providers/install.sh")
        for item in items:
            mark = item.get_closest_marker("live_op")
            if mark and name in mark.args and not is_installed():
                item.add_marker(missing)


@pytest.fixture(scope="session")
def addresses(worker_id: str) -> dict[str, int]:
    """A port for each process of this pytest worker."""
    first = 9500 + 20 * int(worker_id.removeprefix("gw") if worker_id != "master" else 0)
    chosen: dict[str, int] = {}
    for name in ("web", *PROVIDERS):
        chosen[name] = ports.free(first, taken=frozenset(chosen.values()))
    return chosen


@pytest.fixture(scope="session")
def live_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="session")
async def live(live_folder: Path, addresses: dict[str, int]) -> AsyncIterator[LiveHouse]:
    """The house, served; it stays for all the files of this pytest worker."""
    issuers = {name: f"http://{LOOPBACK}:{addresses[name]}" for name in PROVIDERS}
    with house.database(live_folder) as database, pytest.MonkeyPatch.context() as patch:
        variables = house.variables_of(addresses["web"], database, json.dumps(issuers))
        patch.setenv("LIVE_CLIENT_SECRET", CLIENT_SECRET)
        patch.setenv("LIVE_PLAIN_SECRET", PLAIN_SECRET)
        await house.prepare(live_folder, database, variables)
        with house.served(live_folder, addresses["web"], variables):
            yield LiveHouse(addresses["web"], database)


@pytest.fixture
def browser() -> Iterator[LiveBrowser]:
    """A browser that has never been anywhere."""
    with LiveBrowser() as opened:
        yield opened


@pytest.fixture(scope="session")
def op(live: LiveHouse, live_folder: Path, addresses: dict[str, int]) -> Iterator[Certified]:
    """oidc-provider, running."""
    provider = Certified(live_folder, addresses["certified"], live.site)
    provider.start(signing_keys("first"))
    yield provider
    provider.stop()


@pytest.fixture(scope="session")
def canaille_op(
    live: LiveHouse, live_folder: Path, addresses: dict[str, int]
) -> Iterator[Canaille]:
    """canaille, running."""
    provider = Canaille(addresses["canaille"], live.site)
    with provider.run(live_folder):
        yield provider
