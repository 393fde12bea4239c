"""One member's dossier, and what administrators change about them."""

from typing import Any
from uuid import UUID

import pytest

from parvis.core import clock, db
from tests.conversations.conftest import HELD, comment, publish
from tests.factories import House, Person

from .administration import LISTED, OPEN, SECRET, acts, administrator, rows

STATE = "SELECT state FROM member WHERE tenant_id = $1 AND id = $2"


async def dossier(admin: Person, person: Person) -> dict[str, Any]:
    answer = await admin.browser.call("GET", f"/admin/members/{person.id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def settle(house: House, *, claim_map: str) -> None:
    async with house.transaction():
        await db.execute(
            "UPDATE connection SET claim_map = $2 WHERE tenant_id = $1 AND slug = 'espace-client'",
            claim_map,
        )


@pytest.fixture
async def unsettled(orvance: House) -> Any:
    """The provider says nothing of capacities; as before after the test."""
    (before,) = await rows(
        orvance,
        "SELECT claim_map FROM connection WHERE tenant_id = $1 AND slug = 'espace-client'",
    )
    await settle(orvance, claim_map='{"name": "name"}')
    yield
    await settle(orvance, claim_map=before["claim_map"])


@pytest.mark.parametrize("locale", ["fr", "en"])
async def test_a_dossier_is_read_and_the_reading_recorded(orvance: House, locale: str) -> None:
    admin, person = await administrator(orvance, locale=locale), await orvance.person("Suharto")
    page = await admin.browser.get(f"/admin/members/{person.id}")
    assert page.status_code == 200, page.text
    assert "<h1>Suharto</h1>" in page.text
    (entry,) = await rows(
        orvance,
        "SELECT actor_id, subject_id FROM journal_entry"
        " WHERE tenant_id = $1 AND act = 'member.dossier_read'",
    )
    assert entry == {"actor_id": admin.id, "subject_id": person.id}


async def test_a_dossier_tells_who_the_provider_says_they_are_without_their_key(
    orvance: House,
) -> None:
    admin, person = await administrator(orvance), await orvance.person("Anna Berliet")
    found = await dossier(admin, person)
    (identity,) = found["identities"]
    assert identity["subject"].endswith("…")
    assert (
        str(person.id)
        not in (await admin.browser.get(f"/admin/members/{person.id}"))
        .text.split('id="identity"')[1]
        .split("</section>")[0]
    )
    sections = [one["name"] for one in found["sections"]]
    assert sections == ["contributions", "charter", "journal", "sanctions"]


async def test_a_dossier_lists_words_without_those_of_secret_places_or_unread_ones(
    orvance: House,
) -> None:
    admin = await administrator(orvance)
    moderator = await orvance.person("Maëlle Quintrec", roles=["admin", "moderator"])
    person = await orvance.person("Anna Berliet", communities=[OPEN, SECRET])
    shown = await publish(person, title="Une question de calendrier")
    await publish(person, title="Ce qui reste entre nous", place=SECRET)
    await comment(person, shown)
    await publish(person, title="Un mot de trop", body=HELD)
    page = (await admin.browser.get(f"/admin/members/{person.id}")).text
    assert "Une question de calendrier" in page
    assert "Ce qui reste entre nous" not in page
    assert "Un mot de trop" not in page
    assert len((await dossier(admin, person))["sections"][0]["rows"]) == 2
    assert len((await dossier(moderator, person))["sections"][0]["rows"]) == 4
    within = await orvance.person("Aymeric Vallorbe", roles=["admin"], communities=[SECRET])
    assert (
        "Ce qui reste entre nous" in (await within.browser.get(f"/admin/members/{person.id}")).text
    )


async def test_capacity_firm_and_register_number_are_worded_in_one_line(
    orvance: House, unsettled: None
) -> None:
    admin = await administrator(orvance)
    person = await orvance.person("Anna Berliet", communities=[OPEN])
    before = await publish(person, title="Avant")
    body = {"capacity": "adviser", "firm": "Cabinet Virlay", "register_number": "ORIAS 12 345 678"}
    path = f"/admin/members/{person.id}/capacity"
    answer = await admin.browser.call("PUT", path, body)
    assert answer.status_code == 200, answer.text
    after = await publish(person, title="Après")
    line = "Conseiller, Cabinet Virlay (ORIAS 12 345 678)"
    reader = await orvance.person("Sabine Auclerc", communities=[OPEN])
    seen = (await reader.browser.call("GET", f"/people/{person.id}")).json()
    assert seen["role"] == line
    for post, role in ((before, "Client"), (after, line)):
        shown = (await reader.browser.call("GET", f"/posts/{post['id']}")).json()
        assert shown["author"]["role"] == role
    assert "member.capacity_changed" in await acts(orvance)


async def test_what_a_provider_settles_is_not_changed_here(orvance: House) -> None:
    admin, person = await administrator(orvance), await orvance.person("Anna Berliet")
    path = f"/admin/members/{person.id}/capacity"
    answer = await admin.browser.call("PUT", path, {"capacity": "director", "firm": "Virlay"})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["capacity"])
    answer = await admin.browser.call("PUT", path, {"firm": "Virlay"})
    assert (answer.json()["capacity"], answer.json()["firm"]) == ("client", "Virlay")
    page = (await admin.browser.get(f"/admin/members/{person.id}")).text
    assert 'name="capacity"' not in page
    assert 'name="firm"' in page


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"capacity": "king"}, "capacity"),
        ({"capacity": 3}, "capacity"),
        ({"firm": "x" * 121}, "firm"),
        ({"register_number": "<script>"}, "register_number"),
    ],
)
async def test_a_capacity_that_is_none_is_told_at_its_field(
    orvance: House, unsettled: None, body: dict[str, Any], field: str
) -> None:
    admin, person = await administrator(orvance), await orvance.person("Anna Berliet")
    path = f"/admin/members/{person.id}/capacity"
    answer = await admin.browser.call("PUT", path, body)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    form = await admin.browser.send_form(path, body)
    assert form.status_code == 422
    assert f'href="#{field}"' in form.text


