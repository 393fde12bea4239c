"""Groups of a directory, and the groups of the space that they stand for."""

from uuid import UUID

from parvis.core import db
from tests.provisioning.conftest import GROUP, Provider


async def test_a_group_of_the_same_name_gives_its_people_the_group(entra: Provider) -> None:
    anne, bruno = await entra.user(), await entra.user("b@orvance.example", displayName="Bruno B")
    for name, slug in (("moderator", "moderator"), ("Animation des communautés", None)):
        group = await entra.group(name, [anne["id"]])
        found = await entra.groups_of((await entra.member(anne["id"]))["id"])
        assert (slug or "community_manager", "scim") in found
        assert {one["value"] for one in group["members"]} == {anne["id"]}
    assert await entra.groups_of((await entra.member(bruno["id"]))["id"]) == set()


async def test_who_leaves_the_group_loses_it_and_nothing_else(entra: Provider) -> None:
    anne = await entra.user()
    member_id = (await entra.member(anne["id"]))["id"]
    await give(entra, member_id, "expert", "admin")
    await give(entra, member_id, "legal", "claims")
    group = await entra.group("moderator", [anne["id"]])
    experts = await entra.group("expert", [anne["id"]])
    assert await entra.groups_of(member_id) == {
        ("moderator", "scim"), ("expert", "admin"), ("legal", "claims"),
    }  # fmt: skip
    leaving = {"op": "remove", "path": f'members[value eq "{anne["id"]}"]'}
    for one in (group, experts):
        assert (await entra.patch(f"/Groups/{one['id']}", leaving)).status_code == 204
    assert await entra.groups_of(member_id) == {("expert", "admin"), ("legal", "claims")}
    again = await entra.patch(f"/Groups/{group['id']}", leaving)
    assert again.status_code == 204


async def give(entra: Provider, member_id: UUID, slug: str, source: str) -> None:
    async with entra.house.transaction():
        group_id = await db.fetch_value(
            "SELECT id FROM role_group WHERE tenant_id = $1 AND slug = $2", slug
        )
        await db.insert("group_member", group_id=group_id, member_id=member_id, source=source)


async def test_the_ways_entra_and_okta_change_members(entra: Provider) -> None:
    anne, bruno = await entra.user(), await entra.user("b@orvance.example", displayName="Bruno B")
    group = await entra.group("moderator")
    path = f"/Groups/{group['id']}"

    async def inside() -> set[str]:
        answer = await entra.ask("GET", path)
        return {one["value"] for one in answer.json().get("members", [])}

    value = [{"value": anne["id"], "$ref": None}]
    await entra.patch(path, {"op": "Add", "path": "members", "value": value})
    assert await inside() == {anne["id"]}
    await entra.patch(path, {"op": "add", "value": {"members": [{"value": bruno["id"]}]}})
    assert await inside() == {anne["id"], bruno["id"]}
    await entra.patch(path, {"op": "Remove", "path": "members", "value": value})
    assert await inside() == {bruno["id"]}
    both = [{"value": one["id"], "display": one["userName"]} for one in (anne, bruno)]
    await entra.patch(path, {"op": "replace", "path": "members", "value": both})
    assert await inside() == {anne["id"], bruno["id"]}
    await entra.ask("PUT", path, {"schemas": [GROUP], "displayName": "moderator", "members": []})
    assert await inside() == set()
    for user in (anne, bruno):
        assert await entra.groups_of((await entra.member(user["id"]))["id"]) == set()


async def test_a_group_that_changes_its_name_changes_what_it_stands_for(entra: Provider) -> None:
    anne = await entra.user()
    member_id = (await entra.member(anne["id"]))["id"]
    group = await entra.group("moderator", [anne["id"]])
    path = f"/Groups/{group['id']}"
    await entra.patch(path, {"op": "replace", "path": "displayName", "value": "legal"})
    assert await entra.groups_of(member_id) == {("legal", "scim")}
    await entra.patch(path, {"op": "replace", "value": {"displayName": "Tennis"}})
    assert await entra.groups_of(member_id) == set()


