"""Administrators of members, the mail they cause, and the jobs behind it."""

import re
from typing import Any
from uuid import UUID

import pytest

from parvis.core import db, jobs
from parvis.integrations import mail
from parvis.integrations.mail import Mail, MailUnavailable
from tests.factories import House, Person

WAY = "espace-client"
OPEN = "clients-du-cercle"
LISTED = "marches-prives"
SECRET = "conseil-consultatif"
_LINK = re.compile(r"/invitation/([A-Za-z0-9_-]{43})")


class Postbox:
    """A mail server in the process; `is_away` makes it not answer."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.is_away = False

    @classmethod
    def of(cls, monkeypatch: pytest.MonkeyPatch) -> "Postbox":
        box = cls()
        monkeypatch.setattr(mail, "_mailer", box)
        return box

    async def send(self, message: Mail) -> None:
        assert db.current.get() is None, "a transaction is open while the server is waited for"
        if self.is_away:
            raise MailUnavailable
        self.sent.append(message)

    def token(self, n: int = -1) -> str:
        """Return the invitation in one of the mails."""
        found = _LINK.search(self.sent[n].text)
        assert found is not None, self.sent[n].text
        return found[1]


async def administrator(house: House, name: str = "Bertille Chavagnac", **more: Any) -> Person:
    """Make somebody who runs the tenant."""
    return await house.person(name, roles=["admin"], capacity="employee", **more)


async def work(house: House, task: str) -> int:
    """Run what waits in the queue of this tenant, as the worker does; return how much that was."""
    done = 0
    while waiting := await queued(house, task):
        for job_id, arguments in waiting:
            await jobs.run(jobs.JOBS[task], house.tenant.id, **arguments)
            await forget(house, job_id)
            done += 1
    return done


async def queued(house: House, task: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the jobs that wait, with their arguments."""
    async with house.transaction():
        rows = await db.fetch(
            "SELECT id, args FROM procrastinate_jobs"
            " WHERE task_name = $2 AND (args->>'tenant_id')::uuid = $1 ORDER BY id",
            task,
        )
    found = []
    for row in rows:
        arguments = db.from_jsonb(row["args"], dict[str, Any])
        arguments.pop("tenant_id")
        found.append((row["id"], arguments))
    return found


async def forget(house: House, job_id: int) -> None:
    async with house.transaction():
        await db.execute(
            "DELETE FROM procrastinate_jobs WHERE id = $2 AND (args->>'tenant_id')::uuid = $1",
            job_id,
        )


async def rows(house: House, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Look at the tenant's rows as the application may."""
    async with house.transaction():
        return [dict(row) for row in await db.fetch(sql, *values)]


async def acts(house: House) -> list[str]:
    """Return what the journal tells, in order."""
    sql = "SELECT act FROM journal_entry WHERE tenant_id = $1 ORDER BY id"
    return [row["act"] for row in await rows(house, sql)]


async def group_id(house: House, slug: str) -> UUID:
    sql = "SELECT id FROM role_group WHERE tenant_id = $1 AND slug = $2"
    (row,) = await rows(house, sql, slug)
    return UUID(str(row["id"]))
