"""Every page of the path in both schemes, widths and languages: accessible, fitting, silent."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from parvis.settings import REPOSITORY
from tests.browser.places import PLACES, Place
from tests.browser.visits import NARROW, WIDE, Visits

pytestmark = pytest.mark.browser

SCREENSHOTS = REPOSITORY / ".parvis" / "screenshots"
TALLEST = 3000  # pixels of a page that a picture shows
NARROWEST = {"width": 320, "height": 800}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": TAGS, "resultTypes": ["violations"]}
# Between two schemes nothing differs but colours.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
LOOKS = [
    (WIDE, "light", {"fr": EVERYTHING, "en": None}),
    (WIDE, "dark", {"fr": COLOURS, "en": None}),
    (NARROW, "dark", {"fr": EVERYTHING, "en": None}),
    (NARROW, "light", {"fr": COLOURS, "en": EVERYTHING}),
]
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_page_is_accessible_and_fits(visits: Visits, place: Place, lang: str) -> None:
    with visits.page(place.person, lang=lang) as page:
        place.visit(page)
        page.evaluate(AXE_SCRIPT)
        found = []
        for size, scheme, rules in LOOKS:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size(size)
            picture(page, f"{place.name}-{size['width']}-{scheme}-{lang}")
            found += problems(page, rules[lang])
        page.set_viewport_size(NARROWEST)
        found += problems(page, None)
    assert found == []
    if place.name in ("error-404", "invitation-void"):
        visits.forgive("status of 404")


def problems(page: Page, rules: dict[str, Any] | None) -> list[str]:
    """Return what axe finds by `rules`, and whether the page has to be moved sideways."""
    look = f"at {page.viewport_size['width']}"
    found = page.evaluate("rules => axe.run(rules)", rules)["violations"] if rules else []
    told = [f"{look} {rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]
    return told if page.evaluate(FITS) else [*told, f"{look} it scrolls sideways"]


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like, under .parvis/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    tall = page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(TALLEST, tall)}
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, clip=clip)
