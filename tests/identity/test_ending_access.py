"""Access ends with the act that ends it: sessions, tokens, memberships, and the last way in."""

import asyncio
from contextvars import Context
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from litestar import Litestar

from parvis.core import clock, crypto, db
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.ids import ConnectionId, MemberId
from parvis.core.permissions import Permission
from parvis.features.identity import actions, membership, revocation
from parvis.features.identity.connections.last_way_in import LastWayIn, check_last_way_in
from parvis.features.identity.membership import LastAdministrator
from tests.factories import Browser, House, Person

from .conftest import Rows, Visitor

SESSIONS = "SELECT * FROM auth_session WHERE tenant_id = $1 ORDER BY id"
EVENTS = "SELECT * FROM auth_event WHERE tenant_id = $1 ORDER BY id"
JOURNAL = "SELECT * FROM journal_entry WHERE tenant_id = $1 ORDER BY id"


async def is_in(person: Person) -> bool:
    return (await person.browser.get("/api/v1/me")).status_code == 200


async def another_browser(house: House, person: Person) -> Browser:
    """A second browser of a person, with a session of its own."""
    session, now = crypto.token(), clock.now()
    async with house.transaction():
        await db.execute(
            "INSERT INTO auth_session (tenant_id, id, token_hash, member_id, connection_id, issuer,"
            " sub, auth_time, created_at, last_seen_at, idle_until, absolute_until)"
            " SELECT tenant_id, gen_random_uuid(), $3, member_id, connection_id, issuer, sub,"
            " auth_time, $4, $4, $5, $5 FROM auth_session WHERE tenant_id = $1 AND member_id = $2"
            " LIMIT 1",
            person.id, crypto.digest(session), now, now + timedelta(minutes=30),
        )  # fmt: skip
    return Browser.at(house.app, house.tenant.host, session)


def acting(house: House, person: Person, *permissions: Permission) -> Actor:
    return Actor(
        tenant=house.tenant, locale="fr", member_id=person.id, permissions=frozenset(permissions)
    )


# --- one's own sessions ---------------------------------------------------------------------


@pytest.mark.parametrize("through", ["page", "api"])
async def test_member_ends_all_other_sessions_at_once(
    orvance: House, rows: Rows, through: str
) -> None:
    camille, ilyes = await orvance.person(), await orvance.person("Ilyes Ferrand")
    other = await another_browser(orvance, camille)
    assert (await other.get("/api/v1/me")).status_code == 200
    assert "Terminer toutes les autres sessions" in (await camille.browser.get("/me")).text
    if through == "page":
        answer = await camille.browser.send_form("/me/sessions/end-others", {})
        assert answer.status_code == 303
    else:
        answer = await camille.browser.call("DELETE", "/me/sessions")
        assert answer.status_code == 204
    assert (await other.get("/api/v1/me")).status_code == 401
    assert await is_in(camille)
    assert await is_in(ilyes)
    assert "Terminer toutes les autres sessions" not in (await camille.browser.get("/me")).text
    assert (await rows(JOURNAL))[-1]["act"] == "identity.other_sessions_ended"
    event = (await rows(EVENTS))[-1]
    assert (event["kind"], event["reason"]) == ("sessions_ended", "ended_by_member")
    await other.aclose()


@pytest.mark.parametrize(
    ("minutes", "hours"), [("session_idle_minutes", 0), ("", "session_absolute_hours")]
)
async def test_session_lasts_to_its_limit_and_no_longer(
    orvance: House, superuser: asyncpg.Connection, minutes: str, hours: str
) -> None:
    """At the very instant of the limit it is over; a moment before it is not."""
    person = await orvance.person()
    column = "idle_until" if minutes else "absolute_until"
    await superuser.execute("UPDATE auth_session SET idle_until = $1, absolute_until = $1",
                            clock.now() + timedelta(days=2))  # fmt: skip
    limit = clock.now() + timedelta(seconds=50)  # before the next touch moves idleness on
    await superuser.execute(f"UPDATE auth_session SET {column} = $1", limit)
    with clock.travel(limit - timedelta(seconds=10)):
        assert await is_in(person)
    with clock.travel(limit):
        assert not await is_in(person)


