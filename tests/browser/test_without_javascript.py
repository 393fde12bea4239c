"""With scripts switched off, everybody still does their part."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import MODERATOR, RUMOURER, Person, sign_in
from tests.browser.places import MEETING, QUEUE
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

TITLE = "Le groupe publiera-t-il ses achats de ferraille ?"


def test_the_path_needs_no_script(visits: Visits) -> None:
    with visits.page(java_script_enabled=False) as page:
        sign_in(page, RUMOURER)
        ask(page)
        support(page)
        comment(page)
    with visits.page(java_script_enabled=False) as page:
        moderate(page, MODERATOR)


def ask(page: Page) -> None:
    page.goto(MEETING)
    page.get_by_label("Votre question, en une phrase").fill(TITLE)
    page.get_by_label("Thème", exact=True).select_option("Climat")
    page.get_by_role("button", name="Envoyer ma question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Récépissé")


def support(page: Page) -> None:
    page.goto(MEETING)
    vote = page.locator("button.vote[aria-pressed=false]").first
    before = supporters(vote.inner_text())
    vote.click()
    given = page.locator("button.vote[aria-pressed=true]").first
    assert supporters(given.inner_text()) == before + 1


def supporters(text: str) -> int:
    return int(re.search(r"\d+", text)[0])


def comment(page: Page) -> None:
    page.goto("/")
    page.locator("article.post h2 a").first.click()
    page.get_by_label("Votre commentaire").fill("Merci, voilà qui est clair.")
    page.get_by_role("button", name="Commenter").click()
    expect(page.get_by_text("Merci, voilà qui est clair.")).to_be_visible()


def moderate(page: Page, moderator: Person) -> None:
    sign_in(page, moderator)
    page.goto(QUEUE)
    waiting = page.locator(".queue a.item", has_text="ferraille")
    waiting.click()
    page.get_by_role("button", name="Prendre en charge").click()
    page.get_by_role("radio", name="Publier").first.check()
    page.get_by_role("button", name="Confirmer la décision").click()
    expect(waiting).to_have_count(0)
