"""Applying files: idempotent, all or nothing, and never another tenant's."""

import re
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from parvis.core import clock, db
from parvis.core.crypto import Keyring
from parvis.core.db import Database
from parvis.core.ids import TenantId
from parvis.core.tenancy import current_tenant
from parvis.features.tenants import queries
from parvis.features.tenants.actions import apply_folder, find_tenant
from parvis.features.tenants.charter_file import BASE
from parvis.features.tenants.export import write_files
from parvis.features.tenants.problems import ApplyRefusedError, TenantFileError
from parvis.features.tenants.starter import write_starter
from parvis.settings import REPOSITORY, Settings


def change(folder: Path, old: str, new: str, file: str = "tenant.toml") -> None:
    text = (folder / file).read_text()
    assert text.count(old) == 1, old
    (folder / file).write_text(text.replace(old, new))


async def applied(folder: Path, settings: Settings, **more: Any) -> list[str]:
    return [str(one) for one in (await apply_folder(folder, settings=settings, **more)).changes]


async def live(operator: Database, settings: Settings, slug: str) -> queries.Live:
    tenant_id = await find_tenant(operator, slug)
    assert tenant_id is not None
    async with operator.transaction(tenant_id):
        found = await queries.live_tenant(Keyring(settings.secret_key), settings.demo_issuers)
    assert found is not None
    return found


async def everything(superuser: asyncpg.Connection) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    tables = await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {
        name: sorted(str(row) for row in await superuser.fetch(f"SELECT * FROM {name}"))
        for (name,) in tables
    }


async def test_a_folder_comes_to_life_and_a_second_apply_writes_nothing(
    folder: Path, migrated: Settings, superuser: asyncpg.Connection
) -> None:
    first = await applied(folder, migrated)
    assert first[0] == f"+ tenant[{folder.name}]"
    assert "+ charter version 1" in first
    before = await everything(superuser)
    assert await applied(folder, migrated) == []
    assert await everything(superuser) == before


async def test_a_dry_run_shows_the_change_and_writes_nothing(
    folder: Path, migrated: Settings, superuser: asyncpg.Connection
) -> None:
    before = await everything(superuser)
    assert await applied(folder, migrated, dry_run=True)
    assert await everything(superuser) == before


async def test_a_change_is_shown_written_and_journaled(
    folder: Path, migrated: Settings, operator: Database
) -> None:
    await applied(folder, migrated)
    change(folder, "idle_minutes = 30", "idle_minutes = 45")
    change(folder, 'visibility = "open"', 'visibility = "listed"')
    wanted = [
        "~ session.idle_minutes: 30 → 45",
        '~ community[welcome].visibility: "open" → "listed"',
    ]
    assert await applied(folder, migrated) == wanted
    found = await live(operator, migrated, folder.name)
    assert found.document.session.idle_minutes == 45
    tenant_id = await find_tenant(operator, folder.name)
    assert tenant_id is not None
    async with operator.transaction(tenant_id):
        assert (await current_tenant()).settings.session_idle_minutes == 45
        entry = await db.fetch_row(
            "SELECT data FROM journal_entry WHERE tenant_id = $1 AND act = 'tenant.applied'"
            " ORDER BY id DESC LIMIT 1"
        )
    assert entry is not None
    assert wanted[0] in db.from_jsonb(entry["data"], dict[str, Any])["changes"]


async def test_another_tenant_keeps_every_row(
    folder: Path, tmp_path: Path, migrated: Settings, superuser: asyncpg.Connection
) -> None:
    other = tmp_path / f"other-{folder.name[:40]}".strip("-")
    write_starter(other, name="Autre Maison", theme="parvis")
    other_id = (await apply_folder(other, settings=migrated)).tenant_id

    async def others_rows() -> dict[str, list[str]]:
        rows = await everything(superuser)
        return {
            name: [row for row in found if str(other_id) in row] for name, found in rows.items()
        }

    before = await others_rows()
    assert before["community"]
    await applied(folder, migrated)
    change(folder, 'title = "Bienvenue"', 'title = "Accueil"')
    await applied(folder, migrated)
    assert await others_rows() == before


async def test_a_host_of_another_tenant_is_refused_and_nothing_is_written(
    folder: Path, tmp_path: Path, migrated: Settings, superuser: asyncpg.Connection
) -> None:
    await applied(folder, migrated)
    thief = tmp_path / "voleur"
    write_starter(thief, name="Voleur", theme="parvis")
    change(thief, '["voleur.localhost"]', f'["voleur.localhost", "{folder.name}.localhost"]')
    before = await everything(superuser)
    with pytest.raises(TenantFileError, match="is another tenant's host") as caught:
        await applied(thief, migrated)
    assert str(thief / "tenant.toml") in str(caught.value)
    assert await everything(superuser) == before


