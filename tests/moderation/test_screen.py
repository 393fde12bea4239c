"""The moderation screen, worked without JavaScript."""

import re

from tests.factories import Person
from tests.moderation.conftest import CLAUSE, LETTER, Held, act, claim, items, refusal

QUEUE = "/admin/moderation"


def field(page: str, name: str) -> str:
    """Return the value of a hidden field of the decision form."""
    form = page.partition('id="decide"')[2]
    found = re.search(rf'name="{name}" value="([^"]*)"', form)
    assert found, name
    return found[1]


async def test_the_overview_leads_to_the_queue(moderator: Person) -> None:
    answer = await moderator.browser.get("/admin")
    assert answer.status_code == 200
    assert f'href="{QUEUE}' in answer.text


async def test_an_empty_queue_says_so(moderator: Person) -> None:
    assert "La file est vide" in (await moderator.browser.get(QUEUE)).text


async def test_a_case_goes_from_the_list_to_a_refusal(held: Held, moderator: Person) -> None:
    browser = moderator.browser
    listed = (await browser.get(QUEUE)).text
    [path] = set(re.findall(rf'href="({QUEUE}/[0-9a-f-]+)"', listed))
    case = (await browser.get(path)).text
    assert "Une cession au Luxembourg" in case
    assert 'data-pane="detail"' in case
    assert 'id="decide"' not in case
    taken = await browser.send_form(f"{path}/claim", {"version": "1"})
    assert taken.status_code == 303
    form = (await browser.get(path)).text
    choice = {"version": field(form, "version"), "action": "refuse", "clause_id": CLAUSE}

    unread = await browser.send_form(f"{path}/decision", choice)
    assert unread.status_code == 422
    assert "Lisez le texte que l’auteur recevra" in unread.text
    assert f"Bonjour {held.author.name}" in unread.text

    read = {**choice, "prepared": field(unread.text, "prepared"), "text": LETTER}
    decided = await browser.send_form(f"{path}/decision", read)
    assert decided.status_code == 303
    [item] = await items(moderator, "decided")
    assert item["outcome"] == "refuse"


async def test_a_decision_without_its_rule_shows_the_form_again(
    held: Held, moderator: Person
) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    sent = {"version": str(mine["version"]), "action": "refuse", "text": LETTER}
    path = f"{QUEUE}/{item['id']}"
    refused = await moderator.browser.send_form(f"{path}/decision", sent)
    assert refused.status_code == 422
    assert "data-errors" in refused.text
    assert field(refused.text, "version") == str(mine["version"])
    assert LETTER.splitlines()[0] in refused.text


async def test_a_letter_written_for_another_rule_is_shown_again(
    held: Held, moderator: Person
) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    sent = {
        "version": str(mine["version"]), "action": "refuse", "clause_id": "respect",
        "text": LETTER, "prepared": f"refuse:{CLAUSE}",
    }  # fmt: skip
    again = await moderator.browser.send_form(f"{QUEUE}/{item['id']}/decision", sent)
    assert again.status_code == 422
    assert "Respect des personnes" in again.text
    assert len(await items(moderator)) == 1


async def test_preparing_the_letter_decides_nothing(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    choice = {"version": str(mine["version"]), "action": "return", "clause_id": CLAUSE}
    path = f"{QUEUE}/{item['id']}/letter"
    page = await moderator.browser.send_form(path, choice)
    assert "nous vous demandons de la revoir" in page.text
    assert "<!DOCTYPE html>" in page.text
    fragment = await moderator.browser.send_form(path, choice, headers={"hx-request": "true"})
    assert fragment.text.lstrip().startswith('<div id="letter"')
    assert [mine["version"]] == [item["version"] for item in await items(moderator)]


async def test_a_lost_lease_is_told_in_place(
    held: Held, moderator: Person, colleague: Person
) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    path = f"{QUEUE}/{item['id']}/renewal"
    htmx = {"headers": {"hx-request": "true"}}
    assert 'id="lease"' in (await moderator.browser.send_form(path, {}, **htmx)).text
    answer = await moderator.browser.send_form(
        f"{QUEUE}/{item['id']}/hand-over",
        {"version": str(mine["version"]), "member_id": str(colleague.id)},
    )
    assert answer.status_code == 303
    lost = await moderator.browser.send_form(path, {}, **htmx)
    assert lost.status_code == 409
    assert "Confié à un collègue" in lost.text


async def test_every_list_has_its_page(held: Held, moderator: Person) -> None:
    for name in ("open", "reported", "escalated", "mine", "decided", "nonsense"):
        assert (await moderator.browser.get(f"{QUEUE}?list={name}")).status_code == 200


async def test_a_decided_case_shows_its_ground_and_its_text(
    held: Held, moderator: Person, colleague: Person
) -> None:
    [item] = await items(moderator)
    answer = await act(moderator, await claim(moderator, item), "decisions", **refusal())
    assert answer.json()["decided_by"]["name"] == moderator.name
    page = (await colleague.browser.get(f"{QUEUE}/{item['id']}?list=decided")).text
    decided = page.partition('<section class="decide"')[2]
    assert "Ni rumeur ni information privilégiée" in decided
    assert moderator.name in decided
    assert "Vous pouvez l’écrire sans elle." in decided
