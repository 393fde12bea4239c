"""Run the contest: A (floor) and B (Parvis) in turns, three rounds or more, ratios and spread."""

import argparse
import asyncio
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import asyncpg

from parvis.core import migrate
from parvis.demo import postgres as embedded
from parvis.settings import REPOSITORY, Settings
from tests.bench import contenders, processes, report, rounds, signing_in, stage
from tests.bench.data import Contest
from tests.bench.rounds import Effort

SECRET = "a key for the bench only that never seals anything real"


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
        parvis = stack.enter_context(processes.parvis(settings))
        compared = contenders.contenders(contest, parvis.url, arguments.only)
        weight = contenders.page_bytes(compared)
        floor = stack.enter_context(processes.floor(settings, contest, weight))
        servers = {"floor": floor.pid, "parvis": parvis.pid, "database": server.process.pid}
        effort = Effort(rounds=arguments.rounds, seconds=arguments.seconds)
        results = rounds.compare(compared, floor.url, servers, effort)
        facts = report.facts(parvis.pid, contest, compared)
        facts["sign-in, the provider answering at once"] = signing_in.report(settings, contest.host)
    text = report.table(results, facts)
    sys.stdout.write(f"{text}\n")
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
        port=processes.free_port(),
        log_level="ERROR",
    )


async def _prepare(server: embedded.Postgres, settings: Settings) -> Contest:
    await migrate.run(settings.owner_database_url)
    superuser = await asyncpg.connect(server.dsn("postgres"))
    try:
        return await stage.build(superuser, settings)
    finally:
        await superuser.close()


if __name__ == "__main__":
    sys.exit(main())