# --- an administrator's hand ----------------------------------------------------------------


async def test_administrator_ends_a_members_sessions(orvance: House, rows: Rows) -> None:
    admin, camille = await orvance.person("Bertille"), await orvance.person()
    async with orvance.transaction():
        by = acting(orvance, admin, Permission.MEMBER_MANAGE)
        assert await actions.end_sessions_of_member(by, camille.id) == 1
    assert not await is_in(camille)
    assert await is_in(admin)
    entry = (await rows(JOURNAL))[-1]
    assert (entry["act"], entry["subject_id"]) == ("identity.sessions_ended", camille.id)


async def test_administrator_ends_a_connections_sessions(orvance: House, rows: Rows) -> None:
    admin = await orvance.person("Bertille")
    (session,) = await rows(SESSIONS)
    async with orvance.transaction():
        by = acting(orvance, admin, Permission.TENANT_MANAGE)
        assert await actions.end_sessions_of_connection(by, session["connection_id"]) == 1
    assert not await is_in(admin)


@pytest.mark.parametrize("held", [(), (Permission.REVIEW_DECIDE,)])
async def test_nobody_else_ends_what_is_not_theirs(
    orvance: House, rows: Rows, held: tuple[Permission, ...]
) -> None:
    camille = await orvance.person()
    (session,) = await rows(SESSIONS)
    by = acting(orvance, camille, *held)
    async with orvance.transaction():
        with pytest.raises(NotFound):
            await actions.end_sessions_of_member(by, camille.id)
        with pytest.raises(NotFound):
            await actions.end_sessions_of_connection(by, session["connection_id"])
    assert await is_in(camille)


async def test_another_tenants_member_cannot_be_named(orvance: House, ardelune: House) -> None:
    admin, there = await orvance.person("Bertille"), await ardelune.person()
    by = acting(orvance, admin, Permission.MEMBER_MANAGE)
    async with orvance.transaction():
        with pytest.raises(NotFound):
            await actions.end_sessions_of_member(by, there.id)
    assert await is_in(there)


async def test_a_closed_connection_ends_what_came_through_it(
    app: Litestar, visitor: Visitor, superuser: asyncpg.Connection
) -> None:
    """Even a session opened at that very moment, which nobody could end."""
    await visitor.sign_in()
    await superuser.execute("UPDATE connection SET is_enabled = false")
    try:
        assert (await visitor.browser.get("/api/v1/me")).status_code == 401
    finally:
        await superuser.execute("UPDATE connection SET is_enabled = true")


# --- memberships ----------------------------------------------------------------------------


@pytest.fixture
async def managers(superuser: asyncpg.Connection) -> str:
    """The slug of the only group that may administer the bank's space."""
    slug = await superuser.fetchval(
        "SELECT g.slug FROM role_group g JOIN tenant t ON t.id = g.tenant_id"
        " WHERE t.slug = 'banque-orvance' AND 'tenant:manage' = ANY (g.permissions) LIMIT 1"
    )
    assert slug is not None, "no group of the bank may administer it"
    return slug


async def test_deactivation_ends_sessions_and_tokens_with_it(orvance: House, rows: Rows) -> None:
    camille = await orvance.person()
    async with orvance.transaction():
        now = clock.now()
        await db.insert(
            "api_token", member_id=camille.id, label="x", token_hash=b"x", hint="x", scopes=[],
            created_by=camille.id, created_at=now, expires_at=now + timedelta(days=1),
        )  # fmt: skip
        assert await membership.deactivate(camille.id, None, "scim")
        assert not await membership.deactivate(camille.id, None, "scim")
    assert not await is_in(camille)
    (token,) = await rows("SELECT * FROM api_token WHERE tenant_id = $1")
    assert (token["revoke_reason"], token["revoked_at"] is None) == ("scim", False)
    (session,) = await rows(SESSIONS)
    assert session["end_reason"] == "scim"
    (member,) = await rows("SELECT * FROM member WHERE tenant_id = $1")
    assert (member["state"], member["deactivated_at"] is None) == ("deactivated", False)
    assert [row["act"] for row in await rows(JOURNAL)] == ["member.deactivated"]


