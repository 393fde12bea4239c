"""Support: one vote a member, counted right whoever votes at the same time."""

import asyncio

import pytest

from parvis.core import db
from tests.meetings.conftest import ask, decide, seen


@pytest.fixture
async def shown(orvance, meeting, staff):
    """A question that members see."""
    asker = await orvance.person("Hélène Marcillat")
    question = await ask(asker, meeting)
    await decide(staff["moderator"], question, "publish")
    return question | {"asker": asker}


async def test_a_second_vote_of_the_same_member_changes_nothing(orvance, shown) -> None:
    voter = await orvance.person("Benoît Lescarret")
    for _ in range(2):
        vote = await voter.browser.call("POST", f"/questions/{shown['id']}/support")
        assert vote.json()["support_count"] == 1
        assert vote.json()["supported"] is True
    assert (await seen(voter, shown))["supported"] is True


async def test_support_can_be_taken_back(orvance, shown) -> None:
    voter = await orvance.person("Benoît Lescarret")
    await voter.browser.call("POST", f"/questions/{shown['id']}/support")
    for _ in range(2):
        vote = await voter.browser.call("DELETE", f"/questions/{shown['id']}/support")
        assert (vote.json()["support_count"], vote.json()["supported"]) == (0, False)


async def test_an_author_cannot_support_their_own_question(shown) -> None:
    refused = await shown["asker"].browser.call("POST", f"/questions/{shown['id']}/support")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_question")


async def test_a_member_without_a_confirmed_name_cannot_support(orvance, shown) -> None:
    voter = await orvance.person("Benoît Lescarret")
    async with orvance.transaction():
        await db.execute(
            "UPDATE member SET name_source = 'unverified' WHERE tenant_id = $1 AND id = $2",
            voter.id,
        )
    refused = await voter.browser.call("POST", f"/questions/{shown['id']}/support")
    assert refused.status_code == 403
    assert (await seen(shown["asker"], shown))["support_count"] == 0


async def test_many_votes_at_once_are_all_counted(orvance, shown) -> None:
    voters = [await orvance.person(f"Membre {n}") for n in "ABCDEF"]
    path = f"/questions/{shown['id']}/support"
    for voter in voters:
        await voter.browser.token()
    # Each twice: the second of the same member must not count, the others must.
    calls = [voter.browser.call("POST", path) for voter in voters for _ in range(2)]
    answers = await asyncio.wait_for(_together(calls), 20)
    assert {answer.status_code for answer in answers} == {200}
    async with orvance.transaction():
        count = await db.fetch_value(
            "SELECT support_count FROM question WHERE tenant_id = $1 AND id = $2", shown["id"]
        )
        votes = await db.fetch_value("SELECT count(*) FROM support WHERE tenant_id = $1")
    assert count == votes == len(voters)


async def _together(calls):
    tasks = [asyncio.create_task(call) for call in calls]
    return [await task for task in tasks]


async def test_what_nobody_sees_cannot_be_supported(orvance, meeting) -> None:
    asker, voter = await orvance.person("Hélène Marcillat"), await orvance.person("Benoît Lesca")
    pending = await ask(asker, meeting)
    refused = await voter.browser.call("POST", f"/questions/{pending['id']}/support")
    assert refused.status_code == 404


async def test_the_button_works_as_a_form_and_swaps_itself_for_htmx(orvance, shown) -> None:
    voter = await orvance.person("Benoît Lescarret")
    path = f"/questions/{shown['id']}/support"
    fragment = await voter.browser.send_form(path, {}, headers={"hx-request": "true"})
    assert fragment.status_code == 200
    assert fragment.text.lstrip().startswith("<form")
    assert 'aria-pressed="true"' in fragment.text
    assert f'action="{path}/removal"' in fragment.text
    assert f'hx-post="{path}/removal"' in fragment.text
    plain = await voter.browser.send_form(f"{path}/removal", {})
    assert plain.status_code == 303
    assert (await seen(voter, shown))["support_count"] == 0
