"""Who is let in as a directory, and what one sees of another: what the protocol cannot test."""

from datetime import timedelta

import pytest

from parvis.core import clock, db
from tests.factories import Browser, House
from tests.provisioning.conftest import USER, Provider, new_token

RECORD = {"schemas": [USER], "userName": "x@orvance.example", "displayName": "Anne Tavel"}


async def test_every_token_that_is_none_gets_the_same_answer(
    entra: Provider, abroad: Provider
) -> None:
    expired = await new_token(entra.house, "espace-client", days=-1)
    revoked = await new_token(entra.house, "espace-client")
    async with entra.house.transaction():
        await db.execute(
            "UPDATE scim_token SET revoked_at = now() WHERE tenant_id = $1 AND token_hash ="
            " sha256($2::bytea)",
            revoked.encode(),
        )
    headers = [
        {"authorization": f"Bearer {token}"}
        for token in (expired, revoked, abroad.token, f"pvs_{'A' * 43}", "x", "", entra.token[:-1])
    ]
    headers += [{"authorization": f"Basic {entra.token}"}, {"authorization": ""}, {}]
    answers = [await entra.client.get("/scim/v2/Users", headers=one) for one in headers]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].headers["www-authenticate"] == 'Bearer realm="SCIM"'
    assert (await entra.ask("GET", "/Users")).status_code == 200


async def test_nothing_is_written_without_a_token(entra: Provider) -> None:
    for method, path in (
        ("POST", "/Users"), ("POST", "/Groups"), ("PUT", "/Users/x"), ("PATCH", "/Users/x"),
        ("DELETE", "/Users/x"), ("POST", "/.search"), ("POST", "/Bulk"), ("GET", "/Schemas"),
        ("GET", "/ResourceTypes"), ("GET", "/Me"), ("GET", "/"), ("GET", ""),
    ):  # fmt: skip
        answer = await entra.client.request(method, f"/scim/v2{path}", json=RECORD)
        assert answer.status_code == 401, (method, path)


async def test_a_session_is_no_token(entra: Provider) -> None:
    admin = await entra.house.person("Aude Adjani", roles=["admin"])
    answer = await admin.browser.get("/scim/v2/Users")
    assert answer.status_code == 401
    token = await admin.browser.token()
    answer = await admin.browser.post(
        "/scim/v2/Users", json=RECORD, headers={"x-csrf-token": token}
    )
    assert answer.status_code == 401


async def test_no_form_token_is_asked_and_no_origin(entra: Provider) -> None:
    answer = await entra.ask("POST", "/Users", RECORD, headers={"origin": "https://evil.example"})
    assert answer.status_code == 201


async def test_what_the_service_can_do_is_told_to_all_and_true(entra: Provider) -> None:
    told = (await entra.client.get("/scim/v2/ServiceProviderConfig")).json()
    assert told["patch"]["supported"]
    assert told["filter"] == {"supported": True, "maxResults": 200}
    for absent in ("bulk", "changePassword", "sort"):
        assert told[absent]["supported"] is False
    assert (await entra.ask("POST", "/Bulk", {"Operations": []})).status_code == 501
    assert (await entra.ask("GET", "/Users?sortBy=userName")).status_code == 501
    assert (await entra.ask("GET", "/Me")).status_code == 501


@pytest.mark.parametrize("other", [0, 1])
async def test_one_directory_sees_nothing_of_another(
    entra: Provider, okta: Provider, abroad: Provider, other: int
) -> None:
    """Neither another connection of the house nor another house: as if it had never been."""
    stranger = (okta, abroad)[other]
    user = await entra.user(externalId="oid-1")
    group = await entra.group("Tennis", [user["id"]])
    nobody = "018f0000-0000-7000-8000-000000000000"
    change = {"op": "replace", "path": "displayName", "value": "Volé"}
    for kind, mine in (("Users", user["id"]), ("Groups", group["id"])):
        for method, body in (("GET", None), ("DELETE", None), ("PUT", RECORD)):
            found = await stranger.ask(method, f"/{kind}/{mine}", body)
            missing = await stranger.ask(method, f"/{kind}/{nobody}", body)
            assert found.status_code == missing.status_code == 404
            assert found.text.replace(mine, "") == missing.text.replace(nobody, "")
        assert (await stranger.patch(f"/{kind}/{mine}", change)).status_code == 404
        listed = await stranger.ask("GET", f"/{kind}")
        filtered = await stranger.ask("GET", f'/{kind}?filter=id eq "{mine}"')
        assert (listed.json()["totalResults"], filtered.json()["totalResults"]) == (0, 0)
    same = await stranger.user(externalId="oid-1")
    assert same["id"] != user["id"]
    assert (await entra.ask("GET", f"/Users/{user['id']}")).json()["displayName"] == "Anne Tavel"


