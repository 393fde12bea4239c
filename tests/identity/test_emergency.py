"""Emergency administrators: how they are made, how they come in, and who hears of it."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import asyncpg
import httpx
import msgspec
import pyotp
import pytest
from litestar import Litestar

from parvis import cli
from parvis.core import clock, db, jobs
from parvis.core.errors import Conflict, NotFound
from parvis.features.identity.emergency import actions as emergency
from parvis.features.identity.emergency.queries import emergency_administrators
from parvis.integrations import mail
from parvis.integrations.mail import Mail
from parvis.settings import PREFIX, Settings
from tests.factories import Browser, House

from .conftest import Rows

EMAIL = "secours@orvance.exemple.test"
NAME = "Bertille Chavagnac"
PASSPHRASE = "quatre lampes veillent sur le quai du port"
EVENTS = "SELECT * FROM auth_event WHERE tenant_id = $1 ORDER BY id"
JOURNAL = "SELECT * FROM journal_entry WHERE tenant_id = $1 ORDER BY id"
SESSIONS = "SELECT * FROM auth_session WHERE tenant_id = $1 ORDER BY id"


@dataclass
class Helper:
    """An emergency administrator, their phone, and the browser they sit at."""

    browser: Browser
    secret: str
    path: str
    last_code: str = ""

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(clock.now())

    async def enrol(self, **changes: str) -> httpx.Response:
        given = {"passphrase": PASSPHRASE, "again": PASSPHRASE, "code": self.code()} | changes
        self.last_code = given["code"]
        return await self.browser.send_form(self.path, given)

    async def sign_in(self, **changes: str) -> httpx.Response:
        given = {"email": EMAIL, "passphrase": PASSPHRASE, "code": self.code()} | changes
        self.last_code = given["code"]
        return await self.browser.send_form("/emergency", given)


@pytest.fixture
async def invited(app: Litestar, orvance: House) -> Any:
    """Somebody who was given the link, and has learnt the secret from its page."""
    async with orvance.transaction():
        path = await emergency.add(orvance.tenant, name=NAME, email=EMAIL)
    async with Browser.at(app, orvance.tenant.host) as browser:
        page = await browser.get(path)
        shown = re.search(r"<b>((?:[A-Z2-7]{4} ?)+)</b>", page.text)
        assert shown is not None, page.text
        yield Helper(browser, unescape(shown.group(1)).replace(" ", ""), path)


@pytest.fixture
async def enrolled(invited: Helper) -> Helper:
    assert (await invited.enrol()).status_code == 200
    return invited


@pytest.fixture
def later(enrolled: Helper) -> Any:
    """A minute later: the code that was enrolled with has been used."""
    with clock.shift(timedelta(minutes=1)):
        yield


@pytest.fixture
async def inside(later: None, enrolled: Helper) -> Helper:
    answer = await enrolled.sign_in()
    assert answer.status_code == 303, answer.text
    return enrolled


# --- enrolment ------------------------------------------------------------------------------


async def test_enrolment_page_shows_the_secret_twice_and_leaks_its_address_nowhere(
    invited: Helper,
) -> None:
    page = await invited.browser.get(invited.path)
    assert '<svg class="qr"' in page.text
    # With `no-referrer` Chromium sends the form with `Origin: null`, and it would be refused.
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"


async def test_enrolling_uses_the_link_up(invited: Helper, rows: Rows) -> None:
    assert (await invited.enrol()).status_code == 200
    assert (await invited.browser.get(invited.path)).status_code == 404
    assert (await invited.enrol()).status_code == 404
    (row,) = await rows("SELECT * FROM emergency_access WHERE tenant_id = $1")
    assert row["is_enrolled"]
    assert row["passphrase_hash"].startswith("$argon2id$")
    assert PASSPHRASE not in row["passphrase_hash"]
    assert invited.secret.encode() not in row["totp_sealed"]
    assert (await rows(JOURNAL))[-1]["act"] == "emergency.enrolled"


async def test_link_is_good_for_two_days_and_for_one_tenant(
    app: Litestar, invited: Helper, ardelune: House
) -> None:
    assert (await ardelune.visitor.get(invited.path)).status_code == 404
    assert (await invited.browser.get("/emergency/enrol/invented")).status_code == 404
    with clock.shift(timedelta(hours=48, seconds=1)):
        assert (await invited.browser.get(invited.path)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"passphrase": "court mais vrai", "again": "court mais vrai"}, "passphrase"),
        ({"passphrase": "ab" * 20, "again": "ab" * 20}, "passphrase"),
        ({"passphrase": "x" * 201, "again": "x" * 201}, "passphrase"),
        ({"passphrase": "je suis bertille de la maison"}, "passphrase"),
        ({"again": "une autre phrase que la première"}, "again"),
        ({"code": "000000"}, "code"),
        ({"code": "é²"}, "code"),
    ],
)
async def test_what_does_not_do_is_said_at_its_field(
    invited: Helper, rows: Rows, changes: dict[str, str], field: str
) -> None:
    answer = await invited.enrol(**changes)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    (row,) = await rows("SELECT is_enrolled FROM emergency_access WHERE tenant_id = $1")
    assert not row["is_enrolled"]


async def test_nobody_comes_in_before_enrolling(invited: Helper) -> None:
    assert (await invited.sign_in(passphrase="")).status_code == 422
    assert (await invited.sign_in()).status_code == 422


async def test_an_address_has_emergency_access_once(enrolled: Helper, orvance: House) -> None:
    with pytest.raises(Conflict):
        async with orvance.transaction():
            await emergency.add(orvance.tenant, name="X", email=EMAIL.upper())


# --- coming in ------------------------------------------------------------------------------


async def test_passphrase_and_code_open_a_short_session(inside: Helper, rows: Rows) -> None:
    (session,) = await rows(SESSIONS)
    assert session["connection_id"] is None
    assert session["absolute_until"] - session["created_at"] == timedelta(hours=1)
    assert (await inside.browser.get("/api/v1/me")).status_code == 200
    with clock.shift(timedelta(minutes=61, seconds=1)):
        assert (await inside.browser.get("/api/v1/me")).status_code == 401


async def test_it_is_journaled_and_logged(inside: Helper, rows: Rows) -> None:
    assert (await rows(JOURNAL))[-1]["act"] == "emergency.signed_in"
    event = (await rows(EVENTS))[-1]
    assert event["kind"] == "emergency_signed_in"
    assert "address" in msgspec.json.decode(event["detail"])


async def test_a_code_counts_once(inside: Helper, rows: Rows) -> None:
    again = await inside.sign_in(code=inside.last_code)
    assert again.status_code == 422
    assert (await rows(EVENTS))[-1]["reason"] == "code_used"


async def test_the_code_of_enrolment_counts_no_more(enrolled: Helper) -> None:
    assert (await enrolled.sign_in(code=enrolled.last_code)).status_code == 422


@pytest.mark.parametrize("minutes", [-2, 2])
async def test_a_code_of_another_time_is_none(later: None, enrolled: Helper, minutes: int) -> None:
    with clock.shift(timedelta(minutes=1 + minutes)):
        code = enrolled.code()
    assert (await enrolled.sign_in(code=code)).status_code == 422


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"email": "nobody@exemple.test"}, "unknown"),
        ({"passphrase": "quatre lampes veillent sur le quai du Port"}, "passphrase"),
        ({"code": "000000"}, "code"),
        ({"email": "", "passphrase": "", "code": ""}, "unknown"),
    ],
)
async def test_every_refusal_looks_the_same(
    later: None, enrolled: Helper, rows: Rows, changes: dict[str, str], reason: str
) -> None:
    answer = await enrolled.sign_in(**changes)
    assert answer.status_code == 422
    assert "ne vont pas ensemble" in answer.text
    assert PASSPHRASE not in answer.text
    assert "__Host-sid" not in enrolled.browser.cookies
    event = (await rows(EVENTS))[-1]
    assert (event["kind"], event["reason"]) == ("emergency_refused", reason)


async def test_unknown_addresses_take_as_long(
    later: None, enrolled: Helper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A passphrase is hashed whoever asks: the time an answer takes tells no address."""
    from argon2 import PasswordHasher

    hashed: list[str] = []
    real = PasswordHasher.verify

    def counting(self: PasswordHasher, its_hash: str, given: str) -> bool:
        hashed.append(its_hash)
        return real(self, its_hash, given)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    await enrolled.sign_in(email="nobody@exemple.test")
    await enrolled.sign_in(code="000000")
    assert len(hashed) == 2


