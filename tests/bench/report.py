"""The table of a run: ratios first, then the figures they come from, then the machine."""

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import data, judging, load
from tests.bench.contenders import Contender
from tests.bench.data import Contest
from tests.bench.series import Results

HEAD = (
    "what",
    "connections",
    "Parvis /s",
    "floor /s",
    "ratio",
    "median ms, Parvis / floor",
    "CPU ms a request, web / database",
    "spread",
    "failures",
)
BEGIN, END = "<!-- make bench: begin -->", "<!-- make bench: end -->"


def line(name: str, connections: int, results: Results) -> str:
    """Return one row: Parvis, the floor, their ratio and the spread of the rounds."""
    ours, floor = (results[name, who, connections] for who in ("parvis", "floor"))
    spread = max(ours.spread, floor.spread)
    cells = [
        name,
        str(connections),
        f"{ours.rate:,.0f}",
        f"{floor.rate:,.0f}",
        f"**{ours.rate / floor.rate:.0%}**",
        f"{ours.latency:.2f} / {floor.latency:.2f}",
        f"{ours.server_ms:.2f} / {ours.database_ms:.2f}",
        f"±{spread:.0%}",
        ours.failures or "none",
    ]
    return f"| {' | '.join(cells)} |"


def table(results: Results, facts: Mapping[str, str]) -> str:
    """Return the whole report in Markdown."""
    done = sorted({(name, n) for name, _, n in results}, key=lambda k: (k[1], k[0]))
    rows = [line(name, n, results) for name, n in done]
    notes = [f"- {key}: {value}" for key, value in facts.items()]
    return "\n".join([f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|", *rows, "", *notes])


def facts(pid: int, contest: Contest, compared: list[Contender]) -> dict[str, str]:
    """Return what a reader must know to compare: machine, date, weights, memory, client."""
    weights = ", ".join(f"{c.name} {c.bytes / 1000:.1f} kB" for c in compared if c.bytes)
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} cores, {_memory()}, {_processor()}, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}",
        "load": f"{load.tool()}, on the same machine; PostgreSQL 18 embedded, fsync on",
        "data": f"{data.MEMBERS:,} members, {data.COMMUNITIES} communities, {data.POSTS:,} posts, "
        f"{data.COMMENTS:,} comments, {data.QUESTIONS} questions, tenant "
        f"{contest.host}",
        "weight, not compressed": weights,
        "memory of the web processes after load": f"{_tree_memory(pid) / 2**20:.0f} MB",
        "judge: 1,000 terms, 2,000 characters": judging.report(),
    }


def write(path: Path, text: str) -> None:
    """Put the report between its marks in the document; the rest of it stays."""
    document = path.read_text("utf-8")
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def _memory() -> str:
    kilobytes = Path("/proc/meminfo").read_text().split()[1]
    return f"{int(kilobytes) / 2**20:.0f} GiB"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")), "?")


def _tree_memory(pid: int) -> int:
    """Resident bytes of a process and those it started, without what they share twice."""
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _descends(int(folder.name), pid):
            total += _rss(folder)
    return total


def _rss(folder: Path) -> int:
    try:
        fields = (folder / "smaps_rollup").read_text().split()
    except OSError:
        return 0
    return int(fields[fields.index("Pss:") + 1]) * 1024


def _descends(pid: int, ancestor: int) -> bool:
    while pid > 1:
        if pid == ancestor:
            return True
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            return False
    return False
