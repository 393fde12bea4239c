"""Limits on tries: counted for every process at once, apart for each tenant and each key."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from litestar import Request

from parvis import settings as settings_module
from parvis.core import clock, crypto, db, http, rates
from parvis.core.rates import TooMany
from parvis.settings import Settings, SettingsError
from tests.factories import House

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


async def _tries(house: House, key: str, count: int, **more: Any) -> int:
    """Try `count` times; return how often it was allowed."""
    allowed = 0
    for _ in range(count):
        try:
            given = {"limit": 3, "seconds": 60} | more
            await rates.spend("test.knock", key, tenant_id=house.tenant.id, **given)
        except TooMany:
            continue
        allowed += 1
    return allowed


async def test_after_the_limit_nothing_more_until_the_window_ends(orvance: House) -> None:
    with clock.travel(NOON + timedelta(seconds=20)):
        assert await _tries(orvance, "a", 5) == 3
        with pytest.raises(TooMany) as refused:
            await rates.spend("test.knock", "a", limit=3, seconds=60, tenant_id=orvance.tenant.id)
    assert 38 <= refused.value.data["retry_after"] <= 40
    with clock.travel(NOON + timedelta(seconds=61)):
        assert await _tries(orvance, "a", 5) == 3


async def test_keys_and_purposes_are_counted_apart(orvance: House) -> None:
    with clock.travel(NOON):
        assert await _tries(orvance, "a", 4) == 3
        assert await _tries(orvance, "b", 4) == 3
        await rates.spend("test.ring", "a", limit=3, seconds=60, tenant_id=orvance.tenant.id)


async def test_another_tenant_counts_for_itself(orvance: House, ardelune: House) -> None:
    with clock.travel(NOON):
        assert await _tries(orvance, "a", 4) == 3
        assert await _tries(ardelune, "a", 4) == 3


async def test_what_was_counted_outlives_the_refusal_around_it(orvance: House) -> None:
    async def _refused() -> None:
        async with orvance.transaction():
            await rates.spend("test.knock", "a", limit=3, seconds=60)
            raise RuntimeError("the rest of the request fails")

    with clock.travel(NOON):
        for _ in range(3):
            with pytest.raises(RuntimeError):
                await _refused()
        with pytest.raises(TooMany):
            await _refused()


async def test_all_at_once_do_not_slip_through(orvance: House) -> None:
    with clock.travel(NOON):
        allowed = await asyncio.gather(*(_tries(orvance, "a", 1) for _ in range(20)))
    assert sum(allowed) == 3


KNOCK = """
import asyncio, sys
from uuid import UUID
from parvis import settings
from parvis.core import crypto, db, rates
from parvis.core.db import Database

async def main():
    given = settings.load()
    crypto.use(crypto.Keyring(given.secret_key))
    db.use(await Database(given.database_url, given).start())
    allowed = 0
    for _ in range(30):
        try:
            await rates.spend(
                "test.knock", "a", limit=40, seconds=86400, tenant_id=UUID(sys.argv[1])
            )
            allowed += 1
        except rates.TooMany:
            pass
    print(allowed)

