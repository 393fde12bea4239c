"""Following: nothing in return, no word to the followed, and only what one may read."""

from typing import Any
from uuid import UUID

import pytest

from parvis.core import db, jobs
from parvis.core.ids import new_id
from parvis.features.charter.verdict import Effect
from parvis.features.charter.verdict import Person as Judged
from parvis.features.notifications.followers import tell_followers
from tests.charter.examples import charter, verdict
from tests.factories import House, Person
from tests.members.conftest import OPEN, SECRET, become, hide

LISTED = "transmission"
CLIENT = Judged(labels=frozenset({"client"}))


async def follow(reader: Person, person: Person) -> None:
    answer = await reader.browser.call("POST", f"/people/{person.id}/follow")
    assert answer.status_code == 200, answer.text
    assert answer.json()["is_followed"] is True


async def followed(reader: Person) -> list[str]:
    answer = await reader.browser.call("GET", "/me/following")
    assert answer.status_code == 200, answer.text
    return [one["person"]["name"] for one in answer.json()["items"]]


async def publish(house: House, person: Person, place: str, title: str = "Un retour") -> str:
    """Publish a post, and let the worker tell those who follow."""
    post = {"title": title, "body": "Du vécu."}
    answer = await person.browser.call("POST", f"/communities/{place}/posts", post)
    assert answer.status_code == 201, answer.text
    await jobs.run(tell_followers, house.tenant.id, contribution_id=answer.json()["id"])
    return str(answer.json()["id"])


async def told(person: Person) -> list[dict[str, Any]]:
    answer = await person.browser.call("GET", "/notifications")
    items: list[dict[str, Any]] = answer.json()["items"]
    return [one for one in items if one["kind"] == "followed_published"]


@pytest.fixture
async def sabine(orvance: House) -> Person:
    return await orvance.person("Sabine Auclerc", communities=[OPEN, LISTED, SECRET])


@pytest.fixture
async def bruno(orvance: House) -> Person:
    return await orvance.person("Bruno Taillade", communities=[OPEN])


async def test_one_follows_and_stops(bruno: Person, sabine: Person) -> None:
    await follow(bruno, sabine)
    await follow(bruno, sabine)
    assert await followed(bruno) == ["Sabine Auclerc"]
    page = (await bruno.browser.get(f"/people/{sabine.id}")).text
    assert "Ne plus suivre" in page
    ended = await bruno.browser.call("DELETE", f"/people/{sabine.id}/follow")
    assert ended.status_code == 204
    assert (await bruno.browser.call("DELETE", f"/people/{sabine.id}/follow")).status_code == 204
    assert await followed(bruno) == []


async def test_pages_do_the_same_without_javascript(bruno: Person, sabine: Person) -> None:
    sent = await bruno.browser.send_form(f"/people/{sabine.id}/follow", {})
    assert sent.headers["location"] == f"/people/{sabine.id}"
    assert "Sabine Auclerc" in (await bruno.browser.get("/me/following")).text
    form = {"from": "following"}
    sent = await bruno.browser.send_form(f"/people/{sabine.id}/follow/end", form)
    assert sent.headers["location"] == "/me/following"
    assert "Sabine Auclerc" not in (await bruno.browser.get("/me/following")).text


async def test_who_is_followed_learns_nothing(
    orvance: House, bruno: Person, sabine: Person
) -> None:
    await follow(bruno, sabine)
    assert (await sabine.browser.call("GET", "/notifications")).json()["items"] == []
    for path in (f"/people/{sabine.id}", "/me/following", "/me", "/api/v1/me/following", "/"):
        assert "Taillade" not in (await sabine.browser.get(path)).text, path
    admin = await orvance.person("Bertille Chavagnac", roles=["admin"], capacity="employee")
    await follow(bruno, admin)
    journal = (await admin.browser.get("/admin/journal?act=member.followed")).text
    assert str(admin.id) not in journal.split("Contenu" if "Contenu" in journal else "<main")[-1]


async def test_nobody_follows_themselves_or_who_does_not_exist(bruno: Person) -> None:
    assert (await bruno.browser.call("POST", f"/people/{bruno.id}/follow")).status_code == 403
    for method in ("POST", "DELETE"):
        answer = await bruno.browser.call(method, f"/people/{new_id()}/follow")
        assert answer.status_code == 404


async def test_there_is_a_most(orvance: House, bruno: Person, sabine: Person, monkeypatch) -> None:
    monkeypatch.setattr("parvis.features.members.actions_follow.MOST_FOLLOWED", 1)
    await follow(bruno, sabine)
    other = await orvance.person("Hélène Marcillat")
    assert (await bruno.browser.call("POST", f"/people/{other.id}/follow")).status_code == 409


async def test_followers_are_told_where_they_may_read(
    orvance: House, bruno: Person, sabine: Person
) -> None:
    stranger = await orvance.person("Hélène Marcillat")
    await follow(bruno, sabine)
    await follow(stranger, sabine)
    for place in (SECRET, LISTED):
        await publish(orvance, sabine, place)
        assert await told(bruno) == await told(stranger) == []
    post = await publish(orvance, sabine, OPEN)
    for reader in (bruno, stranger):
        (notice,) = await told(reader)
        assert notice["path"] == f"/posts/{post}"
        assert "Sabine Auclerc" in notice["headline"]
        assert "Un retour" not in notice["headline"]


