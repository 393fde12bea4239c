"""Time escalates; it publishes and rejects nothing by itself. Working days leave holidays out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from parvis.core import clock, jobs
from parvis.core.tenancy import TenantSettings
from parvis.features.moderation import digests
from parvis.features.moderation.time_outs import tell_notice, time_outs
from parvis.features.moderation.working_time import due_at, works_on
from tests.factories import House, Person
from tests.moderation.conftest import PLACE, Held, act, claim, hold, items, refusal

PARIS = ZoneInfo("Europe/Paris")


async def run_at(house: House, item: dict, after: timedelta) -> None:
    """Let the periodic job run so long after an item's due moment."""
    due = datetime.fromisoformat(item["due_at"])
    with clock.shift(due - clock.now() + after):
        await jobs.run(time_outs, house.tenant.id)


async def test_an_overdue_case_is_escalated_and_told_once(
    orvance: House, held: Held, moderator: Person, colleague: Person
) -> None:
    [item] = await items(moderator)
    await run_at(orvance, item, timedelta(minutes=-5))
    assert len(await items(moderator)) == 1
    await run_at(orvance, item, timedelta(minutes=5))
    [up] = await items(moderator, "escalated")
    assert (up["id"], up["status"], up["outcome"]) == (item["id"], "escalated", None)
    assert up["version"] == item["version"] + 1
    await run_at(orvance, item, timedelta(minutes=15))
    [same] = await items(moderator, "escalated")
    assert same["version"] == up["version"], "once"
    for person in (moderator, colleague):
        told = (await person.browser.call("GET", "/notifications")).json()["items"]
        assert [notice["kind"] for notice in told] == ["review_overdue"]
        assert "Malvoisin" not in str(told)
        assert "cession" not in str(told)
    case = (await moderator.browser.call("GET", f"/moderation/items/{item['id']}")).json()
    assert any("transmis" in entry["sentence"] for entry in case["history"]), case["history"]
    still = await held.author.browser.call("GET", f"/posts/{held.id}")
    assert still.json()["status"] == "held", "nothing is published or rejected by itself"


async def test_a_manager_loses_what_went_past_its_time(
    orvance: House, held: Held, moderator: Person
) -> None:
    manager = await orvance.person("Paul-Henri Sorbets", manages=[PLACE])
    [item] = await items(manager)
    await run_at(orvance, item, timedelta(minutes=1))
    assert await items(manager) == []
    assert len(await items(moderator, "escalated")) == 1


async def test_who_is_at_work_is_left_to_finish(
    orvance: House, held: Held, moderator: Person
) -> None:
    [item] = await items(moderator)
    due = datetime.fromisoformat(item["due_at"])
    mine = await claim(moderator, item)
    async with orvance.transaction():
        from parvis.core import db

        await db.execute(
            "UPDATE review_item SET claim_expires_at = $3 WHERE tenant_id = $1 AND id = $2",
            item["id"], due + timedelta(hours=1),
        )  # fmt: skip
    await run_at(orvance, item, timedelta(minutes=30))
    [same] = await items(moderator)
    assert same["version"] == mine["version"]
    await run_at(orvance, item, timedelta(hours=2))
    assert len(await items(moderator, "escalated")) == 1


async def test_a_lease_that_ran_out_is_put_back(
    orvance: House, held: Held, moderator: Person, colleague: Person
) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    with clock.shift(timedelta(minutes=15)):
        await jobs.run(time_outs, orvance.tenant.id)
    assert (await items(moderator, "mine"))[0]["version"] == mine["version"]
    with clock.shift(timedelta(minutes=21)):
        await jobs.run(time_outs, orvance.tenant.id)
    [free] = await items(colleague)
    assert (free["status"], free["claimed_by"]) == ("open", None)
    late = await act(moderator, mine, "decisions", action="publish")
    assert (late.status_code, late.json()["code"]) == (409, "stale")


async def test_what_waits_for_its_author_stays(
    orvance: House, held: Held, moderator: Person
) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    await act(moderator, mine, "decisions", **refusal(action="return"))
    await run_at(orvance, item, timedelta(days=3))
    assert await items(moderator, "escalated") == []
    [waiting] = await items(moderator, "decided")
    assert waiting["status"] == "waiting_author"


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2027-05-05 14:00", "2027-05-07 13:00"),  # Ascension Day is the 6th
        ("2026-12-24 14:00", "2026-12-28 13:00"),  # Christmas is a Friday
    ],
)
def test_legal_holidays_do_not_count(since: str, due: str) -> None:
    settings = TenantSettings(review_hours=8, holidays="fr-legal")
    begin = datetime.fromisoformat(since).replace(tzinfo=PARIS).astimezone(UTC)
    expected = datetime.fromisoformat(due).replace(tzinfo=PARIS)
    assert due_at(settings, "Europe/Paris", begin) == expected


