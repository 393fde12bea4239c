"""Every route, asked by another tenant's most powerful person with this tenant's ids.

The answer must be the one that ids which never existed get: same status, same words.
"""

import difflib
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from litestar import Litestar

from parvis.core import clock, db
from parvis.core.ids import new_id
from parvis.seeds.runner import settle
from parvis.settings import REPOSITORY
from tests.factories import House, Person

# Where an id of each name comes from. A route with a parameter that is not here fails the test.
SOURCES = {
    "post_id": "SELECT id FROM post WHERE tenant_id = $1 LIMIT 1",
    "comment_id": "SELECT id FROM contribution WHERE tenant_id = $1 AND kind = 'comment' LIMIT 1",
    "contribution_id": "SELECT id FROM contribution WHERE tenant_id = $1 LIMIT 1",
    "member_id": "SELECT id FROM member WHERE tenant_id = $1 LIMIT 1",
    "notice_id": "SELECT id FROM notice WHERE tenant_id = $1 LIMIT 1",
    "item_id": "SELECT id FROM review_item WHERE tenant_id = $1 LIMIT 1",
    "question_id": "SELECT id FROM question WHERE tenant_id = $1 LIMIT 1",
    "answer_id": "SELECT id FROM answer WHERE tenant_id = $1 LIMIT 1",
    "submission_id": "SELECT id FROM submission WHERE tenant_id = $1 LIMIT 1",
    "session_id": "SELECT id FROM auth_session WHERE tenant_id = $1 LIMIT 1",
    "entry_id": "SELECT id FROM journal_entry WHERE tenant_id = $1 LIMIT 1",
    "document_id": "SELECT id FROM meeting_document WHERE tenant_id = $1 LIMIT 1",
    "connection_id": "SELECT id FROM connection WHERE tenant_id = $1 LIMIT 1",
    "domain_id": "SELECT id FROM connection_domain WHERE tenant_id = $1 LIMIT 1",
    "test_id": "SELECT id FROM connection_test WHERE tenant_id = $1 LIMIT 1",
    "token_id": "SELECT id FROM api_token WHERE tenant_id = $1 LIMIT 1",
    "export_id": "SELECT id FROM data_export WHERE tenant_id = $1 LIMIT 1",
    "invitation_id": "SELECT id FROM invitation WHERE tenant_id = $1 LIMIT 1",
    "import_id": "SELECT id FROM member_import WHERE tenant_id = $1 LIMIT 1",
    "event_id": "SELECT id FROM calendar_event WHERE tenant_id = $1 LIMIT 1",
    "decision_id": "SELECT id FROM decision WHERE tenant_id = $1 LIMIT 1",
    "legal_notice_id": "SELECT id FROM legal_notice WHERE tenant_id = $1 LIMIT 1",
    "reason_id": "SELECT id FROM canned_reason WHERE tenant_id = $1 LIMIT 1",
    "hold_id": "SELECT id FROM legal_hold WHERE tenant_id = $1 LIMIT 1",
    "scim_token_id": "SELECT id FROM scim_token WHERE tenant_id = $1 LIMIT 1",
    "rehearsal_id": "SELECT id FROM charter_rehearsal WHERE tenant_id = $1 LIMIT 1",
    "scim_group_id": "SELECT id FROM scim_group WHERE tenant_id = $1 LIMIT 1",
}
# Names that each tenant chooses for itself: another tenant's name is an unknown name.
SLUGS = {
    "/communities/": "SELECT slug FROM community WHERE tenant_id = $1 AND slug NOT IN"
    " (SELECT slug FROM community WHERE tenant_id <> $1) LIMIT 1",
    "/meetings/": "SELECT slug FROM meeting WHERE tenant_id = $1 LIMIT 1",
    "/auth/oidc/": "SELECT slug FROM connection WHERE tenant_id = $1 AND slug NOT IN"
    " (SELECT slug FROM connection WHERE tenant_id <> $1) LIMIT 1",
}
# Tokens are kept as hashes: tests/identity and tests/members try them at the wrong tenant.
NOT_OBJECTS = {"rest", "path", "number", "token", "clause_id", "year"}
ROLES = (
    "admin", "moderator", "compliance", "secretary", "expert", "legal", "delegate", "publisher",
)  # fmt: skip
NONCE = re.compile(r"'nonce-([\w-]+)'")


