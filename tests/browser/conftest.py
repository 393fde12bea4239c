"""One demonstration a pytest worker, one Chromium a file."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests import demonstration
from tests.browser import chromium
from tests.browser.people import Person
from tests.browser.visits import Visits
from tests.demonstration import Demo


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip where there is no Chromium, never on a machine that must prove everything."""
    if chromium.find() or os.environ.get("CI"):
        return
    missing = pytest.mark.skip(reason="Chromium is missing: see tests/browser/install.sh")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(missing)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Demo]:
    """The whole product with its seeded life, as `parvis demo` starts and Ctrl-C stops it."""
    first = 9300 + 20 * int(worker_id.removeprefix("gw") if worker_id != "master" else 0)
    started = Demo.apart(tmp_path_factory.mktemp("browser") / "data", first)
    process = started.start()
    yield started
    demonstration.stop(process)


@pytest.fixture(scope="session")
def signed_in() -> dict[Person, Any]:
    """Cookies of those who signed in, kept for the next file."""
    return {}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser a file: Playwright's loop must be gone before other tests run theirs."""
    with chromium.opened() as opened:
        yield opened


@pytest.fixture
def visits(browser: Browser, demo: Demo, signed_in: dict[Person, Any]) -> Iterator[Visits]:
    """Pages whose consoles must have stayed silent when the test ends."""
    opened = Visits(browser, demo, signed_in)
    yield opened
    assert opened.said == []
