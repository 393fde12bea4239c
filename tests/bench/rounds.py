"""The rounds: floor and Parvis in turns, so that both meet the same machine."""

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench import cpu, load, report
from tests.bench.contenders import Contender
from tests.bench.load import Target
from tests.bench.series import Results, Round, Series

OTHERS_AT_MOST = 0.12
PATIENCE = 2  # tries for each wanted round, after which rounds count on a busy machine too
CONNECTIONS = (1, 16)


@dataclass(frozen=True)
class Effort:
    """How many rounds are wanted, and how long each lasts."""

    rounds: int
    seconds: int


def compare(
    compared: list[Contender], floor_url: str, servers: dict[str, int], effort: Effort
) -> Results:
    """Return what each contender and its floor gave, telling each row as soon as it is known."""
    results: dict[tuple[str, str, int], Series] = defaultdict(Series)
    for contender in compared:
        targets = {"floor": _floor(contender, floor_url), "parvis": contender.parvis}
        for connections in CONNECTIONS:
            for pair in _quiet_pairs(targets, servers, connections, effort):
                for server, one in pair.items():
                    results[contender.name, server, connections].rounds.append(one)
            sys.stderr.write(f"{report.line(contender.name, connections, results)}\n")
    return results


def _floor(contender: Contender, url: str) -> Target:
    return Target(f"{url}{contender.floor_path}", {}, "{}" if contender.parvis.body else None)


def _quiet_pairs(
    targets: dict[str, Target], servers: dict[str, int], connections: int, effort: Effort
) -> Iterator[dict[str, Round]]:
    """Yield a round of each while nobody else was busy; in the end, take what there is."""
    kept = tries = 0
    while kept < effort.rounds:
        tries += 1
        pair = {
            server: _round(target, server, servers, connections, effort.seconds)
            for server, target in targets.items()
        }
        is_quiet = max(one.others for one in pair.values()) <= OTHERS_AT_MOST
        if is_quiet or tries > effort.rounds * PATIENCE:
            kept += 1
            yield pair


def _round(
    target: Target, server: str, servers: dict[str, int], connections: int, seconds: int
) -> Round:
    roots = servers | {"load": os.getpid()}
    before = cpu.read(roots)
    measured = load.run(target, connections=connections, seconds=seconds)
    used, others = cpu.between(before, cpu.read(roots))
    requests = max(1.0, measured.per_second * seconds)
    return Round(
        measured=measured,
        server_ms=used[server] * 1000 / requests,
        database_ms=used["database"] * 1000 / requests,
        others=others,
    )
