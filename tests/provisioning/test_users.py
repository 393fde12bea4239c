"""Users of a directory, and the members behind them: the effect, not only the status."""

import httpx
import pytest

from parvis.core import crypto, db
from tests.factories import Browser, House, Person
from tests.provisioning.conftest import USER, Provider


async def test_a_user_becomes_a_member_without_a_session(entra: Provider) -> None:
    user = await entra.user(
        externalId="oid-1",
        title="Directrice des risques",
        preferredLanguage="fr-FR",
        emails=[{"value": "anne@orvance.example", "type": "work", "primary": True}],
    )
    member = await entra.member(user["id"])
    assert (member["display_name"], member["name_source"]) == ("Anne Tavel", "espace-client")
    assert member["headline"] == "Directrice des risques"
    assert member["email"] == "anne@orvance.example"
    assert (member["locale"], member["capacity"], member["state"]) == ("fr", "client", "active")
    where = f"https://banque-orvance.localhost/scim/v2/Users/{user['id']}"
    assert user["meta"]["location"] == where
    async with entra.house.transaction():
        opened = await db.fetch_value("SELECT count(*) FROM auth_session WHERE tenant_id = $1")
    assert opened == 0


async def test_the_capacity_is_the_user_type_when_it_is_one(entra: Provider) -> None:
    adviser = await entra.user("a@orvance.example", userType="Adviser")
    other = await entra.user("b@orvance.example", userType="Member")
    assert (await entra.member(adviser["id"]))["capacity"] == "adviser"
    assert (await entra.member(other["id"]))["capacity"] == "client"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Sukarno", "Sukarno"),
        ("  Nguyễn   Thị Minh  Khai ", "Nguyễn Thị Minh Khai"),
        ("محمد علي", "محمد علي"),
        ("Anne\u202eTavel\u200b", "AnneTavel"),
    ],
)
async def test_names_of_any_form_are_kept_whole_and_clean(
    entra: Provider, name: str, shown: str
) -> None:
    user = await entra.user(displayName=name, name={"givenName": "X", "familyName": "Y"})
    assert (await entra.member(user["id"]))["display_name"] == shown


@pytest.mark.parametrize("name", ["\u200b\u202e", "   ", "12345", "a" * 201])
async def test_what_is_no_name_makes_nobody(entra: Provider, name: str) -> None:
    body = {"schemas": [USER], "userName": "x@orvance.example", "displayName": name}
    answer = await entra.ask("POST", "/Users", body)
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
    assert await members(entra.house) == 0


async def test_the_whole_name_stands_in_for_a_display_name(entra: Provider) -> None:
    body = {"schemas": [USER], "userName": "x@orvance.example", "name": {"formatted": "Lê Văn A"}}
    made = await entra.ask("POST", "/Users", body)
    assert made.json()["displayName"] == "Lê Văn A"
    path = f"/Users/{made.json()['id']}"
    await entra.patch(path, {"op": "replace", "path": "name.formatted", "value": "Lê Văn B"})
    assert (await entra.member(made.json()["id"]))["display_name"] == "Lê Văn B"


async def test_a_provider_that_is_no_authority_makes_unverified_names(
    entra: Provider, superuser
) -> None:
    await superuser.execute(
        "UPDATE connection SET name_authority = false WHERE slug = 'espace-client'"
    )
    try:
        user = await entra.user()
        assert (await entra.member(user["id"]))["name_source"] == "unverified"
    finally:
        await superuser.execute(
            "UPDATE connection SET name_authority = true WHERE slug = 'espace-client'"
        )


async def test_a_change_refreshes_the_member_and_keeps_the_names_they_had(entra: Provider) -> None:
    user = await entra.user(title="Analyste")
    path = f"/Users/{user['id']}"
    answer = await entra.patch(
        path,
        {"op": "replace", "path": "displayName", "value": "Anne Tavel-Roche"},
        {"op": "replace", "path": "title", "value": "Directrice"},
    )
    assert answer.status_code == 204
    member = await entra.member(user["id"])
    assert (member["display_name"], member["headline"]) == ("Anne Tavel-Roche", "Directrice")
    async with entra.house.transaction():
        names = await db.fetch(
            "SELECT display_name FROM name_record WHERE tenant_id = $1 AND member_id = $2"
            " ORDER BY id",
            member["id"],
        )
    assert [row["display_name"] for row in names] == ["Anne Tavel", "Anne Tavel-Roche"]


