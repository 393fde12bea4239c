"""Versions: who is asked again, when a version begins, and what happens to a file unchanged."""

import asyncio
import hashlib
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from parvis.core import clock
from parvis.features.charter.actions import publish_version
from parvis.features.charter.in_force import effective_versions, in_force
from parvis.features.charter.verdict import Acceptance
from parvis.features.tenants.problems import TenantFileError
from parvis.settings import REPOSITORY

FILE = Path("charter.toml")
SOURCE = (REPOSITORY / "tenants/banque-orvance/charter.toml").read_text("utf-8")
POSTS = "/communities/clients-du-cercle/posts"
CIRCLE = ["clients-du-cercle"]
POST = {"title": "Bonjour", "body": "Une question simple.", "community": CIRCLE[0]}


class Undone(Exception):  # it rolls back what a test wrote
    pass


def changed(to="material", *, more="", source=SOURCE):
    return source.replace('change = "material"', f'change = "{to}"\n{more}') + f"\n# {to}\n"


@pytest.fixture
async def publish(orvance, app, superuser):
    """Publish versions of Orvance's charter for one test; they are gone after it."""

    async def publishing(source):
        async with orvance.transaction():
            published = await publish_version(orvance.tenant, source, file=FILE)
        await seen(published.number)
        return published

    async def seen(number):
        for _ in range(200):
            tenant = await app.state.directory.find(orvance.tenant.host)
            async with orvance.transaction():
                versions = await effective_versions(tenant)
            if versions[-1].number == number:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"version {number} is not in force")

    yield publishing
    await superuser.execute(
        "SET session_replication_role = replica;"
        "DELETE FROM charter_version WHERE number > 1;"
        "SET session_replication_role = origin;"
        "NOTIFY parvis_tenant"
    )
    await seen(1)


async def test_an_unchanged_file_publishes_nothing(orvance):
    async with orvance.transaction():
        again = await publish_version(orvance.tenant, SOURCE, file=FILE)
    assert (again.number, again.is_new) == (1, False)


async def test_a_broken_file_publishes_nothing(orvance, superuser):
    with pytest.raises(TenantFileError):
        async with orvance.transaction():
            await publish_version(orvance.tenant, SOURCE + "\n[[clause]]\n", file=FILE)
    count = "SELECT count(*) FROM charter_version WHERE tenant_id = $1 AND community_id IS NULL"
    assert await superuser.fetchval(count, orvance.tenant.id) == 1


async def test_a_version_keeps_its_source_and_its_digest(orvance, superuser):
    row = await superuser.fetchrow(
        "SELECT source, sha256, document, is_material FROM charter_version WHERE tenant_id = $1",
        orvance.tenant.id,
    )
    assert row["source"] == SOURCE
    assert row["sha256"] == hashlib.sha256(SOURCE.encode()).hexdigest()
    assert row["is_material"] is True
    clauses = msgspec.json.decode(row["document"])["clauses"]
    assert clauses[2]["title"]["fr"] == "Respect des personnes"


async def test_an_editorial_change_asks_nothing_of_members(orvance, publish):
    member = await orvance.person(communities=CIRCLE)
    await publish(changed("editorial"))
    assert (await member.browser.get("/communities")).status_code == 200
    assert (await member.browser.get("/charter")).text.count("/charter/2") > 1
    assert (await member.browser.get("/charter/1")).status_code == 200


async def test_a_material_change_asks_again(orvance, publish):
    member = await orvance.person(communities=CIRCLE)
    await publish(changed())
    answer = await member.browser.call("GET", "/communities")
    assert (answer.status_code, answer.json()["version"]) == (403, 2)
    accepted = {"decision": "accepted", "version": 2}
    assert (await member.browser.call("POST", "/charter/acceptance", accepted)).is_success
    assert (await member.browser.call("GET", "/communities")).status_code == 200


