"""Dated events between files and the space: applied, exported, and followed by the charter."""

import datetime as dt
from pathlib import Path

import pytest

from parvis.core import db
from parvis.core.ids import new_id
from parvis.features.tenants.actions import apply_folder, find_tenant
from parvis.features.tenants.export import write_files
from parvis.features.tenants.problems import TenantFileError

from .test_apply import applied, live

EVENT = """
[[calendar]]
name = "results-h1"
title = { fr = "Résultats semestriels", en = "Half-year results" }
at = 2027-07-28T07:30:00
"""
WINDOW = """
[[clause.rule]]
kind = "window"
id = "quiet"
opens = "results-h1 - 15 days"
closes = "results-h1"
mode = "premoderate"
"""


def add(folder: Path, more: str, file: str = "tenant.toml") -> int:
    """Append to a file and return the line on which the first word of it stands."""
    path = folder / file
    before = path.read_text()
    path.write_text(before + more)
    return before.count("\n") + 2


async def test_events_come_change_and_go_with_the_file(folder, migrated, operator) -> None:
    await applied(folder, migrated)
    add(folder, EVENT)
    assert await applied(folder, migrated) == ["+ calendar[results-h1]"]
    assert await applied(folder, migrated) == []
    found = (await live(operator, migrated, folder.name)).document.calendar
    assert [(one.name, one.at) for one in found] == [
        ("results-h1", dt.datetime.fromisoformat("2027-07-28T07:30"))
    ]
    file = folder / "tenant.toml"
    file.write_text(file.read_text().replace("07:30:00", "08:00:00"))
    (change,) = await applied(folder, migrated)
    assert change.startswith("~ calendar[results-h1].at")
    file.write_text(file.read_text().replace(EVENT.replace("07:30", "08:00"), ""))
    assert await applied(folder, migrated) == ["- calendar[results-h1]"]


async def test_the_clock_of_an_event_is_the_house_s_own(folder, migrated, operator) -> None:
    add(folder, EVENT)
    await applied(folder, migrated)
    tenant_id = await find_tenant(operator, folder.name)
    async with operator.transaction(tenant_id):
        at = await db.fetch_value("SELECT at FROM calendar_event WHERE tenant_id = $1")
    assert at == dt.datetime(2027, 7, 28, 5, 30, tzinfo=dt.UTC)


async def test_what_was_dated_on_screen_stays_and_is_exported(folder, migrated, operator) -> None:
    add(folder, EVENT)
    await applied(folder, migrated)
    tenant_id = await find_tenant(operator, folder.name)
    async with operator.transaction(tenant_id):
        await db.execute(
            "INSERT INTO calendar_event (tenant_id, id, name, title, at, source)"
            " VALUES ($1, $2, 'strategy-day', '{\"fr\": \"x\", \"en\": \"x\"}', $3, 'admin')",
            new_id(), dt.datetime(2027, 9, 1, 8, tzinfo=dt.UTC),
        )  # fmt: skip
    assert await applied(folder, migrated) == []
    write_files(folder, await live(operator, migrated, folder.name))
    text = (folder / "tenant.toml").read_text()
    assert 'name = "strategy-day"' in text
    assert "at = 2027-09-01T10:00:00" in text
    assert text.count("at = 2027-07-28T07:30:00") == 1
    assert await applied(folder, migrated) == []  # nothing differs


async def test_a_charter_follows_events_that_somebody_has_dated(folder, migrated, operator) -> None:
    add(folder, EVENT)
    add(folder, WINDOW, "charter.toml")
    assert "+ charter version 1" in await applied(folder, migrated)
    file = folder / "tenant.toml"
    file.write_text(file.read_text().replace(EVENT, ""))
    with pytest.raises(TenantFileError, match='the calendar has no event "results-h1"'):
        await apply_folder(folder, settings=migrated)


@pytest.mark.parametrize("dry_run", [True, False])
async def test_an_unknown_event_is_told_with_file_line_and_the_nearest(
    folder,
    migrated,
    operator,
    dry_run,
) -> None:
    add(folder, EVENT)
    line = add(
        folder, WINDOW.replace('closes = "results-h1"', 'closes = "result-h1"'), "charter.toml"
    )
    with pytest.raises(TenantFileError) as caught:
        await apply_folder(folder, settings=migrated, dry_run=dry_run)
    assert str(caught.value) == (
        f"{folder / 'charter.toml'}:{line + 4}: "
        'the calendar has no event "result-h1"; did you mean "results-h1"?'
    )
    assert await find_tenant(operator, folder.name) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('name = "results-h1"', 'name = "Results H1"'), "calendar[1].name: expected str matching"),
        (("at = 2027-07-28T07:30:00", 'at = "2027-07-28"'), "calendar[1].at"),
        (("at = 2027-07-28T07:30:00", "at = 2027-07-28T07:30:00Z"), "no timezone component"),
        (("at = ", "on = "), '"on" is not a key of calendar[1]'),
        ((', en = "Half-year results"', ""), 'the text in "en" is missing'),
        ((EVENT, EVENT + EVENT), '"results-h1" stands twice'),
    ],
)
async def test_a_bad_event_is_told_with_its_line(folder, migrated, operator, change, says) -> None:
    add(folder, EVENT.replace(*change))
    with pytest.raises(TenantFileError) as caught:
        await apply_folder(folder, settings=migrated)
    assert says in str(caught.value)
    assert all(problem.line > 1 for problem in caught.value.problems)
    assert await find_tenant(operator, folder.name) is None