async def test_trying_is_limited(enrolled: Helper, young_window: None) -> None:
    for _ in range(10):
        assert (await enrolled.sign_in(passphrase="x")).status_code == 422
    limited = await enrolled.sign_in()
    assert limited.status_code == 429
    assert int(limited.headers["retry-after"]) > 0


async def test_another_tenant_lets_nobody_in(
    later: None, enrolled: Helper, ardelune: House
) -> None:
    given = {"email": EMAIL, "passphrase": PASSPHRASE, "code": enrolled.code()}
    assert (await ardelune.visitor.send_form("/emergency", given)).status_code == 422


async def test_a_form_token_is_needed(later: None, enrolled: Helper) -> None:
    given = {"email": EMAIL, "passphrase": PASSPHRASE, "code": enrolled.code()}
    assert (await enrolled.browser.post("/emergency", data=given)).status_code == 403


async def test_revoking_ends_what_runs(inside: Helper, orvance: House) -> None:
    async with orvance.transaction():
        await emergency.revoke(EMAIL)
    assert (await inside.browser.get("/api/v1/me")).status_code == 401
    with clock.shift(timedelta(minutes=3)):
        assert (await inside.sign_in()).status_code == 422
    async with orvance.transaction():
        assert await emergency_administrators() == ()
        with pytest.raises(NotFound):
            await emergency.revoke(EMAIL)


