"""The tenant admin's first screen: what waits for its reader, and figures over enough people."""

from datetime import timedelta
from typing import Any

import pytest

from parvis.core import clock, db, events, jobs, journal
from parvis.core.engine import statement_observer
from parvis.core.events_admin import Insight, InsightsCounted
from parvis.features.admin.insights import count_insights
from parvis.features.journal.sealing.seal import seal_now
from tests.factories import House, Person
from tests.moderation.conftest import hold, publish

PLACE = "clients-du-cercle"


@pytest.fixture
async def admin(orvance: House) -> Person:
    return await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")


@pytest.fixture
async def moderator(orvance: House) -> Person:
    return await orvance.person("Ludivine Darcel", roles=["moderator"], capacity="employee")


async def overview(person: Person) -> dict[str, Any]:
    answer = await person.browser.call("GET", "/admin/overview")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def card(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in found["cards"] if one["name"] == name)


def figure(found: dict[str, Any], name: str, label: str) -> dict[str, Any]:
    return next(one for one in card(found, name)["figures"] if one["label"] == label)


async def count(house: House) -> None:
    await jobs.run(count_insights, house.tenant.id)


async def test_who_has_nothing_to_do_there_finds_no_administration(orvance: House) -> None:
    member = await orvance.person("Georges Malvoisin", communities=[PLACE])
    for path in ("/admin", "/admin/insights.csv"):
        assert (await member.browser.get(path)).status_code == 404
    for path in ("/admin/overview", "/admin/insights.csv"):
        assert (await member.browser.call("GET", path)).status_code == 404


async def test_each_sees_the_cards_of_the_screens_they_may_open(
    orvance: House, admin: Person, moderator: Person
) -> None:
    manager = await orvance.person("Odile Ferrand", manages=[PLACE])
    names = {one["name"] for one in (await overview(admin))["cards"]}
    assert {"journal", "sign_in", "members", "charter"} <= names
    for person in (moderator, manager):
        found = await overview(person)
        assert [one["name"] for one in found["cards"]] == ["moderation"]
        assert found["figures"] == []
        assert found["has_insights"] is False
    page = (await moderator.browser.get("/admin")).text
    assert 'href="/admin" aria-current="page"' in page
    assert page.count('aria-current="page"') == 2  # the wide navigation and the narrow one
    assert "Comment se porte" not in page


async def test_the_queue_is_counted_as_its_reader_sees_it(
    orvance: House, moderator: Person
) -> None:
    author = await orvance.person("Georges Malvoisin", communities=[PLACE])
    assert figure(await overview(moderator), "moderation", "À voir")["value"] == "0"
    await hold(orvance, author)
    found = await overview(moderator)
    assert figure(found, "moderation", "À voir")["value"] == "1"
    [due] = card(found, "moderation")["lines"]
    assert due["text"].startswith("Première échéance")
    assert due["tone"] == ""
    with clock.travel(clock.now() + timedelta(days=9)):
        await orvance.sign_in_again(moderator)
        found = await overview(moderator)
        assert card(found, "moderation")["lines"][0]["tone"] == "bad"


async def test_two_tenants_do_not_meet_on_the_overview(
    orvance: House, ardelune: House, admin: Person
) -> None:
    author = await orvance.person("Georges Malvoisin", communities=[PLACE])
    await hold(orvance, author)
    await seal_now(orvance.tenant.id)
    other = await ardelune.person("Aude Lanvollon", roles=["admin", "moderator"])
    found = await overview(other)
    assert figure(found, "moderation", "À voir")["value"] == "0"
    assert figure(found, "journal", "Entrées scellées")["value"] == "0"
    assert figure(await overview(admin), "journal", "Entrées scellées")["value"] != "0"


async def test_no_figure_is_kept_over_fewer_than_five_people(
    orvance: House, admin: Person, moderator: Person
) -> None:
    for n in range(2):
        await orvance.person(f"Membre {n}")
    await count(orvance)
    assert (await overview(admin))["figures"] == []
    async with orvance.transaction():
        assert await db.fetch_value("SELECT count(*) FROM insight WHERE tenant_id = $1") == 0
    await orvance.person("Cinquième personne")
    await count(orvance)
    found = {one["name"]: one for one in (await overview(admin))["figures"]}
    assert found["active_members"]["text"] == "5"
    assert found["charter_acceptance"]["text"] == "100\u00a0%"


async def test_a_figure_over_few_is_not_even_kept_when_its_value_is_great(
    orvance: House, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def boast(event: InsightsCounted) -> None:
        event.found.append(Insight(name="first_answer", unit="hours", value=0.5, among=4))
        event.found.append(Insight(name="decision_half", unit="hours", value=70.2, among=5))

    monkeypatch.setitem(events._handlers, InsightsCounted, [boast])
    await count(orvance)
    await count(orvance)  # at least once: the second time changes nothing
    [shown] = (await overview(admin))["figures"]
    assert (shown["name"], shown["text"]) == ("decision_half", "3\u00a0jours")


async def test_questions_and_their_answers_are_counted(orvance: House, admin: Person) -> None:
    people = [await orvance.person(f"Membre {n}", communities=[PLACE]) for n in range(5)]
    for person in people:
        answer = await person.browser.call(
            "POST",
            f"/communities/{PLACE}/posts",
            {"title": "Une question", "body": "Comment faire ?", "kind": "question"},
        )
        assert answer.status_code == 201, answer.text
        post = answer.json()["id"]
        replier = people[people.index(person) - 1]
        given = await replier.browser.call("POST", f"/posts/{post}/comments", {"body": "Ainsi."})
        assert given.status_code == 201, given.text
    await count(orvance)
    found = {one["name"]: one for one in (await overview(admin))["figures"]}
    assert found["answered_questions"]["value"] == 1
    assert found["first_answer"]["text"] == "0\u00a0min"


async def test_figures_are_given_as_csv(orvance: House, admin: Person, moderator: Person) -> None:
    for n in range(4):
        await orvance.person(f"Membre {n}")
    await count(orvance)
    file = await admin.browser.get("/admin/insights.csv")
    assert file.headers["content-type"].startswith("text/csv")
    lines = file.text.split("\r\n")
    assert lines[0] == "name,part,label,unit,value,counted_at"
    assert any(line.startswith("active_members,,") for line in lines)
    assert (await admin.browser.call("GET", "/admin/insights.csv")).text == file.text
    assert (await moderator.browser.get("/admin/insights.csv")).status_code == 404


async def test_the_alarm_of_the_journal_is_on_the_first_screen(
    orvance: House, admin: Person
) -> None:
    async with orvance.transaction():
        await journal.record(None, "journal.alarm", data={"by": "parvis"})
    found = card(await overview(admin), "journal")
    assert [one["tone"] for one in found["lines"]] == ["bad"]
    assert "La vérification du journal a échoué" in (await admin.browser.get("/admin")).text


async def test_the_overview_is_on_the_statements_it_needs_only(
    orvance: House, admin: Person
) -> None:
    """One screen for everybody: a bounded number of statements, whatever the space holds."""
    author = await orvance.person("Georges Malvoisin", communities=[PLACE])
    before = await statements(admin)
    for n in range(12):
        await publish(author, f"Message {n}", "Bonjour.")
        await hold(orvance, author, title=f"Rumeur {n}")
    assert await statements(admin) == before


async def statements(person: Person) -> int:
    seen: list[Any] = []
    token = statement_observer.set(seen.append)
    try:
        assert (await person.browser.get("/admin")).status_code == 200
    finally:
        statement_observer.reset(token)
    return len(seen)
