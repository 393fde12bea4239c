"""Programs: let in by administrators, no more powerful than these, never taken for people."""

from typing import Any

import pytest

from parvis.core import db
from tests.factories import House, Person

from .test_tokens import PLACE, POST, POSTS, Program

ADMIN = ("admin",)


async def program_of(admin: Person, *groups: str, name: str = "Publication des avis") -> str:
    made = await admin.browser.call(
        "POST", "/admin/programs", {"name": name, "groups": list(groups)}
    )
    assert made.status_code == 201, made.text
    return str(made.json()["program"]["id"])


async def let_in(house: House, admin: Person, *scopes: str) -> tuple[str, Program]:
    """Make a program and a token for it."""
    member_id = await program_of(admin)
    given = {"label": "Serveur", "scopes": list(scopes)}
    made = await admin.browser.call("POST", f"/admin/programs/{member_id}/tokens", given)
    assert made.status_code == 201, made.text
    return member_id, Program(house, made.json()["token"])


async def accept(program: Program) -> None:
    charter = (await program.call("GET", "/charter")).json()
    answer = {"decision": "accepted", "version": charter["version"]}
    assert (await program.call("POST", "/charter/acceptance", answer)).status_code == 200


async def test_a_program_takes_part_under_its_own_name(orvance: House) -> None:
    admin = await orvance.person(roles=ADMIN)
    member_id, program = await let_in(orvance, admin, "read", "write")
    assert (await program.call("GET", f"/communities/{PLACE}")).status_code == 403
    await accept(program)
    async with orvance.transaction():
        await db.insert(
            "community_member", community_id=await orvance.community_id(PLACE),
            member_id=member_id, standing="member", joined_at=admin_joined(),
        )  # fmt: skip
    made = await program.call("POST", POSTS, POST)
    assert made.status_code == 201, made.text
    reader = await orvance.person("Lucie Armand", communities=[PLACE])
    post = (await reader.browser.call("GET", f"/posts/{made.json()['id']}")).json()
    assert post["author"]["name"] == "Publication des avis"
    assert post["author"]["role"] == "Programme"


def admin_joined() -> Any:
    from parvis.core import clock

    return clock.now()


async def test_a_program_has_no_way_in_but_its_token(orvance: House) -> None:
    admin = await orvance.person(roles=ADMIN)
    member_id = await program_of(admin)
    async with orvance.transaction():
        for table in ("identity", "auth_session"):
            found = await db.fetch_value(
                f"SELECT count(*) FROM {table} WHERE tenant_id = $1 AND member_id = $2", member_id
            )
            assert found == 0


async def test_programs_are_no_business_of_members(orvance: House) -> None:
    admin, member = await orvance.person(roles=ADMIN), await orvance.person("Bruno Taillade")
    member_id, _ = await let_in(orvance, admin, "read")
    (token,) = (await admin.browser.call("GET", "/admin/tokens")).json()
    for method, path in (
        ("GET", "/admin/tokens"), ("GET", "/admin/programs"), ("POST", "/admin/programs"),
        ("GET", f"/admin/programs/{member_id}"), ("DELETE", f"/admin/programs/{member_id}"),
        ("POST", f"/admin/programs/{member_id}/tokens"), ("DELETE", f"/admin/tokens/{token['id']}"),
    ):  # fmt: skip
        body = {"name": "x", "label": "x", "scopes": ["read"]} if method == "POST" else None
        if body:
            body = (
                {"name": "x"} if path.endswith("programs") else {"label": "x", "scopes": ["read"]}
            )
        answer = await member.browser.call(method, path, body)
        assert answer.status_code == 404, (method, path)
    for path in ("/admin/tokens", f"/admin/tokens/{member_id}"):
        assert (await member.browser.get(path)).status_code == 404
    assert "/admin/tokens" not in (await member.browser.get("/")).text


async def test_a_person_is_no_program(orvance: House) -> None:
    admin, member = await orvance.person(roles=ADMIN), await orvance.person("Bruno Taillade")
    given = {"label": "x", "scopes": ["read"]}
    path = f"/admin/programs/{member.id}"
    assert (await admin.browser.call("POST", f"{path}/tokens", given)).status_code == 404
    assert (await admin.browser.call("DELETE", path)).status_code == 404
    assert (await member.browser.get("/me")).status_code == 200


@pytest.mark.parametrize("groups", [["no-such-group"], ["moderator"], ["secretary"]])
async def test_a_program_gets_nothing_its_maker_has_not(orvance: House, groups: list[str]) -> None:
    async with orvance.transaction():
        held = await db.fetch_value(
            "SELECT permissions FROM role_group WHERE tenant_id = $1 AND slug = 'admin'"
        )
    admin = await orvance.person(roles=ADMIN)
    assert "review:decide" not in held
    answer = await admin.browser.call(
        "POST", "/admin/programs", {"name": "Robot", "groups": groups}
    )
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == ["groups"]


async def test_a_token_of_a_program_gets_nothing_its_maker_has_not(orvance: House) -> None:
    admin = await orvance.person(roles=ADMIN)
    member_id = await program_of(admin, "admin")
    answer = await admin.browser.call(
        "POST", f"/admin/programs/{member_id}/tokens",
        {"label": "x", "scopes": ["read", "review:decide"]},
    )  # fmt: skip
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["scopes"])


async def test_a_program_shut_out_is_out_at_once(orvance: House) -> None:
    admin = await orvance.person(roles=ADMIN)
    member_id, program = await let_in(orvance, admin, "read")
    assert (await program.call("GET", "/me/tokens")).status_code == 200
    assert (await admin.browser.send_form(f"/admin/tokens/{member_id}/end", {})).status_code == 303
    assert (await program.call("GET", "/me/tokens")).status_code == 401
    again = await admin.browser.call(
        "POST", f"/admin/programs/{member_id}/tokens", {"label": "x", "scopes": ["read"]}
    )
    assert again.status_code == 404


async def test_administrators_see_every_token_by_its_hint(orvance: House) -> None:
    admin, member = await orvance.person(roles=ADMIN), await orvance.person("Bruno Taillade")
    made = await member.browser.call("POST", "/me/tokens", {"label": "Tableur", "scopes": ["read"]})
    token = made.json()["token"]
    program = Program(orvance, token)
    page = await admin.browser.get("/admin/tokens")
    assert "Bruno Taillade" in page.text
    assert f"pvt_…{token[-4:]}" in page.text
    assert token not in page.text
    (listed,) = (await admin.browser.call("GET", "/admin/tokens")).json()
    revoked = await admin.browser.send_form(f"/admin/tokens/revoke/{listed['id']}", {})
    assert revoked.status_code == 303
    assert (await program.call("GET", "/me")).status_code == 401


async def test_the_screens_make_a_program_and_its_token(orvance: House) -> None:
    admin = await orvance.person(roles=ADMIN)
    empty = await admin.browser.send_form("/admin/tokens", {"name": ""})
    assert empty.status_code == 422
    assert 'id="name-error"' in empty.text
    made = await admin.browser.send_form("/admin/tokens", {"name": "Robot", "groups": "admin"})
    assert made.status_code == 303
    path = made.headers["location"]
    wrong = await admin.browser.send_form(path, {"label": "Serveur"})
    assert wrong.status_code == 422
    shown = await admin.browser.send_form(path, {"label": "Serveur", "scopes": ["read", "write"]})
    assert shown.status_code == 201
    assert "pvt_" in shown.text