async def test_a_headline_of_ones_own_outlives_changes_of_something_else(entra: Provider) -> None:
    user = await entra.user(title="Analyste")
    member = await entra.member(user["id"])
    async with entra.house.transaction():
        await db.execute(
            "UPDATE member SET headline = 'À ma façon' WHERE tenant_id = $1 AND id = $2",
            member["id"],
        )
    path = f"/Users/{user['id']}"
    await entra.patch(path, {"op": "replace", "path": "locale", "value": "en"})
    assert (await entra.member(user["id"]))["headline"] == "À ma façon"
    await entra.patch(path, {"op": "remove", "path": "title"})
    assert (await entra.member(user["id"]))["headline"] is None


async def signed_in(entra: Provider, user_id: str) -> Person:
    """Give the member behind a user a session, as their sign-in would."""
    member, session = await entra.member(user_id), crypto.token()
    async with entra.house.transaction():
        await entra.house._open_session(member["id"], session)
        await entra.house._accept_charters(member["id"], ())
    browser = Browser.at(entra.house.app, entra.house.tenant.host, session)
    return Person(member["id"], member["display_name"], browser, session)


SAYING_NO = [
    {"op": "Replace", "path": "active", "value": "False"},
    {"op": "replace", "path": "active", "value": False},
    {"op": "replace", "value": {"active": False}},
    {"op": "Replace", "value": {"active": "False"}},
    {"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": "false"},
]


@pytest.mark.parametrize("operation", SAYING_NO)
async def test_who_is_made_inactive_is_out_at_once(entra: Provider, operation) -> None:
    """The effect is asserted, not the status: an answer of 200 alone would leave them inside."""
    user = await entra.user()
    person = await signed_in(entra, user["id"])
    assert (await person.browser.call("GET", "/me")).status_code == 200
    assert (await entra.patch(f"/Users/{user['id']}", operation)).status_code == 204
    assert (await person.browser.call("GET", "/me")).status_code == 401
    assert (await entra.member(user["id"]))["state"] == "deactivated"
    assert (await entra.ask("GET", f"/Users/{user['id']}")).json()["active"] is False


async def test_a_whole_record_that_says_inactive_ends_the_membership_too(entra: Provider) -> None:
    user = await entra.user()
    person = await signed_in(entra, user["id"])
    record = {"schemas": [USER], "userName": user["userName"], "displayName": "Anne Tavel"}
    answer = await entra.ask("PUT", f"/Users/{user['id']}", record | {"active": False})
    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert (await person.browser.call("GET", "/me")).status_code == 401


async def test_deleting_a_user_ends_the_membership_and_keeps_the_member(entra: Provider) -> None:
    user = await entra.user(externalId="oid-1")
    person = await signed_in(entra, user["id"])
    assert (await entra.ask("DELETE", f"/Users/{user['id']}")).status_code == 204
    assert (await entra.ask("GET", f"/Users/{user['id']}")).status_code == 404
    assert (await person.browser.call("GET", "/me")).status_code == 401
    async with entra.house.transaction():
        kept = await db.fetch_row(
            "SELECT display_name, state FROM member WHERE tenant_id = $1 AND id = $2", person.id
        )
        left = await db.fetch_row("SELECT * FROM scim_user WHERE tenant_id = $1")
    assert dict(kept) == {"display_name": "Anne Tavel", "state": "deactivated"}
    assert (left["user_name"], left["resource"], left["external_id"]) == ("", "{}", "oid-1")


async def test_revoking_and_refusing_stand_in_one_transaction(entra: Provider) -> None:
    """A change that fails in the end leaves the session as it was."""
    user = await entra.user()
    person = await signed_in(entra, user["id"])
    answer = await entra.patch(
        f"/Users/{user['id']}",
        {"op": "replace", "path": "active", "value": False},
        {"op": "replace", "path": "displayName", "value": "\u200b"},
    )
    assert answer.status_code == 400
    assert (await person.browser.call("GET", "/me")).status_code == 200


async def test_who_comes_back_is_the_same_member(entra: Provider) -> None:
    user = await entra.user(externalId="oid-1")
    before = (await entra.member(user["id"]))["id"]
    path = f"/Users/{user['id']}"
    await entra.patch(path, {"op": "replace", "path": "active", "value": False})
    await entra.patch(path, {"op": "replace", "path": "active", "value": "True"})
    assert (await entra.member(user["id"]))["state"] == "active"
    await entra.ask("DELETE", path)
    again = await entra.user("anne.roche@orvance.example", externalId="oid-1")
    member = await entra.member(again["id"])
    assert (member["id"], member["state"], again["id"] == user["id"]) == (before, "active", False)
    assert await members(entra.house) == 1