async def test_a_bad_file_writes_nothing(
    folder: Path, migrated: Settings, superuser: asyncpg.Connection
) -> None:
    change(folder, 'kind = "real_name"', 'kind = "real_nam"', file="charter.toml")
    before = await everything(superuser)
    with pytest.raises(TenantFileError, match=r"charter\.toml:\d+: .*real_name"):
        await applied(folder, migrated)
    assert await everything(superuser) == before


async def test_a_secret_that_is_not_at_hand_is_named_with_its_line(
    folder: Path, migrated: Settings, monkeypatch: pytest.MonkeyPatch, operator: Database
) -> None:
    change(
        folder, 'auth_method = "none"', 'auth_method = "client_secret_basic"\nsecret = "env:SSO"'
    )
    monkeypatch.delenv("SSO", raising=False)
    with pytest.raises(TenantFileError, match=r"tenant\.toml:\d+: SSO is not set"):
        await applied(folder, migrated)
    monkeypatch.setenv("SSO", "un secret")
    await applied(folder, migrated)
    assert (await live(operator, migrated, folder.name)).secrets == {"sso": "un secret"}
    monkeypatch.setenv("SSO", "un autre")
    assert await applied(folder, migrated) == ["~ connection[sso].secret"]
    monkeypatch.delenv("SSO")
    assert await applied(folder, migrated) == []


async def test_what_the_file_no_longer_names_is_shut_or_dissolved_but_words_stay(
    folder: Path, migrated: Settings, operator: Database
) -> None:
    extra = (
        '[[role_group]]\nslug = "legal"\ntitle = { fr = "Droit", en = "Law" }\npermissions = []\n'
        '[[community]]\nslug = "second"\ntitle = "Seconde"\ndescription = "…"\n'
    )
    file = folder / "tenant.toml"
    text = file.read_text()
    file.write_text(text + extra)
    await applied(folder, migrated)
    file.write_text(text)
    assert await applied(folder, migrated) == ["- role_group[legal]"]
    found = (await live(operator, migrated, folder.name)).document
    assert [group.slug for group in found.role_group] == ["admin", "compliance", "moderator"]
    assert [community.slug for community in found.community] == ["welcome", "second"]


async def test_an_issuer_that_members_came_through_does_not_move(
    folder: Path, migrated: Settings, operator: Database
) -> None:
    tenant_id = (await apply_folder(folder, settings=migrated)).tenant_id
    await sign_in_once(operator, tenant_id)
    change(folder, 'issuer = "https://login.', 'issuer = "https://other.')
    with pytest.raises(TenantFileError, match="add a second connection instead"):
        await applied(folder, migrated)


async def test_members_follow_a_provider_of_the_demonstration_that_moved(
    folder: Path, migrated: Settings, operator: Database
) -> None:
    address = re.compile('issuer = "https://login[^"]+"')
    text = (folder / "tenant.toml").read_text()
    (folder / "tenant.toml").write_text(address.sub('issuer = "demo:espace-client"', text))
    tenant_id = (await apply_folder(folder, settings=migrated)).tenant_id
    await sign_in_once(operator, tenant_id)
    moved = "http://127.0.0.1:10/espace-client"
    settings = msgspec.structs.replace(migrated, demo_issuers={"espace-client": moved})
    assert await applied(folder, settings) != []
    async with operator.transaction(tenant_id):
        known = await db.fetch_value("SELECT issuer FROM identity WHERE tenant_id = $1")
    assert known == moved


async def sign_in_once(operator: Database, tenant_id: TenantId) -> None:
    """Leave a member known by the address of the tenant's only connection."""
    async with operator.transaction(tenant_id):
        member_id = await db.insert(
            "member", display_name="Ada Vauzelle", name_source="sso", capacity="client",
            joined_at=clock.now(),
        )  # fmt: skip
        connection = await db.fetch_row("SELECT id, issuer FROM connection WHERE tenant_id = $1")
        assert connection is not None
        await db.insert(
            "identity", connection_id=connection["id"], issuer=connection["issuer"], sub="ada",
            member_id=member_id,
        )  # fmt: skip


