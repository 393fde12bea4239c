"""Run the contest: A (floor) and B (Parvis) in turns, three rounds or more, ratios and spread."""

import argparse
import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg
import httpx

from parvis.core import migrate
from parvis.demo import postgres as embedded
from parvis.settings import REPOSITORY, Settings
from tests.bench import cpu, load, report, stage
from tests.bench.data import Contest
from tests.bench.load import Measured, Target

OTHERS_AT_MOST = 0.12
CONNECTIONS = (1, 16)
SECRET = "a key for the bench only that never seals anything real"


@dataclass
class Series:
    """What the rounds of one target gave, at one number of connections."""

    runs: list[Measured] = field(default_factory=list)
    server_ms: list[float] = field(default_factory=list)
    database_ms: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(run.per_second for run in self.runs)

    @property
    def latency(self) -> float:
        return statistics.median(run.median_ms for run in self.runs)

    @property
    def spread(self) -> float:
        """Half the distance from the slowest to the fastest round, as a share of the median."""
        rates = [run.per_second for run in self.runs]
        return (max(rates) - min(rates)) / 2 / self.rate


def main() -> int:
    """Measure, print the table, and write it into platform/docs/performance.md."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="of each run of load")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="measure targets whose name contains this")
    parser.add_argument("--dry", action="store_true", help="leave the document as it is")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parvis-bench-")))
        server = embedded.start(folder / "postgres")
        stack.callback(server.stop)
        server.create_roles()
        settings = _settings(server)
        contest = asyncio.run(_prepare(server, settings))
        parvis = stack.enter_context(_parvis(settings))
        contenders = _contenders(settings, contest, parvis, arguments.only)
        floor = stack.enter_context(_floor(settings, contest, contenders))
        results = _contest(contenders, {"floor": floor, "parvis": parvis}, server, arguments)
        facts = report.facts(parvis.pid, contest, contenders)
    text = report.table(results, facts)
    print(text)
    if not arguments.dry and not arguments.only:
        report.write(REPOSITORY / "platform" / "docs" / "performance.md", text)
    return 0


def _settings(server: embedded.Postgres) -> Settings:
    return Settings(
        database_url=server.dsn("parvis_app"),
        owner_database_url=server.dsn("parvis_owner"),
        operator_database_url=server.dsn("parvis_operator"),
        secret_key=SECRET,
        environment="test",
        demo_issuers={"espace-client": "http://127.0.0.1:9", "partenaires": "http://127.0.0.1:9"},
        port=_free_port(),
        log_level="ERROR",
    )


async def _prepare(server: embedded.Postgres, settings: Settings) -> Contest:
    await migrate.run(settings.owner_database_url)
    superuser = await asyncpg.connect(server.dsn("postgres"))
    try:
        return await stage.build(superuser, settings)
    finally:
        await superuser.close()


@dataclass(frozen=True)
class Contender:
    """A page or call of Parvis, and the floor it is held against."""

    name: str
    parvis: Target
    floor_path: str
    bytes: int = 0


def _contenders(
    settings: Settings, contest: Contest, process: "Process", only: str
) -> list[Contender]:
    headers = {
        "Host": contest.host,
        "Cookie": f"__Host-sid={contest.session}",
        "Accept": "text/html",
    }
    place, meeting = contest.community_slug, contest.meeting_slug
    with httpx.Client(base_url=process.url, headers=headers) as http:
        token = http.get("/charter").cookies["__Host-csrf"]
        writing = headers | {
            "Cookie": f"{headers['Cookie']}; __Host-csrf={token}",
            "x-csrf-token": token, "Accept": "application/json",
        }  # fmt: skip
        post = '{"title": "Retour {n}", "body": "Un propos de mesure, le {n}e, sans lien."}'
        found = [
            Contender("home feed", Target("home", f"{process.url}/", headers), "/page"),
            Contender("community page", Target("place", f"{process.url}/communities/{place}", headers), "/page"),
            Contender("meeting page", Target("meeting", f"{process.url}/meetings/{meeting}", headers), "/page"),
            Contender("JSON feed", Target("api", f"{process.url}/api/v1/feed", headers), "/rows"),
            Contender("JSON questions", Target("api", f"{process.url}/api/v1/meetings/{meeting}/questions", headers), "/rows"),
            Contender("post, judged and journaled", Target("write", f"{process.url}/api/v1/communities/{place}/posts", writing, post), "/insert"),
        ]  # fmt: skip
        found = [c for c in found if only in c.name]
        return [replace(c, bytes=_weight(http, c)) for c in found]


def _weight(http: httpx.Client, contender: Contender) -> int:
    """Return how many bytes the page weighs; a page that fails must not be measured."""
    if contender.parvis.body is not None:
        body = contender.parvis.body.replace("{n}", "0")
        headers = contender.parvis.headers | {"content-type": "application/json"}
        http.post(contender.parvis.url, content=body, headers=headers).raise_for_status()
        return 0
    answer = http.get(contender.parvis.url)
    if answer.status_code != 200:
        raise SystemExit(f"{contender.name}: {answer.status_code} {answer.text[:200]}")
    return len(answer.content)


def _contest(
    contenders: list[Contender],
    processes: dict[str, "Process"],
    server: embedded.Postgres,
    arguments: argparse.Namespace,
) -> dict[tuple[str, str, int], Series]:
    results: dict[tuple[str, str, int], Series] = defaultdict(Series)
    roots = {name: process.pid for name, process in processes.items()}
    roots |= {"database": server.process.pid, "load": os.getpid()}
    for contender in contenders:
        floor = Target("floor", f"{processes['floor'].url}{contender.floor_path}", {},
                       "{}" if contender.parvis.body else None)  # fmt: skip
        for connections in CONNECTIONS:
            kept = tries = 0
            while kept < arguments.rounds and tries < arguments.rounds * 3:
                tries += 1
                pair = [
                    _one(target, name, roots, connections, arguments.seconds)
                    for name, target in (("floor", floor), ("parvis", contender.parvis))
                ]
                if max(others for *_, others in pair) > OTHERS_AT_MOST and tries < 8:
                    continue
                kept += 1
                for name, measured, server_ms, database_ms, _ in pair:
                    series = results[contender.name, name, connections]
                    series.runs.append(measured)
                    series.server_ms.append(server_ms)
                    series.database_ms.append(database_ms)
            print(report.line(contender.name, connections, results), file=sys.stderr, flush=True)
    return results


def _one(
    target: Target, name: str, roots: dict[str, int], connections: int, seconds: int
) -> tuple[str, Measured, float, float, float]:
    before = cpu.read(roots)
    measured = load.run(target, connections=connections, seconds=seconds)
    used, others = cpu.between(before, cpu.read(roots))
    requests = max(1.0, measured.per_second * seconds)
    return (
        name,
        measured,
        used[name] * 1000 / requests,
        used["database"] * 1000 / requests,
        others,
    )


@dataclass(frozen=True)
class Process:
    """A server under load."""

    pid: int
    url: str


@contextmanager
def _parvis(settings: Settings) -> Iterator[Process]:
    environment = {
        "PARVIS_DATABASE_URL": settings.database_url,
        "PARVIS_SECRET_KEY": settings.secret_key,
        "PARVIS_ENVIRONMENT": "test",
        "PARVIS_PORT": str(settings.port),
        "PARVIS_LOG_LEVEL": "ERROR",
        "PARVIS_S3_ENDPOINT": "http://127.0.0.1:9",
        "PARVIS_S3_ACCESS_KEY": "unused",
        "PARVIS_S3_SECRET_KEY": "unused",
    }
    command = [sys.executable, "-m", "parvis.cli", "serve"]
    with _running(command, environment, settings.port, "/readyz") as process:
        yield process


@contextmanager
def _floor(settings: Settings, contest: Contest, contenders: list[Contender]) -> Iterator[Process]:
    port = _free_port()
    pages = [c.bytes for c in contenders if c.floor_path == "/page"]
    environment = {
        "BENCH_DSN": settings.database_url,
        "BENCH_TENANT": str(contest.tenant_id),
        "BENCH_PLACE": str(contest.community_id),
        "BENCH_PAGE_BYTES": str(round(statistics.mean(pages)) if pages else 20_000),
    }
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--port",
               str(port), "--no-ws", "--log-level", "error", "tests.bench.floor:create"]  # fmt: skip
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