async def test_a_deleted_group_or_user_leaves_nothing_behind(entra: Provider) -> None:
    anne, bruno = await entra.user(), await entra.user("b@orvance.example", displayName="Bruno B")
    ids = [(await entra.member(one["id"]))["id"] for one in (anne, bruno)]
    first = await entra.group("moderator", [anne["id"], bruno["id"]])
    await entra.group("Modération", [bruno["id"]])
    await entra.ask("DELETE", f"/Groups/{first['id']}")
    assert [await entra.groups_of(one) for one in ids] == [set(), {("moderator", "scim")}]
    await entra.ask("DELETE", f"/Users/{bruno['id']}")
    assert await entra.groups_of(ids[1]) == set()


async def test_a_member_that_is_nobody_here_is_refused_whole(entra: Provider, okta) -> None:
    anne, other = await entra.user(), await okta.user("o@orvance.example")
    group = await entra.group("moderator", [anne["id"]])
    for stranger in (other["id"], "0", group["id"]):
        value = [{"value": stranger}]
        answer = await entra.patch(
            f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": value}
        )
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
    answer = await entra.ask("GET", f"/Groups/{group['id']}")
    assert len(answer.json()["members"]) == 1


async def test_a_directory_not_heard_about_groups_gives_none_by_a_name(
    entra: Provider, superuser
) -> None:
    """Else a partner’s directory could make its people administrators by choosing a name."""
    await superuser.execute(
        "UPDATE connection SET claim_map = claim_map - 'groups' WHERE slug = 'espace-client'"
    )
    try:
        anne = await entra.user()
        await entra.group("admin", [anne["id"]])
        assert await entra.groups_of((await entra.member(anne["id"]))["id"]) == set()
    finally:
        await superuser.execute(
            """UPDATE connection SET claim_map = claim_map || '{"groups": "groups"}'"""
            " WHERE slug = 'espace-client'"
        )


async def test_a_directory_cannot_take_the_last_administrator_away(entra: Provider) -> None:
    anne, bruno = await entra.user(), await entra.user("b@orvance.example", displayName="Bruno B")
    group = await entra.group("admin", [anne["id"], bruno["id"]])
    path = f"/Groups/{group['id']}"
    record = {"schemas": [GROUP], "displayName": "admin"}
    for refused in (
        await entra.ask("PUT", path, record),
        await entra.ask("PUT", path, record | {"displayName": "Tennis", "members": [anne["id"]]}),
        await entra.ask("DELETE", path),
        await entra.patch(path, {"op": "remove", "path": "members"}),
    ):
        assert refused.status_code in {400, 409}, refused.text
    assert "last administrator" in (await entra.ask("DELETE", path)).json()["detail"]
    for one in (anne, bruno):
        found = await entra.groups_of((await entra.member(one["id"]))["id"])
        assert found == {("admin", "scim")}
    value = [{"value": bruno["id"]}]
    left = await entra.patch(path, {"op": "replace", "path": "members", "value": value})
    assert left.status_code == 204


async def test_a_permission_given_by_a_directory_opens_its_screen(entra: Provider) -> None:
    known = await entra.house.person("Anne Tavel")
    assert (await known.browser.get("/admin/moderation")).status_code == 404
    user = await entra.user(externalId=str(known.id))
    group = await entra.group("moderator", [user["id"]])
    # A new role begins with a new session, and so does its loss.
    assert (await known.browser.get("/api/v1/me")).status_code == 401
    await entra.house.sign_in_again(known)
    assert (await known.browser.get("/admin/moderation")).status_code == 200
    await entra.ask("DELETE", f"/Groups/{group['id']}")
    assert (await known.browser.get("/api/v1/me")).status_code == 401
    await entra.house.sign_in_again(known)
    assert (await known.browser.get("/admin/moderation")).status_code == 404


async def test_a_group_is_read_without_its_members_on_demand(entra: Provider) -> None:
    anne = await entra.user()
    group = await entra.group("Tennis", [anne["id"]], externalId="g-1")
    for query in ("excludedAttributes=members", "attributes=displayName"):
        one = await entra.ask("GET", f"/Groups/{group['id']}?{query}")
        many = await entra.ask("GET", f'/Groups?filter=displayName eq "tennis"&{query}')
        assert "members" not in one.json()
        assert many.json()["totalResults"] == 1
        assert "members" not in many.json()["Resources"][0]
    found = await entra.ask(
        "GET", f'/Groups?filter=id eq "{group["id"]}" and members eq "{anne["id"]}"'
    )
    assert found.json()["totalResults"] == 1
    twice = await entra.ask(
        "POST", "/Groups", {"schemas": [GROUP], "displayName": "Golf", "externalId": "g-1"}
    )
    assert twice.status_code == 409
