"""Grace: a banner with its date, until its very instant; and acceptance again after a warning."""

from datetime import timedelta

import msgspec
import pytest

from parvis.core import clock
from parvis.core.actor import Actor, Standing
from parvis.features.charter.in_force import in_force, in_force_of_community
from parvis.features.charter.judge import judge
from parvis.features.charter.rules import is_renewal, verdict_on
from parvis.features.charter.verdict import Acceptance, ActText, Person
from tests.charter.community_charter import ACCEPTANCE, NO_NAMES, charter
from tests.charter.test_versions import SOURCE, changed

PLACE = "transmission"


@pytest.fixture
async def member(orvance):
    return await orvance.person(communities=[PLACE, "clients-du-cercle"])


async def current_of(house):
    tenant = await house.app.state.directory.find(house.tenant.host)
    async with house.transaction():
        return await in_force(tenant)


async def test_a_banner_says_until_when_and_goes_with_the_answer(member, publisher):
    assert "grace" not in (await member.browser.get("/communities")).text
    await publisher(changed(more="grace_days = 7"))
    page = await member.browser.get("/communities")
    assert page.status_code == 200
    assert 'class="wrap grace"' in page.text
    assert 'href="/charter/acceptance?next=' in page.text
    assert 'href="/charter/2/changes"' in page.text
    given = {"decision": "accepted", "version": 2}
    await member.browser.call("POST", "/charter/acceptance", given)
    assert 'class="wrap grace"' not in (await member.browser.get("/communities")).text


async def test_grace_ends_at_its_very_instant(orvance, member, publisher):
    await publisher(changed(more="grace_days = 1"))
    until = (await current_of(orvance)).charter.grace_until
    with clock.travel(until - timedelta(minutes=1)):
        await orvance.sign_in_again(member)
        assert (await member.browser.call("GET", "/communities")).status_code == 200
    with clock.travel(until):
        answer = await member.browser.call("GET", "/communities")
        assert (answer.status_code, answer.json()["code"]) == (403, "charter_required")


async def test_the_instant_itself_is_no_longer_grace(orvance, publisher):
    await publisher(changed(more="grace_days = 1"))
    compiled = (await current_of(orvance)).charter
    act = ActText(act="read", person=Person(acceptance=Acceptance.EARLIER))
    before = judge(act, compiled, {}, compiled.grace_until - timedelta(microseconds=1))
    at = judge(act, compiled, {}, compiled.grace_until)
    assert [[cause.kind for cause in one.causes] for one in (before, at)] == [[], ["acceptance"]]


async def test_grace_of_a_community_is_told_in_it_alone(member, publisher):
    await publisher(charter(ACCEPTANCE), PLACE)
    given = {"decision": "accepted", "version": 1}
    await member.browser.call("POST", f"/communities/{PLACE}/charter/acceptance", given)
    await publisher(charter(ACCEPTANCE, NO_NAMES, more="grace_days = 7"), PLACE)
    there = await member.browser.get(f"/communities/{PLACE}")
    assert there.status_code == 200
    assert f'href="/communities/{PLACE}/charter/2/changes"' in there.text
    elsewhere = await member.browser.get("/communities/clients-du-cercle")
    assert 'class="wrap grace"' not in elsewhere.text


async def test_who_skipped_a_change_whose_grace_is_over_has_none_for_the_next(orvance, publisher):
    first = (await current_of(orvance)).version.id
    await publisher(changed())
    await publisher(changed(source=SOURCE + "\n# more\n", more="grace_days = 7"))
    current = await current_of(orvance)
    assert current.version.number == 3
    actor = Actor(tenant=orvance.tenant, locale="fr", accepted_at={first: clock.now()})
    assert current.acceptance_of(actor) is Acceptance.MISSING
    assert current.grace_of(actor) is None
    (second,) = current.earlier - {first}
    actor = msgspec.structs.replace(actor, accepted_at={second: clock.now()})
    assert current.acceptance_of(actor) is Acceptance.EARLIER
    assert current.grace_of(actor) == current.charter.grace_until


# --- again after a warning ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "days", "is_refused"),
    [
        ("after_warning", (5, 10), True),
        ("after_warning", (10, 5), False),
        ("after_warning", (None, 10), False),
        ("once", (5, 10), False),
    ],
)
async def test_an_acceptance_older_than_the_last_warning_does_not_count(
    orvance, publisher, how, days, is_refused
):
    warned, accepted = days
    rule = f'kind = "acceptance"\nhow = "{how}"'
    await publisher(charter(ACCEPTANCE.replace('kind = "acceptance"', rule)), PLACE)
    tenant = await orvance.app.state.directory.find(orvance.tenant.host)
    async with orvance.transaction():
        current = await in_force_of_community(tenant, await orvance.community_id(PLACE))
    now = clock.now()
    actor = Actor(
        tenant=tenant, locale="fr",
        accepted_at={current.version.id: now - timedelta(days=accepted)},
        standing=Standing(warned_at=warned and now - timedelta(days=warned)),
    )  # fmt: skip
    verdict = verdict_on(actor, current, "read", fields={})
    assert [cause.kind for cause in verdict.causes] == (["acceptance"] if is_refused else [])
    assert is_renewal(actor, current) is is_refused


async def test_a_warned_member_is_asked_again_and_comes_back(orvance, publisher, superuser):
    rule = 'kind = "acceptance"\nhow = "after_warning"'
    await publisher(charter(ACCEPTANCE.replace('kind = "acceptance"', rule)), PLACE)
    member = await orvance.person(communities=[PLACE])
    assert (await member.browser.call("GET", f"/communities/{PLACE}/posts")).status_code == 200
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute(
        "INSERT INTO sanction (tenant_id, id, member_id, kind, decision_id, charter_version_id,"
        " clause_id, starts_at) SELECT $1, gen_random_uuid(), $2, 'warning', gen_random_uuid(),"
        " gen_random_uuid(), 'respect', $3",
        orvance.tenant.id, member.id, clock.now(),
    )  # fmt: skip
    await superuser.execute("SET session_replication_role = origin")
    answer = await member.browser.call("GET", f"/communities/{PLACE}/posts")
    assert (answer.status_code, answer.json()["scope"]) == (403, PLACE)
    assert (await member.browser.get("/communities")).status_code == 200
    path = f"/communities/{PLACE}/charter/acceptance"
    assert "Vous avez reçu un avertissement" in (await member.browser.get(path)).text
    given = {"decision": "accepted", "version": 1}
    assert (await member.browser.call("POST", path, given)).json()["is_accepted"] is True
    assert (await member.browser.call("GET", f"/communities/{PLACE}/posts")).status_code == 200
    how = "SELECT how FROM charter_acceptance ORDER BY id DESC LIMIT 1"
    assert await superuser.fetchval(how) == "after_warning"