# --- what it opens --------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/communities", "/communities/clients-du-cercle"])
async def test_it_opens_nothing_that_members_share(inside: Helper, path: str) -> None:
    page = await inside.browser.get(path)
    assert (page.status_code, page.headers.get("location")) == (303, "/admin")


async def test_it_opens_nothing_that_members_share_to_programs_either(inside: Helper) -> None:
    assert (await inside.browser.call("GET", "/communities")).status_code == 404
    post = {"title": "Bonjour", "body": "Bonjour à tous."}
    answer = await inside.browser.call("POST", "/communities/clients-du-cercle/posts", post)
    assert answer.status_code == 404


async def test_it_opens_the_way_in_and_the_members(inside: Helper) -> None:
    me = (await inside.browser.get("/api/v1/me")).json()
    assert me["name"] == NAME
    page = await inside.browser.get("/admin", follow_redirects=True)
    assert page.status_code == 200
    assert "Vous êtes ici par un accès de secours" in page.text
    assert "/admin/moderation" not in page.text


@pytest.mark.parametrize("path", ["/me/tokens", "/admin/programs/{program}/tokens"])
async def test_nothing_of_it_outlives_its_hour(inside: Helper, orvance: House, path: str) -> None:
    """A token would be a second way in: without an hour, and to all that members share."""
    admin = await orvance.person("Cyprien Hautbois", roles=["admin"])
    program = (await admin.browser.call("POST", "/admin/programs", {"name": "Annuaire"})).json()
    path = path.format(program=program["program"]["id"])
    token = {"label": "Pour plus tard", "scopes": ["read", "write", "tenant:manage"]}
    answer = await inside.browser.call("POST", path, token)
    assert (answer.status_code, answer.json()["code"]) == (403, "no_tokens_in_an_emergency")


async def test_administrators_see_it_on_every_page(inside: Helper, orvance: House) -> None:
    admin = await orvance.person("Cyprien Hautbois", roles=["moderator"])
    said = "Un accès de secours est utilisé"
    assert said in (await admin.browser.get("/admin/moderation")).text
    await inside.browser.send_form("/sign-out", {})
    assert said not in (await admin.browser.get("/admin/moderation")).text


