"""What Microsoft Entra and Okta send, request by request, as their documentation shows it."""

from typing import Any

from tests.provisioning.conftest import USER, Provider

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


async def found(provider: Provider, path: str) -> list[Any]:
    answer = await provider.ask("GET", path)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["totalResults"] == len(told.get("Resources", []))
    return list(told.get("Resources", []))


async def test_entra_provisions_somebody_from_first_look_to_last(entra: Provider) -> None:
    probe = '/Users?filter=userName eq "64f9-probe-e2b1"'
    assert await found(entra, probe) == []
    by_name = '/Users?filter=userName eq "Anne.Tavel@orvance.onmicrosoft.com"'
    assert await found(entra, by_name) == []
    made = await entra.ask("POST", "/Users", {
        "schemas": [USER, ENTERPRISE],
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "userName": "Anne.Tavel@orvance.onmicrosoft.com",
        "active": True,
        "displayName": "Anne Tavel",
        "title": "Analyste",
        "preferredLanguage": "fr-FR",
        "emails": [{"primary": True, "type": "work", "value": "Anne.Tavel@orvance.example"}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Anne Tavel", "familyName": "Tavel", "givenName": "Anne"},
        "addresses": [{"type": "work", "formatted": "3 rue d’Ici", "primary": False}],
        "phoneNumbers": [{"type": "mobile", "value": "+33 6 00 00 00 00"}],
        "roles": [],
        ENTERPRISE: {"employeeNumber": "4711", "department": "Risques"},
    })  # fmt: skip
    assert made.status_code == 201, made.text
    user = made.json()
    assert [one["id"] for one in await found(entra, by_name)] == [user["id"]]
    changed = await entra.patch(
        f"/Users/{user['id']}",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "a@orvance.example"},
        {"op": "Replace", "path": "name.familyName", "value": "Roche"},
        {"op": "Add", "path": "displayName", "value": "Anne Roche"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "cafe"},
        {"op": "Replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "1"},
        {"op": "Replace", "path": 'addresses[type eq "work"].formatted', "value": "2"},
    )
    assert changed.status_code == 204, changed.text
    member = await entra.member(user["id"])
    assert (member["display_name"], member["email"]) == ("Anne Roche", "a@orvance.example")
    gone = await entra.patch(
        f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": "False"}
    )
    assert (gone.status_code, (await entra.member(user["id"]))["state"]) == (204, "deactivated")
    assert (await entra.ask("DELETE", f"/Users/{user['id']}")).status_code == 204


async def test_entra_changes_several_things_under_keys_with_dots_and_brackets(
    entra: Provider,
) -> None:
    user = await entra.user()
    answer = await entra.patch(f"/Users/{user['id']}", {
        "op": "replace",
        "value": {
            "displayName": "Anne Roche",
            "name.givenName": "Anne",
            'emails[type eq "work"].value': "a@orvance.example",
            f"{ENTERPRISE}:department": "Risques",
            "active": "True",
        },
    })  # fmt: skip
    assert answer.status_code == 204, answer.text
    seen = (await entra.ask("GET", f"/Users/{user['id']}")).json()
    assert (seen["displayName"], seen["name"]) == ("Anne Roche", {"givenName": "Anne"})
    assert seen["emails"] == [{"type": "work", "value": "a@orvance.example"}]
    assert (await entra.member(user["id"]))["email"] == "a@orvance.example"


async def test_entra_looks_for_people_by_address_and_for_groups_without_members(
    entra: Provider,
) -> None:
    address = [{"type": "work", "value": "A.Tavel@orvance.example", "primary": True}]
    user = await entra.user(emails=address)
    work = 'emails[type eq "work"]'
    for asked in (
        f'{work}.value eq "a.tavel@orvance.example"',
        'emails[type eq "work" and value eq "a.tavel@orvance.example"]',
        'emails eq "a.tavel@orvance.example"',
        'emails.value eq "a.tavel@orvance.example"',
    ):
        assert [one["id"] for one in await found(entra, f"/Users?filter={asked}")] == [user["id"]]
    assert await found(entra, '/Users?filter=emails[type eq "home"].value eq "a.tavel@x"') == []
    group = await entra.group("Tennis", [user["id"]])
    path = '/Groups?excludedAttributes=members&filter=displayName eq "tennis"'
    assert [(one["id"], one.get("members")) for one in await found(entra, path)] == [
        (group["id"], None)
    ]


async def test_okta_imports_creates_updates_and_lets_go(okta: Provider) -> None:
    first = await okta.ask("GET", "/Users?startIndex=1&count=100")
    assert (first.json()["totalResults"], first.json()["itemsPerPage"]) == (0, 0)
    assert await found(okta, '/Users?filter=userName eq "bruno@virlay.example"') == []
    record = {
        "schemas": [USER],
        "userName": "bruno@virlay.example",
        "name": {"givenName": "Bruno", "familyName": "Virlay"},
        "emails": [{"primary": True, "value": "bruno@virlay.example", "type": "work"}],
        "displayName": "Bruno Virlay",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
    }
    made = (await okta.ask("POST", "/Users", record)).json()
    assert await found(okta, '/Users?filter=externalId eq "00ujl29u0le5T6Aj10h7"')
    seen = (await okta.ask("GET", f"/Users/{made['id']}")).json()
    whole = seen | {"title": "Conseiller", "meta": seen["meta"], "password": "2"}
    assert (await okta.ask("PUT", f"/Users/{made['id']}", whole)).status_code == 200
    assert (await okta.member(made["id"]))["headline"] == "Conseiller"
    let_go = await okta.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"active": False}})
    assert let_go.status_code == 204
    assert (await okta.member(made["id"]))["state"] == "deactivated"
    whole["active"] = True
    assert (await okta.ask("PUT", f"/Users/{made['id']}", whole)).status_code == 200
    assert (await okta.member(made["id"]))["state"] == "active"
    whole["active"] = False
    assert (await okta.ask("PUT", f"/Users/{made['id']}", whole)).status_code == 200
    assert (await okta.member(made["id"]))["state"] == "deactivated"


async def test_okta_pushes_a_group_and_replaces_its_name_by_id(okta: Provider) -> None:
    user = await okta.user()
    group = await okta.group("moderator", [user["id"]])
    path = f"/Groups/{group['id']}"
    named = {"op": "replace", "value": {"id": group["id"], "displayName": "legal"}}
    assert (await okta.patch(path, named)).status_code == 204
    assert await okta.groups_of((await okta.member(user["id"]))["id"]) == {("legal", "scim")}
    taken = {"op": "remove", "path": f'members[value eq "{user["id"]}"]'}
    given = {"op": "add", "path": "members", "value": [{"value": user["id"], "display": "x"}]}
    assert (await okta.patch(path, taken, given)).status_code == 204
    assert (await okta.patch(path, given, taken)).status_code == 204
    assert await okta.groups_of((await okta.member(user["id"]))["id"]) == set()
