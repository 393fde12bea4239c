"""A member who hides, has left or is no person does not exist for others."""

import re
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from parvis.core import clock, db
from parvis.core.data_rights import OwnDataAsked
from parvis.core.events import publish
from parvis.core.ids import new_id
from parvis.features.identity.names import name_keys
from parvis.migrations.parvis_2026_11_22t10_00_identity import file_names
from tests.factories import House, Person
from tests.members.conftest import OPEN, become, edit, seen

ABSENT: list[dict[str, Any]] = [
    {"in_directory": False},
    {"state": "deactivated", "deactivated_at": clock.now()},
    {"kind": "service"},
    {"kind": "emergency"},
    {"state": "deactivated", "erased_at": clock.now()},
]
ADDRESSES = ("", "/photo", "/communities", "/posts")
NONCE = re.compile(r"'nonce-([\w-]+)'")


@pytest.fixture
async def sabine(orvance: House) -> Person:
    return await orvance.person("Sabine Auclerc", communities=[OPEN], capacity="adviser")


@pytest.fixture
async def reader(orvance: House) -> Person:
    return await orvance.person("Bruno Taillade", communities=[OPEN])


async def answer(reader: Person, path: str) -> tuple[int, list[str], str]:
    """Return what a reader gets, without what is new in each answer."""
    got = await reader.browser.get(path)
    text = got.text.replace(path, "<path>").replace(got.headers["x-correlation-id"], "<id>")
    nonce = NONCE.search(got.headers["content-security-policy"])
    if nonce:
        text = text.replace(nonce[1], "<nonce>")
    return got.status_code, sorted(got.headers), text


@pytest.mark.parametrize("gone", ABSENT, ids="-".join)
async def test_absent_and_missing_look_the_same(
    orvance: House, sabine: Person, reader: Person, gone: dict[str, Any]
) -> None:
    await edit(sabine, headline="Dutreil", office="Lyon", office_visibility="members")
    await become(orvance, sabine, photo_key="members/x/photo/y.webp", **gone)
    await reader.browser.token()
    for tail in ADDRESSES:
        for prefix in ("", "/api/v1"):
            absent = await answer(reader, f"{prefix}/people/{sabine.id}{tail}")
            missing = await answer(reader, f"{prefix}/people/{new_id()}{tail}")
            assert absent == missing, tail
            assert absent[0] == 404
    for method in ("POST", "DELETE"):
        absent = await reader.browser.call(method, f"/people/{sabine.id}/follow")
        missing = await reader.browser.call(method, f"/people/{new_id()}/follow")
        assert absent.status_code == missing.status_code == 404
        assert absent.json()["code"] == missing.json()["code"]


async def test_absent_and_missing_run_the_same_statement(
    orvance: House, sabine: Person, reader: Person
) -> None:
    """As many statements, hence as much time: nothing is loaded before it is known to be shown."""
    await become(orvance, sabine, in_directory=False)
    await reader.browser.call("GET", "/people")

    async def statements(member_id: UUID) -> list[str]:
        seen_: list[str] = []
        token = db.statement_observer.set(lambda logged: seen_.append(logged.query))
        try:
            await reader.browser.call("GET", f"/people/{member_id}")
        finally:
            db.statement_observer.reset(token)
        return [sql for sql in seen_ if "SET LOCAL" not in sql]

    assert await statements(sabine.id) == await statements(new_id())


@pytest.mark.parametrize("path", ["/people", "/api/v1/people", "/me/following", "/?voice=followed"])
async def test_no_list_counts_who_is_absent(
    orvance: House, sabine: Person, reader: Person, path: str
) -> None:
    await reader.browser.call("POST", f"/people/{sabine.id}/follow")
    post = {"title": "Un retour", "body": "Du vécu."}
    await sabine.browser.call("POST", f"/communities/{OPEN}/posts", post)
    assert "Auclerc" in (await reader.browser.get(path)).text
    await become(orvance, sabine, in_directory=False)
    assert "Auclerc" not in (await reader.browser.get(path)).text