async def test_grace_lets_members_go_on_until_it_ends(orvance, publish):
    member = await orvance.person(communities=CIRCLE)
    newcomer = await orvance.person("Léa Vernier", communities=CIRCLE, accepted=False)
    await publish(changed(more="grace_days = 7"))
    assert (await member.browser.call("GET", "/communities")).status_code == 200
    assert (await newcomer.browser.call("GET", "/communities")).status_code == 403


async def test_grace_and_effective_days_are_instants(orvance):
    with pytest.raises(Undone):
        async with orvance.transaction():
            day = (clock.now() + timedelta(days=30)).date()
            source = changed(more=f"effective_on = {day}\ngrace_days = 7")
            await publish_version(orvance.tenant, source, file=FILE)
            tenant = msgspec.structs.replace(orvance.tenant)
            assert (await in_force(tenant)).version.number == 1
            with clock.travel(clock.now() + timedelta(days=32)):
                later = await in_force(tenant)
                assert later.version.number == 2
                assert later.charter.grace_until == later.version.effective_at + timedelta(days=7)
                assert (len(later.enough), len(later.earlier)) == (1, 1)
            raise Undone


async def test_old_and_new_acceptances_are_told_apart(orvance, publish):
    await publish(changed())
    await publish(changed("editorial"))
    async with orvance.transaction():
        current = await in_force(msgspec.structs.replace(orvance.tenant))
    assert current.version.number == 3
    actor = make_actor(orvance.tenant)
    (first,) = current.earlier
    for accepted, standing in (
        ([], Acceptance.MISSING),
        ([first], Acceptance.EARLIER),
        ([*current.enough], Acceptance.CURRENT),
        ([current.version.id], Acceptance.CURRENT),
    ):
        answered = msgspec.structs.replace(actor, accepted_at=dict.fromkeys(accepted, clock.now()))
        assert current.acceptance_of(answered) is standing


def make_actor(tenant):
    from parvis.core.actor import Actor

    return Actor(tenant=tenant, locale="fr")


@pytest.mark.parametrize(
    ("places", "status"),
    [
        ('["place:clients-du-cercle"]', 403),
        ('["community:official"]', 403),
        ('["community"]', 403),
        ('["place:marches-prives"]', 201),
        ('["community:secret", "meeting"]', 201),
    ],
)
async def test_a_rule_of_one_place_covers_posts_and_comments_there(
    orvance, publish, places, status
):
    member = await orvance.person(communities=CIRCLE)
    post = await member.browser.call("POST", POSTS, POST)
    assert post.status_code == 201, post.text
    rule = (
        '\n[[clause.rule]]\nkind = "terms"\nid = "here"\neffect = "refuse"\n'
        f'words.any = ["simple"]\nplaces = {places}\n'
    )
    await publish(changed("editorial", more="", source=SOURCE + rule))
    again = await member.browser.call("POST", POSTS, POST)
    comments = f"/posts/{post.json()['id']}/comments"
    comment = await member.browser.call("POST", comments, {"body": "C’est simple."})
    assert (again.status_code, comment.status_code) == (status, status)


@pytest.mark.parametrize("place", ["community", "community:secret", "place:conseil-consultatif"])
async def test_a_rule_of_secret_places_does_not_tell_outsiders_that_they_exist(
    orvance, publish, place
):
    outsider, insider = (
        await orvance.person(communities=CIRCLE),
        await orvance.person(communities=["conseil-consultatif"]),
    )
    rule = (
        '\n[[clause.rule]]\nkind = "terms"\nid = "here"\neffect = "refuse"\n'
        f'words.any = ["simple"]\nplaces = ["{place}"]\n'
    )
    await publish(changed("editorial", source=SOURCE + rule))
    secret, missing = "/communities/conseil-consultatif/posts", "/communities/nowhere/posts"
    for path in (secret, missing):
        answer = await outsider.browser.call("POST", path, POST)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await insider.browser.call("POST", secret, POST)).status_code == 403
