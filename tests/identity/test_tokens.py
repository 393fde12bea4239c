"""API tokens: what lets a program in, how far it reaches, and when it ends."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.step_up import PERSONAL, StepUp
from parvis.core.tenancy import Tenant
from parvis.features.identity.tokens import scopes
from tests.factories import Browser, House, Person

PLACE = "clients-du-cercle"
POSTS = f"/communities/{PLACE}/posts"
POST = {"title": "Visite du chai", "body": "Un récit."}
CHALLENGE = 'Bearer realm="parvis", error="invalid_token"'


async def mint(person: Person, *scopes: str, **more: Any) -> str:
    """Make a token as its owner does, and return it."""
    given = {"label": "Export du soir", "scopes": list(scopes or ("read",)), **more}
    answer = await person.browser.call("POST", "/me/tokens", given)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


class Program:
    """Something without cookies that sends a token with each request."""

    def __init__(self, house: House, token: str) -> None:
        self.headers = {"authorization": f"Bearer {token}"}
        self.browser = Browser.at(house.app, house.tenant.host)

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.browser.request(method, f"/api/v1{path}", json=body, headers=self.headers)


@pytest.fixture
async def ours(orvance: House) -> Tenant:
    return orvance.tenant


def without_mark(answer: httpx.Response) -> str:
    return answer.text.replace(answer.headers["x-correlation-id"], "<mark>")


async def test_a_token_reads_what_its_member_reads(orvance: House) -> None:
    person = await orvance.person(communities=[PLACE])
    program = Program(orvance, await mint(person, "read"))
    answer = await program.call("GET", "/me")
    assert answer.status_code == 200
    assert answer.json()["name"] == person.name
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


async def test_a_token_writes_without_a_form_token_when_it_may(orvance: House) -> None:
    person = await orvance.person(communities=[PLACE])
    reader = Program(orvance, await mint(person, "read"))
    refused = await reader.call("POST", POSTS, POST)
    assert (refused.status_code, refused.json()["code"]) == (403, "out_of_scope")
    writer = Program(orvance, await mint(person, "read", "write"))
    made = await writer.call("POST", POSTS, POST)
    assert made.status_code == 201, made.text
    assert (await writer.call("GET", f"/posts/{made.json()['id']}")).status_code == 200


async def test_a_token_that_only_writes_does_not_read(orvance: House) -> None:
    person = await orvance.person(communities=[PLACE])
    writer = Program(orvance, await mint(person, "write"))
    assert (await writer.call("GET", "/me")).status_code == 403


async def test_what_is_no_good_token_is_answered_alike(orvance: House, ardelune: House) -> None:
    person = await orvance.person()
    expired, revoked = await mint(person, days=1), await mint(person)
    theirs = await mint(await ardelune.person("Marc Oberlin"))
    tokens = (await person.browser.call("GET", "/me/tokens")).json()
    await person.browser.call("DELETE", f"/me/tokens/{tokens[0]['id']}")
    gone = await orvance.person("Odile Ferrand")
    deactivated = await mint(gone)
    async with orvance.transaction():
        await db.execute(
            "UPDATE member SET state = 'deactivated' WHERE tenant_id = $1 AND id = $2", gone.id
        )
    never = "pvt_" + "a" * 43
    with clock.travel(clock.now() + timedelta(days=2)):
        answers = [
            await Program(orvance, token).call("GET", "/me")
            for token in (never, expired, revoked, theirs, deactivated, "", "x" * 5000)
        ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {CHALLENGE}
    assert len({without_mark(answer) for answer in answers}) == 1


async def test_beside_a_token_header_the_cookie_counts_for_nothing(orvance: House) -> None:
    person = await orvance.person(communities=[PLACE])
    other = await orvance.person("Bruno Taillade")
    token = await mint(other)
    for header, status in (
        (f"Bearer {token}", 200), ("Bearer ", 401), ("Basic eDp5", 401), ("", 401), ("x", 401),
    ):  # fmt: skip
        answer = await person.browser.get("/api/v1/me", headers={"authorization": header})
        assert answer.status_code == status, header
        if status == 200:
            assert answer.json()["name"] == other.name
    # The browser's session is not touched by any of it.
    assert (await person.browser.get("/api/v1/me")).json()["name"] == person.name


@pytest.mark.parametrize("header", ["Bearer x", "Basic eDp5", ""])
async def test_a_browser_cannot_talk_its_way_around_the_form_token(
    orvance: House, header: str
) -> None:
    """With its cookies alone it needs the form token; with the header it is nobody."""
    person = await orvance.person(communities=[PLACE])
    plain = await person.browser.post(f"/api/v1{POSTS}", json=POST)
    assert plain.status_code == 403
    answer = await person.browser.post(
        f"/api/v1{POSTS}", json=POST, headers={"authorization": header}
    )
    assert answer.status_code == 401
    for path in ("/me", f"/communities/{PLACE}/posts"):
        answer = await person.browser.post(path, data=POST, headers={"authorization": header})
        assert answer.status_code == 403, path  # a page: the header means nothing there


async def test_pages_know_no_tokens(orvance: House) -> None:
    person = await orvance.person()
    program = Program(orvance, await mint(person))
    for path in ("/me", "/me/tokens", "/"):
        answer = await program.browser.get(path, headers=program.headers)
        assert answer.status_code == 303, path


async def test_a_token_has_no_more_permissions_than_it_names(orvance: House) -> None:
    moderator = await orvance.person(roles=["moderator"])
    plain = Program(orvance, await mint(moderator, "read", "write"))
    named = Program(orvance, await mint(moderator, "read", "review:decide"))
    assert (await plain.call("GET", "/moderation/items")).status_code == 404
    assert (await named.call("GET", "/moderation/items")).status_code == 200


async def test_a_token_loses_what_its_member_loses(orvance: House) -> None:
    moderator = await orvance.person(roles=["moderator"])
    program = Program(orvance, await mint(moderator, "read", "review:decide"))
    async with orvance.transaction():
        await db.execute(
            "DELETE FROM group_member WHERE tenant_id = $1 AND member_id = $2", moderator.id
        )
    assert (await program.call("GET", "/moderation/items")).status_code == 404


async def test_a_community_is_managed_with_its_scope_only(orvance: House) -> None:
    manager = await orvance.person(manages=[PLACE])
    plain = Program(orvance, await mint(manager, "read", "write"))
    named = Program(orvance, await mint(manager, "read", "community:manage"))
    assert (await plain.call("GET", "/moderation/items")).status_code == 404
    assert (await named.call("GET", "/moderation/items")).status_code == 200


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"label": " ", "scopes": ["read"]}, "label"),
        ({"label": "x" * 81, "scopes": ["read"]}, "label"),
        ({"label": "x", "scopes": []}, "scopes"),
        ({"label": "x", "scopes": ["review:decide"]}, "scopes"),
        ({"label": "x", "scopes": ["read", "review:decide"]}, "scopes"),
        ({"label": "x", "scopes": ["read", "everything"]}, "scopes"),
        ({"label": "x", "scopes": ["read"], "days": 366}, "days"),
        ({"label": "x", "scopes": ["read"], "days": 0}, "days"),
    ],
)
async def test_a_token_that_may_not_be_is_refused_at_its_field(
    orvance: House, given: dict[str, Any], field: str
) -> None:
    person = await orvance.person()
    answer = await person.browser.call("POST", "/me/tokens", given)
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]
    page = await person.browser.send_form("/me/tokens", given)
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text


async def test_a_token_can_do_nothing_about_tokens(orvance: House) -> None:
    admin = await orvance.person(roles=["admin"])
    token = await mint(admin, "read", "write", "member:manage", "tenant:manage")
    program = Program(orvance, token)
    (made,) = (await program.call("GET", "/me/tokens")).json()
    given = {"label": "x", "scopes": ["read"]}
    for method, path, body in (
        ("POST", "/me/tokens", given),
        ("DELETE", f"/me/tokens/{made['id']}", None),
        ("POST", "/admin/programs", {"name": "x"}),
        ("POST", f"/admin/programs/{admin.id}/tokens", given),
        ("DELETE", f"/admin/tokens/{made['id']}", None),
        ("DELETE", f"/admin/programs/{admin.id}", None),
    ):
        answer = await program.call(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope"), path


async def test_a_stolen_token_neither_sees_nor_ends_its_owners_sessions(orvance: House) -> None:
    person = await orvance.person()
    (session,) = (await person.browser.call("GET", "/me/sessions")).json()
    program = Program(orvance, await mint(person, "read", "write"))
    for method, path in (
        ("GET", "/me/sessions"),
        ("DELETE", "/me/sessions"),
        ("DELETE", f"/me/sessions/{session['id']}"),
    ):
        answer = await program.call(method, path)
        assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope"), path
    assert (await person.browser.call("GET", "/me/sessions")).json() != []


@pytest.mark.parametrize("kind", list(StepUp))
def test_no_token_reaches_what_only_a_person_may_do(ours: Tenant, kind: StepUp) -> None:
    """Where a person signs in again a token needs the permission by name, or nothing will do."""
    opt = {"step_up": kind}
    plain = Actor(tenant=ours, locale="fr", scopes=frozenset({"read", "write"}))
    with pytest.raises(scopes.OutOfScope):
        scopes.require(plain, opt, writes=True)
    almighty = Actor(tenant=ours, locale="fr", scopes=frozenset(scopes.SCOPES))
    if kind in PERSONAL:
        with pytest.raises(scopes.OutOfScope):
            scopes.require(almighty, opt, writes=True)
    else:
        scopes.require(almighty, opt, writes=True)


async def test_the_charter_judges_a_program_too(orvance: House) -> None:
    person = await orvance.person(communities=[PLACE], accepted=False)
    program = Program(orvance, await mint(person, "read", "write"))
    answer = await program.call("POST", POSTS, POST)
    assert (answer.status_code, answer.json()["code"]) == (403, "charter_required")
    charter = (await program.call("GET", "/charter")).json()
    accepted = await program.call(
        "POST", "/charter/acceptance",
        {"decision": "accepted", "version": charter["version"]},
    )  # fmt: skip
    assert accepted.status_code in {200, 201}, accepted.text
    assert (await program.call("POST", POSTS, POST)).status_code == 201


async def test_a_token_is_shown_once_and_kept_as_a_hash(
    orvance: House, superuser: asyncpg.Connection
) -> None:
    person = await orvance.person()
    made = await person.browser.send_form(
        "/me/tokens", {"label": "Tableur", "scopes": "read", "days": "30"}
    )
    assert made.status_code == 201
    token = made.text.split('<code class="secret">')[1].split("<")[0]
    assert token.startswith("pvt_")
    again = await person.browser.get("/me/tokens")
    assert token not in again.text
    assert f"pvt_…{token[-4:]}" in again.text
    row = await superuser.fetchrow("SELECT * FROM api_token")
    assert token not in str(dict(row))
    assert row["expires_at"] - row["created_at"] == timedelta(days=30)
    entries = await superuser.fetch("SELECT data::text FROM journal_entry")
    assert not [entry for entry in entries if token in entry["data"]]


async def test_the_last_use_is_written_once_a_minute(
    orvance: House, superuser: asyncpg.Connection
) -> None:
    person = await orvance.person()
    program = Program(orvance, await mint(person))
    used = "SELECT last_used_at FROM api_token"
    assert await superuser.fetchval(used) is None
    await program.call("GET", "/me")
    first = await superuser.fetchval(used)
    assert first is not None
    await program.call("GET", "/me")
    assert await superuser.fetchval(used) == first
    with clock.travel(clock.now() + timedelta(minutes=2)):
        await program.call("GET", "/me")
    assert await superuser.fetchval(used) > first
    # A program at work does not keep its owner's browser signed in.
    assert await superuser.fetchval("SELECT max(last_seen_at) FROM auth_session") < first


async def test_a_token_is_its_owners_to_revoke(orvance: House) -> None:
    person, other = await orvance.person(), await orvance.person("Bruno Taillade")
    program = Program(orvance, await mint(person))
    (made,) = (await person.browser.call("GET", "/me/tokens")).json()
    assert (await other.browser.call("GET", "/me/tokens")).json() == []
    assert (await other.browser.call("DELETE", f"/me/tokens/{made['id']}")).status_code == 404
    assert (await program.call("GET", "/me")).status_code == 200
    ended = await person.browser.send_form(f"/me/tokens/{made['id']}/revoke", {})
    assert ended.status_code == 303
    assert (await program.call("GET", "/me")).status_code == 401
    assert (await person.browser.call("DELETE", f"/me/tokens/{made['id']}")).status_code == 404


async def test_who_guesses_tokens_has_to_wait(orvance: House) -> None:
    person = await orvance.person()
    good = Program(orvance, await mint(person))
    guess = Program(orvance, "pvt_" + "b" * 43)
    with clock.travel(clock.now().replace(second=1, microsecond=0)):
        statuses = [(await guess.call("GET", "/me")).status_code for _ in range(32)]
        assert statuses == [401] * 30 + [429] * 2
        assert (await good.call("GET", "/me")).status_code == 200


async def test_the_document_tells_of_tokens(orvance: House) -> None:
    document = (await orvance.visitor.get("/schema/openapi.json")).json()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    paths = document["paths"]
    assert {"token": []} in paths["/api/v1/me"]["get"]["security"]
    assert {"token": []} not in paths["/api/v1/me/tokens"]["post"]["security"]
