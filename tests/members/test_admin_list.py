"""The list of members: who may open it, what it finds, and what it marks."""

import pytest

from parvis.core import db
from tests.factories import House

from .administration import administrator, rows

SCREENS = (
    "/admin/members",
    "/admin/members/invitations",
    "/admin/members/invitations/new",
    "/admin/members/imports",
)


async def found(person, query: str = "") -> list[str]:
    answer = await person.browser.call("GET", f"/admin/members{query}")
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["items"]]


@pytest.mark.parametrize("path", SCREENS)
@pytest.mark.parametrize("locale", ["fr", "en"])
async def test_administrators_open_every_screen(orvance: House, path: str, locale: str) -> None:
    admin = await administrator(orvance, locale=locale)
    answer = await admin.browser.get(path)
    assert answer.status_code == 200, answer.text
    assert 'href="/admin/members"' in answer.text


@pytest.mark.parametrize("path", SCREENS)
async def test_for_everybody_else_there_is_no_such_screen(orvance: House, path: str) -> None:
    moderator = await orvance.person("Maëlle Quintrec", roles=["moderator", "legal"])
    assert (await moderator.browser.get(path)).status_code == 404
    assert "/admin/members" not in (await moderator.browser.get("/admin/moderation")).text


@pytest.mark.parametrize("path", ["members", "invitations", "member-imports"])
async def test_for_everybody_else_the_api_has_nothing(orvance: House, path: str) -> None:
    member = await orvance.person()
    assert (await member.browser.call("GET", f"/admin/{path}")).status_code == 404


async def test_members_are_found_by_any_word_of_their_name(orvance: House) -> None:
    admin = await administrator(orvance)
    await orvance.person("Solène Kermarrec-Dumas")
    await orvance.person("王秀英")
    assert await found(admin, "?q=dumas") == ["Solène Kermarrec-Dumas"]
    assert await found(admin, "?q=SOLENE%20kerm") == ["Solène Kermarrec-Dumas"]
    assert await found(admin, "?q=王") == ["王秀英"]
    assert await found(admin, "?q=nobody") == []


async def test_members_are_found_by_their_address(orvance: House) -> None:
    admin = await administrator(orvance)
    person = await orvance.person("Anna Berliet")
    (row,) = await rows(
        orvance, "SELECT email FROM member WHERE tenant_id = $1 AND id = $2", person.id
    )
    assert await found(admin, f"?q={row['email'].upper()}") == ["Anna Berliet"]


async def test_the_list_is_filtered_by_what_members_have_in_common(orvance: House) -> None:
    admin = await administrator(orvance)
    await orvance.person("Anna Berliet", capacity="adviser")
    await orvance.person("Maëlle Quintrec", roles=["moderator"], capacity="employee")
    assert await found(admin, "?capacity=adviser") == ["Anna Berliet"]
    assert await found(admin, "?group=moderator") == ["Maëlle Quintrec"]
    assert len(await found(admin, "?connection=espace-client")) == 3
    assert await found(admin, "?connection=partenaires") == []
    assert await found(admin, "?state=deactivated") == []
    assert await found(admin, "?mark=invited") == []


async def test_newcomers_come_first_and_pages_follow_each_other(orvance: House) -> None:
    admin = await administrator(orvance)
    for n in range(3):
        await orvance.person(f"Anna {n}")
    first = (await admin.browser.call("GET", "/admin/members?limit=2")).json()
    assert [one["name"] for one in first["items"]] == ["Anna 2", "Anna 1"]
    rest = (
        await admin.browser.call("GET", f"/admin/members?limit=2&after={first['next_after']}")
    ).json()
    assert [one["name"] for one in rest["items"]] == ["Anna 0", admin.name]
    assert rest["next_after"] is None


async def test_two_members_of_one_address_are_marked(orvance: House) -> None:
    admin = await administrator(orvance)
    one, other = await orvance.person("Anna Berliet"), await orvance.person("Anna Bertin")
    async with orvance.transaction():
        await db.execute(
            "UPDATE member SET email = CASE WHEN id = $2 THEN 'Anna@exemple.test'"
            " ELSE 'anna@EXEMPLE.test' END WHERE tenant_id = $1 AND id IN ($2, $3)",
            one.id,
            other.id,
        )
    assert await found(admin, "?mark=same_address") == ["Anna Bertin", "Anna Berliet"]
    page = (await admin.browser.get(f"/admin/members/{one.id}")).text
    assert "Anna Bertin" in page


async def test_names_that_nobody_vouches_for_are_marked(orvance: House) -> None:
    admin = await administrator(orvance)
    person = await orvance.person("Anna Berliet")
    async with orvance.transaction():
        await db.execute(
            "UPDATE member SET name_source = 'unverified' WHERE tenant_id = $1 AND id = $2",
            person.id,
        )
    assert await found(admin, "?mark=unverified") == ["Anna Berliet"]


async def test_programs_and_emergency_accounts_are_no_members(orvance: House) -> None:
    admin = await administrator(orvance)
    person = await orvance.person("Publication")
    async with orvance.transaction():
        await db.execute(
            "UPDATE member SET kind = 'service' WHERE tenant_id = $1 AND id = $2", person.id
        )
    assert await found(admin) == [admin.name]
    assert (await admin.browser.get(f"/admin/members/{person.id}")).status_code == 404


async def test_a_search_of_the_wrong_kind_is_told(orvance: House) -> None:
    admin = await administrator(orvance)
    assert (await admin.browser.get("/admin/members?state=asleep")).status_code == 422
    assert (await admin.browser.get("/admin/members?after=x")).status_code == 400


async def test_another_tenants_members_do_not_exist(orvance: House, ardelune: House) -> None:
    admin = await administrator(orvance)
    stranger = await ardelune.person("Anna Berliet")
    assert await found(admin, "?q=berliet") == []
    for path in (f"/admin/members/{stranger.id}", f"/admin/members/{stranger.id}?lang=en"):
        assert (await admin.browser.get(path)).status_code == 404
    answer = await admin.browser.call("POST", f"/admin/members/{stranger.id}/deactivation")
    assert answer.status_code == 404
    (row,) = await rows(
        ardelune, "SELECT state FROM member WHERE tenant_id = $1 AND id = $2", stranger.id
    )
    assert row["state"] == "active"