async def test_one_notice_an_author_and_day(orvance: House, bruno: Person, sabine: Person) -> None:
    await follow(bruno, sabine)
    first = await publish(orvance, sabine, OPEN)
    await jobs.run(tell_followers, orvance.tenant.id, contribution_id=first)
    assert len(await told(bruno)) == 1
    assert "une publication" in (await told(bruno))[0]["headline"]
    await publish(orvance, sabine, OPEN)
    await publish(orvance, sabine, OPEN)
    (notice,) = await told(bruno)
    assert "plusieurs publications" in notice["headline"]
    assert notice["path"] == f"/people/{sabine.id}"


async def test_held_posts_are_told_to_nobody(orvance: House, bruno: Person, sabine: Person) -> None:
    await follow(bruno, sabine)
    post = {"title": "Un mot", "body": "C’est un escroc."}
    answer = await sabine.browser.call("POST", f"/communities/{OPEN}/posts", post)
    assert answer.json()["status"] == "held"
    await jobs.run(tell_followers, orvance.tenant.id, contribution_id=answer.json()["id"])
    assert await told(bruno) == []


async def test_a_post_taken_back_in_time_is_not_told(
    orvance: House, bruno: Person, sabine: Person
) -> None:
    await follow(bruno, sabine)
    post = {"title": "Un mot", "body": "Du vécu."}
    answer = await sabine.browser.call("POST", f"/communities/{OPEN}/posts", post)
    await sabine.browser.send_form(f"/posts/{answer.json()['id']}/withdrawal", {})
    await jobs.run(tell_followers, orvance.tenant.id, contribution_id=answer.json()["id"])
    assert await told(bruno) == []


async def test_the_request_only_queues_the_telling(orvance: House, sabine: Person) -> None:
    post = {"title": "Un mot", "body": "Du vécu."}
    answer = await sabine.browser.call("POST", f"/communities/{OPEN}/posts", post)
    async with orvance.transaction():
        queued = await db.fetch(
            "SELECT args->>'contribution_id' AS id FROM procrastinate_jobs"
            " WHERE (args->>'tenant_id')::uuid = $1 AND task_name = 'notifications.tell_followers'"
        )
    assert answer.json()["id"] in {row["id"] for row in queued}


async def test_the_feed_of_those_one_follows(orvance: House, bruno: Person, sabine: Person) -> None:
    other = await orvance.person("Hélène Marcillat", communities=[OPEN])
    await follow(bruno, sabine)
    titles = {}
    for person, place, title in (
        (sabine, OPEN, "À tous"), (sabine, LISTED, "Aux membres"), (sabine, SECRET, "Au conseil"),
        (other, OPEN, "D’une autre"),
    ):  # fmt: skip
        titles[title] = await publish(orvance, person, place, title)
    feed = (await bruno.browser.call("GET", "/feed?voice=followed")).json()
    assert [one["title"] for one in feed["items"]] == ["À tous"]
    page = (await bruno.browser.get("/?voice=followed")).text
    assert "À tous" in page
    assert "D’une autre" not in page
    assert "Au conseil" not in page
    lonely = await orvance.person("Noé Vidal")
    assert (await lonely.browser.call("GET", "/feed?voice=followed")).json()["items"] == []
    await follow(lonely, sabine)
    feed = (await lonely.browser.call("GET", "/feed?voice=followed")).json()
    assert [one["title"] for one in feed["items"]] == ["À tous"], "open places are read by all"


async def test_the_feed_pages_on(orvance: House, bruno: Person, sabine: Person) -> None:
    await follow(bruno, sabine)
    for n in range(5):
        await publish(orvance, sabine, OPEN, f"Mot {n}")
    first = (await bruno.browser.call("GET", "/feed?voice=followed&limit=3")).json()
    after = first["next_after"]
    rest = (await bruno.browser.call("GET", f"/feed?voice=followed&after={after}")).json()
    found = [one["title"] for one in first["items"] + rest["items"]]
    assert found == [f"Mot {n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("gone", ["hidden", "deactivated"])
async def test_who_becomes_absent_leaves_the_lists_of_their_followers(
    orvance: House, bruno: Person, sabine: Person, gone: str
) -> None:
    await follow(bruno, sabine)
    post = await publish(orvance, sabine, OPEN)
    assert len(await told(bruno)) == 1
    if gone == "hidden":
        await hide(sabine)
    else:
        await become(orvance, sabine, state="deactivated")
    assert await followed(bruno) == []
    assert "Auclerc" not in (await bruno.browser.get("/me/following")).text
    feed = (await bruno.browser.call("GET", "/feed?voice=followed")).json()
    assert feed["items"] == []
    ended = await bruno.browser.call("DELETE", f"/people/{sabine.id}/follow")
    assert ended.status_code == 204, "one may always stop"
    again = await bruno.browser.call("POST", f"/people/{sabine.id}/follow")
    assert again.status_code == 404
    assert UUID(post)


async def test_posts_of_absent_people_are_not_announced(
    orvance: House, bruno: Person, sabine: Person
) -> None:
    await follow(bruno, sabine)
    await hide(sabine)
    await publish(orvance, sabine, OPEN)
    assert await told(bruno) == []


async def test_to_follow_is_an_act_that_the_charter_judges(orvance: House, sabine: Person) -> None:
    newcomer = await orvance.person("Noé Vidal", accepted=False)
    answer = await newcomer.browser.call("POST", f"/people/{sabine.id}/follow")
    assert (answer.status_code, answer.json()["code"]) == (403, "charter_required")
    assert (await newcomer.browser.call("DELETE", f"/people/{sabine.id}/follow")).status_code < 500
    forbidding = charter('kind = "forbid"\nacts = ["member.follow"]\npeople = ["client"]')
    assert verdict(forbidding, act="member.follow", person=CLIENT).effect is Effect.REFUSE