async def test_a_user_name_given_anew_is_somebody_else(entra: Provider) -> None:
    user = await entra.user(externalId="oid-1")
    await entra.ask("DELETE", f"/Users/{user['id']}")
    other = await entra.user(externalId="oid-2", displayName="Anne Tavelier")
    assert (await entra.member(other["id"]))["display_name"] == "Anne Tavelier"
    assert await members(entra.house) == 2


async def test_what_an_administrator_closed_no_directory_opens(entra: Provider) -> None:
    user = await entra.user()
    admin = await entra.house.person("Aude Adjani", roles=["admin"])
    member = await entra.member(user["id"])
    await close_by_hand(entra.house, member["id"])
    path = f"/Users/{user['id']}"
    await entra.patch(path, {"op": "replace", "path": "active", "value": False})
    await entra.patch(path, {"op": "replace", "path": "active", "value": True})
    assert (await entra.member(user["id"]))["state"] == "deactivated"
    assert admin.id != member["id"]


async def close_by_hand(house: House, member_id) -> None:
    async with house.transaction():
        await db.execute(
            "UPDATE member SET state = 'deactivated' WHERE tenant_id = $1 AND id = $2", member_id
        )


async def test_a_record_without_active_brings_nobody_back(entra: Provider) -> None:
    user = await entra.user(active=False)
    assert (await entra.member(user["id"]))["state"] == "deactivated"
    record = {"schemas": [USER], "userName": user["userName"], "displayName": "Anne Tavel"}
    assert (await entra.ask("PUT", f"/Users/{user['id']}", record)).status_code == 200
    await entra.patch(f"/Users/{user['id']}", {"op": "remove", "path": "active"})
    assert (await entra.member(user["id"]))["state"] == "deactivated"


async def test_somebody_who_signed_in_before_is_found_by_their_subject(entra: Provider) -> None:
    known = await entra.house.person("Anne T.")
    user = await entra.user(externalId=str(known.id), title="Directrice")
    member = await entra.member(user["id"])
    assert (member["id"], member["display_name"]) == (known.id, "Anne Tavel")
    assert (member["headline"], await members(entra.house)) == ("Directrice", 1)
    second = {"schemas": [USER], "userName": "b@orvance.example", "displayName": "B"}
    answer = await entra.ask("POST", "/Users", second | {"externalId": str(known.id)})
    assert answer.status_code == 409


async def test_an_address_links_nobody(entra: Provider) -> None:
    known = await entra.house.person("Anne Tavel")
    async with entra.house.transaction():
        email = await db.fetch_value(
            "SELECT email FROM member WHERE tenant_id = $1 AND id = $2", known.id
        )
    user = await entra.user(email, emails=[{"value": email, "primary": True}])
    assert (await entra.member(user["id"]))["id"] != known.id


async def test_the_last_administrator_is_not_let_go(entra: Provider) -> None:
    known = await entra.house.person("Aude Adjani", roles=["admin"])
    user = await entra.user(externalId=str(known.id), displayName="Aude Adjani")
    for refused in (
        await entra.patch(f"/Users/{user['id']}", SAYING_NO[0]),
        await entra.ask("DELETE", f"/Users/{user['id']}"),
    ):
        assert refused.status_code == 409
        assert "last administrator" in refused.json()["detail"]
    assert (await known.browser.call("GET", "/me")).status_code == 200
    await entra.house.person("Bruno Bach", roles=["admin"])
    assert (await entra.ask("DELETE", f"/Users/{user['id']}")).status_code == 204


async def test_a_password_is_stored_nowhere(entra: Provider, superuser) -> None:
    secret = "Ne-le-gardez-pas-42"
    user = await entra.user(password=secret, phoneNumbers=[{"value": "+33600000000"}])
    path = f"/Users/{user['id']}"
    await entra.patch(path, {"op": "replace", "path": "password", "value": secret})
    await entra.patch(path, {"op": "replace", "value": {"password": secret}})
    answer = await entra.ask("PUT", path, {
        "schemas": [USER], "userName": "x", "displayName": "Anne Tavel", "password": secret,
    })  # fmt: skip
    assert answer.status_code == 200
    assert "password" not in answer.text
    for table in ("scim_user", "member", "journal_entry", "auth_event"):
        rows = await superuser.fetch(f"SELECT t::text AS said FROM {table} t")
        said = " ".join(row["said"] for row in rows)
        assert secret not in said
        assert "+33600000000" not in said


