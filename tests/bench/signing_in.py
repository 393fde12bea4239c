"""What one sign-in takes: to the provider and back, with a provider that answers at once."""

import asyncio
import statistics
import time

from litestar import Litestar

from parvis import app as parvis_app
from parvis.core import db
from parvis.integrations import login
from parvis.settings import Settings
from tests.factories import Browser
from tests.identity.lying_provider import LyingProvider, network, query_of

TIMES = 60


def report(settings: Settings, host: str) -> str:
    """Return the median of going and of coming back, in one process without load."""
    going, returning = asyncio.run(_measure(settings, host))
    return f"{going:.1f} ms to the provider, {returning:.1f} ms back into a session"


async def _measure(settings: Settings, host: str) -> tuple[float, float]:
    app = parvis_app.create_app(settings)
    async with app.lifespan():
        provider, slug = await _provider(app, host)
        login.use(settings, transport=lambda: network(provider, allow_loopback=True))
        taken = [await _once(app, host, slug, provider, n) for n in range(TIMES)]
    goings, returns = zip(*taken[5:], strict=True)  # the first fetch metadata, keys, plans
    return statistics.median(goings) * 1000, statistics.median(returns) * 1000


async def _provider(app: Litestar, host: str) -> tuple[LyingProvider, str]:
    tenant = await app.state.directory.find(host)
    assert tenant is not None
    async with db.transaction(tenant.id):
        row = await db.fetch_row(
            "SELECT slug, issuer, client_id FROM connection"
            " WHERE tenant_id = $1 AND auth_method <> 'private_key_jwt' ORDER BY position LIMIT 1"
        )
    assert row is not None
    return LyingProvider(row["issuer"], row["client_id"]), row["slug"]


async def _once(
    app: Litestar, host: str, slug: str, provider: LyingProvider, n: int
) -> tuple[float, float]:
    provider.userinfo = {
        "sub": f"bench-{n}", "name": "Anna Berliet", "capacity": "client", "groups": [],
    }  # fmt: skip
    async with Browser.at(app, host) as browser:
        began = time.perf_counter()
        started = await browser.get(f"/auth/oidc/{slug}/start")
        went = time.perf_counter()
        asked = query_of(started.headers["location"])
        params = {"state": asked["state"], "code": asked["nonce"], "iss": provider.issuer}
        back = await browser.get(f"/auth/oidc/{slug}/callback", params=params)
        assert "__Host-sid" in browser.cookies, back.text
        return went - began, time.perf_counter() - went
