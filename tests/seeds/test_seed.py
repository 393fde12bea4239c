"""`parvis seed`: believable life, through the features' own actions, once."""

import asyncpg
import pytest

from parvis.core import clock
from parvis.features.tenants.actions import apply_folder
from parvis.seeds.content import life_of, personas
from parvis.seeds.runner import settle
from parvis.settings import REPOSITORY, Settings

SLUGS = ["banque-orvance", "ardelune", "ateliers-tervallon"]


@pytest.fixture
async def seeded(app: object, migrated: Settings, clean: None) -> None:
    for slug in SLUGS:
        assert await settle(REPOSITORY / "tenants" / slug, settings=migrated), slug


async def counts(superuser: asyncpg.Connection, slug: str, sql: str) -> dict[str, int]:
    rows = await superuser.fetch(
        f"SELECT {sql} WHERE x.tenant_id = (SELECT id FROM tenant WHERE slug = $1) GROUP BY 1", slug
    )
    return {str(row[0]): row[1] for row in rows}


async def test_life_is_there_once_and_in_every_state(
    seeded: None, migrated: Settings, superuser: asyncpg.Connection
) -> None:
    for slug in SLUGS:
        said = await counts(superuser, slug, "kind, count(*) FROM contribution x")
        assert said["post"] == 60
        people = life_of(slug)
        assert people is not None
        members = {"1": len(people.member)}
        assert (await counts(superuser, slug, "1, count(*) FROM member x")) == members
    for slug in SLUGS[:2]:
        asked = await counts(superuser, slug, "delivery, count(*) FROM question x")
        assert asked.keys() >= {
            "admitted_free", "admitted_statutory", "answered_orally", "board_review", "curable",
            "drafting", "legal_review", "published", "reserved_for_meeting", "routed", "withdrawn",
        }  # fmt: skip
        seen = await counts(superuser, slug, "visibility, count(*) FROM question x")
        assert seen.keys() == {"archived", "pending", "restricted", "visible"}
        became = await counts(superuser, slug, "became_free_because, count(*) FROM question x")
        assert (became["late"], became["not_proven"]) == (1, 1)
        grouped = await counts(superuser, slug, "cluster_id IS NOT NULL, count(*) FROM question x")
        assert grouped["True"] == 2
    came = await counts(superuser, "banque-orvance", "status, count(*) FROM legal_notice x")
    assert came == {"received": 1, "decided": 1}
    ended = await counts(superuser, "banque-orvance", "outcome, count(*) FROM appeal x")
    assert ended == {"None": 1, "reversed": 1}
    await nothing_changes_the_second_time(migrated, superuser)
    await nobody_is_written_to(superuser)
    await people_may_still_ask(superuser)
    await signing_in_as_a_persona_meets_their_life(superuser, migrated)


async def nothing_changes_the_second_time(
    migrated: Settings, superuser: asyncpg.Connection
) -> None:
    tables = ("contribution", "journal_entry", "question_event", "notice", "reaction", "member")
    before = [await superuser.fetchval(f"SELECT count(*) FROM {name}") for name in tables]
    for slug in SLUGS:
        assert not await settle(REPOSITORY / "tenants" / slug, settings=migrated)
    assert [await superuser.fetchval(f"SELECT count(*) FROM {name}") for name in tables] == before


async def nobody_is_written_to(superuser: asyncpg.Connection) -> None:
    assert await superuser.fetchval("SELECT count(*) FROM notice") > 0
    assert await superuser.fetchval("SELECT count(*) FROM notice WHERE mailed_at IS NULL") == 0


async def people_may_still_ask(superuser: asyncpg.Connection) -> None:
    rows = await superuser.fetch(
        "SELECT statutory_until, starts_at FROM meeting WHERE state = 'open'"
    )
    assert len(rows) == 2
    for row in rows:
        left = row["statutory_until"] - clock.now()
        assert 4 <= left.days <= 8
        assert row["starts_at"].weekday() < 5


async def signing_in_as_a_persona_meets_their_life(
    superuser: asyncpg.Connection, migrated: Settings
) -> None:
    for slug in SLUGS:
        for persona in personas(REPOSITORY / "tenants" / slug).values():
            name = await superuser.fetchval(
                "SELECT m.display_name FROM identity i JOIN member m"
                " ON m.tenant_id = i.tenant_id AND m.id = i.member_id"
                " WHERE i.issuer = $1 AND i.sub = $2",
                migrated.demo_issuers[persona.issuer],
                persona.sub,
            )
            assert name == persona.name


async def test_a_charter_applied_just_now_binds_the_seeded_life_too(
    app: object, migrated: Settings, clean: None, superuser: asyncpg.Connection
) -> None:
    folder = REPOSITORY / "tenants" / "ardelune"
    tenant_id = (await apply_folder(folder, settings=migrated)).tenant_id
    assert await settle(folder, settings=migrated)
    unbound = await superuser.fetchval(
        "SELECT count(*) FROM revision r WHERE tenant_id = $1 AND charter_version_id IS NULL",
        tenant_id,
    )
    assert unbound == 0
