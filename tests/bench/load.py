"""Load from another process: `wrk` where it is there, else a client of Python that says so."""

import asyncio
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

import httpx
import msgspec

from parvis.settings import REPOSITORY

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
LATENCY = re.compile(r"50%\s+([\d.]+)(us|ms|s)")
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
FAILED = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.+)")


@dataclass(frozen=True)
class Target:
    """One address to load: GET, or POST when there is a body ({n} becomes a running number)."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True)
class Asked:
    """What the client in Python is told to do."""

    target: Target
    connections: int
    seconds: int


@dataclass(frozen=True)
class Measured:
    """What one run of load saw."""

    per_second: float
    median_ms: float
    failures: str


def tool() -> str:
    """Return which client makes the load; the report says it."""
    return "wrk" if shutil.which("wrk") else "a client in Python (httpx), slower than wrk"


def run(target: Target, *, connections: int, seconds: int) -> Measured:
    """Load `target` for `seconds` with that many connections and return what was measured."""
    return (_wrk if shutil.which("wrk") else _python)(target, connections, seconds)


def _wrk(target: Target, connections: int, seconds: int) -> Measured:
    load = (f"-c{connections}", f"-d{seconds}s")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_script(target))
        script.flush()
        done = subprocess.run(
            ["wrk", "-t1", *load, "--latency", "-s", script.name, target.url],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    latency, rate, failed = LATENCY.search(done), RATE.search(done), FAILED.search(done)
    if latency is None or rate is None:
        raise SystemExit(f"wrk gave no figures for {target.url}:\n{done}")
    return Measured(
        per_second=float(rate[1]),
        median_ms=float(latency[1]) * UNITS[latency[2]],
        failures=failed[0] if failed else "",
    )


def _script(target: Target) -> str:
    lines = [f"wrk.headers[{json.dumps(k)}] = {json.dumps(v)}" for k, v in target.headers.items()]
    if target.body is not None:
        lines += [
            'wrk.method = "POST"',
            'wrk.headers["Content-Type"] = "application/json"',
            "local n = 0",
            f"local body = {json.dumps(target.body)}",
            "request = function()",
            "  n = n + 1",
            '  return wrk.format(nil, nil, nil, (body:gsub("{n}", tostring(n))))',
            "end",
        ]
    return "\n".join(lines) + "\n"


def _python(target: Target, connections: int, seconds: int) -> Measured:
    """Run this module as a process of its own, so that the load is not the server's neighbour."""
    asked = msgspec.json.encode(Asked(target, connections, seconds)).decode()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", asked],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
    )
    return msgspec.json.decode(done.stdout, type=Measured)


async def _clients(asked: Asked) -> Measured:
    target, until, failed = asked.target, time.monotonic() + asked.seconds, 0
    taken: list[float] = []
    headers = target.headers | ({"content-type": "application/json"} if target.body else {})

    async def client() -> None:
        nonlocal failed
        async with httpx.AsyncClient(headers=headers) as http:
            while (began := time.monotonic()) < until:
                if target.body is None:
                    answer = await http.get(target.url)
                else:
                    body = target.body.replace("{n}", str(len(taken)))
                    answer = await http.post(target.url, content=body)
                failed += answer.status_code >= 400
                taken.append(time.monotonic() - began)

    async with asyncio.TaskGroup() as group:
        for _ in range(asked.connections):
            group.create_task(client())
    rate = len(taken) / asked.seconds
    return Measured(rate, statistics.median(taken) * 1000, f"{failed} failed" if failed else "")


if __name__ == "__main__":
    measured = asyncio.run(_clients(msgspec.json.decode(sys.argv[1], type=Asked)))
    sys.stdout.buffer.write(msgspec.json.encode(measured))
