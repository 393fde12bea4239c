"""Writing posts: pages and JSON, mistakes, edits, taking back, thanks."""

import pytest

from tests.conversations.conftest import (
    HELD,
    LISTED,
    MARKED,
    MASKED,
    PLACE,
    comment,
    publish,
    statements,
    titles,
)


async def test_a_post_is_read_by_the_others_of_its_community(author, reader) -> None:
    post = await publish(author, "Transmettre tôt", "Une *expérience*.")
    page = await reader.browser.get(f"/posts/{post['id']}")
    assert page.status_code == 200
    assert "Transmettre tôt" in page.text
    assert "<em>expérience</em>" in page.text
    assert "Hélène Marcillat" in page.text


async def test_a_form_publishes_as_json_does(author, reader) -> None:
    sent = {"title": "Par un formulaire", "body": "Sans JavaScript.", "kind": "question"}
    answer = await author.browser.send_form(f"/communities/{PLACE}/posts", sent)
    assert answer.status_code == 303
    post = (await reader.browser.call("GET", answer.headers["location"])).json()
    assert (post["title"], post["kind"], post["status"]) == (
        "Par un formulaire",
        "question",
        "live",
    )


async def test_a_mistake_keeps_the_text_and_names_the_field(author) -> None:
    sent = {"title": "x" * 161, "body": "Un texte que personne ne veut retaper."}
    answer = await author.browser.send_form(f"/communities/{PLACE}/posts", sent)
    assert answer.status_code == 422
    assert "Un texte que personne ne veut retaper." in answer.text
    assert "160" in answer.text
    assert 'id="title-error"' in answer.text


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"body": "b"}, "title"),
        ({"title": "", "body": "b"}, "title"),
        ({"title": "t", "body": "b" * 10_001}, "body"),
        ({"title": "t", "body": "a\u0000b"}, "body"),
        ({"title": "t", "body": "b", "kind": "poll"}, "kind"),
    ],
)
async def test_json_mistakes_name_their_field(author, fields, at_fault) -> None:
    answer = await author.browser.call("POST", f"/communities/{PLACE}/posts", fields)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(answer.json()["fields"]) == [at_fault]
    assert await titles(author) == []


async def test_html_in_a_text_is_shown_and_never_obeyed(author, reader) -> None:
    evil = '<script>alert(1)</script><div hx-get="/x" hx-trigger="load">a</div> [b](javascript:c)'
    post = await publish(author, "<b>Titre</b>", evil)
    page = (await reader.browser.get(f"/posts/{post['id']}")).text
    assert "<script>alert" not in page
    assert '<div hx-get="/x"' not in page
    assert 'href="javascript:' not in page
    assert "&lt;b&gt;Titre" in page


async def test_only_members_of_a_community_write_in_it(author, outsider) -> None:
    fields = {"title": "t", "body": "b"}
    assert (
        await author.browser.call("POST", f"/communities/{PLACE}/posts", fields)
    ).status_code == 201
    refused = await outsider.browser.call("POST", f"/communities/{PLACE}/posts", fields)
    assert (refused.status_code, refused.json()["code"]) == (403, "denied")


async def test_announcements_are_for_those_who_speak_for_the_firm(orvance, author) -> None:
    voice = await orvance.person("Solène Varenne", communities=[PLACE], roles=["community_manager"])
    post = await publish(voice, "Lettre aux clients", kind="announcement")
    assert post["is_official"] is True
    fields = {"title": "t", "body": "b", "kind": "announcement"}
    refused = await author.browser.call("POST", f"/communities/{PLACE}/posts", fields)
    assert refused.status_code == 403


async def test_a_held_post_is_seen_by_its_author_alone(orvance, author, reader) -> None:
    post = await publish(author, "Mon avis", HELD)
    assert post["status"] == "held"
    moderator = await orvance.person("Agathe Morvan", communities=[PLACE], roles=["moderator"])
    for person in (reader, moderator):
        assert (await person.browser.call("GET", f"/posts/{post['id']}")).status_code == 404
        assert await titles(person) == []
        assert await titles(person, f"/communities/{PLACE}/posts") == []
    page = await author.browser.get("/")
    assert "Mon avis" in page.text
    assert "visible de vous seul" in page.text
    counts = (await reader.browser.get("/")).text
    assert "nouveauté dans vos" not in counts


async def test_a_refused_post_leaves_nothing(author, reader) -> None:
    fields = {"title": "Avis", "body": "Quel idiot."}
    refused = await author.browser.call("POST", f"/communities/{PLACE}/posts", fields)
    assert (refused.status_code, refused.json()["code"]) == (403, "charter_refused")
    assert await titles(author) == await titles(reader) == []


async def test_masked_words_are_not_kept_and_marks_are_shown(author, reader) -> None:
    post = await publish(author, "Contact", MASKED)
    assert "a.b@exemple.test" not in post["body"]
    assert "•••••" in (await reader.browser.get(f"/posts/{post['id']}")).text
    marked = await publish(author, "Performance", MARKED)
    assert marked["marks"] == ["Ni conseil ni démarchage financier"]
    assert "Ni conseil ni démarchage" in (await reader.browser.get("/")).text


