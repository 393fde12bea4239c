"""A claim is a lease; every write carries the version it saw."""

import asyncio
from datetime import timedelta

from parvis.core import clock
from tests.factories import Person
from tests.moderation.conftest import Held, act, claim, items, refusal


async def test_a_claim_keeps_others_away(held: Held, moderator: Person, colleague: Person) -> None:
    [item] = await items(moderator)
    await claim(moderator, item)
    [seen] = await items(colleague)
    assert seen["claimed_by"]["name"] == moderator.name
    refused = await act(colleague, seen, "claim")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_offered")
    assert [mine["id"] for mine in await items(moderator, "mine")] == [item["id"]]


async def test_a_lease_ends_by_itself(held: Held, moderator: Person, colleague: Person) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    with clock.shift(timedelta(minutes=11)):
        theirs = await claim(colleague, mine)
        assert theirs["claimed_by"]["name"] == colleague.name
        late = await act(moderator, mine, "decisions", action="publish")
    assert (late.status_code, late.json()["code"]) == (409, "stale")
    assert late.json()["data"]["who"] == colleague.name


async def test_a_lease_that_ran_out_is_still_ones_own_until_somebody_takes_it(
    held: Held, moderator: Person
) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    with clock.shift(timedelta(minutes=11)):
        decided = await act(moderator, mine, "decisions", action="publish")
    assert decided.status_code == 201


async def test_a_lease_is_renewed_while_the_case_is_on_screen(
    held: Held, moderator: Person, colleague: Person
) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    with clock.shift(timedelta(minutes=8)):
        assert (await act(moderator, mine, "renewal")).status_code == 200
        with clock.shift(timedelta(minutes=8)):
            assert (await act(colleague, mine, "claim")).status_code == 409
            assert (await act(moderator, mine, "decisions", action="publish")).status_code == 201


async def test_a_case_can_be_kept_until_tomorrow(
    held: Held, moderator: Person, colleague: Person
) -> None:
    [item] = await items(moderator)
    kept = (await act(moderator, await claim(moderator, item), "hold")).json()["item"]
    with clock.shift(timedelta(minutes=25)):
        assert (await act(colleague, kept, "claim")).json()["code"] == "not_offered"


async def test_what_is_put_back_is_open_to_all(
    held: Held, moderator: Person, colleague: Person
) -> None:
    [item] = await items(moderator)
    free = (await act(moderator, await claim(moderator, item), "release")).json()["item"]
    assert (free["status"], free["claimed_by"]) == ("open", None)
    assert (await act(colleague, free, "claim")).status_code == 200


async def test_a_case_is_handed_over_to_a_colleague_who_may_judge(
    held: Held, moderator: Person, colleague: Person, reader: Person
) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    wrong = await act(moderator, mine, "hand-over", member_id=str(reader.id))
    assert wrong.status_code == 422
    assert "member_id" in wrong.json()["fields"]
    given = await act(moderator, mine, "hand-over", member_id=str(colleague.id))
    assert given.status_code == 200
    [theirs] = await items(colleague, "mine")
    assert (await act(colleague, theirs, "decisions", action="publish")).status_code == 201


async def test_who_holds_nothing_decides_nothing(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    refused = await act(moderator, item, "decisions", action="publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_offered")


async def test_a_stale_write_is_told_what_happened_and_gets_the_fresh_case(
    held: Held, moderator: Person, colleague: Person
) -> None:
    [item] = await items(moderator)
    await claim(colleague, item)
    stale = await act(moderator, item, "claim")
    told = stale.json()
    assert (stale.status_code, told["code"]) == (409, "stale")
    assert colleague.name in told["title"]
    assert told["data"]["at"]
    assert told["data"]["item"]["item"]["version"] == item["version"] + 1


async def test_a_stale_form_shows_the_fresh_case_under_what_happened(
    held: Held, moderator: Person, colleague: Person
) -> None:
    [item] = await items(moderator)
    await claim(colleague, item)
    path = f"/admin/moderation/{item['id']}/claim"
    page = await moderator.browser.send_form(path, {"version": item["version"]})
    assert page.status_code == 409
    assert f"Prise en charge par {colleague.name}" in page.text
    assert "Un confrère parle" in page.text


async def test_of_many_decisions_at_once_exactly_one_stands(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    await moderator.browser.token()
    answers = await asyncio.gather(
        *(
            act(moderator, mine, "decisions", **(refusal() if n % 2 else {"action": "publish"}))
            for n in range(6)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert len(await items(moderator, "decided")) == 1


async def test_of_two_claims_at_once_one_holds(
    held: Held, moderator: Person, colleague: Person
) -> None:
    [item] = await items(moderator)
    await colleague.browser.token()
    answers = await asyncio.gather(act(moderator, item, "claim"), act(colleague, item, "claim"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
