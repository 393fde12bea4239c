"""Words of a profile that the charter refuses or holds: nobody reads them before a moderator."""

from typing import Any

import pytest

from parvis.core import db
from tests.factories import House, Person
from tests.members.conftest import HELD, OPEN, REFUSED, edit, names, seen
from tests.moderation.conftest import act, claim, items

CLAUSE = "respect"
LETTER = "Ces mots ne conviennent pas à un profil. Vous pouvez les reprendre autrement."


@pytest.fixture
async def sabine(orvance: House) -> Person:
    return await orvance.person("Sabine Auclerc", communities=[OPEN])


@pytest.fixture
async def reader(orvance: House) -> Person:
    return await orvance.person("Bruno Taillade", communities=[OPEN])


@pytest.fixture
async def moderator(orvance: House) -> Person:
    return await orvance.person("Ludivine Darcel", roles=["moderator"], capacity="employee")


async def decide(moderator: Person, action: str, **more: Any) -> Any:
    """Take charge of the one item there is, and decide."""
    (item,) = await items(moderator)
    assert item["contribution_kind"] == "profile"
    answer = await act(moderator, await claim(moderator, item), "decisions", action=action, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_what_the_charter_refuses_shows_the_clause_and_keeps_nothing(
    sabine: Person, reader: Person
) -> None:
    await edit(sabine, headline="Avant")
    answer = await sabine.browser.call("PATCH", "/me/profile", {"headline": REFUSED})
    assert (answer.status_code, answer.json()["code"]) == (403, "charter_refused")
    assert answer.json()["causes"][0]["field"] == "headline"
    page = await sabine.browser.send_form("/me/profile", {"headline": "x", "topics": REFUSED})
    assert page.status_code == 403
    assert 'value="Mon compte : FR76' in page.text, "the form comes back as it was typed"
    assert 'name="headline" type="text" value="x"' in page.text
    assert (await seen(reader, sabine))["headline"] == "Avant"


@pytest.mark.parametrize("field", ["headline", "topics", "office"])
async def test_every_text_of_a_profile_is_judged(sabine: Person, field: str) -> None:
    value = [REFUSED[:50]] if field == "topics" else REFUSED
    answer = await sabine.browser.call("PATCH", "/me/profile", {field: value})
    assert answer.status_code == 403, answer.text


async def test_held_words_wait_and_the_live_ones_stay(
    sabine: Person, reader: Person, moderator: Person
) -> None:
    await edit(sabine, headline="Avant", topics=["Dutreil"])
    told = await edit(sabine, headline=HELD, topics=["escroquerie ordinaire"])
    assert told["change"] == "held"
    assert told["pending"]["headline"] == HELD
    assert told["words"] == {"headline": "Avant", "topics": ["Dutreil"], "contacts": {}}
    shown = await seen(reader, sabine)
    assert (shown["headline"], shown["topics"]) == ("Avant", ["Dutreil"])
    assert await names(reader, "?topic=escroquerie") == []
    own = (await sabine.browser.get("/me/profile")).text
    assert "En examen" in own or "visible de vous" in own
    (item,) = await items(moderator)
    assert (item["kind"], item["contribution_kind"]) == ("profile", "profile")
    case = await moderator.browser.call("GET", f"/moderation/items/{item['id']}")
    assert HELD in case.text
    assert "escroquerie ordinaire" in case.text
    assert (await moderator.browser.get(f"/admin/moderation/{item['id']}")).status_code == 200


async def test_held_words_are_in_no_list_page_search_feed_or_notice(
    orvance: House, sabine: Person, reader: Person
) -> None:
    await reader.browser.call("POST", f"/people/{sabine.id}/follow")
    await edit(sabine, headline=HELD, topics=["chuchotement"])
    pages = (
        "/", f"/people/{sabine.id}", "/people", "/people?topic=chuchotement", "/me/following",
        "/notifications", f"/communities/{OPEN}", "/?voice=followed", "/api/v1/feed",
        f"/api/v1/people/{sabine.id}", "/api/v1/people", f"/api/v1/people/{sabine.id}/posts",
        "/api/v1/me/following", "/api/v1/notifications",
    )  # fmt: skip
    for path in pages:
        answer = await reader.browser.get(path)
        assert answer.status_code == 200, path
        text = answer.text.replace('value="chuchotement"', "")
        assert "cession" not in text, path
        assert "chuchotement" not in text.replace("topic=chuchotement", ""), path
    async with orvance.transaction():
        found = await db.fetch_value(
            "SELECT id FROM contribution WHERE tenant_id = $1 AND kind = 'profile'"
        )
    for path in (f"/posts/{found}", f"/comments/{found}", f"/contributions/{found}/report"):
        assert (await reader.browser.get(path)).status_code == 404, path


async def test_moderators_are_shown_the_passages_that_were_found(
    sabine: Person, moderator: Person
) -> None:
    fields = {"headline": HELD, "topics": "Dutreil, un escroc, Lyon", "in_directory": "1"}
    await sabine.browser.send_form("/me/profile", fields)
    (item,) = await items(moderator)
    case = (await moderator.browser.call("GET", f"/moderation/items/{item['id']}")).json()
    quoted = {cause["quoted"] for cause in case["causes"]}
    assert {"projet de cession", "escroc"} <= quoted
    for cause in case["causes"]:
        start, end = cause["span"]
        assert case[cause["field"]][start:end] == cause["quoted"]


async def test_published_words_take_the_place_of_the_live_ones(
    sabine: Person, reader: Person, moderator: Person
) -> None:
    await edit(sabine, headline="Avant")
    await edit(
        sabine, headline=HELD, topics=["Dutreil"], office="Lyon", office_visibility="members"
    )
    await decide(moderator, "publish")
    shown = await seen(reader, sabine)
    assert (shown["headline"], shown["topics"]) == (HELD, ["Dutreil"])
    assert shown["contacts"][0]["value"] == "Lyon"
    assert await names(reader, "?topic=dutreil") == ["Sabine Auclerc"]
    own = (await sabine.browser.call("GET", "/me/profile")).json()
    assert (own["change"], own["pending"]) == (None, None)
    notices = (await sabine.browser.call("GET", "/notifications")).json()["items"]
    assert notices[0]["path"] == "/me/profile"
    # An approved profile is no published contribution that a newcomer's trust could rest on.
    assert (await edit(sabine, headline="Après"))["change"] is None


async def test_refused_words_are_told_to_their_author_only(
    sabine: Person, reader: Person, moderator: Person
) -> None:
    await edit(sabine, headline="Avant")
    await edit(sabine, headline=HELD)
    await decide(moderator, "refuse", clause_id=CLAUSE, text=LETTER)
    assert (await seen(reader, sabine))["headline"] == "Avant"
    own = (await sabine.browser.call("GET", "/me/profile")).json()
    assert own["change"] == "refused"
    assert LETTER in (await sabine.browser.get("/notifications")).text
    assert "cession" not in (await reader.browser.get(f"/people/{sabine.id}")).text


async def test_a_change_after_a_refusal_waits_too(
    sabine: Person, reader: Person, moderator: Person
) -> None:
    await edit(sabine, headline=HELD)
    await decide(moderator, "refuse", clause_id=CLAUSE, text=LETTER)
    told = await edit(sabine, headline="Des mots paisibles")
    assert told["change"] == "held"
    assert (await seen(reader, sabine))["headline"] is None
    await decide(moderator, "publish")
    assert (await seen(reader, sabine))["headline"] == "Des mots paisibles"


async def test_words_sent_back_are_changed_and_sent_again(
    sabine: Person, reader: Person, moderator: Person
) -> None:
    await edit(sabine, headline=HELD)
    await decide(moderator, "return", clause_id=CLAUSE, text=LETTER)
    own = (await sabine.browser.call("GET", "/me/profile")).json()
    assert own["change"] == "returned"
    await edit(sabine, headline="Des mots paisibles")
    await decide(moderator, "publish")
    assert (await seen(reader, sabine))["headline"] == "Des mots paisibles"


async def test_a_second_change_joins_the_open_item(sabine: Person, moderator: Person) -> None:
    await edit(sabine, headline=HELD)
    first = await items(moderator)
    await edit(sabine, headline="Plus calme", topics=["Dutreil"])
    second = await items(moderator)
    assert [i["id"] for i in first] == [i["id"] for i in second]
    assert second[0]["title"] == "Plus calme"


async def test_a_change_may_be_taken_back(
    sabine: Person, reader: Person, moderator: Person
) -> None:
    await edit(sabine, headline="Avant")
    await edit(sabine, headline=HELD)
    assert (await sabine.browser.call("DELETE", "/me/profile/pending")).status_code == 204
    assert await items(moderator) == []
    own = (await sabine.browser.call("GET", "/me/profile")).json()
    assert (own["pending"], own["words"]["headline"]) == (None, "Avant")
    assert (await sabine.browser.call("DELETE", "/me/profile/pending")).status_code == 404
    await edit(sabine, headline=HELD)
    await edit(sabine, headline="Avant")
    assert await items(moderator) == []


async def test_who_sees_a_contact_never_waits(sabine: Person, reader: Person) -> None:
    await edit(sabine, office="Lyon", office_visibility="members")
    await edit(sabine, headline=HELD, office_visibility="nobody")
    assert (await seen(reader, sabine))["contacts"] == []
    await edit(sabine, in_directory=False)
    assert await names(reader) == ["Bruno Taillade"]


async def test_nobody_judges_their_own_profile(orvance: House, moderator: Person) -> None:
    await edit(moderator, headline=HELD)
    assert await items(moderator) == []
    colleague = await orvance.person("Bastien Queyroux", roles=["moderator"], capacity="employee")
    assert len(await items(colleague)) == 1


async def test_managers_of_communities_do_not_see_profiles(orvance: House, sabine: Person) -> None:
    manager = await orvance.person("Noé Vidal", manages=[OPEN], capacity="employee")
    await edit(sabine, headline=HELD)
    assert await items(manager) == []


async def test_a_published_profile_counts_as_no_contribution(
    orvance: House, sabine: Person, moderator: Person
) -> None:
    await edit(sabine, headline=HELD)
    await decide(moderator, "publish")
    async with orvance.transaction():
        assert await db.fetch_value(
            "SELECT live_revision_id IS NOT NULL FROM contribution"
            " WHERE tenant_id = $1 AND kind = 'profile'"
        )
    assert (await orvance.person()).id  # another session: the actor's own statement still runs
    posts = await sabine.browser.call("GET", f"/people/{sabine.id}/posts")
    assert posts.json()["items"] == []
