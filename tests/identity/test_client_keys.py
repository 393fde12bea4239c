"""Our own keys: published before they sign, signing alone, gone when their time is over."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from litestar import Litestar

from parvis import cli
from parvis.core import clock, crypto, db, jobs
from parvis.core.errors import Conflict
from parvis.features.identity import client_keys
from parvis.features.identity.client_keys import ClientKey
from parvis.settings import PREFIX, Settings
from tests.factories import House

from .conftest import SLUG, Rows, Visitor

HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
KEYS = "SELECT * FROM client_key WHERE tenant_id = $1 ORDER BY signs_from"


async def published(house: House) -> list[dict[str, Any]]:
    answer = await house.visitor.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    keys: list[dict[str, Any]] = answer.json()["keys"]
    return keys


async def signs_with(house: House, algorithm: str = "ES256") -> str:
    async with house.transaction():
        return str(json.loads(await client_keys.signing_key(algorithm))["kid"])


async def rotate(house: House, *, at_once: bool = False) -> ClientKey:
    async with house.transaction():
        return await client_keys.rotate(crypto.keyring(), "ES256", at_once=at_once)


@pytest.fixture
async def knows_us_by_key(superuser: asyncpg.Connection, orvance: House) -> AsyncIterator[None]:
    """The bank's provider knows us by our key instead of a secret."""
    change = "UPDATE connection SET auth_method = $1 WHERE tenant_id = $2 AND slug = $3"
    before = await superuser.fetchval(
        "SELECT auth_method FROM connection WHERE tenant_id = $1 AND slug = $2",
        orvance.tenant.id,
        SLUG,
    )
    await superuser.execute(change, "private_key_jwt", orvance.tenant.id, SLUG)
    yield
    await superuser.execute(change, before, orvance.tenant.id, SLUG)


async def test_nothing_is_published_where_no_provider_needs_it(
    ardelune: House, superuser: asyncpg.Connection
) -> None:
    assert await published(ardelune) == []
    assert await superuser.fetchval("SELECT count(*) FROM client_key") == 0


@pytest.mark.usefixtures("knows_us_by_key")
async def test_key_can_be_read_before_anybody_signed_in(orvance: House, rows: Rows) -> None:
    (key,) = await published(orvance)
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
    assert "d" not in key
    assert [row["kid"] for row in await rows(KEYS)] == [key["kid"]]
    assert await published(orvance) == [key]
    assert await signs_with(orvance) == key["kid"]


