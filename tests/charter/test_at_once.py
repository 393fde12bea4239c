"""Several at once: publications take numbers in turn, and nobody accepts what is being replaced."""

import asyncio
import contextvars

from parvis.features.charter import in_force
from parvis.features.charter.actions import publish_version
from tests.charter.community_charter import ACCEPTANCE, FILE, NO_NAMES, charter
from tests.charter.test_versions import changed

PLACE = "transmission"


def beside(work):
    """Run `work` as another request would: in a context, and a transaction, of its own."""
    return asyncio.create_task(work, context=contextvars.Context())


async def publish(house, source, slug=None):
    async with house.transaction():
        place = await house.community_id(slug) if slug else None
        return await publish_version(house.tenant, source, file=FILE, community_id=place)


async def test_two_publications_at_once_get_different_numbers(orvance, publisher):
    work = [beside(publish(orvance, changed(more=f"# {n}"))) for n in range(4)] + [
        beside(publish(orvance, charter(ACCEPTANCE, title=f"n {n}"), PLACE)) for n in range(4)
    ]
    done = await asyncio.gather(*work)
    await publisher.seen()
    assert sorted(one.number for one in done[:4]) == [2, 3, 4, 5]
    assert sorted(one.number for one in done[4:]) == [1, 2, 3, 4]


async def test_an_answer_waits_for_a_publication_and_is_told_409(orvance, publisher, superuser):
    member = await orvance.person(communities=[PLACE])
    await publisher(charter(ACCEPTANCE), PLACE)
    await member.browser.token()
    given = {"decision": "accepted", "version": 1}
    path = f"/communities/{PLACE}/charter/acceptance"
    async with orvance.transaction():
        await publish_version(
            orvance.tenant, charter(ACCEPTANCE, NO_NAMES), file=FILE,
            community_id=await orvance.community_id(PLACE),
        )  # fmt: skip
        answering = beside(member.browser.call("POST", path, given))
        await asyncio.sleep(0.3)
        assert not answering.done()
    answer = await answering
    assert (answer.status_code, answer.json()["code"]) == (409, "charter_changed")
    count = (
        "SELECT count(*) FROM charter_acceptance a JOIN charter_version v ON v.id = a.version_id"
    )
    assert await superuser.fetchval(f"{count} WHERE v.community_id IS NOT NULL") == 0
    again = await member.browser.call("POST", path, {**given, "version": 2})
    assert again.status_code == 200


async def test_a_process_that_has_not_heard_of_a_version_asks_the_database(orvance, publisher):
    """What it kept says version 1; the answer to version 2, which its member read, still counts."""
    member = await orvance.person(communities=[PLACE])
    await publisher(charter(ACCEPTANCE), PLACE)
    tenant = await orvance.app.state.directory.find(orvance.tenant.host)
    async with orvance.transaction():
        place = await orvance.community_id(PLACE)
        stale = await in_force.in_force_of_community(tenant, place)
    kept = in_force._known[tenant.id]
    await publisher(charter(ACCEPTANCE, NO_NAMES), PLACE)
    deaf = await orvance.app.state.directory.find(orvance.tenant.host)
    in_force._known[tenant.id] = type(kept)(deaf, kept.versions, {})
    given = {"decision": "accepted", "version": 2}
    path = f"/communities/{PLACE}/charter/acceptance"
    answer = await member.browser.call("POST", path, given)
    assert (stale.version.number, answer.status_code) == (1, 200)


async def test_a_publication_that_fails_leaves_its_number(orvance, publisher):
    async def failing():
        async with orvance.transaction():
            await publish_version(orvance.tenant, changed(), file=FILE)
            raise ValueError

    (failed,) = await asyncio.gather(beside(failing()), return_exceptions=True)
    assert isinstance(failed, ValueError)
    assert (await publisher(changed(more="# other"))).number == 2