async def test_signing_out_leads_to_no_provider(inside: Helper) -> None:
    left = await inside.browser.send_form("/sign-out", {})
    assert left.headers["location"] == "/signed-out"
    assert "refresh" not in left.headers


async def test_it_is_no_person_among_members(inside: Helper, orvance: House) -> None:
    somebody = await orvance.person()
    found = await somebody.browser.call("GET", "/people")
    assert found.status_code == 200
    assert NAME not in found.text


# --- who hears of it ------------------------------------------------------------------------


async def test_everybody_who_administers_is_told_by_mail(
    orvance: House,
    later: None,
    enrolled: Helper,
    superuser: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slug = await superuser.fetchval(
        "SELECT g.slug FROM role_group g JOIN tenant t ON t.id = g.tenant_id"
        " WHERE t.slug = 'banque-orvance' AND 'tenant:manage' = ANY (g.permissions) LIMIT 1"
    )
    admin = await orvance.person("Cyprien Hautbois", roles=[slug])
    await orvance.person("Camille Vauzelle")
    await enrolled.sign_in()
    queued = await superuser.fetch(
        "SELECT args FROM procrastinate_jobs WHERE task_name = 'identity.tell_emergency'"
        " ORDER BY id"
    )
    told = [msgspec.json.decode(row["args"]) for row in queued]
    readers = [one["reader_id"] for one in told if one["what"] == "signed_in"]
    assert str(admin.id) in readers
    assert len(readers) == 2  # the administrator, and the one whose access it is
    sent = await mails_of(orvance, told, monkeypatch)
    subjects = {one.subject for one in sent}
    assert f"Un accès de secours est utilisé\u00a0: {NAME}" in subjects
    assert all(PASSPHRASE not in one.text and "/admin/sign-in" in one.text for one in sent)


async def mails_of(
    house: House, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> list[Mail]:
    """Run the jobs with a mail server that keeps what it gets."""
    sent: list[Mail] = []

    class Kept:
        async def send(self, one: Mail) -> None:
            sent.append(one)

    monkeypatch.setattr(mail, "mailer", Kept)
    work: Callable[..., Any] = jobs.JOBS["identity.tell_emergency"].work
    for arguments in told:
        given = {name: value for name, value in arguments.items() if name != "tenant_id"}
        await work(tenant_id=house.tenant.id, **given)
    return sent


async def test_a_secret_sealed_under_a_lost_key_says_so_to_nobody(
    later: None, enrolled: Helper, orvance: House
) -> None:
    async with orvance.transaction():
        await db.execute("UPDATE emergency_access SET totp_sealed = 'x' WHERE tenant_id = $1")
    assert (await enrolled.sign_in()).status_code == 422


# --- the operator's command -----------------------------------------------------------------


async def command(settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run `parvis tenant emergency …` against the test's database."""
    for name, value in msgspec.to_builtins(settings).items():
        text = msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", text)
    return await asyncio.to_thread(cli.main, ["tenant", "emergency", *arguments])


async def test_operator_makes_lists_and_revokes(
    orvance: House,
    migrated: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    slug, mail_of = orvance.tenant.slug, ["--email", EMAIL]
    assert await command(migrated, monkeypatch, "add", slug, "--name", NAME, *mail_of) == 0
    link = capsys.readouterr().out.split()[-1]
    assert link.startswith(f"https://{orvance.tenant.host}/emergency/enrol/")
    assert (await orvance.visitor.get(link)).status_code == 200
    assert await command(migrated, monkeypatch, "add", slug, "--name", NAME, *mail_of) == 1
    assert await command(migrated, monkeypatch, "list", slug) == 0
    listed = capsys.readouterr().out
    assert f"{EMAIL}\t{NAME}\tnot enrolled yet" in listed
    assert "Only 0 enrolled: there should be 2." in listed
    assert await command(migrated, monkeypatch, "revoke", slug, *mail_of) == 0
    assert (await orvance.visitor.get(link)).status_code == 404
    assert await command(migrated, monkeypatch, "revoke", slug, *mail_of) == 1
    assert await command(migrated, monkeypatch, "list", "nowhere") == 2