@pytest.mark.usefixtures("knows_us_by_key")
async def test_published_keys_may_be_kept_for_five_minutes_and_carry_no_cookie(
    orvance: House,
) -> None:
    answer = await orvance.visitor.get("/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert "set-cookie" not in answer.headers


@pytest.mark.usefixtures("knows_us_by_key")
async def test_provider_verifies_our_assertion_with_what_we_publish(
    visitor: Visitor, orvance: House
) -> None:
    answer = await visitor.sign_in()
    assert answer.status_code == 303
    (form,) = [form for path, _, form in visitor.provider.requests if path == "/token"]
    keys = KeySet.import_key_set({"keys": await published(orvance)})
    assertion = jwt.decode(form["client_assertion"], keys, algorithms=["ES256"])
    assert assertion.claims["iss"] == assertion.claims["sub"] == visitor.provider.client_id
    assert "client_secret" not in form


async def test_private_part_is_sealed_for_its_tenant(
    orvance: House, ardelune: House, rows: Rows
) -> None:
    await signs_with(orvance)
    (row,) = await rows(KEYS)
    assert b'"d"' not in row["private_sealed"]
    assert '"d"' not in row["public_jwk"]
    with pytest.raises(crypto.SealError):
        crypto.keyring().open(ardelune.tenant.id, row["private_sealed"])


async def test_each_tenant_has_keys_of_its_own(orvance: House, ardelune: House) -> None:
    assert await signs_with(orvance) != await signs_with(ardelune)
    assert {key["kid"] for key in await published(orvance)} == {await signs_with(orvance)}


@pytest.mark.parametrize(
    ("algorithm", "kind"), [("ES256", "EC"), ("PS256", "RSA"), ("RS256", "RSA")]
)
async def test_key_of_each_algorithm_is_made_once(
    algorithm: str, kind: str, orvance: House
) -> None:
    first = await signs_with(orvance, algorithm)
    assert await signs_with(orvance, algorithm) == first
    (key,) = [key for key in await published(orvance) if key["alg"] == algorithm]
    assert (key["kid"], key["alg"], key["kty"]) == (first, algorithm, kind)


async def test_rotation_publishes_waits_switches_and_removes(orvance: House) -> None:
    old = await signs_with(orvance)
    new = (await rotate(orvance)).kid

    async def state() -> tuple[str, set[str]]:
        kids = {key["kid"] for key in await published(orvance)}
        return await signs_with(orvance), kids

    assert await state() == (old, {old, new})
    with clock.shift(DAY - HOUR):
        assert await state() == (old, {old, new})
    with clock.shift(DAY + HOUR):
        assert await state() == (new, {old, new})
    with clock.shift(2 * DAY - HOUR):
        assert await state() == (new, {old, new})
    with clock.shift(2 * DAY + HOUR):
        assert await state() == (new, {new})


async def test_a_second_rotation_waits_for_the_first(orvance: House) -> None:
    await signs_with(orvance)
    await rotate(orvance)
    with pytest.raises(Conflict):
        await rotate(orvance)
    with clock.shift(DAY + HOUR):
        await rotate(orvance)


async def test_compromised_key_is_gone_at_once(orvance: House, rows: Rows) -> None:
    old = await signs_with(orvance)
    waiting = (await rotate(orvance)).kid
    new = (await rotate(orvance, at_once=True)).kid
    assert await signs_with(orvance) == new
    assert [row["kid"] for row in await rows(KEYS)] == [new]
    assert new not in {old, waiting}


async def test_first_key_signs_without_waiting(orvance: House) -> None:
    made = await rotate(orvance)
    assert made.signs_from <= clock.now()
    assert await signs_with(orvance) == made.kid


async def test_expired_private_part_is_forgotten_though_nobody_asks(
    orvance: House, rows: Rows
) -> None:
    await signs_with(orvance)
    new = (await rotate(orvance)).kid
    (due,) = await rows(
        "SELECT scheduled_at FROM procrastinate_jobs WHERE $1::uuid = (args->>'tenant_id')::uuid"
        " AND task_name = 'identity.remove_expired_keys'"
    )
    with clock.shift(2 * DAY):
        assert due["scheduled_at"] <= clock.now()
        await jobs.run(jobs.JOBS["identity.remove_expired_keys"], orvance.tenant.id)
    assert [row["kid"] for row in await rows(KEYS)] == [new]


async def test_rotation_stands_in_the_journal_without_the_key(orvance: House, rows: Rows) -> None:
    made = await rotate(orvance)
    (entry,) = await rows(
        "SELECT * FROM journal_entry WHERE tenant_id = $1 AND act = 'identity.client_key_rotated'"
    )
    data = json.loads(entry["data"])
    assert (data["kid"], data["algorithm"], data["at_once"]) == (made.kid, "ES256", False)
    assert set(data) == {"by", "kid", "algorithm", "at_once"}


@pytest.mark.usefixtures("app")
async def test_unreadable_key_refuses_the_sign_in_with_its_reason(
    orvance: House, visitor: Visitor, knows_us_by_key: None, superuser: Any, rows: Rows
) -> None:
    await signs_with(orvance)
    await superuser.execute("UPDATE client_key SET private_sealed = '\\x00'")
    answer = await visitor.browser.get(f"/auth/oidc/{SLUG}/start")
    assert answer.status_code == 400
    (event,) = await rows("SELECT * FROM auth_event WHERE tenant_id = $1")
    assert event["reason"] == "connection_invalid"
    assert json.loads(event["detail"])["detail"] == "client key"


@pytest.fixture
def environment(app: Litestar, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command line that works on the test database."""
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", settings.database_url)
    monkeypatch.setenv(f"{PREFIX}OPERATOR_DATABASE_URL", settings.operator_database_url)
    monkeypatch.setenv(f"{PREFIX}SECRET_KEY", settings.secret_key)


async def run(*arguments: str) -> int:
    # The command has a loop of its own, as on a real command line.
    return await asyncio.to_thread(cli.main, ["tenant", "keys", *arguments])


@pytest.mark.usefixtures("environment")
async def test_operator_lists_and_rotates_keys(
    orvance: House, capsys: pytest.CaptureFixture[str]
) -> None:
    old = await signs_with(orvance)
    assert await run("rotate", orvance.tenant.slug) == 0
    told = capsys.readouterr().out
    assert told.startswith("ES256\t")
    assert old not in told
    assert await run("list", orvance.tenant.slug) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [old in line for line in lines] == [True, False]
    assert "until" in lines[0]
    assert await signs_with(orvance) == old


@pytest.mark.usefixtures("environment")
async def test_operator_reads_why_a_rotation_is_refused(
    orvance: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await signs_with(orvance)
    slug = orvance.tenant.slug
    assert await run("rotate", slug) == 0
    assert await run("rotate", slug) == 1
    assert "published already" in capsys.readouterr().err
    assert await run("rotate", slug, "--algorithm", "HS256") == 1
    assert await run("rotate", "no-such-house") == 2


async def test_known_keys_are_counted_per_algorithm(orvance: House) -> None:
    await signs_with(orvance, "ES256")
    await signs_with(orvance, "PS256")
    await rotate(orvance)
    async with orvance.transaction():
        algorithms = [key.algorithm for key in await client_keys.published()]
        assert await db.fetch_value("SELECT count(*) FROM client_key WHERE tenant_id = $1") == 3
    assert algorithms == ["ES256", "ES256", "PS256"]