asyncio.run(main())
"""


async def test_two_processes_count_together(orvance: House, migrated: Settings) -> None:
    env = os.environ | {
        "PARVIS_DATABASE_URL": migrated.database_url,
        "PARVIS_SECRET_KEY": migrated.secret_key,
    }
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            KNOCK,
            str(orvance.tenant.id),
            env=env,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    said = [await process.communicate() for process in running]
    assert sum(int(out) for out, _ in said) == 40


async def test_past_windows_are_not_kept(orvance: House) -> None:
    with clock.travel(NOON):
        await _tries(orvance, "a", 2)
        await _tries(orvance, "b", 2)
    with clock.travel(NOON + timedelta(minutes=5)):
        await _tries(orvance, "c", 1)
    async with orvance.transaction():
        assert await db.fetch_value("SELECT count(*) FROM rate_count WHERE tenant_id = $1") == 1


async def test_the_key_itself_is_nowhere(orvance: House, ardelune: House) -> None:
    hashes = set()
    for house in (orvance, ardelune):
        await _tries(house, "192.0.2.7", 1)
        async with house.transaction():
            hashes.add(await db.fetch_value("SELECT key_hash FROM rate_count WHERE tenant_id = $1"))
    # Nor can one tenant's table be compared with another's, or with a list of all addresses.
    assert len(hashes) == 2
    assert crypto.digest("192.0.2.7") not in hashes


class _App:
    class state:  # noqa: N801 -- Litestar's name
        settings: Settings


async def _address(settings: Settings, peer: str | None, trusted: str, *forwarded: str) -> str:
    app = _App()
    app.state.settings = msgspec.structs.replace(settings, trusted_proxies=trusted)
    scope: Any = {
        "type": "http", "method": "GET", "path": "/", "litestar_app": app, "state": {},
        "client": (peer, 4711) if peer else None, "query_string": b"",
        "headers": [(b"x-forwarded-for", value.encode()) for value in forwarded],
    }  # fmt: skip
    return http.client_address(Request(scope))


@pytest.mark.parametrize(
    ("peer", "trusted", "forwarded", "expected"),
    [
        ("203.0.113.9", "", (), "203.0.113.9"),
        # Without trusted proxies the header is what anybody wrote.
        ("203.0.113.9", "", ("198.51.100.1",), "203.0.113.9"),
        ("203.0.113.9", "10.0.0.0/8", ("198.51.100.1",), "203.0.113.9"),
        ("10.0.0.2", "10.0.0.0/8", ("198.51.100.1",), "198.51.100.1"),
        # The visitor writes the left end; the proxy adds the right one.
        ("10.0.0.2", "10.0.0.0/8", ("8.8.8.8, 198.51.100.1",), "198.51.100.1"),
        ("10.0.0.2", "10.0.0.0/8", ("8.8.8.8", "198.51.100.1, 10.0.0.7"), "198.51.100.1"),
        ("10.0.0.2", "10.0.0.2, 10.1.0.0/16", ("198.51.100.1, 10.1.2.3",), "198.51.100.1"),
        # A proxy that says nothing, or nonsense, is as far as we can see.
        ("10.0.0.2", "10.0.0.0/8", (), "10.0.0.2"),
        ("10.0.0.2", "10.0.0.0/8", ("198.51.100.1, bogus",), "10.0.0.2"),
        ("10.0.0.2", "10.0.0.0/8", ("10.0.0.9, 10.0.0.8",), "10.0.0.9"),
        ("::ffff:10.0.0.2", "10.0.0.0/8", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.2", "10.0.0.0/8", ("2001:db8:1:2:aaaa::7",), "2001:db8:1:2::"),
        ("2001:db8:9::1", "2001:db8:9::/48", ("[2001:db8:1:2::3]",), "2001:db8:1:2::"),
        (None, "10.0.0.0/8", ("198.51.100.1",), "unknown"),
    ],
)
async def test_the_visitors_address_is_what_trusted_proxies_say(
    settings: Settings, peer: str | None, trusted: str, forwarded: tuple[str, ...], expected: str
) -> None:
    assert await _address(settings, peer, trusted, *forwarded) == expected


def test_a_network_that_is_none_stops_the_process() -> None:
    given = {"PARVIS_DATABASE_URL": "postgresql://x", "PARVIS_SECRET_KEY": "k" * 32}
    with pytest.raises(SettingsError, match="PARVIS_TRUSTED_PROXIES"):
        settings_module.load(given | {"PARVIS_TRUSTED_PROXIES": "10.0.0.0/8, proxy.example"})


def test_a_tenant_must_be_known() -> None:
    with pytest.raises(RuntimeError, match="no tenant transaction"):
        asyncio.run(rates.spend("test.knock", "a", limit=1, seconds=1))
