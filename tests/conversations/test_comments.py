"""Comments: their page, their count, edits, and where a link to one leads."""

from urllib.parse import urlsplit

from tests.conversations.conftest import HELD, comment, publish


async def test_a_comment_is_counted_and_shown(author, reader) -> None:
    post = await publish(author)
    answer = await reader.browser.send_form(f"/posts/{post['id']}/comments", {"body": "Merci."})
    assert answer.status_code == 303
    page = await author.browser.get(answer.headers["location"], follow_redirects=True)
    assert "Merci." in page.text
    assert "1 commentaire" in page.text
    assert "Sabine Auclerc" in page.text


async def test_an_empty_comment_is_asked_for_again(author, reader) -> None:
    post = await publish(author)
    answer = await reader.browser.send_form(f"/posts/{post['id']}/comments", {"body": "  "})
    assert answer.status_code == 422
    assert 'id="body-error"' in answer.text
    assert "Un retour" in answer.text


async def test_a_held_comment_is_counted_for_nobody(author, reader) -> None:
    post = await publish(author)
    said = await comment(reader, post, HELD)
    assert said["status"] == "held"
    path = f"/posts/{post['id']}/comments"
    assert (await author.browser.call("GET", path)).json()["items"] == []
    assert len((await reader.browser.call("GET", path)).json()["items"]) == 1
    seen = (await author.browser.call("GET", f"/posts/{post['id']}")).json()
    assert seen["comments"] == 0
    assert (await author.browser.call("GET", f"/comments/{said['id']}")).status_code == 404
    assert "visible de vous seul" in (await reader.browser.get(f"/posts/{post['id']}")).text


async def test_taking_a_comment_back_lowers_the_count(author, reader) -> None:
    post = await publish(author)
    said = await comment(reader, post)
    refused = await author.browser.send_form(f"/comments/{said['id']}/withdrawal", {})
    assert refused.status_code == 403
    taken = await reader.browser.send_form(f"/comments/{said['id']}/withdrawal", {})
    assert taken.status_code == 303
    seen = (await author.browser.call("GET", f"/posts/{post['id']}")).json()
    assert seen["comments"] == 0


async def test_a_comment_s_edit_is_judged_again(author, reader) -> None:
    said = await comment(reader, await publish(author), "Bien vu.")
    path = f"/comments/{said['id']}"
    held = (await reader.browser.call("PUT", path, {"body": HELD})).json()
    assert (held["body"], held["change"]) == ("Bien vu.", "held")
    form = await reader.browser.get(f"{path}/edit")
    assert HELD in form.text
    refused = await reader.browser.send_form(f"{path}/edit", {"body": "Quel idiot."})
    assert refused.status_code == 403
    assert (await author.browser.get(f"{path}/edit")).status_code == 403


async def test_only_members_of_the_community_comment(author, outsider) -> None:
    post = await publish(author)
    assert (await outsider.browser.get(f"/posts/{post['id']}")).status_code == 200
    path = f"/posts/{post['id']}/comments"
    assert (await author.browser.call("POST", path, {"body": "Oui."})).status_code == 201
    assert (await outsider.browser.call("POST", path, {"body": "Oui."})).status_code == 403


async def test_a_held_post_takes_no_comments(author) -> None:
    post = await publish(author, body=HELD)
    answer = await author.browser.call("POST", f"/posts/{post['id']}/comments", {"body": "Oui."})
    assert answer.status_code == 403


async def test_comments_come_page_by_page_oldest_first(author, reader) -> None:
    post = await publish(author)
    written = [(await comment(reader, post, f"Numéro {n}"))["id"] for n in range(5)]
    path, got = f"/posts/{post['id']}/comments?limit=2", []
    after = ""
    while after is not None:
        page = (await author.browser.call("GET", f"{path}&after={after}")).json()
        got += [item["id"] for item in page["items"]]
        after = page["next_after"]
    assert got == written


async def test_a_link_to_a_late_comment_leads_to_it(author, reader) -> None:
    post = await publish(author)
    late = [await comment(reader, post, f"Numéro {n}") for n in range(22)][-1]
    answer = await author.browser.get(f"/comments/{late['id']}")
    place = urlsplit(answer.headers["location"])
    assert place.fragment == f"comment-{late['id']}"
    page = await author.browser.get(f"{place.path}?{place.query}")
    assert f'id="{place.fragment}"' in page.text
    assert "Numéro 3" not in page.text
    more = await author.browser.get(f"{place.path}?{place.query}", headers={"hx-request": "true"})
    assert f'id="{place.fragment}"' in more.text
    assert "<html" not in more.text


async def test_comments_vanish_with_their_post(author, reader) -> None:
    post = await publish(author)
    said = await comment(reader, post)
    await author.browser.call("DELETE", f"/posts/{post['id']}")
    for path in (f"/comments/{said['id']}", f"/posts/{post['id']}/comments"):
        assert (await reader.browser.call("GET", path)).status_code == 404
