"""Two moderators at once in real Chromium: lease, expiry, conflict, hand-over, nothing lost.

Chromium's requests are answered by the application of this process, on the test's own database,
so that a lease can be moved behind everybody's back.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import asyncpg
import httpx
import pytest
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from parvis.core import clock
from tests.browser import chromium
from tests.factories import House, Person
from tests.moderation.conftest import CLAUSE, TITLE, Held, hold, items

pytestmark = pytest.mark.browser
QUEUE = "/admin/moderation"
LETTER = "Bonjour, ce passage rapporte une rumeur : reprenez-le sans elle."
WIDE = {"width": 1280, "height": 900}


@pytest.fixture
async def chrome() -> AsyncIterator[Browser]:
    """A Chromium of this test."""
    found = chromium.find()
    if found is None:
        pytest.skip("Chromium is missing: see tests/browser/install.sh")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(found), args=chromium.ARGUMENTS
        )
        yield browser
        await browser.close()


async def desk(chrome: Browser, house: House, person: Person) -> Page:
    """Open a moderator's browser at the application of this process."""
    base = f"https://{house.tenant.host}"
    context = await chrome.new_context(base_url=base, locale="fr-FR", viewport=WIDE)
    await context.add_cookies([{"name": "__Host-sid", "value": person.session, "url": base}])
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=house.app, raise_app_exceptions=False), base_url=base
    )

    async def answer(route: Route) -> None:
        request = route.request
        headers = {k: v for k, v in (await request.all_headers()).items() if k[0] != ":"}
        client.cookies.clear()
        found = await client.request(
            request.method, request.url, headers=headers, content=request.post_data_buffer or b""
        )
        told = [(k, v) for k, v in found.headers.multi_items() if k != "content-length"]
        joined: dict[str, str] = {}
        for name, value in told:
            joined[name] = f"{joined[name]}\n{value}" if name in joined else value
        await route.fulfill(status=found.status_code, headers=joined, body=found.content)

    await context.route("**/*", answer)
    page = await context.new_page()
    page.set_default_timeout(15_000)
    return page


async def move_lease(superuser: asyncpg.Connection, item_id: str, to: datetime) -> None:
    await superuser.execute(
        "UPDATE review_item SET claim_expires_at = $2 WHERE id = $1", item_id, to
    )


async def lease_of(superuser: asyncpg.Connection, item_id: str) -> datetime:
    found: datetime = await superuser.fetchval(
        "SELECT claim_expires_at FROM review_item WHERE id = $1", item_id
    )
    return found


async def write(page: Page, text: str) -> None:
    """Choose a refusal under the rule, and write the letter."""
    await page.locator("input[name=action][value=refuse]").check(force=True)
    await page.locator(f"input[name=clause_id][value='{CLAUSE}']").first.check(force=True)
    await expect(page.locator("#text")).to_contain_text("Bonjour")
    await page.locator("#text").fill(text)


