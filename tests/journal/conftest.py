"""Who writes, judges and reads in the tests of the journal, and a post with a whole story."""

import pytest

from tests.factories import House, Person
from tests.moderation.conftest import PLACE, Held, act, claim, hold, items, refusal


@pytest.fixture
async def auditor(orvance: House) -> Person:
    return await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")


@pytest.fixture
async def moderator(orvance: House) -> Person:
    return await orvance.person("Ludivine Darcel", roles=["moderator"], capacity="employee")


@pytest.fixture
async def author(orvance: House) -> Person:
    return await orvance.person("Georges Malvoisin", communities=[PLACE])


@pytest.fixture
async def refused(orvance: House, author: Person, moderator: Person) -> Held:
    """A post that was held, taken charge of, and refused."""
    held = await hold(orvance, author)
    [item] = await items(moderator)
    answer = await act(moderator, await claim(moderator, item), "decisions", **refusal())
    assert answer.status_code == 201
    return held
