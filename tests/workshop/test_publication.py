"""A draft becomes a version: at once or on its day, by one of two, never over somebody else's."""

import asyncio
import contextvars
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from parvis.core import clock, db
from parvis.features.charter.actions import publish_version
from tests.factories import House, Person
from tests.workshop.conftest import (
    HOSTS,
    PATH,
    SOURCE,
    begun,
    call,
    in_force_is,
    publisher,
    queued,
    run_jobs,
    saved,
)

CHANGED = SOURCE.replace("Le Cercle Orvance réunit", "Notre Cercle réunit")
# What an operator publishes from files meanwhile; nobody has to accept it before they go on.
APPLIED = SOURCE.replace('change = "material"', 'change = "editorial"') + "\n# applied\n"
JOB = "workshop.publish_scheduled"
PARIS = ZoneInfo("Europe/Paris")


async def changed_draft(person: Person) -> int:
    draft = await saved(person, await begun(person), CHANGED)
    return int(draft["version"])


async def versions(house: House) -> list:
    async with house.transaction():
        return await db.fetch(
            "SELECT number, is_material, published_by, source, effective_at, grace_until"
            " FROM charter_version WHERE tenant_id = $1 AND community_id IS NULL ORDER BY number"
        )


async def acts(house: House) -> list[tuple]:
    async with house.transaction():
        rows = await db.fetch(
            "SELECT act, actor_id FROM journal_entry WHERE tenant_id = $1"
            " AND act LIKE 'charter.pub%' ORDER BY id"
        )
    return [(row["act"], row["actor_id"]) for row in rows]


async def test_published_at_once_it_binds_and_the_draft_is_gone(orvance: House) -> None:
    person = await publisher(orvance)
    body = {
        "version": await changed_draft(person), "change": "material", "grace_days": 14,
        "note": {"fr": "Le préambule.", "en": "The preamble.", "de": "nicht hier"},
    }  # fmt: skip
    assert (await call(person, "POST", "/publication", body))["number"] == 2
    _, new = await versions(orvance)
    assert (new["number"], new["is_material"], new["published_by"]) == (2, True, person.id)
    assert new["grace_until"] - new["effective_at"] == timedelta(days=14)
    assert "grace_days = 14" in new["source"]
    assert 'note.en = "The preamble."' in new["source"]
    assert "nicht hier" not in new["source"]
    assert "# --- Entrer ---" in new["source"]
    await call(person, "GET", "/draft", status=404)
    assert ("charter.published", person.id) in await acts(orvance)
    await in_force_is(orvance.app, HOSTS[0], 2)
    overview = await call(person, "GET", "")
    assert overview["in_force"]["number"] == 2
    assert overview["in_force"]["published_by"] == "Camille Vauzelle"
    assert [row["number"] for row in overview["history"]] == [2, 1]


async def test_published_by_the_form_a_correction_asks_nothing(orvance: House) -> None:
    person = await publisher(orvance)
    fields = {
        "version": await changed_draft(person), "change": "editorial", "when": "now",
        "grace_days": "0", "on": "2020-01-01", "note.fr": "Une faute.", "note.en": "A typo.",
    }  # fmt: skip
    answer = await person.browser.send_form(f"{PATH}/publication", fields)
    assert answer.status_code == 303, answer.text
    _, new = await versions(orvance)
    assert (new["number"], new["is_material"]) == (2, False)


async def test_the_page_says_what_changes_and_how_many_are_asked(orvance: House) -> None:
    people = [await publisher(orvance, f"Person {n}") for n in range(4)]
    await changed_draft(people[0])
    few = (await people[0].browser.get(f"{PATH}/publication")).text
    assert "moins de cinq" in few
    assert "<ins>" in few
    await publisher(orvance, "The fifth")
    many = (await people[0].browser.get(f"{PATH}/publication")).text
    assert "moins de cinq" not in many


async def test_a_draft_that_changes_nothing_is_not_published(orvance: House) -> None:
    person = await publisher(orvance)
    await begun(person)
    answer = await call(
        person, "POST", "/publication", {"version": 1, "change": "material"}, status=422
    )
    assert "1" in answer["title"]
    assert len(await versions(orvance)) == 1


async def test_a_draft_that_was_changed_since_is_not_published(orvance: House) -> None:
    person = await publisher(orvance)
    version = await changed_draft(person)
    body = {"version": version - 1, "change": "material"}
    assert (await call(person, "POST", "/publication", body, status=409))["code"] == "draft_changed"
    assert len(await versions(orvance)) == 1


