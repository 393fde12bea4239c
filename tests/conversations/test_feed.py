"""The home page: whose posts, in which order, in how many statements."""

import re

import pytest

from tests.conversations.conftest import LISTED, PLACE, SECRET, comment, publish, statements, titles
from tests.meetings.conftest import opened

NONCE = re.compile(r'hx-nonce="([^"]+)"')
TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')


async def test_visitors_are_led_to_the_door(orvance, author) -> None:
    assert (await author.browser.get("/")).status_code == 200
    answer = await orvance.visitor.get("/")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


async def test_the_feed_holds_one_s_own_communities_newest_first(author, reader) -> None:
    await publish(author, "Ouvert")
    await publish(author, "Privé", place=LISTED)
    await publish(author, "Secret", place=SECRET)
    assert await titles(author) == ["Secret", "Privé", "Ouvert"]
    assert await titles(reader) == ["Ouvert"]


async def test_the_home_page_greets_and_shows_cards(author, reader) -> None:
    post = await publish(reader, "Engagement réputé acquis", "Trois dossiers bouclés.")
    await comment(author, post, "Merci Sabine.")
    page = (await author.browser.get("/")).text
    for words in (
        "Bonjour, Hélène", "Partager avec vos communautés…", "Pour vous", "Annonces officielles",
        "Mes communautés", "Engagement réputé acquis", "Trois dossiers bouclés.", "Merci Sabine.",
        "1 commentaire", "Clients du Cercle",
    ):  # fmt: skip
        assert words in page, words


async def test_the_same_page_in_english(orvance) -> None:
    person = await orvance.person("Rachid Belkaïn", communities=[PLACE], locale="en")
    page = (await person.browser.get("/")).text
    assert "Hello, Rachid" in page
    assert "Share with your communities…" in page


async def test_a_newcomer_is_shown_where_to_begin(outsider) -> None:
    page = (await outsider.browser.get("/")).text
    assert "Rejoignez une communauté" in page
    assert 'href="/posts/new"' not in page


async def test_tabs_tell_the_firm_s_voice_from_the_members(orvance, author) -> None:
    voice = await orvance.person("Solène Varenne", communities=[PLACE], roles=["community_manager"])
    await publish(voice, "Lettre", kind="announcement")
    await publish(author, "Retour")
    assert await titles(author, "/feed?voice=official") == ["Lettre"]
    assert await titles(author, "/feed?voice=members") == ["Retour"]
    assert "Compte officiel" in (await author.browser.get("/?voice=official")).text
    assert (await author.browser.call("GET", "/feed?voice=nobody")).status_code == 422


async def test_pages_neither_skip_nor_repeat_while_others_write(author, reader) -> None:
    written = [(await publish(author, f"Texte {n}"))["id"] for n in range(7)]
    first = (await reader.browser.call("GET", "/feed?limit=3")).json()
    await publish(author, "Entre-temps")
    got = [item["id"] for item in first["items"]]
    after = first["next_after"]
    while after is not None:
        page = (await reader.browser.call("GET", f"/feed?limit=3&after={after}")).json()
        got += [item["id"] for item in page["items"]]
        after = page["next_after"]
    assert got == written[::-1]


async def test_more_cards_come_as_a_fragment_and_as_a_page(author) -> None:
    for n in range(21):
        await publish(author, f"Texte {n}", place=PLACE if n % 2 else LISTED)
    page = await author.browser.get("/")
    assert "Texte 1" in page.text
    assert "Texte 0<" not in page.text
    after = (await author.browser.call("GET", "/feed")).json()["next_after"]
    assert f"/?after={after}" in page.text
    for headers in ({"hx-request": "true"}, {}):
        more = await author.browser.get(f"/?after={after}", headers=headers)
        assert "Texte 0<" in more.text
        assert ("<html" in more.text) is (headers == {})


@pytest.mark.parametrize("cursor", ["nonsense", "1", "' OR 1=1"])
async def test_a_cursor_that_is_not_ours_is_refused(author, cursor) -> None:
    answer = await author.browser.call("GET", f"/feed?after={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_a_meeting_that_takes_questions_is_due_beside_the_feed(orvance, author) -> None:
    assert 'role="timer"' not in (await author.browser.get("/")).text
    secretary = await orvance.person("Solène Varenne", roles=["secretary"])
    slug = await opened(orvance, secretary)
    page = (await author.browser.get("/")).text
    assert 'role="timer"' in page
    assert 'class="duestrip"' in page
    assert f'href="/meetings/{slug}"' in page


async def test_the_home_page_needs_four_statements(orvance, author, reader) -> None:
    await opened(orvance, await orvance.person("Solène Varenne", roles=["secretary"]))
    for n in range(20):
        post = await publish(author, f"Texte {n}", place=(PLACE, LISTED, SECRET)[n % 3])
        if n % 3 == 0:
            await comment(reader, post)
    await author.browser.get("/")
    with statements() as run:
        assert (await author.browser.get("/")).text.count("<article") == 20
    assert 2 < len(run) <= 4, run


async def test_two_readers_of_a_kept_card_have_their_own_token_and_nonce(orvance, author) -> None:
    await publish(author, "Une lettre de gestion")
    seen = []
    for _ in range(2):
        reader = await orvance.person(communities=[PLACE])
        page = (await reader.browser.get("/")).text
        assert "Une lettre de gestion" in page
        assert set(TOKEN.findall(page)) == {reader.browser.cookies["__Host-csrf"]}
        assert len(set(NONCE.findall(page))) == 1
        seen.append((TOKEN.findall(page)[0], NONCE.findall(page)[0]))
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] != seen[1][1]


async def test_a_kept_card_changes_with_its_numbers(author, reader) -> None:
    post = await publish(author, "Une lettre de gestion")
    assert 'aria-pressed="false"' in (await reader.browser.get("/")).text
    await reader.browser.send_form(f"/posts/{post['id']}/thanks", {})
    assert 'aria-pressed="true"' in (await reader.browser.get("/")).text
    assert 'aria-pressed="true"' not in (await author.browser.get("/")).text