async def test_two_moderators_at_once(
    *, chrome: Browser, orvance: House, held: Held, moderator: Person, colleague: Person,
    superuser: asyncpg.Connection,
) -> None:  # fmt: skip
    [item] = await items(moderator)
    path = f"{QUEUE}/{item['id']}"
    first = await desk(chrome, orvance, moderator)
    second = await desk(chrome, orvance, colleague)

    # A lease: the first takes charge, sees it count down; the second sees who holds it.
    await second.goto(path)
    await expect(second.locator("button[form=claim]")).to_be_visible()
    await first.goto(path)
    await first.locator("button[form=claim]").click()
    await expect(first.locator("#decide")).to_be_visible()
    await expect(first.locator("[data-lease]")).to_have_text(re.compile("^(9:[0-9]{2}|10:00)$"))

    # A conflict: the second presses the button of a page that is old by now.
    await second.locator("button[form=claim]").click()
    await expect(second.locator(".alert").first).to_contain_text(
        f"Prise en charge par {moderator.name}"
    )
    await expect(second.locator(".decide")).to_contain_text(moderator.name)

    # Expiry: the first has written a letter when the lease ends and the second takes the case.
    await write(first, LETTER)
    await move_lease(superuser, item["id"], clock.now() - timedelta(minutes=1))
    await second.goto(path)
    await second.locator("button[form=claim]").click()
    await expect(second.locator("#decide")).to_be_visible()
    await first.get_by_role("button", name="Confirmer la décision").click()
    await expect(first.locator(".alert").first).to_contain_text(colleague.name)
    await expect(first.locator("#kept-text")).to_have_value(LETTER)
    assert await superuser.fetchval("SELECT count(*) FROM decision") == 0

    # Hand-over: the second gives the case to the first, who finds it among their own.
    await second.get_by_text("Confier à un collègue").click()
    await second.locator("#member_id").select_option(label=moderator.name)
    await second.locator("button[form=hand-over]").click()
    await expect(second.locator(".decide")).to_contain_text(moderator.name)
    await first.goto(f"{QUEUE}?list=mine")
    await expect(first.locator(".queue a.item")).to_have_count(1)
    await first.goto(path)

    # Nothing half-done, nothing lost: the first decides, once.
    await write(first, LETTER)
    await first.get_by_role("button", name="Confirmer la décision").click()
    await expect(first.locator(".queue")).to_be_visible()
    decided = await superuser.fetch("SELECT action, text_sent FROM decision")
    assert [(row["action"], row["text_sent"]) for row in decided] == [("refuse", LETTER)]
    told = await superuser.fetchval(
        "SELECT count(*) FROM notice WHERE member_id = $1", held.author.id
    )
    assert told == 1


async def test_a_lease_is_renewed_while_the_case_is_on_screen(
    *, chrome: Browser, orvance: House, held: Held, moderator: Person, colleague: Person,
    superuser: asyncpg.Connection,
) -> None:  # fmt: skip
    [item] = await items(moderator)
    page = await desk(chrome, orvance, moderator)
    await page.clock.install()
    await page.goto(f"{QUEUE}/{item['id']}")
    await page.locator("button[form=claim]").click()
    await expect(page.locator("#decide")).to_be_visible()
    await write(page, LETTER)
    soon = clock.now() + timedelta(minutes=3)
    await move_lease(superuser, item["id"], soon)
    await page.clock.fast_forward("02:05")
    for _ in range(100):
        if await lease_of(superuser, item["id"]) > soon + timedelta(minutes=5):
            break
        await asyncio.sleep(0.1)
    assert await lease_of(superuser, item["id"]) > soon + timedelta(minutes=5)
    assert await page.locator("#text").input_value() == LETTER, "a renewal takes nothing away"

    # Somebody has it now: the page says so at its next renewal, and the letter still stands there.
    await superuser.execute(
        "UPDATE review_item SET claimed_by = $2, version = version + 1 WHERE id = $1",
        item["id"], colleague.id,
    )  # fmt: skip
    await page.clock.fast_forward("02:05")
    await expect(page.locator("#lease")).to_contain_text("Rien n’a été enregistré")
    assert await page.locator("#text").input_value() == LETTER


async def test_keys_choose_and_never_decide(
    chrome: Browser, orvance: House, author: Person, moderator: Person,
    superuser: asyncpg.Connection,
) -> None:  # fmt: skip
    await hold(orvance, author, title=TITLE)
    await hold(orvance, author, title="Un autre dossier")
    page = await desk(chrome, orvance, moderator)
    await page.goto(QUEUE)
    await page.locator("[data-keys]:not([hidden])").wait_for()
    await page.keyboard.press("j")
    await expect(page.locator("#case-title")).to_have_text("Un autre dossier")
    await page.locator("[data-keys]:not([hidden])").wait_for()
    await page.keyboard.press("k")
    await expect(page.locator("#case-title")).to_contain_text("Une cession au Luxembourg")
    await page.locator("[data-keys]:not([hidden])").wait_for()
    await page.keyboard.press("p")
    await expect(page.locator("#decide")).to_be_visible()
    await page.locator("[data-keys]:not([hidden])").wait_for()
    for key, value in (("a", "publish"), ("r", "refuse"), ("e", "escalate")):
        await page.keyboard.press(key)
        await expect(page.locator(f"input[name=action][value={value}]")).to_be_checked()
        await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("?")
    await expect(page.locator("#keys-help")).to_be_visible()
    assert await superuser.fetchval("SELECT count(*) FROM decision") == 0
