"""Trying a sentence: both verdicts, causes and passages, on what is asked for."""

import pytest

from tests.factories import House
from tests.workshop.conftest import PATH, SOURCE, begun, call, publisher, saved

FAMILY = SOURCE.replace('words.fr = ["achetez"', 'words.fr = ["transmission*", "achetez"')


async def test_both_charters_are_asked_and_the_passages_named(orvance: House) -> None:
    person = await publisher(orvance)
    await saved(person, await begun(person), FAMILY)
    text = "Parlons de transmission, espèce d’idiot."
    found = await call(person, "POST", "/trial", {"text": text})
    draft, current = found["draft"], found["in_force"]
    assert (draft["label"], current["label"]) == ("draft", "1")
    assert (draft["effect"], current["effect"]) == ("refuse", "refuse")
    assert [cause["clause"] for cause in draft["causes"]] == ["respect", "no-advice"]
    assert [cause["clause"] for cause in current["causes"]] == ["respect"]
    held = draft["causes"][1]
    assert (held["quoted"], held["effect"]) == ("transmission", "hold")
    assert text[slice(*held["span"])] == "transmission"
    assert "".join(part["text"] for part in draft["passages"]) == text
    marked = [part["text"] for part in draft["passages"] if part["is_marked"]]
    assert marked == ["transmission", "idiot"]


async def test_a_page_without_javascript_shows_the_same_and_keeps_the_form(
    orvance: House,
) -> None:
    person = await publisher(orvance)
    await saved(person, await begun(person), FAMILY)
    fields = {"text": "Une transmission réussie.", "act": "comment.publish", "published": "3"}
    page = await person.browser.send_form(f"{PATH}/trial", fields)
    assert page.status_code == 200
    assert "<mark>transmission</mark>" in page.text
    assert "Une transmission réussie." in page.text
    assert 'value="comment.publish" selected' in page.text
    fragment = await person.browser.send_form(
        f"{PATH}/trial", fields, headers={"hx-request": "true"}
    )
    assert fragment.text.lstrip().startswith('<div class="sides" id="tried"')


async def test_who_where_and_when_are_asked_for(orvance: House) -> None:
    person = await publisher(orvance)
    rule = (
        '\n[[clause.rule]]\nkind = "forbid"\nid = "no-clients"\nacts = ["post.publish"]\n'
        'people = ["client"]\nplaces = ["place:clients-du-cercle"]\neffect = "refuse"\n'
        '[[clause.rule]]\nkind = "premoderate"\nid = "new"\nacts = ["comment.publish"]\n'
        'mode = "first_n"\nfirst = 3\n'
    )
    await saved(person, await begun(person), SOURCE + rule)
    asked = {"text": "Bonjour.", "capacity": "client", "place": "clients-du-cercle"}
    found = await call(person, "POST", "/trial", asked)
    assert (found["draft"]["effect"], found["in_force"]["effect"]) == ("refuse", "allow")
    for other in ({"capacity": "adviser"}, {"place": None}, {"act": "comment.publish"}):
        found = await call(person, "POST", "/trial", asked | other)
        assert found["draft"]["effect"] == "allow", other
    new = {"text": "Bonjour.", "act": "comment.publish", "published": 2}
    assert (await call(person, "POST", "/trial", new))["draft"]["effect"] == "hold"


async def test_without_a_draft_the_version_in_force_is_asked_alone(orvance: House) -> None:
    person = await publisher(orvance)
    found = await call(person, "POST", "/trial", {"text": "Bonjour."})
    assert found["draft"] is None
    assert found["in_force"]["effect"] == "allow"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "a" * 8001}, "text"),
        ({"text": "a", "act": "post.publsh"}, "act"),
        ({"text": "a", "capacity": "king"}, "capacity"),
        ({"text": "a", "place": "conseil-consultatif"}, "place"),
        ({"text": "a", "place": "nowhere"}, "place"),
        ({"text": "a", "published": -1}, "published"),
        ({"text": "a", "at": "tomorrow"}, "at"),
    ],
)
async def test_what_cannot_be_tried_is_told_at_its_field(
    orvance: House, body: dict, field: str
) -> None:
    person = await publisher(orvance)
    answer = await call(person, "POST", "/trial", body, status=422)
    assert field in answer["fields"]


async def test_nothing_that_is_tried_is_kept(orvance: House, superuser) -> None:
    person = await publisher(orvance)
    await call(person, "POST", "/trial", {"text": "Un mot très particulier: xyzzyx."})
    found = await superuser.fetchval(
        "SELECT count(*) FROM journal_entry WHERE data::text LIKE '%xyzzyx%'"
    )
    assert found == 0