async def test_a_sign_in_while_the_membership_ends_opens_nothing(
    orvance: House, visitor: Visitor, rows: Rows
) -> None:
    assert (await visitor.sign_in()).status_code == 303
    (member,) = await rows("SELECT id FROM member WHERE tenant_id = $1")
    async with orvance.transaction():
        await membership.deactivate(member["id"], None, "scim")
        coming = asyncio.create_task(visitor.sign_in(), context=Context())
        await asyncio.sleep(0.5)
        assert not coming.done()  # it waits for what becomes of the membership
    assert (await coming).status_code == 403
    assert [row["ended_at"] is None for row in await rows(SESSIONS)] == [False]


async def test_coming_back_is_as_the_same_member_with_nothing_open(
    orvance: House, rows: Rows
) -> None:
    camille, admin = await orvance.person(), await orvance.person("Bertille")
    by = acting(orvance, admin)
    async with orvance.transaction():
        await membership.deactivate(camille.id, by, "left")
        assert await membership.reactivate(camille.id, by, "back")
        assert not await membership.reactivate(camille.id, by, "back")
    assert not await is_in(camille)
    acts = [(row["act"], row["actor_id"]) for row in await rows(JOURNAL)]
    assert acts == [("member.deactivated", admin.id), ("member.reactivated", admin.id)]


async def test_nobody_s_membership_is_not_found(orvance: House, ardelune: House) -> None:
    there = await ardelune.person()
    async with orvance.transaction():
        with pytest.raises(NotFound):
            await membership.deactivate(there.id, None, "scim")


async def test_the_last_administrator_stays(orvance: House, managers: str) -> None:
    last = await orvance.person("Bertille", roles=[managers])
    with pytest.raises(LastAdministrator):
        async with orvance.transaction():
            await membership.deactivate(last.id, None, "scim")
    assert await is_in(last)
    await orvance.person("Hugues", roles=[managers])
    async with orvance.transaction():
        assert await membership.deactivate(last.id, None, "scim")


async def test_who_left_administers_nothing(orvance: House, managers: str) -> None:
    gone = await orvance.person("Hugues", roles=[managers])
    last = await orvance.person("Bertille", roles=[managers])
    async with orvance.transaction():
        await membership.deactivate(gone.id, None, "scim")
        with pytest.raises(LastAdministrator):
            await membership.deactivate(last.id, None, "scim")


@pytest.mark.parametrize(("enrolled", "is_refused"), [(1, True), (2, False)])
async def test_two_emergency_administrators_are_a_way_back(
    orvance: House, managers: str, enrolled: int, is_refused: bool
) -> None:
    last = await orvance.person("Bertille", roles=[managers])
    for n in range(enrolled):
        await emergency(orvance, f"Secours {n}")
    async with orvance.transaction():
        if is_refused:
            with pytest.raises(LastAdministrator):
                await membership.deactivate(last.id, None, "scim")
        else:
            assert await membership.deactivate(last.id, None, "scim")


async def emergency(house: House, name: str, *, is_enrolled: bool = True) -> UUID:
    """An emergency administrator as a row, for what only counts them."""
    async with house.transaction():
        member_id = await db.insert(
            "member", display_name=name, name_source="emergency", capacity="employee",
            kind="emergency", joined_at=clock.now(),
        )  # fmt: skip
        await db.insert(
            "emergency_access", member_id=member_id, passphrase_hash="x", totp_sealed=b"x",
            is_enrolled=is_enrolled, created_at=clock.now(),
        )  # fmt: skip
    return member_id


# --- the last way in ------------------------------------------------------------------------


async def connection_of(house: House, person: Person) -> ConnectionId:
    async with house.transaction():
        found = await db.fetch_value(
            "SELECT connection_id FROM identity WHERE tenant_id = $1 AND member_id = $2", person.id
        )
    return ConnectionId(found)