async def test_a_held_edit_leaves_the_old_words_up(author, reader) -> None:
    post = await publish(author, "Avant", "Premier texte.")
    changed = await author.browser.call(
        "PUT", f"/posts/{post['id']}", {"title": "Après", "body": HELD}
    )
    assert (changed.json()["status"], changed.json()["change"]) == ("live", "held")
    seen = (await reader.browser.call("GET", f"/posts/{post['id']}")).json()
    assert (seen["title"], seen["change"], seen["edited_at"]) == ("Avant", None, None)
    form = await author.browser.get(f"/posts/{post['id']}/edit")
    assert "Après" in form.text


async def test_an_edit_shows_new_words_and_says_so(author, reader) -> None:
    post = await publish(author, "Avant")
    sent = {"title": "Après", "body": "Mieux dit."}
    answer = await author.browser.send_form(f"/posts/{post['id']}/edit", sent)
    assert answer.status_code == 303
    seen = (await reader.browser.call("GET", f"/posts/{post['id']}")).json()
    assert seen["title"] == "Après"
    assert seen["edited_at"] is not None
    assert "modifié" in (await reader.browser.get(f"/posts/{post['id']}")).text


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_nobody_changes_another_s_post(author, reader, method) -> None:
    post = await publish(author)
    body = {"title": "t", "body": "b"} if method == "PUT" else None
    assert (await reader.browser.call(method, f"/posts/{post['id']}", body)).status_code == 403
    assert (await author.browser.call(method, f"/posts/{post['id']}", body)).is_success


async def test_a_withdrawn_post_is_gone_for_everybody(author, reader) -> None:
    post = await publish(author)
    answer = await author.browser.send_form(f"/posts/{post['id']}/withdrawal", {})
    assert answer.status_code == 303
    for person in (author, reader):
        assert (await person.browser.get(f"/posts/{post['id']}")).status_code == 404
        assert await titles(person) == []


async def test_thanks_count_once_and_can_be_taken_back(author, reader) -> None:
    path = f"/posts/{(await publish(author))['id']}/thanks"
    for _ in range(2):
        thanked = (await reader.browser.call("POST", path)).json()
        assert (thanked["thanks"], thanked["thanked"]) == (1, True)
    assert (await author.browser.call("POST", path)).status_code == 403
    for _ in range(2):
        assert (await reader.browser.call("DELETE", path)).status_code == 204
    post = (await reader.browser.call("GET", path.removesuffix("/thanks"))).json()
    assert (post["thanks"], post["thanked"]) == (0, False)


async def test_the_thanks_button_comes_back_in_its_new_state(author, reader) -> None:
    path = f"/posts/{(await publish(author))['id']}/thanks"
    pressed = await reader.browser.send_form(path, {}, headers={"hx-request": "true"})
    assert 'aria-pressed="true"' in pressed.text
    assert "Utile 1" in pressed.text
    assert "<html" not in pressed.text
    assert (await reader.browser.send_form(path, {})).status_code == 303
    assert (await reader.browser.call("GET", path.removesuffix("/thanks"))).json()["thanks"] == 0


async def test_posts_of_a_listed_community_do_not_exist_outside(author, reader) -> None:
    post = await publish(author, place=LISTED)
    said = await comment(author, post)
    unknown = "01980000-0000-7000-8000-000000000000"
    for path, other in (
        (f"/posts/{post['id']}", f"/posts/{unknown}"),
        (f"/comments/{said['id']}", f"/comments/{unknown}"),
        (f"/posts/{post['id']}/comments", f"/posts/{unknown}/comments"),
    ):
        hidden = await reader.browser.call("GET", path)
        missing = await reader.browser.call("GET", other)
        assert hidden.status_code == missing.status_code == 404
        assert hidden.json()["title"] == missing.json()["title"]
    assert (await reader.browser.call("GET", f"/communities/{LISTED}/posts")).status_code == 403


async def test_another_tenant_s_post_does_not_exist(author, ardelune) -> None:
    post = await publish(author)
    stranger = await ardelune.person("Gaëtan Royer-Viel", capacity="shareholder")
    for method, path in (
        ("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/thanks"), ("POST", "/comments"),
    ):  # fmt: skip
        body = {"title": "t", "body": "b"} if method in ("PUT", "POST") else None
        answer = await stranger.browser.call(method, f"/posts/{post['id']}{path}", body)
        assert answer.status_code == 404, (method, path)


async def test_a_post_page_needs_few_statements(author, reader) -> None:
    post = await publish(author)
    for _ in range(25):
        await comment(reader, post)
    await reader.browser.get(f"/posts/{post['id']}")
    with statements() as run:
        assert (await reader.browser.get(f"/posts/{post['id']}")).status_code == 200
    assert 2 < len(run) <= 5, run
