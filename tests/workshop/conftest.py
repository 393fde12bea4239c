"""A charter on the bench: who publishes, how a draft is begun and published, how jobs run."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from parvis.core import db, jobs
from parvis.features.charter.in_force import effective_versions
from parvis.settings import REPOSITORY
from tests.factories import House, Person

PATH = "/admin/charter"
HOSTS = ("banque-orvance.localhost", "ardelune.localhost")
SOURCE = (REPOSITORY / "tenants/banque-orvance/charter.toml").read_text("utf-8")


async def publisher(house: House, name: str = "Camille Vauzelle") -> Person:
    """Make somebody who may publish charters and nothing about moderation."""
    return await house.person(name, roles=["admin"])


async def call(person: Person, method: str, path: str, body: Any = None, **more: Any) -> Any:
    """Call the workshop's API; return the answer's JSON. `status` says what is expected."""
    status = more.pop("status", None)
    answer = await person.browser.call(method, f"{PATH}{path}", body, **more)
    assert answer.status_code == (status or answer.status_code), answer.text
    if status is None:
        assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


async def begun(person: Person, source: str = "", community: str = "") -> dict[str, Any]:
    """Begin a draft, from a text or from the newest version."""
    query = f"?community={community}" if community else ""
    draft: dict[str, Any] = await call(person, "POST", f"/draft{query}", {"source": source})
    return draft


async def saved(
    person: Person, draft: dict[str, Any], source: str, query: str = ""
) -> dict[str, Any]:
    """Save a text on the version of the draft that was read."""
    body = {"version": draft["version"], "source": source}
    fresh: dict[str, Any] = await call(person, "PUT", f"/draft{query}", body)
    return fresh


async def queued(house: House, name: str) -> list[dict[str, Any]]:
    """Take the queued jobs of one name out of the queue; return their arguments."""
    async with house.transaction():
        rows = await db.fetch(
            "DELETE FROM procrastinate_jobs WHERE task_name = $2"
            " AND (args ->> 'tenant_id')::uuid = $1 RETURNING args, scheduled_at",
            name,
        )
    return [
        {**db.from_jsonb(row["args"], dict[str, Any]), "at": row["scheduled_at"]} for row in rows
    ]


async def run_jobs(house: House, name: str) -> int:
    """Run the queued jobs of one name until none is left, as the worker does."""
    ran = 0
    while found := await queued(house, name):
        for arguments in found:
            del arguments["tenant_id"], arguments["at"]
            await jobs.run(jobs.JOBS[name], house.tenant.id, **arguments)
            ran += 1
    return ran


@pytest.fixture(autouse=True)
async def first_versions_only(app: Litestar, superuser: asyncpg.Connection) -> AsyncIterator[None]:
    """Leave the houses with the versions that their files made."""
    yield
    await superuser.execute(
        "SET session_replication_role = replica;"
        "DELETE FROM charter_version WHERE number > 1"
        " OR (community_id IS NOT NULL AND published_by IS NOT NULL);"
        "SET session_replication_role = origin;"
        "NOTIFY parvis_tenant"
    )
    for host in HOSTS:
        await in_force_is(app, host, 1)


async def in_force_is(app: Litestar, host: str, number: int) -> None:
    """Wait until the process has heard which version binds."""
    for _ in range(300):
        tenant = await app.state.directory.find(host)
        async with app.state.database.transaction(tenant.id):
            versions = await effective_versions(tenant)
        if versions and versions[-1].number == number:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"version {number} is not in force at {host}")