def test_the_seat_of_another_calendar_does_no_harm() -> None:
    settings = TenantSettings(holidays="fr-legal", meeting_policy={"seat": "SCT"})
    assert not works_on(settings, datetime(2026, 7, 14, tzinfo=UTC).date())
    assert works_on(settings, datetime(2026, 7, 15, tzinfo=UTC).date())


@pytest.mark.parametrize(
    ("how", "at", "period"),
    [
        ("daily", "2026-11-23 09:05", "2026-11-23"),
        ("daily", "2026-11-23 08:55", None),
        ("daily", "2026-11-22 10:00", None),  # a Sunday
        ("weekly", "2026-11-23 09:05", "2026-W48"),
        ("weekly", "2026-11-24 09:05", None),
        ("off", "2026-11-23 09:05", None),
    ],
)
async def test_a_digest_is_due_when_the_working_day_begins(
    orvance: House, how: str, at: str, period: str | None
) -> None:
    import msgspec

    settings = TenantSettings(review_digest=how)
    tenant = msgspec.structs.replace(orvance.tenant, settings=settings)
    moment = datetime.fromisoformat(at).replace(tzinfo=PARIS)
    assert digests.period_of(tenant, moment) == period


async def digest(house: House, at: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=PARIS)
    with clock.travel(moment):
        await jobs.run(digests.digests, house.tenant.id)


async def kinds(person: Person) -> list[str]:
    told = (await person.browser.call("GET", "/notifications")).json()["items"]
    return [notice["kind"] for notice in told]


async def test_a_digest_counts_what_waits_and_tells_no_words(
    orvance: House, author: Person, moderator: Person
) -> None:
    elsewhere = await orvance.person("Sabine Auclerc", manages=["marches-prives"])
    manager = await orvance.person("Paul-Henri Sorbets", manages=[PLACE])
    await hold(orvance, author, title="Un")
    await hold(orvance, author, title="Deux")
    for at in ("2026-11-24 09:05", "2026-11-24 09:20"):
        await digest(orvance, at)
    assert await kinds(moderator) == ["review_digest"]
    assert await kinds(manager) == ["review_digest"]
    assert await kinds(elsewhere) == [], "nothing waits for them"
    [notice] = (await moderator.browser.call("GET", "/notifications")).json()["items"]
    assert notice["headline"].replace("\u00a0", " ") == "2 dossiers attendent à la modération."
    assert notice["path"] == "/admin/moderation"
    assert "Un" not in str(notice)
    await digest(orvance, "2026-11-25 09:05")
    assert await kinds(moderator) == ["review_digest", "review_digest"]


async def test_a_moderator_turns_digests_off(held: Held, orvance: House, moderator: Person) -> None:
    path = "/admin/moderation/mails"
    assert "checked" in (await moderator.browser.get(path)).text
    assert (await moderator.browser.send_form(path, {})).status_code == 303
    assert "checked" not in (await moderator.browser.get(path)).text
    await digest(orvance, "2026-11-24 09:05")
    assert await kinds(moderator) == []
    given = await moderator.browser.call("PUT", "/moderation/preferences", {"digests": True})
    assert given.json() == {"digests": True}
    assert (await moderator.browser.call("GET", "/moderation/preferences")).json()["digests"]
    assert (await held.author.browser.get(path)).status_code == 404


async def test_nothing_waits_nobody_is_told(orvance: House, moderator: Person) -> None:
    await digest(orvance, "2026-11-24 09:05")
    assert await kinds(moderator) == []


async def test_a_legal_notice_is_told_at_once_and_once(
    orvance: House, held: Held, moderator: Person
) -> None:
    """The job that a notice queues: whoever judges the case is told, by a mail without words."""
    admin = await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")
    [item] = await items(moderator)
    for _ in range(2):
        await jobs.run(
            tell_notice, orvance.tenant.id, item_id=item["id"], notice_id=item["contribution_id"]
        )
    assert await kinds(moderator) == ["review_notice"]
    assert await kinds(admin) == []
    [told] = (await moderator.browser.call("GET", "/notifications")).json()["items"]
    assert told["path"] == "/admin/moderation?list=notices"
    assert "cession" not in str(told)


async def test_authors_read_the_usual_wait_once_five_people_tell_it(
    orvance: House, moderator: Person
) -> None:
    people = [
        await orvance.person(f"Client {name}", communities=[PLACE])
        for name in ("Un", "Deux", "Trois", "Quatre", "Cinq", "Six")
    ]
    for n, person in enumerate(people[:5]):
        await hold(orvance, person, title=f"Cas {n}")
        [item] = await items(moderator)
        assert (await own_wait(person, item)) is None, "too few people yet"
        await act(moderator, await claim(moderator, item), "decisions", action="publish")
    await hold(orvance, people[5], title="Le dernier")
    [item] = await items(moderator)
    assert (await own_wait(people[5], item) or "").endswith("min")


async def own_wait(person: Person, item: dict) -> str | None:
    answer = await person.browser.call("GET", f"/posts/{item['contribution_id']}")
    found: str | None = answer.json()["usual_wait"]
    return found
