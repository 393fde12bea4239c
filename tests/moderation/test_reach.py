"""Who restricts whom, and undoes what: nobody reaches beside or above themselves."""

from typing import Any

import pytest

from tests.factories import House, Person
from tests.moderation.conftest import PLACE, act, claim, hold, items, refusal
from tests.moderation.test_sanctions import give, restriction, warning

REASON = "Une erreur sur les faits."


@pytest.fixture
async def admin(orvance: House) -> Person:
    return await orvance.person("Solène Kerviel", roles=["admin"], capacity="employee")


async def take_back(person: Person, decision_id: str) -> Any:
    path = f"/decisions/{decision_id}/reversal"
    return await person.browser.call("POST", path, {"reason": REASON})


async def test_managers_of_one_place_do_not_restrict_each_other(
    orvance: House, admin: Person, moderator: Person
) -> None:
    """What concerns somebody who judges goes to the tenant admin: so do measures against them."""
    first = await orvance.person("Paul-Henri Sorbets", manages=[PLACE])
    second = await orvance.person("Odile Grandvaux", manages=[PLACE])
    async with orvance.transaction():
        place = str(await orvance.community_id(PLACE))
    for by in (first, moderator):
        for given in (warning(place_id=place), restriction(place_id=place)):
            refused = await give(by, second, given)
            assert (refused.status_code, refused.json()["code"]) == (403, "out_of_reach")
    assert (await give(moderator, second, restriction())).status_code == 403
    assert (await give(admin, second, warning(place_id=place))).status_code == 201


async def test_what_the_admin_gave_a_moderator_is_not_their_colleagues_to_lift(
    orvance: House, admin: Person, moderator: Person
) -> None:
    other = await orvance.person("Bastien Queyroux", roles=["moderator"], capacity="employee")
    given = (await give(admin, other, restriction())).json()
    shown = await moderator.browser.call("GET", f"/decisions/{given['id']}")
    assert shown.json()["can_reverse"] is False
    answer = await take_back(moderator, given["id"])
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    assert (await take_back(admin, given["id"])).status_code == 201


async def test_what_the_admin_decided_of_a_moderators_words_is_not_their_colleagues_to_undo(
    orvance: House, admin: Person, moderator: Person
) -> None:
    other = await orvance.person(
        "Bastien Queyroux", roles=["moderator"], communities=[PLACE], capacity="employee"
    )
    await hold(orvance, other)
    assert await items(moderator) == []
    [item] = await items(admin)
    decided = await act(admin, await claim(admin, item), "decisions", **refusal())
    assert decided.status_code == 201, decided.text
    answer = await take_back(moderator, decided.json()["id"])
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    assert (await take_back(admin, decided.json()["id"])).status_code == 201
