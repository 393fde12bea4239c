"""Without a mouse: focus always shows, and moderation has keys that can be switched off."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import focus
from tests.browser.people import MODERATOR, SHAREHOLDER, Person
from tests.browser.places import MEETING, QUEUE
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

STEPS = 120


@pytest.mark.parametrize(
    ("person", "path"),
    [(SHAREHOLDER, "/"), (SHAREHOLDER, MEETING), (MODERATOR, QUEUE)],
    ids=["feed", "meeting", "moderation"],
)
def test_focus_always_shows(visits: Visits, person: Person, path: str) -> None:
    with visits.page(person) as page:
        page.goto(path)
        assert focus.unseen(page, steps=STEPS) == []


def test_keys_walk_through_the_queue(visits: Visits) -> None:
    with visits.page(MODERATOR) as page:
        first, second = open_queue(page)
        press_until(page, "j", second)
        press_until(page, "k", first)


def test_keys_are_switched_off_on_the_page(visits: Visits) -> None:
    with visits.page(MODERATOR) as page:
        first, _ = open_queue(page)
        switch = page.get_by_role("button", name="Raccourcis clavier")
        switch.click()
        expect(switch).to_have_attribute("aria-pressed", "false")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("j")
        page.get_by_role("link", name="Dossier suivant").focus()
        expect(title(page)).to_have_text(first)


def open_queue(page: Page) -> list[str]:
    """Return the titles of the first two cases, with the first one open."""
    page.goto(QUEUE)
    expect(page.get_by_role("button", name="Raccourcis clavier")).to_be_visible()
    return page.locator(".queue a.item b").all_inner_texts()[:2]


def press_until(page: Page, key: str, wanted: str) -> None:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(key)
    expect(title(page)).to_have_text(wanted)
    expect(page.get_by_role("button", name="Raccourcis clavier")).to_be_visible()


def title(page: Page) -> Locator:
    return page.locator(".queue a.item[aria-current] b")
