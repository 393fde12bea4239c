"""Two hundred decisions at once on twenty cases: exactly one each, every loser is told."""

import asyncio
from typing import Any

import asyncpg

from tests.factories import House, Person
from tests.moderation.conftest import claim, hold, items, refusal

CASES, TRIES = 20, 10


async def test_of_two_hundred_decisions_twenty_stand(
    orvance: House, author: Person, moderator: Person, superuser: asyncpg.Connection
) -> None:
    for n in range(CASES):
        await hold(orvance, author, title=f"Cas {n:02}")
    mine = [await claim(moderator, item) for item in await items(moderator)]
    assert len(mine) == CASES
    await moderator.browser.token()

    async def decide(item: dict[str, Any], n: int) -> Any:
        what = (
            refusal()
            if n % 3 == 0
            else {"action": "publish"}
            if n % 3 == 1
            else refusal(action="return")
        )
        body = {"version": item["version"], **what}
        path = f"/moderation/items/{item['id']}/decisions"
        while True:
            answer = await moderator.browser.call("POST", path, body)
            # A busy machine may ask to come back: then nothing was decided by this try.
            if answer.status_code != 503:
                return item["id"], answer

    tries = [(item, n) for n in range(TRIES) for item in mine]
    answers = await asyncio.gather(*(decide(item, n) for item, n in tries))

    by_item: dict[str, list[Any]] = {}
    for item_id, answer in answers:
        by_item.setdefault(item_id, []).append(answer)
    for found in by_item.values():
        codes = sorted(answer.status_code for answer in found)
        assert codes == [201] + [409] * (TRIES - 1), codes
        for lost in (answer for answer in found if answer.status_code == 409):
            assert lost.json()["code"] == "stale"
            assert lost.json()["data"]["who"] == moderator.name
            assert lost.json()["data"]["at"]
            assert lost.json()["data"]["item"]["item"]["version"] > mine[0]["version"]
    decisions = await superuser.fetch("SELECT item_id FROM decision")
    assert len(decisions) == len({row["item_id"] for row in decisions}) == CASES
    told = await superuser.fetch(
        "SELECT dedupe FROM notice WHERE member_id = $1 AND kind = 'contribution_decided'",
        author.id,
    )
    assert len(told) == len({row["dedupe"] for row in told}) == CASES
    mails = await superuser.fetchval(
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notifications.mail_notice'"
        " AND args ->> 'notice_id' IN (SELECT id::text FROM notice WHERE member_id = $1)",
        author.id,
    )
    assert mails == CASES
    entries = await superuser.fetchval(
        "SELECT count(*) FROM journal_entry WHERE act = 'review.decided'"
    )
    assert entries == CASES


async def test_of_many_together_at_once_each_case_is_decided_once(
    orvance: House, author: Person, moderator: Person, colleague: Person,
    superuser: asyncpg.Connection,
) -> None:  # fmt: skip
    """Two moderators press the button for the same ten cases, each of them twice."""
    for n in range(10):
        await hold(orvance, author, title=f"Cas {n:02}")
    found = await items(moderator)
    [group] = (await moderator.browser.call("GET", "/moderation/together")).json()["items"]
    body = {
        "action": "publish", "clause_id": group["clause_id"], "rule_id": group["rule_id"],
        "items": [{"id": one["id"], "version": one["version"]} for one in found],
    }  # fmt: skip
    await colleague.browser.token()
    answers = await asyncio.gather(
        *(
            person.browser.call("POST", "/moderation/together", body)
            for person in (moderator, colleague, moderator, colleague)
        )
    )
    assert [answer.status_code for answer in answers] == [200] * 4
    assert sum(answer.json()["done"] for answer in answers) == 10
    lost = [one for answer in answers for one in answer.json()["items"] if not one["is_done"]]
    assert {one["status"] for one in lost} == {409}
    assert await superuser.fetchval("SELECT count(*) FROM decision") == 10
