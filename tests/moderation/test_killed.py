"""`kill -9` of web and worker during decisions: what was acknowledged stands, letters go once.

Real processes on a real PostgreSQL, and a mail server that takes its time.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from parvis.demo import ports
from parvis.settings import Settings
from tests.factories import House, Person
from tests.journal.sealing.conftest import environment
from tests.moderation.conftest import claim, hold, items, refusal

DECISIONS = 12
WORKERS_KILLED = 2
CONCURRENCY = 4  # jobs that one worker has in hand
START_SECONDS = 60
LETTERS_SECONDS = 90


@dataclass
class SlowServer:
    """Takes a mail, and answers a moment later: whoever is killed is killed in between, too."""

    mails: list[str] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 -- aiosmtpd finds it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(random.uniform(0, 0.08))
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(str(message_from_bytes(content)["Message-ID"]))
        await asyncio.sleep(random.uniform(0, 0.08))
        return "250 taken"


@pytest.fixture
async def post_office(tmp_path: Path) -> AsyncIterator[tuple[SlowServer, int]]:
    handler, loop = SlowServer(), asyncio.get_running_loop()
    port = ports.free(8925)
    server = await loop.create_server(lambda: SMTP(handler, loop=loop), "127.0.0.1", port)
    yield handler, port
    server.close()


@contextlib.asynccontextmanager
async def running(*command: str, env: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of its own and all its children, killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "parvis.cli", *command, env=env, start_new_session=True,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        kill(process)
        await process.wait()


def kill(process: asyncio.subprocess.Process) -> None:
    """`kill -9` of a process and its children, which have no chance to tidy up."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextlib.asynccontextmanager
async def web(house: House, env: dict[str, str]) -> AsyncIterator[Any]:
    """`parvis serve` with one web process, once it answers."""
    port = int(env["PARVIS_PORT"])
    ports.wait_until_free(port, seconds=10)
    async with running("serve", "--workers", "1", env=env) as process:
        base = f"http://127.0.0.1:{port}"
        headers = {"host": house.tenant.host, "accept-language": "fr"}
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=10) as client:
            async with asyncio.timeout(START_SECONDS):
                while not await _answers(client):  # noqa: ASYNC110 -- another process starts
                    await asyncio.sleep(0.1)
            yield process, client


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/charter")).status_code == 200
    except httpx.TransportError:
        return False


async def decide(client: httpx.AsyncClient, person: Person, item: dict[str, Any]) -> int | None:
    """Refuse an item through the socket; None when the process was killed before it answered."""
    token = await person.browser.token()
    cookies = f"__Host-sid={person.session}; __Host-csrf={token}"
    body = refusal() | {"version": item["version"]}
    with contextlib.suppress(httpx.TransportError):
        answer = await client.post(
            f"/api/v1/moderation/items/{item['id']}/decisions",
            json=body,
            headers={"cookie": cookies, "x-csrf-token": token, "accept": "application/json"},
        )
        return answer.status_code
    return None


@pytest.fixture
async def waiting(orvance: House, moderator: Person, author: Person) -> list[dict[str, Any]]:
    """Cases that a moderator holds, ready to be decided."""
    for n in range(DECISIONS):
        await hold(orvance, author, title=f"Texte {n}")
    return [await claim(moderator, item) for item in await items(moderator)]


