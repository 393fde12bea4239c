"""Who used the processor meanwhile: ours, PostgreSQL's, the load's, and everybody else's."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Reading:
    """Seconds of processor used so far, by process tree, and by the whole machine."""

    trees: dict[str, float]
    busy: float
    total: float


def read(roots: dict[str, int]) -> Reading:
    """Return what the trees below these process ids have used, and what the machine has."""
    used, children = _processes()
    trees = {
        name: sum(used.get(pid, 0) for pid in _tree(pid, children)) for name, pid in roots.items()
    }
    fields = [int(n) for n in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    idle = fields[3] + fields[4]
    return Reading(trees, (sum(fields) - idle) / TICKS, sum(fields) / TICKS)


def between(before: Reading, after: Reading) -> tuple[dict[str, float], float]:
    """Return seconds by tree, and the share of the machine that others used."""
    trees = {name: after.trees[name] - before.trees[name] for name in after.trees}
    others = (after.busy - before.busy) - sum(trees.values())
    return trees, max(0.0, others / (after.total - before.total))


def _processes() -> tuple[dict[int, float], dict[int, list[int]]]:
    used: dict[int, float] = {}
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended meanwhile
        pid = int(folder.name)
        used[pid] = sum(int(n) for n in fields[11:15]) / TICKS  # with its ended children
        children.setdefault(int(fields[1]), []).append(pid)
    return used, children


def _tree(pid: int, children: dict[int, list[int]]) -> list[int]:
    return [pid, *(below for child in children.get(pid, []) for below in _tree(child, children))]
