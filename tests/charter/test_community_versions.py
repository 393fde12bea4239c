"""Versions of a community's own charter: numbered apart, and never more than its own to say."""

import pytest

from parvis.features.charter.document import parse
from parvis.features.charter.in_force import (
    effective_versions,
    has_community_charters,
    in_force,
    in_force_of_community,
)
from parvis.features.tenants.problems import TenantFileError
from tests.charter.community_charter import ACCEPTANCE, FILE, NO_NAMES, charter, publishing

PLACE = "transmission"


@pytest.fixture
async def publish(app, orvance, superuser):
    async with publishing(app, orvance, superuser) as publisher:
        yield publisher


async def current(house, slug=PLACE):
    tenant = await house.app.state.directory.find(house.tenant.host)
    async with house.transaction():
        return await in_force_of_community(tenant, await house.community_id(slug))


async def test_a_community_s_versions_are_numbered_apart_from_the_tenant_s(orvance, publish):
    assert await current(orvance) is None
    first = await publish(charter(ACCEPTANCE), PLACE)
    second = await publish(charter(ACCEPTANCE, NO_NAMES), PLACE)
    assert (first.number, second.number) == (1, 2)
    found = await current(orvance)
    assert (found.scope, found.version.number) == (PLACE, 2)
    tenant = await orvance.app.state.directory.find(orvance.tenant.host)
    assert (await in_force(tenant)).version.number == 1
    assert await current(orvance, "clients-du-cercle") is None


async def test_the_same_text_twice_is_published_once(publish):
    await publish(charter(ACCEPTANCE), PLACE)
    again = await publish(charter(ACCEPTANCE), PLACE)
    assert (again.number, again.is_new) == (1, False)


async def test_another_tenant_has_none(ardelune, publish):
    await publish(charter(ACCEPTANCE), PLACE)
    tenant = await ardelune.app.state.directory.find(ardelune.tenant.host)
    assert not await has_community_charters(tenant)


async def test_an_overtaken_material_change_is_asked_by_what_overtakes_it(orvance, publish):
    await publish(charter(ACCEPTANCE), PLACE)
    later = charter(ACCEPTANCE, NO_NAMES, more="effective_on = 2999-01-01")
    await publish(later, PLACE)
    await publish(charter(ACCEPTANCE, NO_NAMES, change="editorial"), PLACE)
    found = await current(orvance)
    assert (found.version.number, found.version.is_material) == (3, True)
    tenant = await orvance.app.state.directory.find(orvance.tenant.host)
    async with orvance.transaction():
        place = await orvance.community_id(PLACE)
        assert [one.number for one in await effective_versions(tenant, place)] == [1, 3]


@pytest.mark.parametrize(
    ("rule", "line", "said"),
    [
        ('kind = "acceptance"\nplaces = ["community"]', 16, 'leave out "places"'),
        ('kind = "nothing"', 15, "is no kind of rule"),
    ],
)
def test_a_community_s_charter_says_nothing_of_other_places(rule, line, said):
    source = charter(ACCEPTANCE.replace('kind = "acceptance"', rule))
    with pytest.raises(TenantFileError) as refused:
        parse(source, FILE, of_community=True)
    (problem,) = refused.value.problems
    assert said in problem.message
    assert problem.line == line


async def test_a_broken_charter_of_a_community_publishes_nothing(orvance, publish):
    with pytest.raises(TenantFileError):
        await publish(charter(ACCEPTANCE, ACCEPTANCE), PLACE)
    assert await current(orvance) is None