async def test_what_was_acknowledged_stands_and_each_letter_goes_once(  # noqa: PLR0917 -- fixtures
    orvance: House,
    moderator: Person,
    waiting: list[dict[str, Any]],
    settings: Settings,
    superuser: asyncpg.Connection,
    post_office: tuple[SlowServer, int],
) -> None:
    server, smtp_port = post_office
    env = environment(settings) | {
        "PARVIS_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "PARVIS_PORT": str(ports.free(8960)), "PARVIS_BIND": "127.0.0.1",
        "PARVIS_PUBLIC_SCHEME": settings.public_scheme, "PARVIS_PUBLIC_PORT": "443",
    }  # fmt: skip
    acknowledged: set[str] = set()
    kills = 0
    while waiting:
        async with web(orvance, env) as (process, client):
            batch = [asyncio.create_task(decide(client, moderator, item)) for item in waiting]
            _kill_after(process, batch, answers=6)
            answers = await asyncio.gather(*batch)
            kills += 1
        done = {item["id"] for item, code in zip(waiting, answers, strict=True) if code == 201}
        acknowledged |= done
        # What was written without an answer is found decided; the rest is asked again.
        waiting = [item for item in waiting if not await _is_decided(superuser, item["id"])]
        assert done.isdisjoint(item["id"] for item in waiting)
        assert kills < 20, "nothing gets through"
    assert kills > 1, "it was killed too late to be in the middle of something"
    for _ in range(WORKERS_KILLED):
        sent = len(server.mails)
        async with running("worker", env=env) as worker, asyncio.timeout(LETTERS_SECONDS):
            while len(server.mails) < sent + 2:  # noqa: ASYNC110 -- another process sends
                await asyncio.sleep(0.002)
            kill(worker)
        await _time_passes(superuser)
    async with running("worker", env=env):
        await _until_told(superuser)
    await _all_stands(superuser, acknowledged)
    told = await superuser.fetchval("SELECT count(*) FROM notice WHERE mailed_at IS NOT NULL")
    times = Counter(server.mails)
    assert (told, len(times)) == (DECISIONS, DECISIONS)
    # What the server had taken before we could note it went again, under the same Message-ID:
    # at most what one worker had in hand at a kill. Nothing else goes twice.
    again = sum(times.values()) - len(times)
    assert again <= CONCURRENCY * WORKERS_KILLED


def _kill_after(
    process: asyncio.subprocess.Process, batch: list[asyncio.Task[int | None]], *, answers: int
) -> None:
    """Kill a process once a few are answered: the others are under way, at any of their steps."""
    left = min(answers, len(batch))

    def answered(_task: asyncio.Task[int | None]) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            kill(process)

    for task in batch:
        task.add_done_callback(answered)


async def _is_decided(superuser: asyncpg.Connection, item_id: str) -> bool:
    found = await superuser.fetchval(
        "SELECT status FROM review_item WHERE id = $1::text::uuid", item_id
    )
    return bool(found == "decided")


async def _time_passes(superuser: asyncpg.Connection) -> None:
    """Let what a killed worker held be somebody else's, as half a minute and the rescue do."""
    await superuser.execute(
        "UPDATE notice SET mail_claimed_at = mail_claimed_at - interval '2 minutes'"
    )
    await superuser.execute(
        "UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL, scheduled_at = NULL"
        " WHERE status IN ('doing', 'todo')"
    )


async def _until_told(superuser: asyncpg.Connection) -> None:
    async with asyncio.timeout(LETTERS_SECONDS):
        while await superuser.fetchval(  # noqa: ASYNC110 -- another process sends
            "SELECT count(*) FROM notice WHERE mailed_at IS NULL"
        ):
            await asyncio.sleep(0.1)


async def _all_stands(superuser: asyncpg.Connection, acknowledged: set[str]) -> None:
    """Every acknowledged decision is there, once, and nothing is half of one."""
    rows = await superuser.fetch("""
        SELECT i.id, i.status, count(DISTINCT d.id) AS decisions, count(DISTINCT n.id) AS notices,
               count(DISTINCT e.id) AS entries, bool_or(c.live_revision_id IS NOT NULL) AS is_live,
               bool_or(c.decision = 'refuse') AS is_kept
          FROM review_item i
          JOIN contribution c ON c.id = i.contribution_id
          LEFT JOIN decision d ON d.item_id = i.id
          LEFT JOIN notice n ON n.subject_id = d.id
          LEFT JOIN journal_entry e ON e.act = 'review.decided'
                                   AND e.data ->> 'decision' = d.id::text
         GROUP BY i.id, i.status
    """)
    assert acknowledged <= {str(row["id"]) for row in rows}
    for row in rows:
        counts = (row["decisions"], row["notices"], row["entries"])
        found = (row["status"], *counts, row["is_live"], row["is_kept"])
        assert found == ("decided", 1, 1, 1, False, True)