def routes_with_objects(app: Litestar) -> list[tuple[str, str]]:
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            names = set(re.findall(r"{(\w+)}", route.path_format))
            if names - NOT_OBJECTS:
                found += [(str(m), route.path_format) for m in handler.http_methods - {"OPTIONS"}]
    return sorted(found)


async def theirs(superuser: asyncpg.Connection, house: House, path: str) -> str:
    """Fill the path with ids that exist in `house`."""
    for name in re.findall(r"{(\w+)}", path):
        sql = SOURCES.get(name) or next(q for start, q in SLUGS.items() if start in path)
        value = await superuser.fetchval(sql, house.tenant.id)
        assert value is not None, f"the seed made nothing for {{{name}}} of {path}"
        path = path.replace(f"{{{name}}}", str(value))
    return path


def nobodys(path: str) -> str:
    """Fill the path with ids that never existed."""
    return re.sub(
        r"{(\w+)}", lambda m: str(new_id()) if m[1] in SOURCES else "jamais-vu", path
    )  # fmt: skip


async def ask(person: Person, method: str, path: str) -> tuple[int, str]:
    headers = {"x-csrf-token": await person.browser.token()}
    body: dict[str, Any] = {} if method == "GET" else {"json": {}}
    answer = await person.browser.request(method, path, headers=headers, **body)
    # What differs between any two answers: the address asked for, the request's own two marks.
    nonce = NONCE.search(answer.headers["content-security-policy"])
    text = answer.text.replace(path, "<path>")
    for mark in (answer.headers["x-correlation-id"], nonce[1] if nonce else ""):
        text = text.replace(mark, "<mark>") if mark else text
    return answer.status_code, text


def differences(one: str, other: str) -> list[str]:
    """Return the first lines that tell two answers apart."""
    lines = difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=0)
    return [line[:200] for line in lines if line[0] in "+-"][2:6]


@pytest.fixture
async def seeded(orvance: House, migrated, app: Litestar) -> House:
    """The bank, with the life its seed gives it."""
    await settle(REPOSITORY / "tenants" / "banque-orvance", settings=migrated)
    async with orvance.transaction():
        meeting_id = await db.fetch_value("SELECT id FROM meeting WHERE tenant_id = $1 LIMIT 1")
        await db.insert(
            "meeting_document", meeting_id=meeting_id, title="Avis de réunion", object_key="k",
            media_type="application/pdf", size_bytes=1, sha256="0", published_at=clock.now(),
        )  # fmt: skip
        await _try_a_connection()
        await _take_something_along()
        await _send_a_list()
        await _let_a_directory_in()
        await _rehearse_a_charter()
        await db.insert(
            "legal_hold", subject_kind="tenant", reason="Contentieux", placed_at=clock.now()
        )
        await db.insert(
            "canned_reason", clause_id="no-rumour", action="refuse", locale="fr", title="Rumeur",
            body="Une rumeur.", updated_at=clock.now(),
        )  # fmt: skip
    return orvance


async def _rehearse_a_charter() -> None:
    member_id = await db.fetch_value("SELECT id FROM member WHERE tenant_id = $1 LIMIT 1")
    await db.insert(
        "charter_rehearsal", source="", source_sha256="", days=1, everywhere=False, places=[],
        state="cancelled", asked_by=member_id, asked_at=clock.now(),
    )  # fmt: skip