async def test_a_draft_overtaken_by_another_version_is_not_published_until_looked_at(
    orvance: House,
) -> None:
    person = await publisher(orvance)
    version = await changed_draft(person)
    async with orvance.transaction():
        await publish_version(orvance.tenant, APPLIED, file=Path("charter.toml"))
    body = {"version": version, "change": "material"}
    stale = await call(person, "POST", "/publication", body, status=409)
    assert (stale["code"], stale["data"]["number"]) == ("draft_outdated", 2)
    assert (await call(person, "GET", "/draft"))["is_outdated"]
    assert "data-errors" not in (await person.browser.get(f"{PATH}/draft")).text
    await call(person, "POST", f"/draft/basis/1?version={version}", status=409)
    fresh = await call(person, "POST", f"/draft/basis/2?version={version}")
    assert not fresh["is_outdated"]
    body["version"] = fresh["version"]
    assert (await call(person, "POST", "/publication", body))["number"] == 3


async def test_of_two_who_publish_at_once_one_does(orvance: House) -> None:
    people = [await publisher(orvance, f"Person {n}") for n in range(5)]
    body = {"version": await changed_draft(people[0]), "change": "editorial"}
    answers = await asyncio.gather(*(
        asyncio.create_task(
            person.browser.call("POST", "/admin/charter/publication", body),
            context=contextvars.Context(),
        )
        for person in people
    ))  # fmt: skip
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200, 404, 404, 404, 404]
    assert len(await versions(orvance)) == 2


async def test_a_file_applied_meanwhile_is_not_undone(orvance: House, monkeypatch) -> None:
    """Files are applied without looking at drafts: the number tells who was quicker."""
    person = await publisher(orvance)
    body = {"version": await changed_draft(person), "change": "material"}
    both = await asyncio.gather(
        asyncio.create_task(
            person.browser.call("POST", "/admin/charter/publication", body),
            context=contextvars.Context(),
        ),
        asyncio.create_task(_apply(orvance), context=contextvars.Context()),
    )
    found = await versions(orvance)
    if both[0].status_code == 200:
        assert [row["published_by"] for row in found] == [None, person.id, None]
    else:
        assert (both[0].status_code, both[0].json()["code"]) == (409, "draft_outdated")
        assert [row["published_by"] for row in found] == [None, None]


async def _apply(house: House) -> None:
    async with house.transaction():
        await publish_version(house.tenant, APPLIED, file=Path("charter.toml"))


async def test_a_publication_needs_a_fresh_sign_in(orvance: House) -> None:
    person = await publisher(orvance)
    body = {"version": await changed_draft(person), "change": "material"}
    async with orvance.transaction():
        await db.execute(
            "UPDATE auth_session SET auth_time = $3 WHERE tenant_id = $1 AND member_id = $2",
            person.id, clock.now() - timedelta(minutes=16),
        )  # fmt: skip
    answer = await call(person, "POST", "/publication", body, status=403)
    assert answer["code"] == "step_up_required"
    assert len(await versions(orvance)) == 1


async def scheduled(person: Person, house: House, days: int = 3) -> tuple[dict, datetime]:
    day = (clock.now().astimezone(PARIS) + timedelta(days=days)).date()
    body = {
        "version": await changed_draft(person), "change": "material", "on": day.isoformat(),
    }  # fmt: skip
    found = await call(person, "POST", "/publication", body)
    return found, datetime.combine(day, datetime.min.time(), PARIS)


async def test_on_its_day_a_draft_is_published_in_the_name_of_who_chose_it(
    orvance: House,
) -> None:
    person = await publisher(orvance)
    found, moment = await scheduled(person, orvance)
    assert found["number"] is None
    assert datetime.fromisoformat(found["publish_at"]) == moment
    assert len(await versions(orvance)) == 1
    draft = await call(person, "GET", "/draft")
    assert datetime.fromisoformat(draft["publish_at"]) == moment
    # What waits cannot be changed.
    body = {"version": draft["version"], "source": SOURCE + "\n# other\n"}
    assert (await call(person, "PUT", "/draft", body, status=409))["code"] == "draft_scheduled"
    await call(person, "DELETE", f"/draft?version={draft['version']}", status=409)
    page = (await person.browser.get(f"{PATH}/draft")).text
    assert "readonly" in page
    (job,) = await queued(orvance, JOB)
    assert job["at"] == moment
    await _run(orvance, job)  # too soon
    assert len(await versions(orvance)) == 1
    with clock.shift(moment - datetime.now(UTC) + timedelta(seconds=1)):
        await _run(orvance, job)
        await _run(orvance, job)  # a job may run twice
        _, new = await versions(orvance)
        assert (new["number"], new["published_by"]) == (2, person.id)
        assert new["effective_at"] >= moment
    assert ("charter.published", person.id) in await acts(orvance)