async def test_the_journal_tells_what_changed_without_a_word_of_it(entra: Provider) -> None:
    user = await entra.user(title="Analyste")
    await entra.patch(f"/Users/{user['id']}", {"op": "replace", "path": "title", "value": "Chef"})
    async with entra.house.transaction():
        rows = await db.fetch(
            "SELECT act, data FROM journal_entry WHERE tenant_id = $1 ORDER BY id"
        )
    assert [row["act"] for row in rows] == [
        "provisioning.user_created", "provisioning.user_changed",
    ]  # fmt: skip
    assert "title" in rows[1]["data"]
    assert "Chef" not in rows[1]["data"]


@pytest.mark.parametrize("said", [{"displayName": "Sale voleur"}, {"title": "Sale voleur"}])
async def test_the_charter_judges_what_a_directory_says(entra: Provider, said) -> None:
    """Whatever the request looks like: a record, a path, a whole value, a dotted key."""
    user = await entra.user()
    path = f"/Users/{user['id']}"
    ((name, value),) = said.items()
    record = {"schemas": [USER], "userName": "v@orvance.example", "displayName": "Anne Tavel"}
    urn = f"urn:ietf:params:scim:schemas:core:2.0:User:{name}"
    tried = [
        await entra.ask("POST", "/Users", record | said),
        await entra.ask("PUT", path, record | said),
        await entra.patch(path, {"op": "replace", "path": name, "value": value}),
        await entra.patch(path, {"op": "add", "value": said}),
        await entra.patch(path, {"op": "Add", "value": {urn: value}}),
    ]
    assert [answer.status_code for answer in tried] == [400] * len(tried)
    assert all(name in answer.json()["detail"] for answer in tried)
    member = await entra.member(user["id"])
    assert (member["display_name"], member["headline"]) == ("Anne Tavel", None)


async def test_leaving_needs_no_consent_of_the_charter(entra: Provider, superuser) -> None:
    """A record with words that a later charter refuses must not keep somebody inside."""
    user = await entra.user(title="Analyste")
    await superuser.execute(
        """UPDATE scim_user SET resource = resource || '{"title": "Sale voleur"}'"""
    )
    answer = await entra.patch(f"/Users/{user['id']}", SAYING_NO[0])
    assert answer.status_code == 204
    assert (await entra.member(user["id"]))["state"] == "deactivated"


async def members(house: House) -> int:
    async with house.transaction():
        return int(await db.fetch_value("SELECT count(*) FROM member WHERE tenant_id = $1"))


async def test_the_same_change_twice_changes_nothing_more(entra: Provider) -> None:
    user = await entra.user()
    path = f"/Users/{user['id']}"
    operation = {"op": "replace", "path": "title", "value": "Chef"}
    first = await entra.patch(path, operation)
    second = await entra.patch(path, operation)
    assert (first.status_code, second.status_code) == (204, 204)
    assert first.headers["etag"] == second.headers["etag"]
    assert (await entra.patch(path, SAYING_NO[0])).status_code == 204
    assert (await entra.patch(path, SAYING_NO[0])).status_code == 204
    assert (await entra.ask("DELETE", path)).status_code == 204
    assert (await entra.ask("DELETE", path)).status_code == 404


async def test_a_change_of_another_version_is_refused(entra: Provider) -> None:
    user = await entra.user()
    path, old = f"/Users/{user['id']}", {"if-match": user["meta"]["version"]}
    change = {"op": "replace", "path": "title", "value": "Chef"}
    assert (await entra.patch(path, change, headers=old)).status_code == 204
    other = {"op": "replace", "path": "title", "value": "Autre"}
    answers: list[httpx.Response] = [
        await entra.patch(path, other, headers=old),
        await entra.ask("DELETE", path, headers=old),
    ]
    assert [answer.status_code for answer in answers] == [412, 412]
    assert (await entra.member(user["id"]))["headline"] == "Chef"
    fresh = (await entra.ask("GET", path)).headers["etag"]
    seen = await entra.ask("GET", path, headers={"if-none-match": fresh})
    assert seen.status_code == 304