async def _take_something_along() -> None:
    """Make a program's key, and an archive that is being made."""
    now = clock.now()
    member_id = await db.fetch_value("SELECT id FROM member WHERE tenant_id = $1 LIMIT 1")
    await db.insert(
        "api_token", member_id=member_id, label="Tableur", token_hash=b"0", hint="0000",
        scopes=["read"], created_by=member_id, created_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip
    await db.insert("data_export", member_id=member_id, state="waiting", created_at=now)


async def _send_a_list() -> None:
    """Make what no seed makes of members: a list of people to invite."""
    connection_id = await db.fetch_value("SELECT id FROM connection WHERE tenant_id = $1 LIMIT 1")
    member_id = await db.fetch_value("SELECT id FROM member WHERE tenant_id = $1 LIMIT 1")
    await db.insert(
        "member_import", started_by=member_id, connection_id=connection_id, file_name="a.csv",
        state="waiting", total=1, created_at=clock.now(),
    )  # fmt: skip


async def _try_a_connection() -> None:
    """Make what no seed makes of a way in: a claimed domain, a test that runs."""
    now = clock.now()
    connection_id = await db.fetch_value("SELECT id FROM connection WHERE tenant_id = $1 LIMIT 1")
    member_id = await db.fetch_value("SELECT id FROM member WHERE tenant_id = $1 LIMIT 1")
    await db.insert(
        "connection_domain", connection_id=connection_id, domain="exemple.test", challenge="c",
        created_at=now,
    )  # fmt: skip
    await db.insert(
        "connection_test", connection_id=connection_id, member_id=member_id, state="begun",
        created_at=now, expires_at=now + timedelta(hours=1),
    )  # fmt: skip


async def _let_a_directory_in() -> None:
    now = clock.now()
    connection_id = await db.fetch_value("SELECT id FROM connection WHERE tenant_id = $1 LIMIT 1")
    await db.insert(
        "scim_token", connection_id=connection_id, label="Annuaire", token_hash=b"0", hint="pvs_0",
        created_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip
    await db.insert(
        "scim_group", connection_id=connection_id, display_name="Tennis",
        display_name_key="tennis", version='W/"1"', created_at=now, updated_at=now,
    )  # fmt: skip


async def test_another_tenants_objects_are_answered_like_missing_ones(
    app: Litestar, seeded: House, ardelune: House, superuser: asyncpg.Connection
) -> None:
    await seeded.person()  # somebody with a session
    stranger = await ardelune.person(roles=ROLES, communities=["club-des-actionnaires"])
    routes = routes_with_objects(app)
    assert len(routes) > 60
    leaks = []
    for method, path in routes:
        real = await ask(stranger, method, await theirs(superuser, seeded, path))
        missing = await ask(stranger, method, nobodys(path))
        if real != missing or real[0] < 400:
            leaks.append((method, path, real[0], missing[0], differences(real[1], missing[1])))
    assert leaks == []


async def test_the_same_ids_do_exist_for_their_own_tenant(
    app: Litestar, seeded: House, superuser: asyncpg.Connection
) -> None:
    """The test above would pass on ids that exist for nobody: here they are found."""
    own = await seeded.person(roles=ROLES, communities=["clients-du-cercle"])
    found = 0
    for method, path in routes_with_objects(app):
        if method == "GET" and path.startswith("/api/v1"):
            status, _ = await ask(own, method, await theirs(superuser, seeded, path))
            found += status == 200
    assert found >= 8


async def test_an_id_that_is_no_id_is_missing_too(orvance: House) -> None:
    person = await orvance.person()
    for path in ("/posts/1", "/questions/'", "/people/..%2f..", "/api/v1/posts/%00"):
        status, _ = await ask(person, "GET", path)
        assert status == 404, path


def test_every_parameter_has_a_source(app: Litestar) -> None:
    named = {
        (name, path)
        for _, path in routes_with_objects(app)
        for name in re.findall(r"{(\w+)}", path)
        if name not in NOT_OBJECTS
    }
    unknown = [
        (name, path)
        for name, path in named
        if name not in SOURCES and not any(start in path for start in SLUGS)
    ]
    assert unknown == []


def test_ids_are_uuids() -> None:
    assert UUID(str(new_id())).version == 7
