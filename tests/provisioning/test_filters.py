"""Filters, pages and uniqueness, through the protocol."""

from datetime import timedelta

import pytest

from parvis.core import clock
from tests.provisioning.conftest import USER, Provider


@pytest.fixture
async def three(entra: Provider) -> dict[str, str]:
    """Three users: one inactive, one changed a day after the others."""
    anne = await entra.user("Anne@orvance.example", externalId="E-1")
    bruno = await entra.user("bruno@orvance.example", displayName="Bruno Bach", active=False)
    clara = await entra.user("clara@orvance.example", displayName="Clara Roux", externalId="e-1")
    with clock.travel(clock.now() + timedelta(days=1)):
        title = {"op": "replace", "path": "title", "value": "Cheffe"}
        await entra.patch(f"/Users/{clara['id']}", title)
    return {"anne": anne["id"], "bruno": bruno["id"], "clara": clara["id"]}


MATCHES = [
    ('userName eq "ANNE@orvance.example"', {"anne"}),
    ('USERNAME EQ "anne@orvance.example"', {"anne"}),
    ('externalId eq "e-1"', {"clara"}),
    ('displayName eq "bruno bach"', {"bruno"}),
    ("active eq true", {"anne", "clara"}),
    ("active eq false", {"bruno"}),
    ('active eq true and displayName eq "clara roux"', {"clara"}),
    ('userName eq "bruno@orvance.example" or externalId eq "E-1"', {"anne", "bruno"}),
    ('(externalId pr and active eq true) or userName eq "x"', {"anne", "clara"}),
    ('meta.created gt "2020-01-01T00:00:00Z"', {"anne", "bruno", "clara"}),
    ('meta.lastModified lt "2020-01-01T00:00:00+02:00"', set()),
    ("userName pr", {"anne", "bruno", "clara"}),
    ('id eq "no-id"', set()),
    ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "anne@orvance.example"', {"anne"}),
    ("userName eq \"' OR true --\"", set()),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "names"), MATCHES)
async def test_a_filter_finds_whom_it_names(entra, three, asked: str, names: set[str]) -> None:
    answer = await entra.ask("GET", "/Users", params={"filter": asked})
    assert answer.status_code == 200, answer.text
    ids = {one["id"] for one in answer.json().get("Resources", [])}
    assert ids == {three[name] for name in names}
    assert answer.json()["totalResults"] == len(names)


async def test_a_directory_asks_for_what_changed_since(entra, three) -> None:
    since = (clock.now() + timedelta(hours=12)).isoformat()
    answer = await entra.ask("GET", "/Users", params={"filter": f'meta.lastModified gt "{since}"'})
    assert [one["id"] for one in answer.json()["Resources"]] == [three["clara"]]


REFUSED = [
    'displayName co "a"', 'userName sw "a"', "not (active eq true)", 'userName ne "a"',
    'title eq "Cheffe"', "emails pr", 'name.familyName eq "a"', 'nothing eq "a"', "userName eq",
    "userName", 'userName eq "a', "active gt true", 'meta.created gt "yesterday"', "userName eq 5",
    'meta.created gt "2020-01-01T00:00:00"', "active eq null", 'userName eq "a\\u0000"',
    'meta.created gt "0001-01-01T00:00:00+23:59"', 'meta.created gt "9999-12-31T23:59:59-23:59"',
    " or ".join(['userName eq "a"'] * 30), f'userName eq "{"a" * 3000}"', "(" * 500,
]  # fmt: skip


@pytest.mark.parametrize("asked", REFUSED)
async def test_a_filter_that_no_index_answers_is_refused_not_ignored(entra, asked: str) -> None:
    await entra.user()
    for answer in (
        await entra.ask("GET", "/Users", params={"filter": asked}),
        await entra.ask("POST", "/Users/.search", {"filter": asked}),
    ):
        assert answer.status_code == 400, answer.text
        assert answer.json()["scimType"] in {"invalidFilter", "invalidValue"}, answer.text


async def test_pages_are_bounded_and_complete(entra: Provider) -> None:
    for n in range(5):
        await entra.user(f"u{n}@orvance.example", displayName=f"Anne {chr(65 + n)}")
    seen = []
    for start in (1, 3, 5, 7):
        answer = (await entra.ask("GET", f"/Users?startIndex={start}&count=2")).json()
        assert answer["totalResults"] == 5
        seen += [one["userName"] for one in answer.get("Resources", [])]
    assert seen == [f"u{n}@orvance.example" for n in range(5)]
    for query, expected in (("count=0", 0), ("count=-3", 0), ("count=99999", 5), ("", 5)):
        answer = (await entra.ask("GET", f"/Users?{query}")).json()
        assert (answer["totalResults"], len(answer.get("Resources", []))) == (5, expected)
    far = await entra.ask("GET", f"/Users?startIndex={2**70}")
    assert (far.status_code, far.json().get("Resources", [])) == (200, [])


async def test_users_and_groups_are_searched_together(entra: Provider) -> None:
    user = await entra.user(displayName="Tennis")
    group = await entra.group("Tennis", [user["id"]])
    answer = await entra.ask("GET", "/", params={"filter": 'displayName eq "tennis"'})
    assert {one["id"] for one in answer.json()["Resources"]} == {user["id"], group["id"]}
    only = await entra.ask("GET", "/", params={"filter": f'userName eq "{user["userName"]}"'})
    assert [one["id"] for one in only.json()["Resources"]] == [user["id"]]


async def test_names_and_references_are_given_once(entra: Provider) -> None:
    await entra.user("Anne@orvance.example", externalId="oid-1")
    other = await entra.user("b@orvance.example", externalId="oid-2")
    body = {"schemas": [USER], "displayName": "B", "userName": "c@orvance.example"}
    taken = [
        await entra.ask("POST", "/Users", body | {"userName": "ANNE@orvance.example"}),
        await entra.ask("POST", "/Users", body | {"externalId": "oid-1"}),
        await entra.ask(
            "PUT", f"/Users/{other['id']}", body | {"userName": "anne@orvance.example"}
        ),
        await entra.patch(
            f"/Users/{other['id']}", {"op": "replace", "path": "externalId", "value": "oid-1"}
        ),
    ]
    assert [(one.status_code, one.json()["scimType"]) for one in taken] == [(409, "uniqueness")] * 4
    case = await entra.ask("POST", "/Users", body | {"externalId": "OID-1"})
    assert case.status_code == 201
