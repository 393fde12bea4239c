"""Several cases of one single cause: a decision each, each checked; the others stay."""

from typing import Any

import pytest

from tests.factories import House, Person
from tests.moderation.conftest import CLAUSE, LETTER, act, claim, hold, items

PAGE = "/admin/moderation/together"


@pytest.fixture
async def three(orvance: House, author: Person) -> None:
    for n in range(3):
        await hold(orvance, author, title=f"Cas {n}")


async def rule_of(moderator: Person) -> str:
    answer = await moderator.browser.call("GET", "/moderation/together")
    [group] = answer.json()["items"]
    assert (group["clause_id"], group["count"]) == (CLAUSE, 3)
    found: str = group["rule_id"]
    return found


async def decide(moderator: Person, found: list[dict[str, Any]], **changes: Any) -> Any:
    body = {
        "action": "refuse",
        "clause_id": CLAUSE,
        "rule_id": changes.pop("rule_id", "") or await rule_of(moderator),
        "items": [{"id": one["id"], "version": one["version"], "text": LETTER} for one in found],
    }
    return await moderator.browser.call("POST", "/moderation/together", body | changes)


async def test_each_gets_a_decision_of_its_own(three: None, moderator: Person) -> None:
    answer = await decide(moderator, await items(moderator))
    assert answer.status_code == 200, answer.text
    results = answer.json()
    assert results["done"] == 3
    assert len({one["decision_id"] for one in results["items"]}) == 3
    assert await items(moderator) == []
    assert {one["outcome"] for one in await items(moderator, "decided")} == {"refuse"}


async def test_what_fails_for_one_stops_no_other(
    three: None, moderator: Person, colleague: Person
) -> None:
    rule = await rule_of(moderator)
    found = await items(moderator)
    await claim(colleague, found[0])
    found[1]["version"] += 4
    answer = await decide(moderator, found, rule_id=rule)
    results = answer.json()
    assert results["done"] == 1
    first, second, third = results["items"]
    assert (first["status"], first["code"]) == (409, "stale")
    assert colleague.name in first["message"]
    assert (second["status"], second["code"]) == (409, "stale")
    assert third["is_done"]
    assert len(await items(moderator)) == 2


async def test_a_restriction_without_its_text_decides_nothing(
    three: None, moderator: Person
) -> None:
    found = await items(moderator)
    without = [{"id": one["id"], "version": one["version"]} for one in found]
    results = (await decide(moderator, found, items=without)).json()
    assert results["done"] == 0
    assert {one["status"] for one in results["items"]} == {422}
    assert all(one["claimed_by"] is None for one in await items(moderator)), "nothing half-done"


async def test_a_case_with_another_cause_is_not_decided_together(
    three: None, moderator: Person, reader: Person, orvance: House
) -> None:
    rule = await rule_of(moderator)
    found = await items(moderator)
    results = (await decide(moderator, found, clause_id="respect", rule_id=rule)).json()
    assert {one["code"] for one in results["items"]} == {"another_cause"}
    assert len(await items(moderator)) == 3


@pytest.mark.parametrize("action", ["escalate", "redact", "uphold"])
async def test_only_three_decisions_are_taken_together(
    three: None, moderator: Person, action: str
) -> None:
    answer = await decide(moderator, await items(moderator), action=action)
    assert answer.status_code in (400, 422)
    assert len(await items(moderator)) == 3


async def test_the_page_works_without_javascript(three: None, moderator: Person) -> None:
    browser, rule = moderator.browser, await rule_of(moderator)
    assert "Ni rumeur" in (await browser.get(PAGE)).text
    listed = (await browser.get(f"{PAGE}?clause={CLAUSE}&rule={rule}")).text
    found = await items(moderator)
    chosen = [f"{one['id']}:{one['version']}" for one in found[:2]]
    assert all(one in listed for one in chosen)
    cause = {"clause_id": CLAUSE, "rule_id": rule}
    none = await browser.send_form(f"{PAGE}/letters", {**cause, "action": "refuse"})
    assert none.status_code == 422
    read = await browser.send_form(f"{PAGE}/letters", {**cause, "action": "refuse", "item": chosen})
    assert read.status_code == 200
    assert read.text.count("Bonjour") == 2
    texts = {f"text-{one.partition(':')[0]}": LETTER for one in chosen}
    done = await browser.send_form(PAGE, {**cause, "action": "refuse", "item": chosen, **texts})
    assert done.status_code == 200
    assert "Dossiers décidés : 2 sur 2" in done.text.replace("\u00a0", " ")
    again = await browser.send_form(PAGE, {**cause, "action": "refuse", "item": chosen, **texts})
    assert "Dossiers décidés : 0 sur 2" in again.text.replace("\u00a0", " ")
    assert len(await items(moderator)) == 1


async def test_members_have_no_such_page(three: None, author: Person) -> None:
    assert (await author.browser.get(PAGE)).status_code == 404
    assert (await author.browser.call("GET", "/moderation/together")).status_code == 404


async def test_somebody_else_s_case_is_missing(
    three: None, moderator: Person, orvance: House
) -> None:
    rule = await rule_of(moderator)
    elsewhere = await orvance.person("Sabine Auclerc", manages=["marches-prives"])
    found = await items(moderator)
    body = {
        "action": "publish", "clause_id": CLAUSE, "rule_id": rule,
        "items": [{"id": one["id"], "version": one["version"]} for one in found],
    }  # fmt: skip
    answer = await elsewhere.browser.call("POST", "/moderation/together", body)
    assert {one["status"] for one in answer.json()["items"]} == {404}
    assert (await act(moderator, found[0], "claim")).status_code == 200
