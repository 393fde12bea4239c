"""Sessions: whose they are, how long they last, and that nobody else's cookie opens one."""

from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar

from parvis.core import clock, crypto
from parvis.features.identity import sessions
from tests.factories import Browser, House

from .conftest import Rows, Visitor
from .lying_provider import query_of

SESSIONS = "SELECT * FROM auth_session WHERE tenant_id = $1 ORDER BY id"


async def is_in(browser: Browser) -> bool:
    """Whether the house knows who is asking."""
    answer = await browser.get("/api/v1/me")
    assert answer.status_code in {200, 401}
    return answer.status_code == 200


async def test_id_chosen_by_somebody_else_never_becomes_a_session(
    app: Litestar, visitor: Visitor, orvance: House
) -> None:
    chosen = crypto.token()
    visitor.browser.cookies.set("__Host-sid", chosen, domain=orvance.tenant.host)
    answer = await visitor.sign_in()
    given = answer.headers["set-cookie"].split("__Host-sid=")[1].split(";")[0]
    assert given != chosen
    async with Browser.at(app, orvance.tenant.host, chosen) as attacker:
        assert not await is_in(attacker)


async def test_signing_in_again_ends_the_session_before(
    app: Litestar, visitor: Visitor, orvance: House, rows: Rows
) -> None:
    await visitor.sign_in()
    before = visitor.session
    await visitor.sign_in()
    assert visitor.session != before
    async with Browser.at(app, orvance.tenant.host, before) as old:
        assert not await is_in(old)
    first, second = await rows(SESSIONS)
    assert first["end_reason"] == "rotated"
    assert second["ended_at"] is None


async def test_idle_session_ends_and_use_keeps_it_alive(orvance: House) -> None:
    person = await orvance.person()
    minutes = orvance.tenant.settings.session_idle_minutes
    with clock.shift(timedelta(minutes=minutes - 1)):
        assert await is_in(person.browser)
        with clock.shift(timedelta(minutes=minutes - 1)):
            assert await is_in(person.browser)
            with clock.shift(timedelta(minutes=minutes, seconds=1)):
                assert not await is_in(person.browser)


async def test_session_in_use_ends_at_its_absolute_limit(orvance: House) -> None:
    person = await orvance.person()
    step = timedelta(minutes=orvance.tenant.settings.session_idle_minutes - 1)
    limit = timedelta(hours=orvance.tenant.settings.session_absolute_hours)
    passed = timedelta()
    while passed + step < limit:
        passed += step
        with clock.shift(passed):
            assert await is_in(person.browser)
    with clock.shift(limit + timedelta(seconds=1)):
        assert not await is_in(person.browser)


async def test_session_is_touched_at_most_once_a_minute(orvance: House, rows: Rows) -> None:
    person = await orvance.person()
    (begun,) = await rows(SESSIONS)
    with clock.shift(timedelta(seconds=50)):
        await is_in(person.browser)
        assert (await rows(SESSIONS))[0]["last_seen_at"] == begun["last_seen_at"]
    with clock.shift(timedelta(seconds=70)):
        await is_in(person.browser)
        assert (await rows(SESSIONS))[0]["last_seen_at"] > begun["last_seen_at"]