async def test_groups_are_given_and_taken_beside_those_of_the_provider(orvance: House) -> None:
    admin, person = await administrator(orvance), await orvance.person("Anna Berliet")
    async with orvance.transaction():
        legal = await db.fetch_value(
            "SELECT id FROM role_group WHERE tenant_id = $1 AND slug = 'legal'"
        )
        await db.insert("group_member", group_id=legal, member_id=person.id, source="scim")
    path = f"/admin/members/{person.id}/groups"
    assert (await admin.browser.send_form(path, {"groups": "expert"})).status_code == 303
    assert await groups(orvance, person) == {"expert": "admin", "legal": "scim"}
    page = (await admin.browser.get(f"/admin/members/{person.id}")).text
    assert 'value="legal"' not in page
    assert (await admin.browser.send_form(path, {"groups": ["moderator"]})).status_code == 303
    assert await groups(orvance, person) == {"legal": "scim", "moderator": "admin"}
    answer = await admin.browser.call("PUT", path, {"groups": ["moderator", "kings"]})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["groups"])
    assert (await acts(orvance)).count("member.groups_changed") == 2


async def groups(house: House, person: Person) -> dict[str, str]:
    found = await rows(
        house,
        "SELECT g.slug, gm.source FROM group_member gm JOIN role_group g"
        " ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id"
        " WHERE gm.tenant_id = $1 AND gm.member_id = $2",
        person.id,
    )
    return {row["slug"]: row["source"] for row in found}


async def test_the_last_administrator_keeps_the_group(orvance: House) -> None:
    admin = await administrator(orvance)
    path = f"/admin/members/{admin.id}/groups"
    answer = await admin.browser.call("PUT", path, {"groups": []})
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    form = await admin.browser.send_form(path, {})
    assert form.status_code == 409
    assert 'role="alert"' in form.text
    assert await groups(orvance, admin) == {"admin": "admin"}


async def test_the_end_of_a_membership_ends_what_is_open(orvance: House) -> None:
    admin, person = await administrator(orvance), await orvance.person("Anna Berliet")
    path = f"/admin/members/{person.id}"
    assert (await admin.browser.send_form(f"{path}/deactivation", {})).status_code == 303
    assert (await person.browser.call("GET", "/me")).status_code in (401, 403)
    assert (await dossier(admin, person))["sessions"] == []
    assert (await rows(orvance, STATE, person.id)) == [{"state": "deactivated"}]
    assert (await admin.browser.send_form(f"{path}/reactivation", {})).status_code == 303
    assert (await rows(orvance, STATE, person.id)) == [{"state": "active"}]


async def test_who_left_the_directory_is_not_let_back_in_here(orvance: House) -> None:
    admin, person = await administrator(orvance), await orvance.person("Anna Berliet")
    now = clock.now()
    async with orvance.transaction():
        connection = await db.fetch_value("SELECT id FROM connection WHERE tenant_id = $1 LIMIT 1")
        await db.insert(
            "scim_user", connection_id=connection, member_id=person.id, user_name="anna",
            user_name_key="anna", display_name_key="anna", is_active=False, resource="{}",
            version="1", created_at=now, updated_at=now,
        )  # fmt: skip
    path = f"/admin/members/{person.id}/deactivation"
    await admin.browser.call("POST", path)
    answer = await admin.browser.call("DELETE", path)
    assert (answer.status_code, answer.json()["code"]) == (409, "left_the_directory")


