"""Communities' own charters in a tenant's folder: checked, applied, exported, never undone."""

from pathlib import Path
from typing import Any

import pytest
from tests.charter.community_charter import ACCEPTANCE, NO_NAMES, charter
from tests.tenants.test_apply import applied, live

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.db import Database
from parvis.core.ids import CommunityId
from parvis.core.tenancy import current_tenant
from parvis.features.charter.actions import publish_version
from parvis.features.tenants.actions import apply_folder
from parvis.features.tenants.charter_file import BASE, community_file
from parvis.features.tenants.export import write_files
from parvis.features.tenants.plan import sound_documents
from parvis.features.tenants.problems import ApplyRefusedError, TenantFileError
from parvis.settings import REPOSITORY, Settings

PLACE = "welcome"


def write(folder: Path, source: str, slug: str = PLACE) -> Path:
    file = community_file(folder, slug)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, "utf-8")
    return file


def problems(folder: Path) -> list[str]:
    with pytest.raises(TenantFileError) as refused:
        sound_documents([folder], themes=REPOSITORY / "themes")
    return [str(one).removeprefix(f"{folder}/") for one in refused.value.problems]


async def test_it_is_published_once_and_again_when_it_changes(
    folder: Path, migrated: Settings, operator: Database
) -> None:
    write(folder, charter(ACCEPTANCE))
    first = await applied(folder, migrated)
    assert f"+ community[{PLACE}].charter version 1" in first
    assert await applied(folder, migrated) == []
    write(folder, charter(ACCEPTANCE, NO_NAMES))
    again = [f"+ community[{PLACE}].charter version 2"]
    assert await applied(folder, migrated, dry_run=True) == again
    assert await applied(folder, migrated) == again
    found = await live(operator, migrated, folder.name)
    assert found.community_charters[PLACE].number == 2
    assert found.charter is not None
    assert found.charter.number == 1


async def test_a_folder_that_goes_ends_nothing(folder: Path, migrated: Settings) -> None:
    file = write(folder, charter(ACCEPTANCE))
    await applied(folder, migrated)
    file.unlink()
    file.parent.rmdir()
    assert await applied(folder, migrated) == []


async def test_it_comes_back_from_an_export(
    folder: Path, tmp_path: Path, migrated: Settings, operator: Database
) -> None:
    write(folder, charter(ACCEPTANCE))
    await applied(folder, migrated)
    fresh = tmp_path / "exported" / folder.name
    written = write_files(fresh, await live(operator, migrated, folder.name))
    assert community_file(fresh, PLACE) in written
    text = community_file(fresh, PLACE).read_text("utf-8")
    assert BASE.sub("", text) == charter(ACCEPTANCE)
    assert await applied(fresh, migrated) == []


async def test_one_published_on_screen_is_never_undone_by_an_older_file(
    folder: Path, migrated: Settings, operator: Database
) -> None:
    file = write(folder, charter(ACCEPTANCE))
    tenant_id = (await apply_folder(folder, settings=migrated)).tenant_id
    await publish_on_screen(operator, tenant_id, charter(ACCEPTANCE, NO_NAMES))
    write(folder, charter(NO_NAMES))
    with pytest.raises(ApplyRefusedError, match="version 2 was published on screen") as refused:
        await applied(folder, migrated)
    assert str(file) in str(refused.value)
    write_files(folder, await live(operator, migrated, folder.name))
    assert await applied(folder, migrated) == []
    file.write_text(file.read_text("utf-8").replace("Un lieu à part.", "Un autre lieu."), "utf-8")
    assert await applied(folder, migrated) == [f"+ community[{PLACE}].charter version 3"]


async def publish_on_screen(operator: Database, tenant_id: Any, source: str) -> None:
    async with operator.transaction(tenant_id):
        member_id = await db.insert(
            "member", display_name="Ada Vauzelle", name_source="sso", capacity="employee",
            joined_at=(await db.fetch_value("SELECT now() WHERE $1::uuid IS NOT NULL")),
        )  # fmt: skip
        tenant = await current_tenant()
        place = await db.fetch_value(
            "SELECT id FROM community WHERE tenant_id = $1 AND slug = $2", PLACE
        )
        actor = Actor(tenant=tenant, locale="fr", member_id=member_id)
        await publish_version(
            tenant, source, file=Path("screen"), by=actor, community_id=CommunityId(place)
        )


def test_a_charter_of_no_community_is_told_with_the_nearest(folder: Path) -> None:
    write(folder, charter(ACCEPTANCE), "welcom")
    (told,) = problems(folder)
    assert told.startswith("communities/welcom/charter.toml:1: there is no [[community]]")
    assert f'did you mean "{PLACE}"?' in told


def test_a_folder_without_a_charter_is_told(folder: Path) -> None:
    write(folder, charter(ACCEPTANCE)).unlink()
    assert problems(folder) == [
        f"communities/{PLACE}/charter.toml:1: charter.toml is missing in this community's folder"
    ]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (charter(ACCEPTANCE, ACCEPTANCE), (18, "used twice")),
        (charter(ACCEPTANCE) + 'places = ["meeting"]\n', (17, 'leave out "places"')),
        (charter(ACCEPTANCE).replace("format = 1", "format = 1\nplace = 1"), (3, "is not a key")),
    ],
)
async def test_a_mistake_is_told_with_its_line_and_nothing_is_written(
    folder: Path, migrated: Settings, source: str, told: tuple[int, str]
) -> None:
    write(folder, source)
    line, said = told
    found = problems(folder)
    assert any(one.startswith(f"communities/{PLACE}/charter.toml:{line}: ") for one in found), found
    assert any(said in one for one in found)
    with pytest.raises(TenantFileError):
        await applied(folder, migrated)
