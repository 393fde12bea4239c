"""The worker outlives what ends its work, and stops in order when told."""

import asyncio
import time

import pytest

from parvis import server


async def test_work_that_ends_by_itself_is_told_and_begun_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REST_SECONDS", 0.05)

    async def lost() -> None:
        raise ConnectionError("the database went away")

    told = asyncio.Event()
    await server.run_until(told, lost())
    assert not told.is_set()
    assert "starts again" in caplog.text
    assert "the database went away" in caplog.text


async def test_work_is_finished_when_told_to_stop() -> None:
    finished: list[str] = []

    async def patient() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            finished.append("in order")

    told = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, told.set)
    began = time.monotonic()
    await server.run_until(told, patient())
    assert finished == ["in order"]
    assert time.monotonic() - began < 1
