"""What is held comes into the queue, to those who may judge it and to nobody else."""

from datetime import datetime, timedelta

from parvis.core import clock, db
from tests.factories import House, Person
from tests.moderation.conftest import (
    PLACE,
    TITLE,
    Held,
    act,
    claim,
    hold,
    items,
    publish,
    refusal,
)


async def test_held_words_are_in_the_queue_with_their_cause(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    assert (item["title"], item["kind"], item["status"]) == (TITLE, "new", "open")
    assert item["author"]["name"] == held.author.name
    case = (await moderator.browser.call("GET", f"/moderation/items/{item['id']}")).json()
    [cause] = [cause for cause in case["causes"] if cause["span"]]
    assert cause["clause"] == "Ni rumeur ni information privilégiée"
    assert cause["quoted"] == "projet de cession"


async def test_published_words_are_not_in_the_queue(author: Person, moderator: Person) -> None:
    answer = await publish(author, "Le petit-déjeuner de Lyon", "Qui d’autre y sera ?")
    assert answer.json()["status"] == "live"
    assert await items(moderator) == []


async def test_held_words_are_invisible_to_readers(held: Held, reader: Person) -> None:
    page = await reader.browser.get(f"/posts/{held.id}")
    nowhere = await reader.browser.get("/posts/01890a5d-ac96-774b-bcce-b302099a8057")
    assert page.status_code == nowhere.status_code == 404
    assert TITLE not in (await reader.browser.get("/")).text
    assert TITLE not in (await reader.browser.get(f"/communities/{PLACE}")).text


async def test_the_page_marks_the_passage_and_escapes_the_rest(
    orvance: House, author: Person, moderator: Person
) -> None:
    body = "<script>alert(1)</script> un projet de cession & autres"
    await publish(author, TITLE, body)
    [item] = await items(moderator)
    page = (await moderator.browser.get(f"/admin/moderation/{item['id']}")).text
    assert "<mark>projet de cession</mark>" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.replace("&#x2f;", "/")


async def test_a_member_has_no_queue(held: Held, reader: Person, moderator: Person) -> None:
    [item] = await items(moderator)
    for path in ("/admin", "/admin/moderation", f"/admin/moderation/{item['id']}"):
        assert (await reader.browser.get(path)).status_code == 404
        assert (await moderator.browser.get(path)).status_code in (200, 303)
    assert (await reader.browser.call("GET", "/moderation/items")).status_code == 404


async def test_another_tenant_knows_nothing_of_an_item(
    held: Held, moderator: Person, ardelune: House
) -> None:
    [item] = await items(moderator)
    stranger = await ardelune.person("Aude Lanvollon", roles=["moderator"], capacity="employee")
    assert await items(stranger) == []
    path = f"/moderation/items/{item['id']}"
    assert (await stranger.browser.call("GET", path)).status_code == 404
    assert (await act(stranger, item, "claim")).status_code == 404


async def test_a_manager_judges_their_own_community_only(
    held: Held, orvance: House, author: Person, moderator: Person
) -> None:
    manager = await orvance.person("Paul-Henri Sorbets", manages=[PLACE])
    elsewhere = await orvance.person("Sabine Auclerc", manages=["marches-prives"])
    [item] = await items(manager)
    assert (await claim(manager, item))["status"] == "claimed"
    assert await items(elsewhere) == []
    assert (
        await elsewhere.browser.call("GET", f"/moderation/items/{item['id']}")
    ).status_code == 404
    assert [other["id"] for other in await items(moderator)] == [item["id"]]


async def test_nobody_judges_their_own_words(
    orvance: House, moderator: Person, colleague: Person
) -> None:
    async with orvance.transaction():
        await db.insert(
            "community_member", community_id=await orvance.community_id(PLACE),
            member_id=moderator.id, standing="member", role="member", joined_at=clock.now(),
        )  # fmt: skip
    await hold(orvance, moderator)
    assert await items(moderator) == []
    [item] = await items(colleague)
    denied = await act(moderator, item, "claim")
    assert (denied.status_code, denied.json()["code"]) == (403, "own_words")
    assert (await act(colleague, item, "claim")).status_code == 200


async def test_what_its_author_withdraws_leaves_the_queue(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    withdrawn = await held.author.browser.call("DELETE", f"/posts/{held.id}")
    assert withdrawn.status_code < 300, withdrawn.text
    assert await items(moderator) == []
    late = await act(moderator, item, "claim")
    assert (late.status_code, late.json()["code"]) == (409, "stale")


async def test_the_oldest_due_comes_first_page_after_page(
    orvance: House, author: Person, moderator: Person
) -> None:
    for number in range(23):
        await hold(orvance, author, title=f"Dossier {number:02}")
    first = (await moderator.browser.call("GET", "/moderation/items")).json()
    cursor = first["page"]["next_after"]
    second = (await moderator.browser.call("GET", f"/moderation/items?after={cursor}")).json()
    titles = [item["title"] for answer in (first, second) for item in answer["page"]["items"]]
    assert titles == [f"Dossier {number:02}" for number in range(23)]
    assert first["counts"]["open"] == 23
    assert second["page"]["next_after"] is None


async def test_an_item_past_its_time_is_late(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    assert not item["is_late"]
    due = datetime.fromisoformat(item["due_at"])
    with clock.shift(due - clock.now() + timedelta(minutes=1)):
        again = await orvance_session(held.house, moderator)
        [item] = await items(again)
    assert item["is_late"]


async def orvance_session(house: House, moderator: Person) -> Person:
    """A moderator who signs in at the moment the clock shows: sessions end by themselves."""
    return await house.person(moderator.name, roles=["moderator"], capacity="employee")


async def test_decided_items_are_listed_latest_first(
    orvance: House, author: Person, moderator: Person
) -> None:
    for title in ("Un", "Deux"):
        await hold(orvance, author, title=title)
    for item in await items(moderator):
        mine = await claim(moderator, item)
        assert (await act(moderator, mine, "decisions", **refusal())).status_code == 201
    assert [item["title"] for item in await items(moderator, "decided")] == ["Deux", "Un"]
    assert await items(moderator) == []