async def test_two_tokens_are_valid_while_one_takes_over(entra: Provider) -> None:
    second = await new_token(entra.house, "espace-client")
    first, user = entra.token, await entra.user()
    entra.token = second
    assert (await entra.ask("GET", f"/Users/{user['id']}")).status_code == 200
    async with entra.house.transaction():
        await db.execute(
            "UPDATE scim_token SET revoked_at = now() WHERE tenant_id = $1 AND token_hash ="
            " sha256($2::bytea)",
            first.encode(),
        )
    assert (await entra.ask("GET", f"/Users/{user['id']}")).status_code == 200
    entra.token = first
    assert (await entra.ask("GET", f"/Users/{user['id']}")).status_code == 401


async def test_the_last_use_is_noted_once_a_minute(entra: Provider) -> None:
    async def used():
        async with entra.house.transaction():
            return await db.fetch_value("SELECT last_used_at FROM scim_token WHERE tenant_id = $1")

    await entra.ask("GET", "/Users")
    first = await used()
    await entra.ask("GET", "/Users")
    assert first is not None
    assert await used() == first
    with clock.travel(clock.now() + timedelta(seconds=61)):
        await entra.ask("GET", "/Users")
    assert await used() > first


async def test_a_shut_connection_takes_no_word(entra: Provider, superuser) -> None:
    await superuser.execute("UPDATE connection SET is_enabled = false WHERE slug = 'espace-client'")
    try:
        assert (await entra.ask("GET", "/Users")).status_code == 401
    finally:
        await superuser.execute(
            "UPDATE connection SET is_enabled = true WHERE slug = 'espace-client'"
        )


async def test_who_guesses_is_told_to_wait_and_who_has_a_token_is_not(entra: Provider) -> None:
    answers = [await entra.client.get("/scim/v2/Users") for _ in range(40)]
    assert {answer.status_code for answer in answers} == {401, 429}
    assert int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].json()["status"] == "429"
    assert (await entra.ask("GET", "/Users")).status_code == 200
    async with entra.house.transaction():
        logged = await db.fetch_value(
            "SELECT count(*) FROM auth_event WHERE tenant_id = $1 AND kind = 'scim_refused'"
        )
    assert logged <= 60


async def test_the_address_of_what_is_made_is_ours_not_the_callers(entra: Provider) -> None:
    """A house may have several hosts; the one it is known by is in every address."""
    answer = await entra.ask("POST", "/Users", RECORD, headers={"x-forwarded-host": "evil.example"})
    assert answer.headers["location"].startswith("https://banque-orvance.localhost/scim/v2/Users/")
    elsewhere = Browser.at(entra.house.app, "evil.example")
    unknown = await elsewhere.get("/scim/v2/Users")
    assert (unknown.status_code, unknown.json()["status"]) == (404, "404")


async def test_refusals_are_logged_without_what_was_said(entra: Provider) -> None:
    await entra.user("anne@orvance.example")
    await entra.ask("POST", "/Users", RECORD | {"userName": "Anne@Orvance.example"})
    await entra.ask("POST", "/Users", RECORD | {"userName": 5})
    await entra.ask("GET", "/Users/nobody")
    await entra.ask("GET", '/Users?filter=displayName co "Tavel"')
    async with entra.house.transaction():
        rows = await db.fetch(
            "SELECT reason, detail::text AS detail, correlation_id FROM auth_event"
            " WHERE tenant_id = $1 AND kind = 'scim_refused' ORDER BY id"
        )
    assert [row["reason"] for row in rows] == ["uniqueness", "invalidValue", "invalidFilter"]
    assert all(row["correlation_id"] for row in rows)
    assert '"attribute": "userName"' in rows[1]["detail"]
    assert not any("avel" in row["detail"] or "orvance" in row["detail"] for row in rows)


async def test_every_answer_has_the_headers_of_the_house(entra: Provider, orvance: House) -> None:
    for answer in (await entra.ask("GET", "/Users"), await entra.ask("GET", "/Nothing/x/y")):
        assert answer.headers["content-type"].startswith("application/scim+json")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-correlation-id"]
        assert "set-cookie" not in answer.headers
    assert orvance.tenant.slug == "banque-orvance"