async def _run(house: House, job: dict) -> None:
    from parvis.features.workshop.actions_publication import publish_scheduled

    await publish_scheduled.work(tenant_id=house.tenant.id, draft_id=job["draft_id"])


async def test_until_its_moment_a_publication_can_be_withdrawn(orvance: House) -> None:
    person = await publisher(orvance)
    other = await publisher(orvance, "Bruno Taillade")
    _, moment = await scheduled(person, orvance)
    (job,) = await queued(orvance, JOB)
    draft = await call(other, "GET", "/draft")
    page = (await other.browser.get(f"{PATH}/publication")).text
    assert "Camille Vauzelle" in page
    fresh = await call(other, "DELETE", f"/publication?version={draft['version']}")
    assert fresh["publish_at"] is None
    gone = await call(other, "DELETE", f"/publication?version={fresh['version']}", status=409)
    assert gone["code"] == "not_scheduled"
    with clock.shift(moment - datetime.now(UTC) + timedelta(hours=1)):
        await _run(orvance, job)
    assert len(await versions(orvance)) == 1
    assert await acts(orvance) == [
        ("charter.publication_scheduled", person.id), ("charter.publication_withdrawn", other.id),
    ]  # fmt: skip


async def test_after_its_moment_a_publication_cannot_be_withdrawn(orvance: House) -> None:
    person = await publisher(orvance)
    await scheduled(person, orvance, days=1)
    draft = await call(person, "GET", "/draft")
    async with orvance.transaction():
        await db.execute(
            "UPDATE charter_draft SET publish_at = $2 WHERE tenant_id = $1",
            clock.now() - timedelta(seconds=1),
        )
    path = f"/publication?version={draft['version']}"
    assert (await call(person, "DELETE", path, status=409))["code"] == "not_scheduled"
    await run_jobs(orvance, JOB)
    assert len(await versions(orvance)) == 2


async def test_a_day_that_was_overtaken_passes_in_vain_and_says_so(orvance: House) -> None:
    person = await publisher(orvance)
    await scheduled(person, orvance)
    async with orvance.transaction():
        await publish_version(orvance.tenant, APPLIED, file=Path("charter.toml"))
        await db.execute(
            "UPDATE charter_draft SET publish_at = $2 WHERE tenant_id = $1", clock.now()
        )
    await run_jobs(orvance, JOB)
    assert [row["published_by"] for row in await versions(orvance)] == [None, None]
    overview = await call(person, "GET", "")
    assert overview["draft"]["unpublished"] == "outdated"
    assert overview["draft"]["publish_at"] is None
    assert "passé sans publication" in (await person.browser.get(PATH)).text
    assert ("charter.publication_failed", None) in await acts(orvance)
    assert (await call(person, "GET", "/draft"))["source"].count("Notre Cercle réunit") == 1


async def test_a_day_that_is_not_to_come_is_refused_at_its_field(orvance: House) -> None:
    person = await publisher(orvance)
    version = await changed_draft(person)
    today = clock.now().astimezone(PARIS).date().isoformat()
    body = {"version": version, "change": "material", "on": today}
    assert "on" in (await call(person, "POST", "/publication", body, status=422))["fields"]
    fields = {**body, "when": "day", "note.fr": "À garder"}
    page = await person.browser.send_form(f"{PATH}/publication", fields)
    assert 'id="note.en-error"' in page.text  # one language alone says half of it
    fields["note.en"] = "Keep"
    page = await person.browser.send_form(f"{PATH}/publication", fields)
    assert page.status_code == 422
    assert 'id="on-error"' in page.text
    assert "À garder" in page.text
    assert len(await versions(orvance)) == 1


async def test_a_community_gets_a_charter_of_its_own(orvance: House) -> None:
    manager = await orvance.person("Bruno Taillade", manages=["clients-du-cercle"])
    query = "?community=clients-du-cercle"
    draft = await begun(manager, community="clients-du-cercle")
    body = {"version": draft["version"], "change": "material"}
    assert (await call(manager, "POST", f"/publication{query}", body))["number"] == 1
    assert len(await versions(orvance)) == 1  # the house's own stays
    overview = await call(manager, "GET", query)
    assert overview["in_force"]["number"] == 1
    assert overview["scope"] == "clients-du-cercle"
