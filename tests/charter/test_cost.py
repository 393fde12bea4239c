"""What communities' own charters cost those who have nothing to do with them: no statement."""

import pytest

from tests.charter.community_charter import ACCEPTANCE, charter
from tests.conversations.test_feed import statements

PLACE = "transmission"


async def asked(person, path):
    """Return what a page runs once the process knows its charters: their news may still arrive."""
    counts = []
    for _ in range(4):
        with statements() as run:
            assert (await person.browser.get(path)).status_code == 200
        counts.append(len(run))
    return min(counts)


@pytest.mark.parametrize("path", ["/", "/communities", "/people", "/api/v1/feed"])
async def test_a_charter_of_one_community_adds_no_statement_elsewhere(orvance, publisher, path):
    member = await orvance.person(communities=["clients-du-cercle"])
    before = await asked(member, path)
    await publisher(charter(ACCEPTANCE), PLACE)
    assert await asked(member, path) == before


async def test_in_its_place_it_costs_no_more_than_another_s(orvance, publisher):
    """One statement tells which place it is, and is asked as soon as any community has one."""
    member = await orvance.person(communities=[PLACE])
    path = f"/communities/{PLACE}"
    before = await asked(member, path)
    await publisher(charter(ACCEPTANCE), PLACE)
    given = {"decision": "accepted", "version": 1}
    await member.browser.call("POST", f"{path}/charter/acceptance", given)
    assert await asked(member, path) == before
