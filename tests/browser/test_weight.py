"""What a visit weighs on the wire: the bodies of all answers, compressed, as Chromium counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.people import SHAREHOLDER
from tests.browser.places import PLACES
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

FIRST, LATER = 100_000, 12_000  # bytes
NOT_FOR_MEMBERS = ("/nowhere", "/dev/gallery")


def test_visits_are_light(visits: Visits) -> None:
    visits.session(SHAREHOLDER)
    with visits.page(SHAREHOLDER) as page, counted(page) as sizes:
        weights = {path: weigh(page, sizes, path) for path in paths()}
    first, later = weights["/"], {path: size for path, size in weights.items() if path != "/"}
    assert first <= FIRST, weights
    assert max(later.values()) <= LATER, weights


def paths() -> list[str]:
    """Return the pages of a member, the home page first."""
    own = [place.path for place in PLACES if place.person == SHAREHOLDER and not place.link]
    others = [path for path in own if path not in ("/", *NOT_FOR_MEMBERS)]
    return ["/", *others]


def weigh(page: Page, sizes: list[float], path: str) -> float:
    """Return the bytes that came in for a page and what it needs."""
    sizes.clear()
    page.goto(path, wait_until="networkidle")
    return sum(sizes)


@contextmanager
def counted(page: Page) -> Iterator[list[float]]:
    """Sizes of what is loaded in the block, compressed as it travels, without the headers."""
    heads: dict[str, float] = {}
    sizes: list[float] = []

    def begun(event: dict[str, Any]) -> None:
        heads[event["requestId"]] = event["response"]["encodedDataLength"]

    def finished(event: dict[str, Any]) -> None:
        # What the cache held has travelled 0 bytes, and Chromium still tells of its headers.
        sizes.append(max(0, event["encodedDataLength"] - heads[event["requestId"]]))

    session = page.context.new_cdp_session(page)
    session.on("Network.responseReceived", begun)
    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")
    yield sizes