async def test_nobody_ends_their_own_membership(orvance: House) -> None:
    admin = await administrator(orvance)
    await administrator(orvance, "Ludivine Darcel")
    answer = await admin.browser.call("POST", f"/admin/members/{admin.id}/deactivation")
    assert (answer.status_code, answer.json()["code"]) == (403, "own_access")


async def test_all_sessions_end_but_the_one_that_asks(orvance: House) -> None:
    admin, person = await administrator(orvance), await orvance.person("Anna Berliet")
    path = f"/admin/members/{person.id}/sessions"
    assert (await admin.browser.call("DELETE", path)).status_code == 204
    assert (await person.browser.call("GET", "/me")).status_code == 401
    assert (
        await admin.browser.send_form(f"/admin/members/{admin.id}/sessions/end", {})
    ).is_redirect
    assert (await admin.browser.call("GET", "/me")).status_code == 200


async def test_nobody_changes_who_holds_more_than_they_do(orvance: House) -> None:
    """Who looks after members does not thereby shut out who runs the tenant."""
    admin = await administrator(orvance)
    await administrator(orvance, "Ludivine Darcel")
    helper = await orvance.person("Maxence Thoury", roles=["expert"])
    async with orvance.transaction():
        before = await db.fetch_value(
            "SELECT permissions FROM role_group WHERE tenant_id = $1 AND slug = 'expert'"
        )
        await set_permissions([*before, "member:manage"])
    try:
        for method, path, body in (
            ("POST", "deactivation", None),
            ("DELETE", "sessions", None),
            ("PUT", "capacity", {"capacity": "client"}),
        ):
            answer = await helper.browser.call(method, f"/admin/members/{admin.id}/{path}", body)
            assert (answer.status_code, answer.json()["code"]) == (403, "out_of_reach"), path
        answer = await helper.browser.call(
            "PUT", f"/admin/members/{helper.id}/groups", {"groups": ["expert", "admin"]}
        )
        assert answer.status_code == 422
        page = (await helper.browser.get(f"/admin/members/{admin.id}")).text
        assert "/deactivation" not in page
    finally:
        async with orvance.transaction():
            await set_permissions(before)


async def set_permissions(permissions: list[str]) -> None:
    await db.execute(
        "UPDATE role_group SET permissions = $2 WHERE tenant_id = $1 AND slug = 'expert'",
        permissions,
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PUT", "/capacity"),
        ("PUT", "/groups"),
        ("POST", "/deactivation"),
        ("DELETE", "/deactivation"),
        ("DELETE", "/sessions"),
    ],
)
async def test_for_everybody_else_there_is_nobody_to_administer(
    orvance: House, ardelune: House, method: str, path: str
) -> None:
    person = await orvance.person("Anna Berliet", communities=[LISTED])
    for other in (await orvance.person(roles=["moderator"]), await administrator(ardelune)):
        answer = await other.browser.call(method, f"/admin/members/{person.id}{path}", {})
        assert answer.status_code == 404
    admin = await administrator(orvance)
    answer = await admin.browser.call(method, f"/admin/members/{UUID(int=7)}{path}", {})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/members/{id}/capacity"),
        ("PUT", "/members/{id}/groups"),
        ("POST", "/members/{id}/deactivation"),
        ("DELETE", "/members/{id}/sessions"),
        ("POST", "/invitations"),
        ("POST", "/member-imports"),
    ],
)
async def test_what_matters_asks_who_it_is_again(orvance: House, method: str, path: str) -> None:
    admin, person = await administrator(orvance), await orvance.person("Anna Berliet")
    async with orvance.transaction():
        await db.execute(
            "UPDATE auth_session SET auth_time = auth_time - interval '2 hours'"
            " WHERE tenant_id = $1 AND member_id = $2",
            admin.id,
        )
    answer = await admin.browser.call(method, f"/admin{path.format(id=person.id)}", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required")
    assert (await rows(orvance, STATE, person.id)) == [{"state": "active"}]
    assert (await admin.browser.get(f"/admin/members/{person.id}")).status_code == 200


async def test_what_came_of_a_sign_in_stands_in_the_dossier(orvance: House) -> None:
    admin, person = await administrator(orvance, locale="en"), await orvance.person("Anna Berliet")
    async with orvance.transaction():
        await db.insert(
            "auth_event", kind="step_up_failed", member_id=person.id, reason="assurance_low",
            detail="{}", at=clock.now(),
        )  # fmt: skip
    (line,) = (await dossier(admin, person))["sign_ins"]
    assert line["kind"] == "step_up_failed"
    assert line["why"]
