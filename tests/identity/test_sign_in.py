"""Through the door by HTTP: who comes in, as whom, and everything that must not get in."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from parvis.core import clock, crypto, db
from parvis.features.identity.auth_log import MOST_FAILURES
from tests.factories import House

from .conftest import SLUG, Rows, Visitor
from .lying_provider import LyingProvider

MEMBER = "SELECT * FROM member WHERE tenant_id = $1"
SESSIONS = "SELECT * FROM auth_session WHERE tenant_id = $1 ORDER BY id"
EVENTS = "SELECT kind, reason, correlation_id, detail FROM auth_event WHERE tenant_id = $1"
NAMES = "SELECT display_name, source FROM name_record WHERE tenant_id = $1 ORDER BY id"
GROUPS = """
    SELECT g.slug, gm.source FROM group_member gm
      JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
     WHERE gm.tenant_id = $1 ORDER BY g.slug
"""


async def test_newcomer_becomes_a_member_under_the_name_the_provider_vouches_for(
    visitor: Visitor, rows: Rows
) -> None:
    answer = await visitor.sign_in("/me")
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    (member,) = await rows(MEMBER)
    assert member["display_name"] == "Anna Berliet"
    assert member["name_source"] == SLUG
    assert member["capacity"] == "client"
    assert member["capacity_label"] == "Cliente depuis 2011"
    assert member["email"] == "anna.berliet@exemple.test"
    assert member["locale"] == "fr"
    assert await rows(NAMES) == [{"display_name": "Anna Berliet", "source": SLUG}]
    assert await rows(GROUPS) == [{"slug": "moderator", "source": "claims"}]
    assert (await visitor.browser.get("/api/v1/me")).json()["name"] == "Anna Berliet"


async def test_session_cookie_is_bound_to_the_host_and_its_token_is_not_stored(
    visitor: Visitor, rows: Rows
) -> None:
    answer = await visitor.sign_in()
    cookies = answer.headers.get_list("set-cookie")
    (given,) = [cookie for cookie in cookies if cookie.startswith("__Host-sid=")]
    attributes = {part.strip().lower() for part in given.split(";")[1:]}
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= attributes
    assert not any(part.startswith("domain") for part in attributes)
    (session,) = await rows(SESSIONS)
    assert visitor.session is not None
    assert session["token_hash"] == crypto.digest(visitor.session)
    assert visitor.session.encode() not in b"".join(
        value for value in session.values() if isinstance(value, bytes)
    )


async def test_id_token_is_kept_sealed(visitor: Visitor, rows: Rows) -> None:
    await visitor.sign_in()
    (session,) = await rows(SESSIONS)
    assert b"eyJ" not in session["id_token_sealed"]


async def test_sign_in_is_told_to_the_journal_and_the_log(visitor: Visitor, rows: Rows) -> None:
    await visitor.sign_in()
    entries = await rows("SELECT act FROM journal_entry WHERE tenant_id = $1 ORDER BY id")
    assert [entry["act"] for entry in entries] == ["identity.admitted", "identity.signed_in"]
    (event,) = await rows(EVENTS)
    assert event["kind"] == "sign_in_succeeded"
    assert "Anna" not in json.dumps(event, default=str)


async def test_each_sign_in_refreshes_name_and_capacity_and_keeps_the_history(
    visitor: Visitor, rows: Rows
) -> None:
    await visitor.sign_in()
    await visitor.sign_in(name="Anna Berliet-Roche", capacity="shareholder")
    (member,) = await rows(MEMBER)
    assert member["display_name"] == "Anna Berliet-Roche"
    assert member["capacity"] == "shareholder"
    names = [row["display_name"] for row in await rows(NAMES)]
    assert names == ["Anna Berliet", "Anna Berliet-Roche"]
    await visitor.sign_in()
    assert len(await rows(NAMES)) == 2


async def test_a_headline_is_the_members_own_after_the_first_sign_in(
    visitor: Visitor, rows: Rows
) -> None:
    await visitor.sign_in(headline="Vue par la banque")
    (member,) = await rows(MEMBER)
    assert member["headline"] == "Vue par la banque"
    await visitor.sign_in(headline="Revue par la banque")
    (member,) = await rows(MEMBER)
    assert member["headline"] == "Vue par la banque"


async def test_groups_of_claims_are_replaced_and_those_of_administrators_stay(
    visitor: Visitor, orvance: House, rows: Rows
) -> None:
    await visitor.sign_in(groups=["moderator", "expert", "no such group"])
    (member,) = await rows(MEMBER)
    async with orvance.transaction():
        legal = await db.fetch_value(
            "SELECT id FROM role_group WHERE tenant_id = $1 AND slug = 'legal'"
        )
        await db.insert("group_member", group_id=legal, member_id=member["id"], source="admin")
    await visitor.sign_in(groups=["expert", "legal"])
    assert await rows(GROUPS) == [
        {"slug": "expert", "source": "claims"},
        {"slug": "legal", "source": "admin"},
    ]
    visitor.provider.userinfo.pop("groups")
    await visitor.sign_in()
    assert await rows(GROUPS) == [{"slug": "legal", "source": "admin"}]


async def test_same_address_at_the_provider_is_not_the_same_person(
    visitor: Visitor, another_visitor: Visitor, rows: Rows
) -> None:
    await visitor.sign_in()
    await another_visitor.sign_in(sub="orvance-somebody-else")
    assert len(await rows(MEMBER)) == 2


@pytest.mark.parametrize("verified", ["true", 1, None, False])
async def test_address_counts_only_when_verified_as_a_boolean(
    visitor: Visitor, rows: Rows, verified: Any
) -> None:
    await visitor.sign_in(email_verified=verified)
    (member,) = await rows(MEMBER)
    assert member["email"] is None


async def test_newcomer_in_two_browsers_at_once_becomes_one_member(
    visitor: Visitor, another_visitor: Visitor, rows: Rows
) -> None:
    visitor.provider.gate = asyncio.Barrier(2)
    asked = [await visitor.start(), await another_visitor.start()]
    answers = await asyncio.gather(visitor.come_back(asked[0]), another_visitor.come_back(asked[1]))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(await rows(MEMBER)) == 1
    assert len(await rows(SESSIONS)) == 2


async def test_two_tabs_of_one_browser_both_arrive(visitor: Visitor) -> None:
    first, second = await visitor.start(), await visitor.start()
    assert (await visitor.come_back(first)).status_code == 303
    assert (await visitor.come_back(second)).status_code == 303


async def refused(
    visitor: Visitor, rows: Rows, answer: Any, reason: str, *, status: int = 400
) -> None:
    """Nobody is in, the page says nothing precise, the log says it all."""
    assert answer.status_code == status, answer.text
    assert reason not in answer.text
    assert visitor.session is None
    assert await rows(SESSIONS) == []
    assert await rows(MEMBER) == []
    event = (await rows(EVENTS))[-1]
    assert (event["kind"], event["reason"]) == ("sign_in_failed", reason)
    assert event["correlation_id"] in answer.text


async def test_unknown_state_is_refused(visitor: Visitor, rows: Rows) -> None:
    asked = await visitor.start()
    answer = await visitor.come_back(asked | {"state": crypto.token()})
    await refused(visitor, rows, answer, "state_unknown")
    answer = await visitor.come_back(asked, state=...)
    await refused(visitor, rows, answer, "state_unknown")


async def test_the_log_cannot_be_filled_by_callbacks_nobody_began(
    visitor: Visitor, rows: Rows, young_window: None
) -> None:
    """It is append-only, and visitors write it."""
    path = f"/auth/oidc/{SLUG}/callback"
    for number in range(MOST_FAILURES + 5):
        answer = await visitor.browser.get(path, params={"state": f"invented-{number}"})
        assert answer.status_code == 400
    assert len(await rows(EVENTS)) == MOST_FAILURES
    assert (await visitor.sign_in()).status_code == 303


async def test_state_is_used_once(visitor: Visitor, another_visitor: Visitor, rows: Rows) -> None:
    asked = await visitor.start()
    await visitor.come_back(asked, error="access_denied")
    await refused(visitor, rows, await visitor.come_back(asked), "state_unknown")


async def test_callback_in_another_browser_is_refused_and_spoils_the_sign_in(
    visitor: Visitor, another_visitor: Visitor, rows: Rows
) -> None:
    asked = await visitor.start()
    answer = await another_visitor.come_back(asked)
    await refused(another_visitor, rows, answer, "other_browser")
    await another_visitor.start()
    answer = await another_visitor.come_back(asked)
    await refused(another_visitor, rows, answer, "state_unknown")


async def test_answer_at_another_connections_callback_is_refused(
    visitor: Visitor, rows: Rows
) -> None:
    asked = await visitor.start()
    answer = await visitor.come_back(asked, slug="partenaires")
    await refused(visitor, rows, answer, "other_connection")


async def test_sign_in_that_took_too_long_is_refused(visitor: Visitor, rows: Rows) -> None:
    asked = await visitor.start()
    with clock.shift(timedelta(minutes=10, seconds=1)):
        await refused(visitor, rows, await visitor.come_back(asked), "state_expired")


async def test_callback_of_another_tenant_is_refused(
    app: Any, visitor: Visitor, ardelune: House, rows: Rows
) -> None:
    asked = await visitor.start()
    answer = await ardelune.visitor.get(
        "/auth/oidc/espace-actionnaire/callback",
        params={"state": asked["state"], "code": asked["nonce"], "iss": visitor.provider.issuer},
    )
    assert answer.status_code == 400
    async with ardelune.transaction():
        assert await db.fetch_value("SELECT count(*) FROM auth_session WHERE tenant_id = $1") == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"error": "access_denied", "code": ...}, "provider_refused"),
        ({"code": ...}, "code_missing"),
        ({"iss": ...}, "callback_issuer_missing"),
        ({"iss": "https://other.example.org"}, "callback_issuer_wrong"),
    ],
)
async def test_wrong_callback_is_refused(
    visitor: Visitor, rows: Rows, changes: dict[str, Any], reason: str
) -> None:
    answer = await visitor.come_back(await visitor.start(), **changes)
    await refused(visitor, rows, answer, reason)


@pytest.mark.parametrize("query", ["state=a&state=b", "state=%ff%fe", "a=1&" * 30])
async def test_malformed_callback_is_refused(visitor: Visitor, rows: Rows, query: str) -> None:
    await visitor.start()
    answer = await visitor.browser.get(f"/auth/oidc/{SLUG}/callback?{query}")
    await refused(visitor, rows, answer, "callback_malformed")


def unsigned(provider: LyingProvider) -> None:
    provider.mint = provider.unsigned


def another_audience(provider: LyingProvider) -> None:
    provider.claims = {"aud": "another-client"}


def another_person(provider: LyingProvider) -> None:
    provider.claims = {"sub": "somebody-else"}


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (unsigned, "algorithm_refused"),
        (another_audience, "claim_wrong"),
        (another_person, "userinfo_subject_wrong"),
    ],
)
async def test_lying_provider_gets_nobody_in(
    visitor: Visitor, rows: Rows, lie: Any, reason: str
) -> None:
    lie(visitor.provider)
    await refused(visitor, rows, await visitor.sign_in(), reason)


@pytest.mark.parametrize("name", [None, "", ...])
async def test_person_without_a_name_is_told_so_and_nothing_is_made(
    visitor: Visitor, rows: Rows, name: Any
) -> None:
    visitor.provider.userinfo["name"] = name
    if name is ...:
        del visitor.provider.userinfo["name"]
    answer = await visitor.come_back(await visitor.start())
    await refused(visitor, rows, answer, "name_missing", status=403)
    assert "vrai nom" in answer.text


async def test_unknown_capacity_is_refused(visitor: Visitor, rows: Rows) -> None:
    await refused(visitor, rows, await visitor.sign_in(capacity="king"), "claim_wrong")
    await refused(visitor, rows, await visitor.sign_in(capacity=None), "claim_missing")


async def test_provider_that_is_away_is_told_apart(visitor: Visitor, rows: Rows) -> None:
    visitor.provider.answers["/.well-known/openid-configuration"] = (500, {}, b"oops")
    answer = await visitor.browser.get(f"/auth/oidc/{SLUG}/start")
    await refused(visitor, rows, answer, "metadata_invalid", status=502)


async def test_invitation_only_connection_admits_no_newcomer(
    visitor: Visitor, superuser: Any, orvance: House, rows: Rows
) -> None:
    change = "UPDATE connection SET admission = $3 WHERE tenant_id = $1 AND slug = $2"
    await superuser.execute(change, orvance.tenant.id, SLUG, "invite_only")
    try:
        await refused(visitor, rows, await visitor.sign_in(), "not_admitted", status=403)
    finally:
        await superuser.execute(change, orvance.tenant.id, SLUG, "jit")


async def test_deactivated_member_neither_comes_in_nor_stays(
    visitor: Visitor, orvance: House, rows: Rows
) -> None:
    await visitor.sign_in()
    async with orvance.transaction():
        await db.execute("UPDATE member SET state = 'deactivated' WHERE tenant_id = $1")
    page = await visitor.browser.get("/me")
    assert page.status_code == 403
    assert "pris fin" in page.text
    assert visitor.session is None
    answer = await visitor.sign_in()
    assert answer.status_code == 403
    assert (await rows(EVENTS))[-1]["reason"] == "member_deactivated"
    assert visitor.session is None


async def test_disabled_connection_does_not_exist(
    visitor: Visitor, superuser: Any, orvance: House
) -> None:
    asked = await visitor.start()
    change = "UPDATE connection SET is_enabled = $3 WHERE tenant_id = $1 AND slug = $2"
    await superuser.execute(change, orvance.tenant.id, SLUG, False)
    try:
        assert (await visitor.come_back(asked)).status_code == 400
        answer = await visitor.browser.get(f"/auth/oidc/{SLUG}/start")
        assert answer.status_code == 404
    finally:
        await superuser.execute(change, orvance.tenant.id, SLUG, True)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example.org/",
        "//evil.example.org/",
        "/\\evil.example.org",
        "\\\\evil.example.org",
        "javascript:alert(1)",
        "/\t/evil.example.org",
        "evil.example.org",
        "",
    ],
)
async def test_nobody_is_sent_to_another_site_after_sign_in(
    visitor: Visitor, elsewhere: str
) -> None:
    assert (await visitor.sign_in(elsewhere)).headers["location"] == "/"
    answer = await visitor.browser.get("/sign-in", params={"next": elsewhere})
    assert answer.headers["location"] == "/"


async def test_where_one_wanted_to_go_is_kept(visitor: Visitor) -> None:
    asked = "/communities/placements?after=1&x=%C3%A9"
    assert (await visitor.sign_in(asked)).headers["location"] == asked


async def test_sign_in_page_names_every_way_in(visitor: Visitor) -> None:
    page = await visitor.browser.get("/sign-in", params={"next": "/me"})
    assert page.status_code == 200
    for slug in (SLUG, "partenaires"):
        assert f'href="/auth/oidc/{slug}/start?next=%2Fme"' in page.text
    assert "Portail des conseillers partenaires" in page.text


async def test_secret_is_sent_to_the_provider_only_as_basic_authentication(
    visitor: Visitor,
) -> None:
    await visitor.sign_in()
    (request,) = [found for found in visitor.provider.requests if found[0] == "/token"]
    assert request[1]["authorization"].startswith("Basic ")
    assert "client_secret" not in request[2]
