"""Requests to join a community, decided in the queue or on the community's own page."""

import pytest

from tests.factories import House, Person
from tests.moderation.conftest import act, claim, items

PLACE = "transmission"


async def ask(person: Person) -> None:
    answer = await person.browser.call("POST", f"/communities/{PLACE}/membership")
    assert answer.status_code == 200, answer.text
    assert answer.json()["standing"] == "pending"


async def standing(person: Person) -> str | None:
    answer = await person.browser.call("GET", f"/communities/{PLACE}")
    found: str | None = answer.json()["standing"]
    return found


@pytest.fixture
async def manager(orvance: House) -> Person:
    return await orvance.person("Paul-Henri Sorbets", manages=[PLACE])


@pytest.fixture
async def asker(orvance: House) -> Person:
    person = await orvance.person("Hélène Marcillat")
    await ask(person)
    return person


@pytest.mark.parametrize(("action", "after"), [("admit", "member"), ("decline", None)])
async def test_a_request_is_decided_in_the_queue(
    asker: Person, manager: Person, action: str, after: str | None
) -> None:
    [item] = await items(manager)
    assert (item["kind"], item["target_kind"]) == ("join", "community")
    assert item["author"]["name"] == asker.name
    assert "Transmission" in item["title"]
    mine = await claim(manager, item)
    case = (await manager.browser.call("GET", f"/moderation/items/{item['id']}")).json()
    assert case["can"]["actions"] == ["escalate", "admit", "decline"]
    decided = await act(manager, mine, "decisions", action=action)
    assert decided.status_code == 201, decided.text
    assert await standing(asker) == after
    assert await items(manager) == []
    [done] = await items(manager, "decided")
    assert done["outcome"] == action
    told = (await asker.browser.call("GET", "/notifications")).json()["items"]
    assert [notice["kind"] for notice in told] == ["request_decided"]


async def test_a_moderator_decides_too(asker: Person, moderator: Person) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    assert (await act(moderator, mine, "decisions", action="admit")).status_code == 201
    assert await standing(asker) == "member"


async def test_what_the_community_s_page_decides_closes_the_case(
    asker: Person, manager: Person, moderator: Person
) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    path = f"/communities/{PLACE}/requests/{asker.id}/admission"
    assert (await manager.browser.call("POST", path)).status_code == 204
    assert await items(manager) == []
    [done] = await items(manager, "decided")
    assert done["outcome"] == "admit"
    late = await act(moderator, mine, "decisions", action="decline")
    assert (late.status_code, late.json()["code"]) == (409, "stale")
    assert await standing(asker) == "member"


async def test_what_is_taken_back_leaves_the_queue(asker: Person, manager: Person) -> None:
    [item] = await items(manager)
    answer = await asker.browser.call("DELETE", f"/communities/{PLACE}/membership")
    assert answer.status_code == 204
    assert await items(manager) == []
    late = await act(manager, item, "claim")
    assert late.status_code == 409
    await ask(asker)
    [again] = await items(manager)
    assert again["id"] != item["id"]


async def test_managers_elsewhere_and_members_know_nothing(asker: Person, orvance: House) -> None:
    elsewhere = await orvance.person("Sabine Auclerc", manages=["marches-prives"])
    assert await items(elsewhere) == []
    assert (await asker.browser.call("GET", "/moderation/items")).status_code == 404


async def test_the_page_of_a_request_can_be_worked(asker: Person, manager: Person) -> None:
    [item] = await items(manager)
    path = f"/admin/moderation/{item['id']}"
    page = (await manager.browser.get(path)).text
    assert "Demande d’adhésion" in page
    taken = await manager.browser.send_form(f"{path}/claim", {"version": str(item["version"])})
    assert taken.status_code == 303
    form = (await manager.browser.get(path)).text
    assert 'value="admit"' in form
    assert 'value="publish"' not in form
    version = str(item["version"] + 1)
    done = await manager.browser.send_form(
        f"{path}/decision", {"version": version, "action": "admit"}
    )
    assert done.status_code == 303
    assert await standing(asker) == "member"