async def test_the_copy_of_anothers_data_holds_no_name_of_whom_they_follow(
    orvance: House, sabine: Person, reader: Person
) -> None:
    await reader.browser.call("POST", f"/people/{sabine.id}/follow")
    await sabine.browser.call("POST", f"/people/{reader.id}/follow")
    asked = OwnDataAsked(member_id=reader.id, sections=[])
    async with orvance.transaction():
        await publish(asked)
        given = {one.name: [row async for row in one.rows] for one in asked.sections}
    assert given["follows"][0]["member"] == sabine.id
    assert "Auclerc" not in str(given)
    assert str(sabine.id) not in str({k: v for k, v in given.items() if k != "follows"}), (
        "nobody learns who follows them, nor by what"
    )


async def test_what_an_absent_member_wrote_keeps_the_name_and_leads_nowhere(
    orvance: House, sabine: Person, reader: Person
) -> None:
    post = {"title": "Un retour", "body": "Du vécu."}
    sent = await sabine.browser.call("POST", f"/communities/{OPEN}/posts", post)
    path = f"/posts/{sent.json()['id']}"
    link = f'href="/people/{sabine.id}"'
    assert link in (await reader.browser.get(path)).text
    await become(orvance, sabine, in_directory=False)
    for shown in (path, "/", f"/communities/{OPEN}"):
        page = (await reader.browser.get(shown)).text
        assert "Sabine Auclerc" in page
        assert link not in page
        assert "ancien membre" not in page
    author = (await reader.browser.call("GET", path)).json()["author"]
    assert (author["has_page"], author["is_former"]) == (False, False)
    own = (await sabine.browser.call("GET", path)).json()["author"]
    assert own["has_page"] is True, "one finds one's own page"


async def test_who_left_is_marked_as_a_former_member(
    orvance: House, sabine: Person, reader: Person
) -> None:
    post = {"title": "Un retour", "body": "Du vécu."}
    sent = (await sabine.browser.call("POST", f"/communities/{OPEN}/posts", post)).json()
    comments = f"/posts/{sent['id']}/comments"
    await sabine.browser.call("POST", comments, {"body": "Et j’ajoute."})
    await become(orvance, sabine, state="deactivated")
    for shown in (f"/posts/{sent['id']}", "/"):
        page = (await reader.browser.get(shown)).text
        assert page.count("Conseiller, ancien membre") == 2, shown
        assert f"/people/{sabine.id}" not in page
    author = (await reader.browser.call("GET", f"/posts/{sent['id']}")).json()["author"]
    assert (author["is_former"], author["name"]) == (True, "Sabine Auclerc")


async def test_one_sees_oneself_while_hidden(orvance: House, sabine: Person) -> None:
    await become(orvance, sabine, in_directory=False)
    assert (await seen(sabine, sabine))["is_me"] is True
    assert (await sabine.browser.get("/me/profile")).status_code == 200


async def test_a_service_has_no_page_even_for_itself(orvance: House, sabine: Person) -> None:
    await become(orvance, sabine, kind="service")
    for path in (f"/people/{sabine.id}", "/me/profile"):
        assert (await sabine.browser.get(path)).status_code == 404
    assert (await sabine.browser.call("PATCH", "/me/profile", {})).status_code == 404


async def test_members_from_before_are_filed_by_the_migration(
    orvance: House, reader: Person, superuser: asyncpg.Connection
) -> None:
    async with orvance.transaction():
        await db.execute("DELETE FROM member_name_key WHERE tenant_id = $1 AND key <> ''")
        assert (
            await db.fetch_value("SELECT count(*) FROM member_name_key WHERE tenant_id = $1") == 0
        )
    await file_names(superuser, orvance.tenant.id)
    await file_names(superuser, orvance.tenant.id)
    async with orvance.transaction():
        rows = await db.fetch(
            "SELECT key, is_first, is_listed FROM member_name_key"
            " WHERE tenant_id = $1 AND member_id = $2 ORDER BY is_first DESC, key",
            reader.id,
        )
    assert [row["key"] for row in rows] == list(name_keys(reader.id, reader.name))
    assert [row["is_first"] for row in rows] == [True, False]
    assert all(row["is_listed"] for row in rows)
