"""Whose word a name rests on, and what becomes of it when that word changes."""

from typing import Any

import pytest

from parvis.core import db
from tests.factories import House

from .conftest import SLUG, Rows, Visitor

NAMED = "SELECT display_name, name_source FROM member WHERE tenant_id = $1"
HISTORY = """
    SELECT display_name, source, framework, level FROM name_record WHERE tenant_id = $1 ORDER BY id
"""
KEYS = """
    SELECT split_part(key, E'\\t', 1) AS key FROM member_name_key WHERE tenant_id = $1 ORDER BY key
"""


def verified(name: Any = "Anna Berliet-Roche", framework: str = "eidas") -> dict[str, Any]:
    return {
        "verification": {
            "trust_framework": framework,
            "assurance_level": "high",
            "time": "2026-03-02T09:00:00Z",
        },
        "claims": {"name": name},
    }


@pytest.fixture
async def connection(orvance: House) -> Any:
    """Let the connection vouch or not; it is as before after the test."""

    async def change(*, authority: bool, frameworks: list[str] | None = None) -> None:
        async with orvance.transaction():
            await db.execute(
                "UPDATE connection SET name_authority = $3, trust_frameworks = $4"
                " WHERE tenant_id = $1 AND slug = $2",
                SLUG,
                authority,
                frameworks or [],
            )

    yield change
    await change(authority=True)


async def test_verified_claims_go_before_a_name_that_is_only_stated(
    visitor: Visitor, rows: Rows, connection: Any
) -> None:
    await connection(authority=False, frameworks=["eidas"])
    await visitor.sign_in(verified_claims=verified())
    assert await rows(NAMED) == [{"display_name": "Anna Berliet-Roche", "name_source": SLUG}]
    assert await rows(HISTORY) == [
        {
            "display_name": "Anna Berliet-Roche",
            "source": SLUG,
            "framework": "eidas",
            "level": "high",
        }
    ]


async def test_a_framework_that_is_not_trusted_vouches_for_nothing(
    visitor: Visitor, rows: Rows, connection: Any
) -> None:
    await connection(authority=False, frameworks=["eidas"])
    await visitor.sign_in(verified_claims=verified(framework="my_own_word"))
    assert await rows(NAMED) == [{"display_name": "Anna Berliet", "name_source": "unverified"}]


@pytest.mark.parametrize("name", [7, ["Anna"], {"first": "Anna"}, ""])
async def test_verified_claims_without_a_name_leave_the_stated_one_unverified(
    visitor: Visitor, rows: Rows, connection: Any, name: Any
) -> None:
    await connection(authority=False, frameworks=["eidas"])
    await visitor.sign_in(verified_claims=verified(name=name))
    assert await rows(NAMED) == [{"display_name": "Anna Berliet", "name_source": "unverified"}]


async def test_a_provider_that_vouches_no_more_takes_its_word_back(
    visitor: Visitor, rows: Rows, connection: Any
) -> None:
    await visitor.sign_in()
    await connection(authority=False)
    await visitor.sign_in(name="Nana")
    assert await rows(NAMED) == [{"display_name": "Nana", "name_source": "unverified"}]
    assert [row["source"] for row in await rows(HISTORY)] == [SLUG, "unverified"]


async def test_a_stated_name_does_not_replace_one_that_somebody_else_vouches_for(
    visitor: Visitor, orvance: House, rows: Rows, connection: Any
) -> None:
    await visitor.sign_in()
    await connection(authority=False)
    async with orvance.transaction():
        await db.execute("UPDATE member SET name_source = 'partenaires' WHERE tenant_id = $1")
    await visitor.sign_in(name="Nana")
    assert await rows(NAMED) == [{"display_name": "Anna Berliet", "name_source": "partenaires"}]


@pytest.mark.parametrize(
    "name", ["Suharto", "王秀英", "سارة الأحمد", "María José Carreño Quiñones"]
)
async def test_names_are_kept_whole_and_found_by_their_words(
    visitor: Visitor, rows: Rows, name: str
) -> None:
    await visitor.sign_in(name=name)
    assert [row["display_name"] for row in await rows(NAMED)] == [name]
    assert len(await rows(KEYS)) == len(name.split())


async def test_a_new_name_is_filed_in_place_of_the_old_one(visitor: Visitor, rows: Rows) -> None:
    await visitor.sign_in()
    await visitor.sign_in(name="Anna Roche")
    assert [row["key"] for row in await rows(KEYS)] == ["anna roche", "roche"]


@pytest.mark.parametrize("name", [None, "", "\u200b", 7, ["Anna"], {"name": "Anna"}, "42"])
async def test_nobody_comes_in_under_half_a_name(visitor: Visitor, rows: Rows, name: Any) -> None:
    answer = await visitor.sign_in(name=name)
    assert answer.status_code in (400, 403)
    assert await rows(NAMED) == []