async def is_last(house: House, connection_id: ConnectionId) -> bool:
    try:
        async with house.transaction():
            await check_last_way_in(connection_id)
    except LastWayIn:
        return True
    return False


async def test_the_administrators_only_way_in_stays_open(orvance: House, managers: str) -> None:
    admin = await orvance.person("Bertille", roles=[managers])
    assert await is_last(orvance, await connection_of(orvance, admin))


async def test_a_way_of_members_only_may_be_closed(orvance: House, managers: str) -> None:
    camille = await orvance.person()
    assert not await is_last(orvance, await connection_of(orvance, camille))


async def test_another_way_counts_once_an_administrator_has_gone_it(
    orvance: House, managers: str, rows: Rows
) -> None:
    admin = await orvance.person("Bertille", roles=[managers])
    other = await orvance.person("Hugues", roles=[managers])
    first = await connection_of(orvance, admin)
    second = next(
        row["id"] for row in await rows("SELECT id FROM connection WHERE tenant_id = $1")
        if row["id"] != first
    )  # fmt: skip
    async with orvance.transaction():
        await db.execute(
            "UPDATE identity SET connection_id = $3, last_sign_in_at = NULL"
            " WHERE tenant_id = $1 AND member_id = $2", other.id, second,
        )  # fmt: skip
    assert await is_last(orvance, first)  # they could, but nobody has seen it work
    async with orvance.transaction():
        await db.execute(
            "UPDATE identity SET last_sign_in_at = $3 WHERE tenant_id = $1 AND member_id = $2",
            other.id, clock.now(),
        )  # fmt: skip
    assert not await is_last(orvance, first)
    async with orvance.transaction():
        await db.execute(
            "UPDATE member SET state = 'deactivated' WHERE tenant_id = $1 AND id = $2", other.id
        )
    assert await is_last(orvance, first)


async def test_emergency_administrators_are_a_way_once_two_are_enrolled(
    orvance: House, managers: str
) -> None:
    admin = await orvance.person("Bertille", roles=[managers])
    only = await connection_of(orvance, admin)
    await emergency(orvance, "Secours 1")
    await emergency(orvance, "Secours 2", is_enrolled=False)
    assert await is_last(orvance, only)
    await emergency(orvance, "Secours 3")
    assert not await is_last(orvance, only)


# --- a provider's word ----------------------------------------------------------------------


async def test_a_word_about_nobody_ends_nothing(orvance: House, rows: Rows) -> None:
    camille = await orvance.person()
    (session,) = await rows(SESSIONS)
    async with orvance.transaction():
        assert await revocation.end_sessions(session["issuer"], reason="x") == 0
    assert await is_in(camille)


async def test_a_role_changed_ends_sessions_but_ones_own(orvance: House, rows: Rows) -> None:
    camille = await orvance.person()
    other = await another_browser(orvance, camille)
    own: Any = (await rows(SESSIONS))[0]["id"]
    async with orvance.transaction():
        ended = await revocation.end_sessions_of_member(
            MemberId(camille.id), "roles_changed", but=own
        )
    assert ended == 1
    assert await is_in(camille)
    assert (await other.get("/api/v1/me")).status_code == 401
    await other.aclose()


async def test_a_role_given_by_an_administrator_begins_with_a_new_session(
    orvance: House, managers: str, rows: Rows
) -> None:
    admin = await orvance.person("Bertille", roles=[managers])
    camille = await orvance.person()
    path = f"/admin/members/{camille.id}/groups"
    answer = await admin.browser.call("PUT", path, {"groups": ["moderator"]})
    assert answer.status_code == 200, answer.text
    assert not await is_in(camille)
    assert await is_in(admin)
    assert [row["end_reason"] for row in await rows(SESSIONS)] == [None, "roles_changed"]
    again = await admin.browser.call("PUT", path, {"groups": ["moderator"]})
    assert again.status_code == 200  # and nothing more to end
