"""The two servers that are compared, each in processes of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from parvis.settings import REPOSITORY, Settings
from tests.bench.data import Contest

FLOOR = "tests.bench.floor:create"


@dataclass(frozen=True)
class Process:
    """A server under load."""

    pid: int
    url: str


@contextmanager
def parvis(settings: Settings) -> Iterator[Process]:
    """Serve Parvis, as an operator does, while the block runs."""
    environment = {
        "PARVIS_DATABASE_URL": settings.database_url,
        "PARVIS_SECRET_KEY": settings.secret_key,
        "PARVIS_ENVIRONMENT": "production",
        "PARVIS_PORT": str(settings.port),
        "PARVIS_LOG_LEVEL": "ERROR",
        "PARVIS_S3_ENDPOINT": "http://127.0.0.1:9",
        "PARVIS_S3_ACCESS_KEY": "unused",
        "PARVIS_S3_SECRET_KEY": "unused",
    }
    command = [sys.executable, "-m", "parvis.cli", "serve", "--workers", "1"]
    with _running(command, environment, settings.port, "/readyz") as process:
        yield process


@contextmanager
def floor(settings: Settings, contest: Contest, page_bytes: int) -> Iterator[Process]:
    """Serve the floor, its page as heavy as ours are on average, while the block runs."""
    port = free_port()
    environment = {
        "BENCH_DSN": settings.database_url,
        "BENCH_TENANT": str(contest.tenant_id),
        "BENCH_PLACE": str(contest.community_id),
        "BENCH_PAGE_BYTES": str(page_bytes),
    }
    options = ["--interface", "asgi", "--factory", "--no-ws", "--log-level", "error"]
    command = [sys.executable, "-m", "granian", *options, "--port", str(port), FLOOR]
    with _running(command, environment, port, "/rows") as process:
        yield process


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], port: int, ready: str
) -> Iterator[Process]:
    child = subprocess.Popen(command, env=os.environ | environment, cwd=REPOSITORY)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(f"{url}{ready}", child)
        yield Process(child.pid, url)
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(15)


def _await(url: str, child: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and child.poll() is None:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"{url} did not answer")


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