@pytest.mark.parametrize("slug", ["banque-orvance", "ardelune", "ateliers-tervallon"])
async def test_a_demonstration_tenant_comes_back_from_export_unchanged(
    slug: str, tmp_path: Path, migrated: Settings, operator: Database
) -> None:
    await apply_folder(REPOSITORY / "tenants" / slug, settings=migrated)
    written = write_files(tmp_path / slug, await live(operator, migrated, slug))
    told = REPOSITORY / "tenants" / slug
    own = sorted(one.relative_to(told) for one in told.glob("communities/*/charter.toml"))
    wanted = [Path("tenant.toml"), Path("charter.toml"), *own]
    assert [file.relative_to(tmp_path / slug) for file in written] == wanted
    assert await applied(tmp_path / slug, migrated) == []


async def test_an_export_keeps_comments_and_changes_only_what_differs(
    folder: Path, migrated: Settings, operator: Database
) -> None:
    await applied(folder, migrated)
    before = (folder / "tenant.toml").read_text()
    write_files(folder, await live(operator, migrated, folder.name))
    assert (folder / "tenant.toml").read_text() == before
    tenant_id = await find_tenant(operator, folder.name)
    assert tenant_id is not None
    async with operator.transaction(tenant_id):
        await db.execute("UPDATE community SET title = 'Écran' WHERE tenant_id = $1")
    write_files(folder, await live(operator, migrated, folder.name))
    after = (folder / "tenant.toml").read_text().splitlines()
    differing = [line for line in after if line not in before.splitlines()]
    assert [line.split("#")[0].strip() for line in differing] == ['title = "Écran"']
    assert await applied(folder, migrated) == []


async def test_a_charter_published_on_screen_is_never_undone_by_an_older_file(
    folder: Path, migrated: Settings, operator: Database
) -> None:
    tenant_id = (await apply_folder(folder, settings=migrated)).tenant_id
    source = (folder / "charter.toml").read_text().replace("Contestez", "Discutez")
    await publish_on_screen(operator, tenant_id, source)
    change(folder, "First version.", "First version!", file="charter.toml")
    with pytest.raises(ApplyRefusedError, match="version 2 was published on screen"):
        await applied(folder, migrated)
    write_files(folder, await live(operator, migrated, folder.name))
    text = (folder / "charter.toml").read_text()
    assert BASE.match(text)
    assert "Discutez" in text
    assert await applied(folder, migrated) == []
    change(folder, "First version.", "First version!", file="charter.toml")
    assert await applied(folder, migrated) == ["+ charter version 3"]


async def publish_on_screen(operator: Database, tenant_id: Any, source: str) -> None:
    from parvis.core.actor import Actor
    from parvis.features.charter.actions import publish_version

    async with operator.transaction(tenant_id):
        member_id = await db.insert(
            "member", display_name="Ada Vauzelle", name_source="sso", capacity="employee",
            joined_at=(await db.fetch_value("SELECT now() WHERE $1::uuid IS NOT NULL")),
        )  # fmt: skip
        tenant = await current_tenant()
        actor = Actor(tenant=tenant, locale="fr", member_id=member_id)
        await publish_version(tenant, source, file=Path("screen"), by=actor)


MEETING = """
[[meeting]]
slug = "assemblee"
title = { fr = "Assemblée", en = "Meeting" }
date = 2031-05-21
starts = 15:00:00
"""
POLICY = """
[meeting_policy]
preset = "fr"
seat = "75"
board_review = false
place = { fr = "Paris", en = "Paris" }
selection = { fr = "…", en = "…" }
topics = []

[[role_group]]
slug = "desk"
title = { fr = "Bureau", en = "Desk" }
permissions = [
    "meeting:manage", "question:triage", "answer:draft", "answer:approve_legal", "answer:publish",
]
"""


async def test_a_meeting_of_the_file_is_opened_once_and_never_moved(
    folder: Path, tmp_path: Path, migrated: Settings, operator: Database
) -> None:
    file = folder / "tenant.toml"
    file.write_text(file.read_text() + POLICY + MEETING)
    assert "+ meeting[assemblee]" in await applied(folder, migrated)
    assert await applied(folder, migrated) == []
    copy = tmp_path / "copy" / folder.name
    write_files(copy, await live(operator, migrated, folder.name))
    assert await applied(copy, migrated) == []
    change(folder, "date = 2031-05-21", "date = 2031-05-22")
    with pytest.raises(TenantFileError, match=r"it is called for 2031-05-21, 15:00"):
        await applied(folder, migrated)


async def test_a_meeting_in_the_past_is_refused_with_its_line(
    folder: Path, migrated: Settings
) -> None:
    file = folder / "tenant.toml"
    file.write_text(file.read_text() + POLICY + MEETING.replace("2031-05-21", "2021-05-21"))
    with pytest.raises(TenantFileError, match=r"tenant\.toml:\d+: 2021-05-21 is in the past"):
        await applied(folder, migrated)
