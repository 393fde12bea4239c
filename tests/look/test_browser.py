"""The components in Chromium under the strict policy: accessible, behaving, silent console."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests import focus
from tests.browser import chromium
from tests.look import gallery_server

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
GALLERY = "/?theme=orvance&locale=fr"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.opened() as opened:
        yield opened


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with gallery_server.running() as address:
        yield address


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A wide page on the gallery whose console must stay silent but for refusals we ask for."""
    context = browser.new_context(viewport=WIDE, color_scheme="light")
    opened, said = context.new_page(), []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(site + GALLERY)
    yield opened
    context.close()
    assert [text for text in said if "status of 422" not in text] == []


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["a", "b"])
@pytest.mark.parametrize(
    "address",
    [
        GALLERY,
        "/?theme=ardelune&locale=en",
        "/?theme=tervallon&locale=fr",
        "/sign-in?theme=ardelune&locale=fr",
        "/error?theme=tervallon&locale=en",
    ],
)
def test_pages_are_accessible_and_fit(
    browser: Browser, site: str, address: str, size: dict[str, int], scheme: str
) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
    opened = context.new_page()
    opened.goto(site + address)
    found = Axe().run(opened, options={"runOnly": TAGS}).response["violations"]
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    is_fitting = opened.evaluate(fits)
    context.close()
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
    assert is_fitting


def test_htmx_loads_more_and_takes_the_servers_nonce(page: Page) -> None:
    page.click(".more a")
    page.wait_for_selector("#page-2")
    assert page.url.endswith(GALLERY)


def test_a_refused_form_is_swapped_in_and_focused(page: Page) -> None:
    page.eval_on_selector("form.thanking", "form => form.setAttribute('hx-post', '/thanks')")
    page.click("form.thanking button")
    page.wait_for_selector("#refused")
    page.wait_for_function("document.activeElement.id === 'refused'")


def test_the_counter_counts_in_the_readers_language(page: Page) -> None:
    page.fill("#kit-question", "abc")
    assert page.text_content("#kit-question-count") == "3 caractères sur 160"


def test_the_scheme_is_switched_and_remembered(page: Page) -> None:
    page.click("[data-scheme-toggle]")
    assert page.evaluate("document.documentElement.dataset.scheme") == "dark"
    assert {cookie["name"]: cookie["value"] for cookie in page.context.cookies()} == {
        "scheme": "dark"
    }


def test_shortcuts_act_and_can_be_switched_off(page: Page) -> None:
    chosen = "document.querySelector('[name=kit-decision]:checked').value"
    page.wait_for_selector("[data-keys]:not([hidden])")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("p")
    assert page.evaluate(chosen) == "publish"
    page.click("[data-keys]")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("v")
    assert page.evaluate(chosen) == "publish"


def test_a_dialog_opens_and_closes(page: Page) -> None:
    page.click("[data-opens]")
    assert page.evaluate("document.querySelector('dialog').open")
    page.click("[data-closes]")
    assert not page.evaluate("document.querySelector('dialog').open")


def test_the_keyboard_reaches_everything_with_a_visible_focus(page: Page) -> None:
    assert focus.unseen(page, steps=100) == []
