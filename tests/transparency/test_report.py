"""The report counts decisions as they stand; the public reads what can point at nobody."""

import csv
import io
import json
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from parvis.core import clock
from parvis.core.errors import Invalid
from parvis.features.transparency import counters
from parvis.features.transparency.figures import Cell
from parvis.features.transparency.period import of_year, period
from parvis.features.transparency.public import shown
from tests.conversations.conftest import HELD, publish
from tests.factories import House, Person
from tests.redress.conftest import (
    FACTS,
    admin,
    appeal,
    author,
    by_law,
    colleague,
    compliance,
    decide,
    moderator,
    reversed_,
    send,
)

__all__ = ["admin", "author", "colleague", "compliance", "moderator"]  # fixtures

CLAUSE = {"action": "refuse", "clause_id": "no-rumour", "text": "Retiré.", "facts": FACTS}
THIS_YEAR = clock.now().year


async def report(person: Person, query: str = "") -> dict[str, Any]:
    answer = await person.browser.call("GET", f"/admin/transparency{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def count_of(cells: list[dict[str, Any]], code: str) -> int:
    return next(int(cell["count"]) for cell in cells if cell["code"] == code)


@pytest.fixture
async def year(
    orvance: House, author: Person, moderator: Person, colleague: Person, compliance: Person
) -> None:
    """Two refusals, one on a notice; one of them taken back on appeal."""
    await publish(author, "Retenu", HELD)
    first = await decide(moderator, "open", **CLAUSE)
    await appeal(author, first["id"])
    await decide(colleague, "appeals", **reversed_())
    written = await publish(author, "Un cabinet", "Ce cabinet perd tous ses dossiers.")
    await send(orvance.visitor, f"/posts/{written['id']}", "/communities/nowhere")
    [item] = [i for i in await _items(compliance) if i["contribution_id"] == written["id"]]
    claimed = await compliance.browser.call(
        "POST", f"/moderation/items/{item['id']}/claim", {"version": item["version"]}
    )
    body = {"version": claimed.json()["item"]["version"]} | by_law()
    done = await compliance.browser.call("POST", f"/moderation/items/{item['id']}/decisions", body)
    assert done.status_code == 201, done.text


async def _items(person: Person) -> list[dict[str, Any]]:
    answer = await person.browser.call("GET", "/moderation/items?which=notices")
    found: list[dict[str, Any]] = answer.json()["page"]["items"]
    return found


async def test_every_number_comes_from_decisions(year: None, admin: Person) -> None:
    found = await report(admin)
    measures, notices, appeals = found["measures"], found["notices"], found["appeals"]
    assert (measures["total"], measures["own_initiative"], measures["reversed"]) == (2, 1, 1)
    assert (measures["detected_by_machine"], measures["decided_by_machine"]) == (1, 0)
    assert count_of(measures["by_ground"], "DECISION_GROUND_ILLEGAL_CONTENT") == 1
    assert count_of(measures["by_ground"], "DECISION_GROUND_INCOMPATIBLE_CONTENT") == 1
    assert count_of(measures["by_source"], "SOURCE_ARTICLE_16") == 1
    assert count_of(measures["by_category"], "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH") == 1
    assert len(measures["by_category"]) == 16
    assert (notices["received"], notices["decided"], notices["by_law"]) == (2, 1, 1)
    assert (notices["by_machine"], notices["median_minutes"]) == (0, 0)
    assert (appeals["received"], appeals["by_members"], appeals["reversed"]) == (1, 1, 1)


async def test_a_report_is_of_its_days_and_of_its_tenant(
    year: None, admin: Person, ardelune: House
) -> None:
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    assert (await report(admin, f"?first={day}&last={day}"))["measures"]["total"] == 0
    other = await ardelune.person("Étienne Vauzelle", roles=["admin"])
    found = await report(other)
    assert (found["decisions"], found["notices"]["received"]) == (0, 0)


async def test_who_administers_nothing_finds_no_report(
    orvance: House, moderator: Person, compliance: Person
) -> None:
    for person in (moderator, compliance):
        assert (await person.browser.call("GET", "/admin/transparency")).status_code == 404
        assert (await person.browser.get("/admin/transparency")).status_code == 404
        publication = f"/admin/transparency/{THIS_YEAR}/publications"
        assert (await person.browser.call("POST", publication)).status_code == 404
    assert (await orvance.visitor.call("GET", "/admin/transparency")).status_code == 401


@pytest.mark.parametrize(
    "query",
    ["?first=hier", "?first=2026-02-30", "?first=2026-03-02&last=2026-03-01", "?year=1999",
     "?first=2020-01-01&last=2026-12-31"],
)  # fmt: skip
async def test_days_that_are_none_are_said_on_the_page(admin: Person, query: str) -> None:
    page = await admin.browser.get(f"/admin/transparency{query}")
    assert page.status_code == 422
    assert "data-errors" in page.text


async def test_the_csv_follows_the_template_and_is_no_formula(year: None, admin: Person) -> None:
    answer = await admin.browser.get("/admin/transparency/report.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "\r\n" in answer.text
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(dict.fromkeys(line["section"] for line in lines)) == [
        "3_member_states_orders", "4_notices", "5_6_own_initiative", "7_appeals_and_recidivism",
        "8_automated_means",
    ]  # fmt: skip
    told = {(line["section"], line["category"], line["indicator"], line["scope"]): line["value"]
            for line in lines}  # fmt: skip
    assert told["4_notices", "TOTAL", "notices_received", "all"] == "2"
    assert told["7_appeals_and_recidivism", "", "decisions_reversed", ""] == "1"
    assert len(told) == len(lines)


async def test_a_year_is_published_once_it_is_over_for_good_and_in_versions(
    orvance: House, ardelune: House, year: None, admin: Person, superuser: asyncpg.Connection
) -> None:
    path = f"/admin/transparency/{THIS_YEAR}"
    assert (await admin.browser.send_form(path, {})).status_code == 409  # it still runs
    assert (await orvance.visitor.get(f"/transparency/{THIS_YEAR}")).status_code == 404
    assert (await orvance.visitor.get("/transparency")).status_code == 404
    with clock.travel(datetime(THIS_YEAR + 1, 1, 2, tzinfo=UTC)):
        await orvance.sign_in_again(admin)
        done = await admin.browser.send_form(path, {})
        assert (done.status_code, done.headers["location"]) == (303, f"/transparency/{THIS_YEAR}")
        again = await admin.browser.call("POST", f"{path}/publications")
        assert again.status_code == 201, again.text
    page = await orvance.visitor.get(f"/transparency/{THIS_YEAR}")
    assert page.status_code == 200
    assert "Version 2" in page.text
    assert (await orvance.visitor.get(f"/transparency/{THIS_YEAR}?version=1")).status_code == 200
    assert (await orvance.visitor.get(f"/transparency/{THIS_YEAR}?version=3")).status_code == 404
    assert (await ardelune.visitor.get(f"/transparency/{THIS_YEAR}")).status_code == 404
    newest = await orvance.visitor.get("/transparency")
    assert newest.headers["location"] == f"/transparency/{THIS_YEAR}"
    acts = await superuser.fetch(
        "SELECT data FROM journal_entry WHERE act = 'transparency.published' ORDER BY id"
    )
    assert [json.loads(row["data"])["version"] for row in acts] == [1, 2]


async def test_the_public_reads_no_number_about_fewer_than_five_people(
    orvance: House, year: None, admin: Person
) -> None:
    with clock.travel(datetime(THIS_YEAR + 1, 1, 2, tzinfo=UTC)):
        await orvance.sign_in_again(admin)
        path = f"/admin/transparency/{THIS_YEAR}/publications"
        assert (await admin.browser.call("POST", path)).status_code == 201
    answer = await orvance.visitor.call("GET", f"/transparency/{THIS_YEAR}")
    figures = answer.json()["figures"]
    numbers = [figures[name] for name in figures if isinstance(figures[name], int)]
    numbers += [cell["count"] for name in figures if isinstance(figures[name], list)
                for cell in figures[name] if cell["count"] is not None]  # fmt: skip
    assert set(numbers) <= {0}
    page = await orvance.visitor.get(f"/transparency/{THIS_YEAR}")
    assert "non communiqué" in page.text


def test_one_hidden_number_takes_the_next_with_it() -> None:
    cells = [Cell(code="a", count=40, people=30), Cell(code="b", count=9, people=9),
             Cell(code="c", count=2, people=2), Cell(code="d", count=0)]  # fmt: skip
    assert [one.count for one in shown(cells)] == [40, None, None, 0]
    many = [Cell(code="a", count=40, people=3), Cell(code="b", count=9, people=9)]
    assert [one.count for one in shown(many)] == [None, None]  # forty decisions about three people
    assert [one.count for one in shown(cells[:2])] == [40, 9]


def test_days_are_those_of_the_tenants_calendar() -> None:
    year = of_year(2026, "Europe/Paris")
    assert year.since == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert year.until == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert year.year == 2026
    assert period(date(2026, 1, 1), date(2026, 12, 30), "Europe/Paris").year is None
    with pytest.raises(Invalid):
        of_year(2019, "Europe/Paris")


async def test_a_hundred_thousand_decisions_are_counted_while_one_waits(
    orvance: House, author: Person, superuser: asyncpg.Connection
) -> None:
    await _fill(superuser, orvance, author)
    began = time.perf_counter()
    async with orvance.transaction():
        found = await counters.count(of_year(2024, "Europe/Paris"))
    took = time.perf_counter() - began
    assert found.measures.total == 50_000
    assert took < 5  # on a busy machine


async def _fill(superuser: asyncpg.Connection, house: House, author: Person) -> None:
    """Write a year of a hundred thousand decisions, half of them restrictions."""
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute(
        """
        INSERT INTO decision (tenant_id, id, member_id, decided_by, action, facts, text_sent,
               clause_id, charter_version_id, statement, source_type, automated_detection,
               automated_decision, visibility_code, ground_code, category_code, redress_until, at)
        SELECT $1, gen_random_uuid(), $2, $2, CASE WHEN n % 2 = 0 THEN 'refuse' ELSE 'publish' END,
               'f', 't', 'no-rumour', gen_random_uuid(),
               '{"restriction":{},"scope":{},"facts":"f","source":{},"automated_means":{},
                 "ground":{},"redress":{}}', 'SOURCE_VOLUNTARY', n % 3 = 0,
               'AUTOMATED_DECISION_NOT_AUTOMATED', 'DECISION_VISIBILITY_CONTENT_REMOVED',
               CASE WHEN n % 2 = 0 THEN 'DECISION_GROUND_INCOMPATIBLE_CONTENT' END,
               'STATEMENT_CATEGORY_OTHER_VIOLATION_TC',
               CASE WHEN n % 2 = 0 THEN timestamptz '2025-06-01' END,
               timestamptz '2024-01-02' + n * interval '5 minutes'
          FROM generate_series(1, 100000) n
        """,
        house.tenant.id,
        author.id,
    )
    await superuser.execute("SET session_replication_role = origin")
    await superuser.execute("ANALYZE decision")
