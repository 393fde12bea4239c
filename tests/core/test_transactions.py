"""What was acknowledged is durable, what failed left nothing, and a lost database says so."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from litestar import Litestar, get, post
from litestar.middleware import DefineMiddleware

from parvis.core import clock, db, jobs, problems
from parvis.core.db import Database
from parvis.core.errors import Conflict, Unavailable
from parvis.core.middleware import TenantMiddleware, finish_headers
from parvis.core.tenancy import TenantDirectory
from tests.factories import Browser

HOST = "ardelune.localhost"


async def _write(text: str) -> None:
    await db.insert("journal_entry", act=text, data="{}", at=clock.now())


@post("/ok", opt={"open": "a test's own route"})
async def ok() -> str:
    await _write("ok")
    return "done"


@post("/refused", opt={"open": "a test's own route"})
async def refused() -> None:
    await _write("refused")
    raise Conflict


@post("/broken", opt={"open": "a test's own route"})
async def broken() -> None:
    await _write("broken")
    raise ZeroDivisionError


@post("/late-failure", opt={"open": "a test's own route"})
async def late_failure() -> str:
    # A handler that swallows a failed statement believes that all went well; COMMIT knows better.
    await _write("late")
    with contextlib.suppress(asyncpg.DivisionByZeroError):
        await db.fetch_value("SELECT 1 / 0 WHERE $1::uuid IS NOT NULL")
    return "done"


@post("/cut", opt={"open": "a test's own route"})
async def cut() -> str:
    await _write("cut")
    opened = db.current.get()
    assert opened is not None
    pid = await db.fetch_value("SELECT pg_backend_pid() WHERE $1::uuid IS NOT NULL")
    cutting.set_result(pid)
    await resumed.wait()
    return "done"


@get("/slow-stream", opt={"transaction": "own"})
async def own() -> str:
    return "open" if db.current.get() else "none"


cutting: asyncio.Future[int]
resumed: asyncio.Event


@pytest.fixture
async def small(app: Litestar, database: Database, clean: None) -> Litestar:
    """An application of five routes behind the real middleware, on the real database."""
    small = Litestar(
        [ok, refused, broken, late_failure, cut, own],
        middleware=[DefineMiddleware(TenantMiddleware)],
        exception_handlers={Exception: problems.render_error},
        before_send=[finish_headers],
        openapi_config=None,
        logging_config=None,
    )
    small.state.database = database
    small.state.directory = TenantDirectory(database)
    small.state.render_error = problems.render_error
    return small


async def acts(superuser: asyncpg.Connection) -> set[str]:
    rows = await superuser.fetch("SELECT act FROM journal_entry WHERE NOT act LIKE '%.%'")
    return {row["act"] for row in rows}


async def send(small: Litestar, path: str) -> Any:
    async with Browser.at(small, HOST) as browser:
        return await browser.post(path, headers={"accept": "application/json"})


async def test_what_was_acknowledged_is_committed(small, superuser) -> None:
    assert (await send(small, "/ok")).status_code == 201
    assert await acts(superuser) == {"ok"}


@pytest.mark.parametrize(("path", "status"), [("/refused", 409), ("/broken", 500)])
async def test_an_error_status_rolls_back(small, superuser, path, status) -> None:
    answer = await send(small, path)
    assert answer.status_code == status
    assert await acts(superuser) == set()


async def test_a_commit_that_fails_replaces_the_answer(small, superuser) -> None:
    answer = await send(small, "/late-failure")
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert await acts(superuser) == set()


async def test_the_database_going_away_mid_request_is_a_503_and_comes_back(
    small, superuser
) -> None:
    global cutting, resumed
    cutting, resumed = asyncio.get_running_loop().create_future(), asyncio.Event()
    request = asyncio.create_task(send(small, "/cut"))
    await superuser.execute("SELECT pg_terminate_backend($1)", await cutting)
    await asyncio.sleep(0.1)
    resumed.set()
    answer = await request
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert await acts(superuser) == set()
    assert (await send(small, "/ok")).status_code == 201


async def test_a_failed_commit_gives_its_connection_back(small, database) -> None:
    for _ in range(12):  # more than the pool of eight holds
        await send(small, "/late-failure")
    assert (await send(small, "/ok")).status_code == 201


async def test_a_route_with_transactions_of_its_own_holds_none(small) -> None:
    async with Browser.at(small, HOST) as browser:
        assert (await browser.get("/slow-stream")).text == "none"


async def test_a_body_that_does_not_arrive_holds_no_connection(small, monkeypatch) -> None:
    async def begun(*_: Any) -> None:
        raise AssertionError("a transaction was opened before the body had arrived")

    monkeypatch.setattr(small.state.database, "begin", begun)
    waiting = asyncio.Event()

    async def unfinished() -> AsyncIterator[bytes]:
        yield b"title="
        waiting.set()
        await asyncio.Event().wait()

    async with Browser.at(small, HOST) as browser:
        sending = asyncio.create_task(browser.post("/ok", content=unfinished()))
        await asyncio.wait_for(waiting.wait(), timeout=5)
        assert not sending.done()
        sending.cancel()


async def test_another_sites_form_is_refused(small, superuser) -> None:
    async with Browser.at(small, HOST) as browser:
        answer = await browser.post("/ok", headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert await acts(superuser) == set()


async def test_an_unknown_host_has_no_tenant_and_no_cookie(small) -> None:
    async with Browser.at(small, "nobody.localhost") as browser:
        answer = await browser.get("/slow-stream")
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers
    assert "ardelune" not in answer.text.lower()


async def test_nested_transactions_are_refused(orvance) -> None:
    async with orvance.transaction():
        with pytest.raises(RuntimeError, match="already open"):
            async with orvance.transaction():
                pass


async def test_apart_survives_the_rollback_around_it(orvance, superuser) -> None:
    with pytest.raises(Conflict):
        async with orvance.transaction():
            await _write("lost")
            async with db.apart(orvance.tenant.id):
                await _write("kept")
            raise Conflict
    assert await acts(superuser) == {"kept"}


@jobs.job("tests.note")
async def note(text: str) -> None:
    await _write(text)


async def test_a_job_is_queued_with_its_request_and_lost_with_it(orvance, superuser) -> None:
    async with orvance.transaction():
        await jobs.enqueue(note, text="queued")
    with pytest.raises(Conflict):
        async with orvance.transaction():
            await jobs.enqueue(note, text="lost")
            raise Conflict
    rows = await superuser.fetch("SELECT task_name, args->>'text' AS text FROM procrastinate_jobs")
    assert [(row["task_name"], row["text"]) for row in rows] == [("tests.note", "queued")]


async def test_the_worker_runs_a_job_inside_its_tenant(orvance, settings, superuser) -> None:
    async with orvance.transaction():
        await jobs.enqueue(note, text="worked")
    async with jobs.worker_app(settings.database_url).open_async() as worker:
        await worker.run_worker_async(
            wait=False, install_signal_handlers=False, listen_notify=False
        )
    row = await superuser.fetchrow("SELECT tenant_id, act FROM journal_entry WHERE act = 'worked'")
    assert (row["tenant_id"], row["act"]) == (orvance.tenant.id, "worked")


async def test_a_job_whose_worker_was_killed_is_taken_over(orvance, settings, superuser) -> None:
    async with orvance.transaction():
        await jobs.enqueue(note, text="rescued")
    await superuser.execute(
        "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)"
        " VALUES (now() - interval '5 minutes') RETURNING id)"
        " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)"
    )
    async with jobs.worker_app(settings.database_url).open_async() as worker:
        await worker.tasks["jobs.rescue"].defer_async(timestamp=0)
        for _ in range(2):  # the first run queues the job again, the second does it
            await worker.run_worker_async(
                wait=False, install_signal_handlers=False, listen_notify=False
            )
    assert await acts(superuser) >= {"rescued"}


async def test_a_database_that_never_answers_is_unavailable(settings) -> None:
    nowhere = settings.database_url.replace("host=", "host=%2Fnowhere")
    lost = await Database(nowhere, settings).start()
    with pytest.raises(Unavailable):
        async with lost.across_tenants():
            pass
    await lost.stop()
