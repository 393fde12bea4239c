"""Whatever an operator does to a tenant stands in the tenant's journal, before it is done."""

import asyncio
import contextvars
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.factories import House

from parvis import cli
from parvis.core import db
from parvis.settings import PREFIX, REPOSITORY, Settings

ORVANCE = str(REPOSITORY / "tenants/banque-orvance")
SLUG = "banque-orvance"


@pytest.fixture
def environment(migrated: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process's settings are those of the test database, and its user is called Maude."""
    for name, value in msgspec.to_builtins(migrated).items():
        text = msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", text)
    monkeypatch.setenv("SUDO_USER", "maude.kerbrat")


async def entries(house: House) -> list[tuple[str, dict[str, Any]]]:
    async with house.transaction():
        rows = await db.fetch(
            "SELECT act, data FROM journal_entry WHERE tenant_id = $1 AND act LIKE 'operator.%'"
            " ORDER BY id"
        )
    return [(row["act"], db.from_jsonb(row["data"], dict[str, Any])) for row in rows]


async def ran(*arguments: str) -> int:
    """Run a command as a shell does: in a thread, for it has its own event loop."""
    return await asyncio.get_running_loop().run_in_executor(
        None, contextvars.Context().run, cli.main, list(arguments)
    )


@pytest.mark.parametrize(
    ("arguments", "act"),
    [
        (["tenant", "apply", "--dry-run", ORVANCE], "operator.previewed"),
        (["tenant", "apply", "--yes", ORVANCE], "operator.applied"),
        (["tenant", "keys", "list", SLUG], "operator.keys_read"),
        (["tenant", "keys", "rotate", SLUG], "operator.keys_rotated"),
        (["tenant", "emergency", "list", SLUG], "operator.emergency_read"),
        (
            ["tenant", "emergency", "add", SLUG, "--name", "Ida", "--email", "i@orvance.test"],
            "operator.emergency_given",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_a_command_is_told_with_who_ran_it_and_why(
    environment: None, orvance: House, ardelune: House, arguments: list[str], act: str
) -> None:
    assert await ran(*arguments, "--reason", "ticket  4711") == 0
    [(told, data)] = await entries(orvance)
    assert told == act
    assert data["by"] == "operator"
    assert data["reason"] == "ticket 4711"
    assert data["os_user"] == "maude.kerbrat"
    assert data["db_user"] == "parvis_operator"
    assert await entries(ardelune) == []


async def test_reading_a_tenant_out_is_told(
    environment: None, orvance: House, tmp_path: Path
) -> None:
    assert await ran("tenant", "export", SLUG, "--to", str(tmp_path)) == 0
    [(act, data)] = await entries(orvance)
    assert (act, data["reason"]) == ("operator.exported", "")


async def test_a_command_that_fails_is_told_all_the_same(environment: None, orvance: House) -> None:
    arguments = ["tenant", "emergency", "revoke", SLUG, "--email", "nobody@orvance.test"]
    assert await ran(*arguments, "--reason", "she left") == 1
    [(act, _)] = await entries(orvance)
    assert act == "operator.emergency_taken"


async def test_a_reason_is_short(environment: None, orvance: House) -> None:
    with pytest.raises(SystemExit) as refused:
        cli.main(["tenant", "keys", "list", SLUG, "--reason", "x" * 501])
    assert refused.value.code == 2
    assert await entries(orvance) == []


async def test_a_tenant_made_by_a_command_reads_who_made_it(
    environment: None, tmp_path: Path, app: Any, clean: None
) -> None:
    assert await ran("tenant", "new", "maison-dite", "--to", str(tmp_path)) == 0
    folder = str(tmp_path / "maison-dite")
    assert await ran("tenant", "apply", "--yes", folder, "--reason", "contract signed") == 0
    async with House.of(app, "maison-dite.localhost") as house:
        [(act, data)] = await entries(house)
    assert (act, data["reason"]) == ("operator.applied", "contract signed")
