"""What no provider should send: told as the protocol tells errors, and nothing half-made."""

import asyncio
import random
from typing import Any

import pytest

from parvis.core import db
from tests.provisioning.conftest import PATCH, USER, Provider

DEEP = b'{"userName":' + b"[" * 100_000
RECORD = b'{"schemas":["' + USER.encode() + b'"],"userName":"x","displayName":"Anne Tavel"%s}'


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/scim+json", 400),
        (b"{", "application/scim+json", 400),
        (b"\xff\xfe", "application/scim+json", 400),
        (b"null", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (DEEP, "application/scim+json", 400),
        (RECORD % b"", "text/plain", 415),
        (RECORD % b"", "application/xml", 415),
        (RECORD % b',"active":"maybe"', "application/json", 400),
        (RECORD % b',"active":{}', "application/json", 400),
        (RECORD % b',"emails":"x"', "application/json", 400),
        (RECORD % b',"emails":[5]', "application/json", 400),
        (RECORD % b',"title":["x"]', "application/json", 400),
        (RECORD % b',"title":"\\u0000"', "application/json", 400),
        (RECORD % b',"title":"\\ud800"', "application/json", 400),
        (RECORD % (b',"title":"' + b"x" * 400 + b'"'), "application/json", 400),
        (b'{"displayName":"Anne Tavel"}', "application/json", 400),
        (b'{"userName":"","displayName":"Anne Tavel"}', "application/json", 400),
        (RECORD.replace(b'"x"', b"5") % b"", "application/json", 400),
        (b'{"userName":"' + b"x" * 2_000_001, "application/json", 413),
    ],
)
async def test_a_body_that_cannot_be_read_makes_nobody(
    entra: Provider, content: bytes, kind: str, status: int
) -> None:
    for method, path in (("POST", "/Users"), ("PUT", "/Users/x")):
        answer = await entra.ask(method, path, headers={"content-type": kind}, content=content)
        # What is put where nothing is may be told that first.
        assert answer.status_code in ({status} if method == "POST" else {status, 404}), answer.text
        told = answer.json()
        assert told["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert told["status"] == str(answer.status_code)
    async with entra.house.transaction():
        for table in ("member", "scim_user", "name_record"):
            assert not await db.fetch_value(f"SELECT count(*) FROM {table} WHERE tenant_id = $1")


@pytest.mark.parametrize("name", ["userName", "externalId", "emails", "displayName"])
async def test_what_no_index_holds_is_refused(entra: Provider, name: str) -> None:
    """Random letters cannot be pressed together: as they are they must fit."""
    long = "".join(map(chr, random.Random(1).sample(range(0x4E00, 0x9FFF), 5000)))
    value: Any = [{"value": f"{long}@exemple.test"}] if name == "emails" else long
    path = "/Groups" if name == "displayName" else "/Users"
    body = {"userName": "anne", "displayName": "Anne Tavel", name: value}
    answer = await entra.ask("POST", path, body)
    assert answer.status_code == 400, answer.text
    user = await entra.user()
    change = {"op": "replace", "path": name, "value": value}
    if path == "/Users":
        answer = await entra.patch(f"/Users/{user['id']}", change)
        assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(
    "operations",
    [
        [], "x", [5], [{}], [{"op": "explode", "path": "title"}], [{"op": "add"}],
        [{"op": "remove"}], [{"op": "replace", "path": "title[", "value": "x"}],
        [{"op": "replace", "path": "userName", "value": None}],
        [{"op": "remove", "path": "displayName"}],
        [{"op": "replace", "path": "id", "value": "018f0000-0000-7000-8000-000000000000"}],
        [{"op": "replace", "path": "active", "value": "perhaps"}],
        [{"op": "replace", "value": "x"}], [{"op": "replace", "value": {'emails[type eq "': 1}}],
        [{"op": "replace", "path": "title", "value": {"a": 1}}],
    ],
)  # fmt: skip
async def test_a_change_that_means_nothing_changes_nothing(entra: Provider, operations) -> None:
    user = await entra.user(title="Analyste")
    path = f"/Users/{user['id']}"
    answer = await entra.ask("PATCH", path, {"schemas": [PATCH], "Operations": operations})
    assert answer.status_code == 400, answer.text
    assert (await entra.ask("GET", path)).json() == user


@pytest.mark.parametrize(
    "path",
    [
        "/Users/'",
        "/Users/..%2f..",
        "/Users/%00",
        "/Users/1/2",
        "/Nothing",
        "/Users//",
        "/%ff",
    ],
)
async def test_an_address_that_is_none_is_missing(entra: Provider, path: str) -> None:
    for method in ("GET", "DELETE"):
        answer = await entra.ask(method, path)
        assert answer.status_code in {400, 404, 405, 501} or path == "/Users//", answer.text
        assert answer.status_code < 500 or answer.status_code == 501


async def test_a_bulk_of_nobody_knows_what_is_refused_whole(entra: Provider) -> None:
    answer = await entra.ask("POST", "/Bulk", {"Operations": [{"method": "DELETE"}] * 1000})
    assert answer.status_code == 501


async def test_the_same_person_made_twice_at_once_is_made_once(entra: Provider) -> None:
    record = {
        "schemas": [USER], "userName": "x@orvance.example", "displayName": "Anne", "externalId": "1"
    }  # fmt: skip
    both = [asyncio.create_task(entra.ask("POST", "/Users", record)) for _ in range(4)]
    statuses = sorted([(await one).status_code for one in both])
    assert statuses == [201, 409, 409, 409]
    async with entra.house.transaction():
        assert await db.fetch_value("SELECT count(*) FROM member WHERE tenant_id = $1") == 1


async def test_changes_of_one_group_at_once_are_all_made(entra: Provider) -> None:
    """Entra adds members by several requests at once, and names no version."""
    users = [
        await entra.user(f"u{n}@orvance.example", displayName=f"Anne {chr(65 + n)}")
        for n in range(5)
    ]
    group = await entra.group("Tennis")
    path = f"/Groups/{group['id']}"
    adding = [
        asyncio.create_task(
            entra.patch(path, {"op": "add", "path": "members", "value": [{"value": one["id"]}]})
        )
        for one in users
    ]
    assert [(await one).status_code for one in adding] == [204] * 5
    assert len((await entra.ask("GET", path)).json()["members"]) == 5


async def test_a_group_holds_those_with_a_right_not_everybody(entra: Provider) -> None:
    group = await entra.group("Tennis")
    value = [{"value": f"{n:08x}-0000-7000-8000-000000000000"} for n in range(2001)]
    answer = await entra.patch(
        f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": value}
    )
    assert answer.status_code == 400
    assert "at most 2000" in answer.json()["detail"]
