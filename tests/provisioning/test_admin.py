"""The administrators' part: tokens, what groups stand for, refusals; as a page and as JSON."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from parvis.core import clock, db
from tests.factories import House, Person
from tests.provisioning.conftest import Provider, provider_at

TOKEN = {"label": "Entra", "days": "30"}


@pytest.fixture
async def admin(orvance: House) -> Person:
    return await orvance.person("Aude Adjani", roles=["admin"])


async def connection_of(house: House, slug: str = "espace-client") -> UUID:
    async with house.transaction():
        found: UUID = await db.fetch_value(
            "SELECT id FROM connection WHERE tenant_id = $1 AND slug = $2", slug
        )
    return found


async def page_of(house: House, slug: str = "espace-client") -> str:
    return f"/admin/sign-in/connections/{await connection_of(house, slug)}/provisioning"


async def api_of(house: House, slug: str = "espace-client") -> str:
    return f"/admin/connections/{await connection_of(house, slug)}"


async def test_a_token_is_shown_once_and_lets_a_directory_in(orvance: House, admin: Person) -> None:
    page = await page_of(orvance)
    made = await admin.browser.send_form(f"{page}/tokens", TOKEN)
    assert made.status_code == 201, made.text
    token = made.text.split('<code class="secret">')[1].split("<")[0]
    assert token.startswith("pvs_")
    again = await admin.browser.get(page)
    assert token not in again.text
    assert f"pvs_…{token[-4:]}" in again.text
    answer = await orvance.visitor.get(
        "/scim/v2/Users", headers={"authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200
    assert "https://banque-orvance.localhost/scim/v2" in again.text
    async with orvance.transaction():
        kept = await db.fetch_row("SELECT t::text AS said FROM scim_token t WHERE tenant_id = $1")
        said = await db.fetch("SELECT act, data FROM journal_entry WHERE tenant_id = $1")
    assert token not in kept["said"]
    assert ("provisioning.token_created" in {row["act"] for row in said}) is True
    assert not any(token in row["data"] for row in said)


async def test_json_does_what_the_page_does(orvance: House, admin: Person) -> None:
    api = await api_of(orvance)
    made = await admin.browser.call("POST", f"{api}/scim-tokens", {"label": "Okta", "days": 10})
    assert made.status_code == 201, made.text
    token_id = made.json()["details"]["id"]
    seen = (await admin.browser.call("GET", f"{api}/provisioning")).json()
    assert [one["state"] for one in seen["tokens"]] == ["active"]
    assert (seen["tokens"][0]["is_ending"], seen["may_make_token"]) == (True, True)
    assert "token" not in seen["tokens"][0]
    ended = await admin.browser.call("DELETE", f"{api}/scim-tokens/{token_id}")
    again = await admin.browser.call("DELETE", f"{api}/scim-tokens/{token_id}")
    assert (ended.status_code, again.status_code) == (204, 204)
    seen = (await admin.browser.call("GET", f"{api}/provisioning")).json()
    assert [one["state"] for one in seen["tokens"]] == ["revoked"]
    headers = {"authorization": f"Bearer {made.json()['token']}"}
    assert (await orvance.visitor.get("/scim/v2/Users", headers=headers)).status_code == 401


async def test_a_third_token_is_refused_until_one_is_gone(orvance: House, admin: Person) -> None:
    page, api = await page_of(orvance), await api_of(orvance)
    first = await admin.browser.call("POST", f"{api}/scim-tokens", {"label": "Un", "days": 5})
    assert (await admin.browser.send_form(f"{page}/tokens", TOKEN)).status_code == 201
    third = await admin.browser.send_form(f"{page}/tokens", TOKEN)
    assert third.status_code == 409
    assert "Deux jetons sont" in third.text
    other = await api_of(orvance, "partenaires")
    elsewhere = await admin.browser.call("POST", f"{other}/scim-tokens", {"label": "x"})
    assert elsewhere.status_code == 201
    first_id = first.json()["details"]["id"]
    wrong = await admin.browser.call("DELETE", f"{other}/scim-tokens/{first_id}")
    assert wrong.status_code == 404
    revoked = await admin.browser.send_form(f"{page}/tokens/{first_id}/revoke", {})
    assert (revoked.status_code, revoked.headers["location"]) == (303, page)
    assert (await admin.browser.send_form(f"{page}/tokens", TOKEN)).status_code == 201
    with clock.travel(clock.now() + timedelta(days=40)):
        fresh = await orvance.person("Bruno Bach", roles=["admin"])
        assert (await fresh.browser.send_form(f"{page}/tokens", TOKEN)).status_code == 201


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"label": "", "days": "30"}, "label"),
        ({"label": "x" * 81, "days": "30"}, "label"),
        ({"label": "x", "days": "0"}, "days"),
        ({"label": "x", "days": "731"}, "days"),
        ({"label": "x", "days": "soon"}, "days"),
    ],
)
async def test_a_wrong_field_is_told_at_the_field(
    orvance: House, admin: Person, fields: dict[str, str], field: str
) -> None:
    answer = await admin.browser.send_form(f"{await page_of(orvance)}/tokens", fields)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


async def test_what_a_group_stands_for_is_an_administrators_choice(
    entra: Provider, admin: Person
) -> None:
    anne = await entra.user()
    member_id = (await entra.member(anne["id"]))["id"]
    group = await entra.group("Cercle des juristes", [anne["id"]])
    page, api = await page_of(entra.house), await api_of(entra.house)
    path = f"{page}/groups/{group['id']}"
    assert await entra.groups_of(member_id) == set()
    kept = await admin.browser.send_form(path, {"group": "legal"})
    assert (kept.status_code, await entra.groups_of(member_id)) == (303, {("legal", "scim")})
    named = {"op": "replace", "path": "displayName", "value": "moderator"}
    await entra.patch(f"/Groups/{group['id']}", named)
    assert await entra.groups_of(member_id) == {("legal", "scim")}
    await admin.browser.send_form(path, {"group": "*"})
    assert await entra.groups_of(member_id) == {("moderator", "scim")}
    await admin.browser.send_form(path, {"group": "-"})
    assert await entra.groups_of(member_id) == set()
    put = f"{api}/scim-groups/{group['id']}"
    answer = await admin.browser.call("PUT", put, {"by": "choice", "group": "expert"})
    (told,) = answer.json()["groups"]
    assert (told["group"], told["by"], told["people"]) == ("expert", "choice", 1)
    assert await entra.groups_of(member_id) == {("expert", "scim")}
    unknown = await admin.browser.call("PUT", put, {"group": "nothing"})
    assert (unknown.status_code, list(unknown.json()["fields"])) == (422, ["group"])
    assert (await admin.browser.send_form(path, {"group": "nothing"})).status_code == 422


async def test_two_groups_may_stand_for_the_same_one(entra: Provider, admin: Person) -> None:
    anne = await entra.user()
    member_id = (await entra.member(anne["id"]))["id"]
    await entra.group("legal", [anne["id"]])
    second = await entra.group("Juristes", [anne["id"]])
    path = f"{await page_of(entra.house)}/groups/{second['id']}"
    for chosen in ("legal", "-", "legal"):
        await admin.browser.send_form(path, {"group": chosen})
        assert await entra.groups_of(member_id) == {("legal", "scim")}


async def test_nobody_else_sees_or_does_any_of_this(entra: Provider, ardelune: House) -> None:
    house = entra.house
    group = await entra.group("Tennis")
    others = [
        await house.person("Camille V", roles=["moderator"]),
        await house.person("Bruno B"),
        await ardelune.person("Zoé Z", roles=["admin"]),
    ]
    page, api = await page_of(house), await api_of(house)
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"{api}/provisioning", None),
        ("POST", f"{api}/scim-tokens", {"label": "x"}),
        ("DELETE", f"{api}/scim-tokens/{group['id']}", None),
        ("PUT", f"{api}/scim-groups/{group['id']}", {"group": None}),
    ]
    for person in others:
        assert (await person.browser.get(page)).status_code == 404
        assert (await person.browser.send_form(f"{page}/tokens", TOKEN)).status_code == 404
        for method, path, body in calls:
            assert (await person.browser.call(method, path, body)).status_code == 404


async def test_making_a_token_asks_who_it_is_again(orvance: House, admin: Person) -> None:
    page, api = await page_of(orvance), await api_of(orvance)
    with clock.travel(clock.now() + timedelta(minutes=15)):
        asked = await admin.browser.send_form(f"{page}/tokens", TOKEN)
        refused = await admin.browser.call("POST", f"{api}/scim-tokens", {"label": "x"})
    assert asked.status_code != 201
    assert refused.status_code in {401, 403}
    async with orvance.transaction():
        assert not await db.fetch_value("SELECT count(*) FROM scim_token WHERE tenant_id = $1")


async def test_the_page_tells_counts_and_refusals(orvance: House, admin: Person) -> None:
    provider = await provider_at(orvance, "espace-client")
    await provider.user()
    await provider.user("b@orvance.example", displayName="Bruno B", active=False)
    await provider.ask("POST", "/Users", {"userName": "anne.tavel@orvance.example"})
    provider.token = "wrong"
    await provider.ask("GET", "/Users")
    shown = (await admin.browser.get(await page_of(orvance))).text
    assert "Une valeur manque" in shown
    assert "<code>displayName</code>" in shown
    assert "Le jeton manque, est faux" in shown
    api = await api_of(orvance)
    seen = (await admin.browser.call("GET", f"{api}/provisioning")).json()
    assert (seen["counts"]["active"], seen["counts"]["inactive"]) == (1, 1)
    assert [one["reason"] for one in seen["refusals"]] == ["token", "invalidValue"]
    assert all(one["reference"] for one in seen["refusals"])
    connection = (await admin.browser.get((await page_of(orvance)).rpartition("/")[0])).text
    assert "Annuaire (SCIM)" in connection


async def test_the_page_of_a_directory_that_never_spoke(orvance: House, admin: Person) -> None:
    shown = await admin.browser.get(await page_of(orvance, "partenaires"))
    assert shown.status_code == 200
    assert "Aucun : toutes les requêtes ont abouti." in shown.text.replace("\xa0", " ")