@pytest.mark.parametrize("forged", ["c" * 43, "", "x", "é" * 43, "a" * 5000, "' OR 1=1 --"])
async def test_forged_cookie_is_nobody_and_is_taken_away(
    app: Litestar, orvance: House, forged: str
) -> None:
    async with Browser.at(app, orvance.tenant.host) as browser:
        headers = {"cookie": f"__Host-sid={forged}".encode()}
        page = await browser.get("/me?x=1", headers=headers)
        assert page.status_code == 303
        assert page.headers["location"] == "/sign-in?next=/me%3Fx%3D1"
        assert "__Host-sid=;" in page.headers["set-cookie"].replace('""', "")
        assert "max-age=0" in page.headers["set-cookie"].lower()
        answer = await browser.get("/api/v1/me", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"].startswith("application/problem+json")
        public = await browser.get("/sign-in", headers=headers)
        assert public.status_code == 200


async def test_session_of_one_tenant_is_nobody_at_another(
    app: Litestar, orvance: House, ardelune: House
) -> None:
    person = await orvance.person()
    async with Browser.at(app, ardelune.tenant.host, person.session) as elsewhere:
        assert not await is_in(elsewhere)
    assert await is_in(person.browser)


async def test_fragment_of_a_page_whose_session_is_over_leads_the_page_to_the_door(
    orvance: House,
) -> None:
    answer = await orvance.visitor.get(
        "/me",
        headers={"hx-request": "true", "hx-current-url": "https://x.org/communities/a?b=c"},
    )
    assert answer.headers["hx-redirect"] == "/sign-in?next=/communities/a%3Fb%3Dc"
    assert answer.text == ""


async def test_help_beside_a_form_never_takes_the_page_away(orvance: House) -> None:
    """What is being typed would be lost, for suggestions nobody asked for."""
    asked = "/meetings/anything/questions/similar?title=x"
    for nobody in (orvance.visitor, (await orvance.person(accepted=False)).browser):
        answer = await nobody.get(asked, headers={"hx-request": "true"})
        assert (answer.status_code, answer.content) == (204, b"")
        assert "hx-redirect" not in answer.headers


async def test_write_without_a_session_is_401(orvance: House) -> None:
    answer = await orvance.visitor.call("PATCH", "/me", {"locale": "en"})
    assert answer.status_code == 401
    answer = await orvance.visitor.send_form("/me", {"locale": "en"})
    assert answer.status_code == 401


async def test_sign_out_ends_the_session_here_and_leads_to_the_providers(
    app: Litestar, visitor: Visitor, orvance: House, rows: Rows
) -> None:
    await visitor.sign_in()
    token = visitor.session
    answer = await visitor.browser.send_form("/sign-out", {})
    assert answer.status_code == 200
    pause, _, location = answer.headers["refresh"].partition("; url=")
    assert pause == "0"
    assert location.startswith(f"{visitor.provider.issuer}/end?")
    assert f'href="{location.replace("&", "&amp;")}"' in answer.text
    asked = query_of(location)
    assert asked["post_logout_redirect_uri"] == f"https://{orvance.tenant.host}/signed-out"
    assert asked["id_token_hint"].count(".") == 2
    assert visitor.session is None
    async with Browser.at(app, orvance.tenant.host, token) as thief:
        assert not await is_in(thief)
    (session,) = await rows(SESSIONS)
    assert session["end_reason"] == "signed_out"
    acts = await rows("SELECT act FROM journal_entry WHERE tenant_id = $1 ORDER BY id")
    assert acts[-1]["act"] == "identity.signed_out"


async def test_sign_out_works_while_the_provider_is_away(visitor: Visitor, settings: Any) -> None:
    from parvis.integrations import login

    from .lying_provider import LyingProvider, network

    await visitor.sign_in()
    away = LyingProvider(visitor.provider.issuer)
    away.answers["/.well-known/openid-configuration"] = (503, {}, b"")
    login.use(settings, transport=lambda: network(away, allow_loopback=True))
    answer = await visitor.browser.send_form("/sign-out", {})
    assert answer.headers["location"] == "/signed-out"
    assert visitor.session is None


async def test_sign_out_is_a_post_with_a_form_token(visitor: Visitor) -> None:
    await visitor.sign_in()
    assert (await visitor.browser.get("/sign-out")).status_code in {404, 405}
    assert (await visitor.browser.post("/sign-out")).status_code == 403
    assert await is_in(visitor.browser)


async def test_policy_lets_forms_reach_nobody_but_us(
    visitor: Visitor,
) -> None:
    await visitor.sign_in()
    page = await visitor.browser.get("/me")
    policy = page.headers["content-security-policy"]
    assert "form-action 'self';" in policy


async def test_signed_out_page_says_so(orvance: House) -> None:
    page = await orvance.visitor.get("/signed-out")
    assert page.status_code == 200
    assert "déconnecté" in page.text


async def test_member_sees_own_sessions_and_ends_one(
    app: Litestar, visitor: Visitor, another_visitor: Visitor
) -> None:
    await visitor.sign_in()
    another_visitor.browser.headers["user-agent"] = "Mozilla/5.0 (X11; Linux) Firefox/140.0"
    await another_visitor.sign_in()
    listed = (await visitor.browser.get("/api/v1/me/sessions")).json()
    assert [entry["is_current"] for entry in listed] == [False, True]
    assert listed[0]["label"] == "Firefox, Linux"
    page = await visitor.browser.get("/me")
    assert f"/me/sessions/{listed[0]['id']}/end" in page.text
    ended = await visitor.browser.send_form(f"/me/sessions/{listed[0]['id']}/end", {})
    assert ended.status_code == 303
    assert not await is_in(another_visitor.browser)
    assert await is_in(visitor.browser)
    again = await visitor.browser.send_form(f"/me/sessions/{listed[0]['id']}/end", {})
    assert again.status_code == 404


async def test_session_of_another_member_does_not_exist(orvance: House, rows: Rows) -> None:
    camille = await orvance.person()
    (session,) = await rows(SESSIONS)
    somebody = await orvance.person("Ilyes Ferrand")
    answer = await somebody.browser.call("DELETE", f"/me/sessions/{session['id']}")
    assert answer.status_code == 404
    assert await is_in(camille.browser)


async def test_member_chooses_a_language_the_tenant_speaks(orvance: House, rows: Rows) -> None:
    person = await orvance.person(locale="fr")
    answer = await person.browser.call("PATCH", "/me", {"locale": "en"})
    assert answer.status_code == 200
    member = (await rows("SELECT locale FROM member WHERE tenant_id = $1"))[0]
    assert member["locale"] == "en"
    answer = await person.browser.call("PATCH", "/me", {"locale": "de"})
    assert answer.status_code == 422
    assert "locale" in answer.json()["fields"]


async def test_name_is_locked(orvance: House, rows: Rows) -> None:
    person = await orvance.person("Camille Vauzelle")
    for body in ({"name": "Somebody Else"}, {"display_name": "Somebody Else"}):
        answer = await person.browser.call("PATCH", "/me", body)
        assert answer.status_code in {400, 422}
    member = (await rows("SELECT display_name FROM member WHERE tenant_id = $1"))[0]
    assert member["display_name"] == "Camille Vauzelle"


async def test_page_about_oneself_says_who_vouches(visitor: Visitor) -> None:
    await visitor.sign_in()
    page = await visitor.browser.get("/me")
    assert page.status_code == 200
    assert "Anna Berliet" in page.text
    assert "Espace client Orvance" in page.text


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("curl/8.0", ""),
        (None, ""),
    ],
)
def test_browser_is_told_by_its_own_words(agent: str | None, label: str) -> None:
    assert sessions.device_label(agent) == label
