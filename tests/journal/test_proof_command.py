"""`parvis journal proof`: the file of the tenant's screens, from the command line."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from parvis.core import db
from parvis.settings import PREFIX, REPOSITORY, Settings
from tests.factories import House, Person
from tests.journal.test_evidence import verify
from tests.moderation.conftest import publish

PLACE = "clients-du-cercle"
SLUG = "banque-orvance"
NOBODY = "post:00000000-0000-0000-0000-000000000000"


@pytest.fixture
async def author(orvance: House) -> Person:
    return await orvance.person("Georges Malvoisin", communities=[PLACE])


@pytest.fixture
def environment(migrated: Settings) -> dict[str, str]:
    """A process of its own on the test database, as an operator starts one."""
    found = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY / "platform")}
    for name, value in msgspec.to_builtins(migrated).items():
        text = msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)
        found[f"{PREFIX}{name.upper()}"] = text
    return found


async def run(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "parvis.cli", "journal", "proof", *arguments]
    ran = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


async def test_the_file_verifies_and_the_tenant_reads_who_took_it(
    orvance: House, author: Person, environment: dict[str, str], tmp_path: Path
) -> None:
    post = (await publish(author, "Bonjour", "Premier message.")).json()["id"]
    target = tmp_path / "proof.zip"
    given = ("--tenant", SLUG, "--subject", f"post:{post}", "-o", str(target), "--words")
    status, told = await run(environment, *given, "--reason", "court order 12")
    assert status == 0, told
    assert told.startswith(f"{target}: ")
    assert told.endswith(" 0 of them not sealed yet\n")
    assert verify(target)[0] == 0
    async with orvance.transaction():
        reason = await db.fetch_value(
            "SELECT data ->> 'reason' FROM journal_entry"
            " WHERE tenant_id = $1 AND act = 'operator.proved'"
        )
    assert reason == "court order 12"
    status, told = await run(environment, *given)
    assert (status, "exists already" in told) == (1, True)


REFUSED = {
    ("nobody", NOBODY): (2, 'there is no tenant "nobody"'),
    (SLUG, "post"): (1, "A subject is written kind:identifier."),
    (SLUG, NOBODY): (1, "The journal tells nothing of this subject."),
}


@pytest.mark.parametrize("given", REFUSED, ids=str)
async def test_what_cannot_be_proved_is_told_and_nothing_is_written(
    orvance: House, environment: dict[str, str], tmp_path: Path, given: tuple[str, str]
) -> None:
    arguments = ("--tenant", given[0], "--subject", given[1], "-o", str(tmp_path / "proof.zip"))
    status, told = await run(environment, *arguments)
    assert (status, REFUSED[given][1] in told) == (REFUSED[given][0], True), told
    assert not (tmp_path / "proof.zip").exists()
