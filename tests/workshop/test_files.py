"""What is published on screen and what stands in files: neither silently undoes the other."""

import shutil
from pathlib import Path

import pytest

from parvis.core.crypto import Keyring
from parvis.core.db import Database
from parvis.features.tenants import queries
from parvis.features.tenants.actions import apply_folder
from parvis.features.tenants.export import write_files
from parvis.features.tenants.problems import ApplyRefusedError
from parvis.settings import REPOSITORY, Settings
from tests.factories import House
from tests.workshop.conftest import SOURCE, begun, call, publisher, saved

SLUG = "banque-orvance"


async def applied(folder: Path, settings: Settings) -> list[str]:
    return [str(one) for one in (await apply_folder(folder, settings=settings)).changes]


async def export(folder: Path, house: House, settings: Settings) -> None:
    operator = await Database(settings.operator_database_url, settings).start()
    try:
        async with operator.transaction(house.tenant.id):
            live = await queries.live_tenant(Keyring(settings.secret_key), settings.demo_issuers)
    finally:
        await operator.stop()
    assert live is not None
    write_files(folder, live)


async def test_screen_and_files_round_trip(
    orvance: House, migrated: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / SLUG
    shutil.copytree(REPOSITORY / "tenants" / SLUG, folder)
    file = folder / "charter.toml"
    person = await publisher(orvance)
    changed = SOURCE.replace("Le Cercle Orvance réunit", "Notre Cercle réunit")
    draft = await saved(person, await begun(person), changed)
    body = {
        "version": draft["version"], "change": "editorial",
        "note": {"fr": "Le préambule.", "en": "The preamble."},
    }  # fmt: skip
    assert (await call(person, "POST", "/publication", body))["number"] == 2

    # The old file would undo what was decided on screen, even when its author changes it.
    file.write_text(SOURCE.replace("Charte du Cercle", "Charte de notre Cercle"), "utf-8")
    with pytest.raises(ApplyRefusedError, match="version 2 was published on screen"):
        await applied(folder, migrated)

    await export(folder, orvance, migrated)
    text = file.read_text("utf-8")
    assert "Notre Cercle réunit" in text
    assert "# --- Entrer ---" in text
    assert await applied(folder, migrated) == []

    file.write_text(text.replace("Notre Cercle réunit", "Le Cercle réunit"), "utf-8")
    assert await applied(folder, migrated) == ["+ charter version 3"]
    assert await applied(folder, migrated) == []


async def test_a_draft_begun_before_the_files_were_applied_is_outdated(
    orvance: House, migrated: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / SLUG
    shutil.copytree(REPOSITORY / "tenants" / SLUG, folder)
    person = await publisher(orvance)
    draft = await saved(person, await begun(person), SOURCE.replace("réunit des", "unit des"))
    source = SOURCE.replace('change = "material"', 'change = "editorial"')
    (folder / "charter.toml").write_text(source.replace("s’engage", "promet") + "\n", "utf-8")
    assert "+ charter version 2" in await applied(folder, migrated)
    body = {"version": draft["version"], "change": "material"}
    answer = await call(person, "POST", "/publication", body, status=409)
    assert answer["code"] == "draft_outdated"
