"""Coming in, going out, and confirming who one is: in a real browser, at a real provider."""

import re
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from parvis.demo import postgres
from tests.browser.people import MODERATOR, SHAREHOLDER, Person, sign_in
from tests.browser.test_main_path import send, write
from tests.browser.visits import Visits
from tests.demonstration import Demo

pytestmark = pytest.mark.browser

DOOR = "Se connecter"
HELD = "Quel sera le coût de la remise en état du site de Montfaucon ?"


def context(visits: Visits) -> BrowserContext:
    """A browser of its own: what signs out here must sign nobody out elsewhere."""
    return visits.context()


def came_in(visits: Visits, person: Person = SHAREHOLDER) -> Page:
    page = visits.listened(context(visits).new_page())
    sign_in(page, person)
    return page


def sign_out(page: Page) -> None:
    page.locator("details.menu summary").filter(has_text="Mon compte").click()
    page.get_by_role("button", name="Se déconnecter").click()


def at_the_door(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(DOOR)


# --- in -------------------------------------------------------------------------------------


def test_one_comes_in_and_where_one_wanted_to_go(visits: Visits) -> None:
    page = visits.listened(context(visits).new_page())
    page.goto("/communities")
    at_the_door(page)
    page.get_by_role("link", name=SHAREHOLDER.way).click()
    page.get_by_role("button", name=SHAREHOLDER.name).click()
    page.wait_for_url("**/communities")
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    session = cookies["__Host-sid"]
    assert (session["secure"], session["httpOnly"], session["sameSite"]) == (True, True, "Lax")
    assert "__Host-" not in page.evaluate("document.cookie")
    page.context.close()


def test_a_sign_in_that_fails_says_so_plainly(visits: Visits) -> None:
    page = visits.listened(context(visits).new_page())
    page.goto("/sign-in")
    slug = re.search(
        r"/auth/oidc/([^/]+)/start",
        page.get_by_role("link", name=SHAREHOLDER.way).get_attribute("href") or "",
    )
    assert slug is not None
    page.goto(f"/auth/oidc/{slug.group(1)}/callback?error=server_error&state=forged")
    expect(page.get_by_role("heading", level=1)).to_have_text("La connexion n’a pas abouti")
    expect(page.get_by_text("en indiquant cette référence")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("state")
    page.get_by_role("link", name="Recommencer").click()
    at_the_door(page)
    visits.forgive("status of 400")
    page.context.close()


def test_one_comes_in_and_leaves_without_a_mouse(visits: Visits) -> None:
    page = visits.listened(context(visits).new_page())
    page.goto("/sign-in")
    press_on(page, "link", SHAREHOLDER.way)
    page.wait_for_url(re.compile("/requests/|/authorize"))
    press_on(page, "button", SHAREHOLDER.name)
    expect(page.locator("footer.foot")).to_be_attached()
    tab_to(page, "Mon compte")
    page.keyboard.press("Enter")
    tab_to(page, "Se déconnecter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes déconnecté")
    page.context.close()


def press_on(page: Page, role: str, name: str) -> None:
    wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]  # a role by name
    expect(wanted).to_be_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("it => it === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} is not reached by Tab")


def tab_to(page: Page, words: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.textContent"):
            return
    raise AssertionError(f"{words} is not reached by Tab")


# --- out ------------------------------------------------------------------------------------


def test_signing_out_ends_every_tab(visits: Visits) -> None:
    first = came_in(visits)
    second = visits.listened(first.context.new_page())
    second.goto("/communities")
    expect(second.get_by_role("heading", level=1)).not_to_have_text(DOOR)
    sign_out(first)
    expect(first.get_by_role("heading", level=1)).to_have_text("Vous êtes déconnecté")
    first.wait_for_url("**/signed-out")  # by way of the provider
    second.get_by_role("link", name="Assemblée", exact=True).click()
    at_the_door(second)
    assert "__Host-sid" not in {cookie["name"] for cookie in first.context.cookies()}
    first.context.close()


def test_signing_out_ends_the_providers_session_too(visits: Visits) -> None:
    page = came_in(visits)
    sign_out(page)
    page.wait_for_url("**/signed-out")
    page.goto("/communities")
    page.get_by_role("link", name=SHAREHOLDER.way).click()
    expect(page.get_by_role("button", name=SHAREHOLDER.name)).to_be_visible()
    page.context.close()


def test_back_after_signing_out_shows_nothing_of_members(visits: Visits) -> None:
    page = came_in(visits)
    page.goto("/communities")
    words = page.get_by_role("main").inner_text()
    page.get_by_role("link", name="Assemblée", exact=True).click()
    expect(page.get_by_role("main")).not_to_have_text(words)
    sign_out(page)
    page.wait_for_url("**/signed-out")
    doors = 0
    for _ in range(6):
        if page.go_back() is None:
            break
        doors += page.get_by_role("heading", level=1, name=DOOR).count()
        expect(page.locator("h1").first).to_be_visible()
        if page.url.startswith(visits.demo.site(SHAREHOLDER.tenant)):
            assert SHAREHOLDER.name not in page.content()
            assert page.get_by_role("link", name="Notifications").count() == 0
    assert doors > 0, "one never came back to a page of members"
    page.goto("/sign-in")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert SHAREHOLDER.name not in kept
    page.context.close()
    visits.said.clear()  # of pages gone back to that the browser could not resubmit


# --- confirming -----------------------------------------------------------------------------


def test_confirming_keeps_what_was_written(visits: Visits, demo: Demo) -> None:
    asker = came_in(visits)
    write(asker, HELD, "Le rapport n’en dit rien.")
    send(asker)
    expect(asker.get_by_role("heading", level=1)).to_have_text("Récépissé")
    asker.context.close()
    page = came_in(visits, MODERATOR)
    page.goto("/admin/moderation")
    page.get_by_role("link", name=HELD).click()
    page.get_by_role("button", name="Prendre en charge").click()
    expect(page.get_by_text("Entre vos mains")).to_be_visible()
    page.get_by_role("radio", name="Publier").first.check()
    let_the_sign_in_grow_old(demo)
    page.get_by_role("button", name="Confirmer la décision").click()
    button = page.get_by_role("button", name="Confirmer", exact=True)
    expect(button).to_be_visible()
    visits.forgive("status of 403")
    button.click()
    page.get_by_role("button", name=MODERATOR.name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merci, c’est bien vous")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Merci, c’est bien vous")
    page.wait_for_url("**/admin/moderation**")
    page.context.close()


def let_the_sign_in_grow_old(demo: Demo) -> None:
    """Have everybody's last sign-in lie five hours back, as it does in the afternoon."""
    statement = "UPDATE auth_session SET auth_time = auth_time - interval '5 hours'"
    sockets = _postmaster(demo).read_text().splitlines()[4]
    address = f"postgresql://postgres@/parvis?host={quote(sockets)}"
    psql = [str(postgres.program("psql")), "--no-psqlrc", "--quiet", "-c", statement, address]
    subprocess.run(psql, check=True)


def _postmaster(demo: Demo) -> Path:
    return next((demo.folder / "postgres").rglob("postmaster.pid"))
